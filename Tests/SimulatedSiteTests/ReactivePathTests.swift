// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import SimulatedSite

struct ReactivePathTests {
    @Test func `reactive power rests for the dead time, then follows the lag, however the time is cut`() {
        let lag = FirstOrderLag(timeConstant: .milliseconds(200), rampUp: 0, rampDown: 0)
        let start = Instant(nanoseconds: 0)
        for step in [1, 7, 100, 500] {
            var path = ReactivePath(at: start)
            path.setpoint(1_000, due: start + .milliseconds(100))
            for time in stride(from: step, through: 3_500, by: step) {
                let now = start + .milliseconds(time)
                path.advance(to: now, lag)
                if time <= 100 { #expect(path.vars == 0) }
                let expected = 1_000 * (1 - exponentialDecay(max(0, Double(time) - 100) / 200))
                #expect(abs(path.vars - expected) < 0.01)
            }
        }
    }
}
