// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Power in the unit and with the sign of a point, and back.
struct PowerConversion: Equatable, Sendable {
    /// A point in amperes is per phase and at this voltage.
    var voltage: Voltage
    var phaseCount: Int
    /// A point in percent is a share of the rating in the same direction.
    var ratings: PowerLimits

    /// - Returns: nil for a unit that is no measure of power.
    func number(_ power: Power, in point: Point) -> Double? {
        let watts = (point.sign == .chargePositive ? power : -power).inUnits
        return unit(of: point, upward: power >= .zero).map { watts / $0 }
    }

    func power(_ number: Double, from point: Point) -> Power? {
        let isUpward = (number >= 0) == (point.sign == .chargePositive)
        guard let unit = unit(of: point, upward: isUpward) else { return nil }
        return Power(measured: (point.sign == .chargePositive ? number : -number) * unit)
    }

    /// How many watts one count of the point's unit is.
    private func unit(of point: Point, upward: Bool) -> Double? {
        let watts: Double? =
            switch point.unit {
            case .watt, .none: 1
            case .kilowatt: 1_000
            case .ampere: voltage.inUnits * Double(phaseCount)
            case .percent: (upward ? ratings.upper : ratings.lower).magnitude.inUnits / 100
            case .volt, .hertz, .wattHour, .kilowattHour, .second, .millisecond: nil
            }
        return watts.flatMap { $0 > 0 ? $0 : nil }
    }
}

extension Interval {
    /// Nil for a unit that is no measure of time; a bare number is seconds.
    func number(in unit: Point.Unit) -> Double? {
        switch unit {
        case .second, .none: inSeconds
        case .millisecond: inSeconds * 1_000
        case .watt, .kilowatt, .ampere, .volt, .hertz, .wattHour, .kilowattHour, .percent: nil
        }
    }
}
