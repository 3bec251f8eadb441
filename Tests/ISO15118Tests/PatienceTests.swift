// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

struct PatienceTests {
    @Test(arguments: [(Interval.zero, 2_000), (.seconds(10), 10_000), (.milliseconds(100), 2_000)])
    func `a patient car waits longer, and none waits less than the standard says`(
        patience: Interval, milliseconds: Int
    ) {
        var plan = VehiclePlan.bench(.iso20DC, .dcBidirectional, .dynamic)
        plan.leastPatience = patience
        let now = Instant(nanoseconds: 0)
        var car = VehicleSession(plan, at: now, wallTime: WallTime(milliseconds: 0))
        _ = car.start(at: now)
        #expect(car.deadline.map { ($0 - now) } == .milliseconds(milliseconds))
    }

    @Test func `a station that needs three seconds for a turn serves a patient car only`() {
        for (patience, survives) in [(Interval.zero, false), (.seconds(5), true)] {
            var plan = VehiclePlan.bench(.iso20DC, .dcBidirectional, .dynamic)
            plan.leastPatience = patience
            var pair = Pair(.bench, plan)
            pair.runIntoTheLoop()
            var car = pair.car
            while car.phase != .awaiting(.chargeLoop), let deadline = car.deadline { _ = car.advance(to: deadline) }
            _ = car.advance(to: pair.now + .seconds(3))
            #expect((car.phase == .awaiting(.chargeLoop)) == survives)
        }
    }
}
