// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A first-order lag under a rate limit, the part of a charger's answer that follows its dead time.
struct FirstOrderLag {
    let timeConstant: Interval
    /// Per second, magnitude rising and falling; zero is unlimited.
    let rampUp: Double
    let rampDown: Double

    /// The value after `step`, started at `value` and drawn toward `goal`; never beyond it.
    func value(after step: Interval, from value: Double, toward goal: Double) -> Double {
        let drawn = goal + (value - goal) * remainder(after: step)
        let isRising = abs(goal) > abs(value)
        let ramp = isRising ? rampUp : rampDown
        guard ramp > 0 else { return drawn }
        let most = ramp * step.inSeconds
        return value + min(max(drawn - value, -most), most)
    }

    /// How much of a difference is left after `step`: 1 at once, e⁻¹ after the time constant.
    private func remainder(after step: Interval) -> Double {
        guard timeConstant > .zero else { return 0 }
        return exponentialDecay(step.inSeconds / timeConstant.inSeconds)
    }
}

/// e⁻ˣ for x ≥ 0 from arithmetic alone, so that a trajectory is the same to the last bit on every platform. The error
/// stays below 1e-9.
func exponentialDecay(_ x: Double) -> Double {
    guard x < 40 else { return 0 }
    var reduced = x
    var squarings = 0
    while reduced > 0.05 {
        reduced /= 2
        squarings += 1
    }
    // Padé approximant of order two.
    var result = (12 - 6 * reduced + reduced * reduced) / (12 + 6 * reduced + reduced * reduced)
    for _ in 0..<squarings { result *= result }
    return result
}

extension Quantity {
    /// From the simulation's floating-point numbers, in whole units; what is no number becomes zero.
    init(simulated value: Double) { self = Self(measured: value) ?? .zero }
}
