// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LinuxIO
import Synchronization
import Testing

/// 264 bytes that agree with each other unless a copy was torn.
struct Sealed: BitwiseCopyable, Sendable {
    var words: InlineArray<32, UInt64>
    var seal: UInt64

    init(_ number: UInt64) {
        words = InlineArray(repeating: number)
        seal = number &* 0x9E37_79B9_7F4A_7C15
    }

    var number: UInt64? {
        for index in 0..<32 where words[index] != words[0] { return nil }
        return seal == words[0] &* 0x9E37_79B9_7F4A_7C15 ? words[0] : nil
    }
}

/// Compiles only while every path of the loop thread is free of locks and allocations, in debug and release alike.
struct ProvedLoop: ~Copyable {
    var buffer: TripleBufferWriter<Sealed>
    var view: TripleBufferReader<Sealed>
    var commands: RingReader<UInt64>
    var events: RingWriter<UInt64>
    var order: LatestValueWriter<Sealed>
    var sight: LatestValueReader<Sealed>
    let waker: WakeUp.Signaller

    @_noLocks
    mutating func tick(_ number: UInt64, stop: StopFlag) -> UInt64 {
        guard !stop.isRaised else { return 0 }
        let now = MonotonicClock.now()
        let value = Sealed(number)
        buffer.publish(value)
        buffer.next().pointee.seal = number
        order.publish(value)
        var sum: UInt64 = 0
        while let command = commands.pop() { sum &+= command }
        if !events.push(sum) { sum = 0 }
        sum &+= view.latest().seal &+ sight.read().seal
        if view.refresh() { sum &+= view.current().pointee.seal }
        waker.signal()
        MonotonicClock.sleep(until: now)
        return sum
    }
}

struct ExchangeTests {
    @Test func `the paths of the loop thread carry values from end to end`() throws {
        let buffer = TripleBuffer(initial: Sealed(0))
        let commands = Ring<UInt64>(capacity: 4)
        let events = Ring<UInt64>(capacity: 1)
        let order = LatestValue(initial: Sealed(0))
        let waker = try WakeUp()
        var loop = ProvedLoop(
            buffer: buffer.takeWriter(), view: buffer.takeReader(), commands: commands.takeReader(),
            events: events.takeWriter(), order: order.takeWriter(), sight: order.makeReader(), waker: waker.signaller)
        var writer = commands.takeWriter()
        let pushed = [writer.push(5), writer.push(6)]
        #expect(pushed == [true, true])
        _ = loop.tick(3, stop: StopFlag())
        var reader = events.takeReader()
        #expect(reader.pop() == 11)
        #expect(order.read().number == 3)
        #expect(waker.wait(until: .distantPast))
        #expect(!waker.wait(until: .distantPast))
    }

    @Test func `a triple buffer shows whole values in order and the last one in the end`() {
        let buffer = TripleBuffer(initial: Sealed(0))
        let count: UInt64 = 200_000
        let writing = PlainThread(name: "writer") {
            var writer = buffer.takeWriter()
            for number in 1...count { writer.publish(Sealed(number)) }
        }
        var reader = buffer.takeReader()
        var (last, torn, backward): (UInt64, Int, Int) = (0, 0, 0)
        while last < count {
            guard let number = reader.latest().number else {
                torn += 1
                continue
            }
            if number < last { backward += 1 }
            last = number
        }
        writing.join()
        #expect(torn == 0)
        #expect(backward == 0)
        #expect(reader.latest().number == count)
        let isFresh = reader.refresh()
        #expect(!isFresh)
    }

    @Test func `a latest value is whole for every reader`() {
        let order = LatestValue(initial: Sealed(0))
        let count: UInt64 = 100_000
        let mistakes = Atomic<Int>(0)
        let readers = (0..<2).map { number in
            PlainThread(name: "reader \(number)") {
                var reader = order.makeReader()
                var last: UInt64 = 0
                while last < count {
                    guard let number = reader.read().number, number >= last else {
                        mistakes.add(1, ordering: .relaxed)
                        return
                    }
                    last = number
                }
            }
        }
        var writer = order.takeWriter()
        for number in 1...count { writer.publish(Sealed(number)) }
        for reader in readers { reader.join() }
        #expect(mistakes.load(ordering: .relaxed) == 0)
        #expect(order.read().number == count)
    }

    @Test func `a value that fills no whole word survives`() {
        let order = LatestValue(initial: (UInt8(1), UInt16(2), UInt8(3)).0)
        var writer = order.takeWriter()
        writer.publish(250)
        #expect(order.read() == 250)
    }

    @Test func `a ring loses nothing and keeps the order`() {
        let ring = Ring<Sealed>(capacity: 8)
        let count: UInt64 = 100_000
        let writing = PlainThread(name: "writer") {
            var writer = ring.takeWriter()
            for number in 1...count { while !writer.push(Sealed(number)) { pause() } }
        }
        var reader = ring.takeReader()
        var expected: UInt64 = 1
        var mistakes = 0
        while expected <= count {
            guard let value = reader.pop() else {
                pause()
                continue
            }
            if value.number != expected { mistakes += 1 }
            expected += 1
        }
        writing.join()
        #expect(mistakes == 0)
        #expect(reader.pop() == nil)
    }

    @Test func `a full ring refuses and an end that was given back can be taken again`() {
        let ring = Ring<Int>(capacity: 3)
        #expect(ring.capacity == 4)
        do {
            var writer = ring.takeWriter()
            var accepted: [Bool] = []
            for value in 1...5 { accepted.append(writer.push(value)) }
            #expect(accepted == [true, true, true, true, false])
        }
        var writer = ring.takeWriter()
        var reader = ring.takeReader()
        #expect(reader.pop() == 1)
        let accepted = writer.push(6)
        #expect(accepted)
        var rest: [Int] = []
        while let value = reader.pop() { rest.append(value) }
        #expect(rest == [2, 3, 4, 6])
    }

    private func pause() { MonotonicClock.sleep(until: MonotonicClock.now() + Interval(nanoseconds: 1_000)) }
}
