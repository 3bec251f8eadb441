// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Testing

struct BusScheduleTests {
    private let now = Instant(nanoseconds: 1_000_000_000_000)

    @Test func `a write that protects goes before a meter, a meter before a charger`() {
        let schedule = BusSchedule(meters: [false, true, false])
        let due = BusSchedule.Request(at: now - .seconds(1))
        let protective = BusSchedule.Request(at: now, isProtective: true)
        #expect(schedule.next([due, due, protective], now: now)?.device == 2)
        #expect(schedule.next([due, due, due], now: now)?.device == 1)
    }

    @Test func `chargers take turns`() {
        var schedule = BusSchedule(meters: [false, false, false])
        var served = [0, 0, 0]
        for step in 0..<30 {
            let time = now + .milliseconds(step * 10)
            guard let turn = schedule.next(Array(repeating: .init(at: now), count: 3), now: time) else { return }
            served[turn.device] += 1
            schedule.succeeded(turn.device, at: time)
        }
        #expect(served == [10, 10, 10])
    }

    @Test func `a device that does not answer gives way to the others, longer each time`() {
        var schedule = BusSchedule(meters: [false, false])
        var waits: [Int64] = []
        var time = now
        for _ in 0..<8 {
            schedule.failed(0, at: time)
            let turn = schedule.next([.init(at: now), .init(at: .distantFuture)], now: time)
            #expect(turn?.device == 0)
            waits.append(((turn?.at ?? time) - time).milliseconds)
            time = turn?.at ?? time
        }
        #expect(waits == [200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
        schedule.succeeded(0, at: time)
        #expect(schedule.next([.init(at: now), .init(at: .distantFuture)], now: time)?.at == now)
    }

    @Test func `a lost link is tried again with growing patience`() {
        var schedule = BusSchedule(meters: [true])
        schedule.lostLink(at: now)
        #expect(schedule.reopenAt - now == .milliseconds(250))
        schedule.lostLink(at: now)
        #expect(schedule.reopenAt - now == .milliseconds(500))
        for _ in 0..<40 { schedule.lostLink(at: now) }
        #expect(schedule.reopenAt - now == .seconds(15))
        schedule.succeeded(0, at: now)
        schedule.lostLink(at: now)
        #expect(schedule.reopenAt - now == .milliseconds(250))
    }
}
