// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

struct PiecewiseLinearTests {
    static let voltVar = curve((0.92, 0.44), (0.98, 0), (1.02, 0), (1.08, -0.44))

    @Test(arguments: [
        (0.0, 0.44), (0.92, 0.44), (0.95, 0.22), (0.98, 0), (1.0, 0), (1.02, 0), (1.05, -0.22), (1.08, -0.44),
        (2, -0.44),
    ]) func `it is constant outside and straight between its points`(x: Double, y: Double) {
        #expect(Self.voltVar.value(at: pu(x)) == pu(y))
    }

    @Test func `two points at one place make a step, the upper one from there on`() {
        let step = curve((1, 0.2), (1, 0.8))
        #expect(step.value(at: pu(0.999_999)) == pu(0.2))
        #expect(step.value(at: pu(1.000_001)) == pu(0.8))
    }

    @Test func `without points it is zero, and what does not ascend does not trap`() {
        #expect(PiecewiseLinear().value(at: 7) == 0)
        let odd = curve((1, 0.5), (0.5, 0.1), (0.7, 0.9))
        for x in stride(from: -2.0, through: 2, by: 0.01) { _ = odd.value(at: pu(x)) }
        let wide = PiecewiseLinear([.init(x: .min, y: .min), .init(x: .max, y: .max)])
        #expect(wide.value(at: 0) == 0)
        #expect(wide.value(at: .max) == 1_000_000_000)
    }
}

struct PerUnitTests {
    @Test(arguments: [(5_000, 10_000, 0.5), (-2_500, 10_000, -0.25), (1, 3, 0.333_333), (5, 0, 0), (5, -1, 0)])
    func `a power is a share of a rating`(power: Int, rating: Int, share: Double) {
        #expect(PerUnit(.watts(power), of: .watts(rating)) == pu(share))
    }

    @Test func `no value traps`() {
        let most = PerUnit(millionths: .max)
        #expect(most.power(of: Power(milli: Power.plausible)) == Power(milli: Power.plausible))
        #expect(PerUnit(millionths: .min).power(of: Power(milli: .max)) == Power(milli: -Power.plausible))
        #expect(PerUnit(Power(milli: .max), of: Power(milli: 1)) == most)
        #expect(most * most == most)
        #expect(-most - most == -most)
    }
}

struct RampTests {
    @Test func `ten percent per minute are reached after a minute, to the nearest millionth`() {
        let ramp = Ramp(from: .zero, since: at(0), perMinute: pu(0.1))
        #expect(ramp.value(at: at(-1)) == .zero)
        #expect(ramp.value(at: at(30)) == pu(0.05))
        #expect(ramp.value(at: at(60)) == pu(0.1))
        #expect(ramp.value(at: at(0.01)) == PerUnit(millionths: 17))
    }

    @Test func `extremes do not trap`() {
        let ramp = Ramp(from: .one, since: .distantPast, perMinute: PerUnit(millionths: .max))
        #expect(ramp.value(at: .distantFuture) == PerUnit(millionths: .max))
    }
}
