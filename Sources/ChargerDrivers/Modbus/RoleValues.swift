// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// The latest values as quantities. What is absent, implausible or not valid now is nil.
extension ModbusSession {
    func number(_ role: Role, in units: [Point.Unit: Double]) -> Double? {
        guard let (point, value) = value(for: role), let number = value.number else { return nil }
        return units[point.unit].map { number * $0 }
    }

    func power(_ role: Role, _ conversion: PowerConversion) -> Power? {
        guard let (point, value) = value(for: role), let number = value.number else { return nil }
        return conversion.power(number, from: point)
    }

    func energy(_ role: Role) -> Energy? {
        number(role, in: [.wattHour: 1, .none: 1, .kilowattHour: 1_000]).flatMap { $0 >= 0 ? $0 : nil }
            .flatMap(Energy.init(measured:))
    }

    /// What the points of three roles hold; phases beyond `count` are zero, a missing one makes all nil.
    func perPhase<Value: Quantity>(
        _ roles: PerPhase<Role>, count: Int, _ value: (Role) -> Value?
    ) -> PerPhase<Value>? {
        guard let first = value(roles.l1) else { return nil }
        if count == 1, profile.point(for: roles.l2) == nil { return PerPhase(first, .zero, .zero) }
        guard let second = value(roles.l2), let third = value(roles.l3) else { return nil }
        return PerPhase(first, second, third)
    }

    func current(_ role: Role) -> Current? {
        guard let point = profile.point(for: role), let amperes = number(role, in: [.ampere: 1, .none: 1]) else {
            return nil
        }
        return Current(measured: point.sign == .chargePositive ? amperes : -amperes)
    }

    func voltage(_ role: Role) -> Voltage? {
        number(role, in: [.volt: 1, .none: 1]).flatMap(Voltage.init(measured:))
    }

    var frequency: Frequency? {
        number(.frequency, in: [.hertz: 1, .none: 1]).flatMap(Frequency.init(measured:))
    }
}

extension PerPhase where Value == Role {
    static var powers: Self { PerPhase(.powerL1, .powerL2, .powerL3) }
    static var currents: Self { PerPhase(.currentL1, .currentL2, .currentL3) }
    static var voltages: Self { PerPhase(.voltageL1, .voltageL2, .voltageL3) }
}

extension Current {
    /// Meters that report magnitudes: the power of the same phase tells the direction.
    func directed(as power: Power) -> Current { (power < .zero) == (self < .zero) || power.isZero ? self : -self }
}
