// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Reads what the registers ask of the charger.
struct ChargerCommands {
    let content: ImageContent
    let roles: CommandRoles

    /// The setpoint the registers hold; nil while control is not taken or power was not started.
    func power(connector: Int?, in registers: StoredRegisters, for charger: SimulatedCharger?) -> Power? {
        guard let charger, !roles.setpoints.isEmpty else { return nil }
        for required in [roles.control, roles.running] {
            for (name, allowed) in required {
                guard let value = value(of: name, connector, registers), allowed.contains(value) else { return nil }
            }
        }
        var charge = Power.zero
        var discharge = Power.zero
        for (name, part) in roles.setpoints.sorted(by: { $0.key < $1.key }) {
            guard let place = content.layout.place(named: name, connector: connector),
                let value = value(of: name, connector, registers)
            else { return nil }
            let asked = power(value, of: content.layout.point(place), for: charger)
            switch part {
            case .setpoint: return asked
            case .chargeMagnitude: charge = asked.magnitude
            case .dischargeMagnitude: discharge = asked.magnitude
            }
        }
        return charge.isZero ? -discharge : charge
    }

    /// - Parameter value: In the point's unit: a power, a current per phase or a share of the rating.
    func power(_ value: Double, of point: Point, for charger: SimulatedCharger) -> Power {
        let signed = point.isFlipped ? -value : value
        switch point.unit {
        case .ampere:
            let volts = [charger.voltage.l1, charger.voltage.l2, charger.voltage.l3].prefix(charger.phaseCount)
            return Power(simulated: signed * volts.reduce(0, +))
        case .percent:
            let ratings = charger.hardware.ratings.power
            let full = signed < 0 ? ratings.lower.magnitude : ratings.upper
            return Power(simulated: signed / 100 * full.inUnits)
        case .watt, .kilowatt, .volt, .hertz, .wattHour, .kilowattHour, .second, .millisecond, .none:
            return Power(simulated: signed * point.unitSize)
        }
    }

    /// Nil for what is no length of time.
    func interval(_ value: Double, of point: Point) -> Interval? {
        let seconds = value * point.unitSize
        guard seconds >= 0, seconds < 1e9 else { return nil }
        return Interval(nanoseconds: Int64((seconds * 1e9).rounded()))
    }

    private func value(of name: String, _ connector: Int?, _ registers: StoredRegisters) -> Double? {
        guard let place = content.layout.place(named: name, connector: connector),
            let words = content.stored(place, in: registers)
        else { return nil }
        return content.scaling.value(words, of: content.layout.point(place))
    }
}

extension Location {
    var hasBlocks: Bool {
        switch self {
        case .blocks: true
        case .absolute, .sunspec: false
        }
    }
}

extension SimulatedCharger {
    /// A charger that matches a profile: its ratings, its dynamics, and its watchdog, off where a register holds the
    /// time-out. Nil for a meter's profile.
    package init?(id: Int, profile: FirmwareProfile, at now: Instant) {
        guard let rules = profile.charger else { return nil }
        let isBidirectional = rules.ratings.power.lower < .zero
        let hardware = Hardware(
            ratings: rules.ratings, dynamics: rules.dynamics, efficiency: isBidirectional ? 0.94 : 1,
            switchesPhases: !rules.commands.setPhases.isEmpty, refresh: profile.timing.refresh)
        let timeout = rules.watchdog.timeoutPoint == nil ? rules.watchdog.timeout : .zero
        let watchdog = HardwareWatchdog(
            kind: rules.watchdog.kind, timeout: timeout, fallback: rules.watchdog.fallbackPower)
        self.init(id: id, hardware: hardware, watchdog: watchdog, at: now)
    }
}
