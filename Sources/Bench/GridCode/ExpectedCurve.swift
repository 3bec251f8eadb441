// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// What a code's numbers ask of a plant at rest, in floating point and straight from the definitions: the second opinion
/// the sweeps compare with.
struct ExpectedCurve {
    private let profile: GridCodeProfile

    init(_ profile: GridCodeProfile) { self.profile = profile }

    /// - Parameter wanted: Import positive, per unit, and so is the answer.
    func power(at frequency: Frequency, wanted: Double) -> Double {
        let over = profile.frequencyResponse.over
        let under = profile.frequencyResponse.under
        let above = frequency.inUnits - over.threshold.inUnits
        let below = under.threshold.inUnits - frequency.inUnits
        var power = wanted
        if over.isOn, above > 0 { power = max(power, -most(over, beyond: above, frequency, hurting: -wanted)) }
        if under.isOn, below > 0 { power = min(power, most(under, beyond: below, frequency, hurting: wanted)) }
        return power
    }

    /// - Parameters:
    ///   - deviation: In hertz.
    ///   - power: On the side that hurts.
    private func most(
        _ side: FrequencySide.Settings, beyond deviation: Double, _ frequency: Frequency, hurting power: Double
    ) -> Double {
        var most = power
        if side.droop.millionths > 0 {
            let share = deviation / (profile.nominalFrequency.inUnits * side.droop.inUnits)
            most -= side.reference == .rating ? share : share * abs(power)
        }
        if let shed = side.shedThreshold {
            let isShed = shed >= side.threshold && frequency > shed || shed <= side.threshold && frequency < shed
            if isShed { most = min(most, 0) }
        }
        return max(most, side.mayReverse ? -1 : 0)
    }

    func power(atVoltage voltage: Double, wanted: Double) -> Double {
        var power = wanted
        let settings = profile.voltWatt
        if settings.delivery.count > 0 { power = max(power, -value(of: settings.delivery, at: voltage)) }
        if settings.charging.count > 0 { power = min(power, value(of: settings.charging, at: voltage)) }
        return power
    }

    func reactivePower(atVoltage voltage: Double) -> Double {
        value(of: profile.reactivePower.voltVar, at: voltage)
    }

    func reactivePower(delivering power: Double) -> Double {
        let settings = profile.reactivePower
        guard settings.mode == .powerFactorByPower else { return value(of: settings.wattVar, at: power) }
        let factor = value(of: settings.powerFactor, at: max(power, 0))
        let amount = abs(power) * (1 - factor * factor).squareRoot() / factor
        return settings.injects ? amount : -amount
    }

    private func value(of curve: PiecewiseLinear, at x: Double) -> Double {
        let points = curve.copy().map { (x: Double($0.x) / 1e6, y: Double($0.y) / 1e6) }
        guard let first = points.first, let last = points.last else { return 0 }
        if x <= first.x { return first.y }
        for (lower, upper) in zip(points, points.dropFirst()) where x <= upper.x {
            return lower.y + (upper.y - lower.y) * (x - lower.x) / (upper.x - lower.x)
        }
        return last.y
    }
}
