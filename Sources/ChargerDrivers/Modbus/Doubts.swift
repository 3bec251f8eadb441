// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

extension ModbusSession {
    /// Takes out of a reading what no charger of these ratings can mean.
    /// - Returns: The first such value; nil where all can be believed.
    func doubt(about reading: inout ChargerReading, ratings: ChargerRatings) -> DeviceFault? {
        let power = doubtfulPower(&reading, ratings)
        let current = doubtfulCurrent(&reading, ratings)
        return doubtfulState ?? power ?? current
    }

    private var doubtfulState: DeviceFault? {
        guard let point = profile.point(for: .state), let raw = value(point.name)?.raw, point.states[raw] == nil else {
            return nil
        }
        let known = point.states.keys.sorted().map(String.init).joined(separator: ", ")
        return .unexpectedValue(point: point.name, value: "\(raw)", allowed: known)
    }

    /// More than half as much again as it can is not believed, nor is a power that is none.
    private func doubtfulPower(_ reading: inout ChargerReading, _ ratings: ChargerRatings) -> DeviceFault? {
        let credible = ratings.crediblePower
        let name = profile.point(for: .power)?.name ?? profile.point(for: .powerL1)?.name
        guard let name else { return nil }
        let allowed = "\(credible.lower) to \(credible.upper)"
        if let power = reading.power {
            guard !credible.contains(power) else { return nil }
            reading.power = nil
            return .unexpectedValue(point: name, value: "\(power)", allowed: allowed)
        }
        switch value(name) {
        case .absent(.refused)?, .text?, .number?, nil: return nil
        // Without a car many say that they have no power to tell of.
        case .absent(.sentinel)? where !reading.state.hasVehicle: return nil
        case .absent(let absence)?:
            return .unexpectedValue(point: name, value: "\(PointValue.absent(absence))", allowed: allowed)
        }
    }

    private func doubtfulCurrent(_ reading: inout ChargerReading, _ ratings: ChargerRatings) -> DeviceFault? {
        guard let current = reading.current else { return nil }
        let credible = ratings.credibleCurrent
        guard max(current.l1.magnitude, current.l2.magnitude, current.l3.magnitude) > credible else { return nil }
        reading.current = nil
        return .unexpectedValue(
            point: profile.point(for: .currentL1)?.name ?? "current",
            value: "\(current.l1), \(current.l2), \(current.l3)", allowed: "up to \(credible)")
    }
}

extension ChargerRatings {
    /// What a charger may take while it charges nothing, and measuring error.
    private static let standby = Power.watts(200)

    /// Half as much again as it can.
    var crediblePower: PowerLimits {
        PowerLimits(
            from: power.lower + power.lower / 2 - Self.standby, to: power.upper + power.upper / 2 + Self.standby)
    }

    /// Per phase, at a voltage well below the nominal one.
    var credibleCurrent: Current {
        let most = max(crediblePower.upper, -crediblePower.lower) / max(phaseCount, 1)
        return Current(milli: most.milli * 1_000 / Voltage.volts(180).milli)
    }
}
