// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Electricity
import LinuxIO
import Synchronization
import Testing

struct ThreadTests {
    @Test func `the monotonic clock advances and sleep waits for its deadline`() {
        let deadline = MonotonicClock.now() + .milliseconds(20)
        MonotonicClock.sleep(until: deadline)
        #expect(MonotonicClock.now() >= deadline)
        MonotonicClock.sleep(until: .distantPast)
    }

    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00.000Z"), (1_772_366_400, 250_900_000, "2026-03-01T12:00:00.250Z"),
        (951_868_799, 999_999_999, "2000-02-29T23:59:59.999Z"),
    ])
    func `the time of day reads as people write it`(seconds: Int64, nanoseconds: Int32, text: String) {
        #expect(WallClock(seconds: seconds, nanoseconds: nanoseconds).description == text)
    }

    @Test func `the time of day is later than this test was written`() {
        #expect(WallClock.now() > WallClock(seconds: 1_760_000_000))
    }

    @Test func `a real-time thread runs until it is asked to stop`() throws {
        let turns = Atomic<Int>(0)
        let thread = try RealTimeThread(name: "loop") { stop in
            while !stop.isRaised {
                turns.add(1, ordering: .relaxed)
                MonotonicClock.sleep(for: .milliseconds(1))
            }
        }
        while turns.load(ordering: .relaxed) < 3 { MonotonicClock.sleep(for: .milliseconds(1)) }
        thread.stop()
        thread.join()
    }

    @Test func `a refused priority is told and the thread runs all the same`() throws {
        let ran = Atomic<Bool>(false)
        let thread = try RealTimeThread(name: "loop", settings: .init(priority: 200, locksMemory: false)) { _ in
            ran.store(true, ordering: .relaxed)
        }
        thread.join()
        #expect(thread.notices == [.scheduling(priority: 200, code: 22)])
        let didRun = ran.load(ordering: .relaxed)
        #expect(didRun)
        #expect(thread.notices.first?.description.contains("CAP_SYS_NICE") == true)
        #expect(RealTimeNotice.memoryLock(code: 1).description.contains("LimitMEMLOCK=infinity"))
    }

    @Test func `a wake-up before the wait is not lost and a missing one ends at the deadline`() throws {
        let waker = try WakeUp()
        let start = MonotonicClock.now()
        #expect(!waker.wait(until: start + .milliseconds(10)))
        #expect(MonotonicClock.now() >= start + .milliseconds(10))
        waker.signal()
        waker.signal()
        #expect(waker.wait(until: .distantFuture))
        #expect(!waker.wait(until: .distantPast))
        let signaller = waker.signaller
        let other = PlainThread(name: "signals") {
            MonotonicClock.sleep(for: .milliseconds(5))
            signaller.signal()
        }
        #expect(waker.wait(until: .distantFuture))
        other.join()
    }

    @Test func `the reference loop never wakes early`() {
        var lateness = [Int64](repeating: -1, count: 20)
        sluice_reference_loop(1_000_000, 20, &lateness)
        #expect(lateness.allSatisfy { $0 >= 0 })
    }
}
