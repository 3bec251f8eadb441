// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A charger whose cars the gateway speaks to itself: its contactors and its output are led. Adopted only where the
/// hardware allows it; a charger with a vehicle link of its own does not.
package protocol VehicleConnecting: ChargerDevice {
    /// Constant for the life of the device.
    var outlet: VehicleOutlet { get }
    /// What the outlet shall do from now on; replaces the former order. A turn is wanted at once where it differs. What
    /// comes of it is told by `DeviceEvent.outlet`.
    func lead(_ order: OutletOrder)
}

/// What a charger bears at the car's inlet.
package struct VehicleOutlet: Equatable, Sendable, BitwiseCopyable {
    /// Of the converter's output; of no meaning for AC.
    package var lowestVoltage: Voltage
    package var highestVoltage: Voltage
    package var current: CurrentLimits
    /// What arrives of the power on the way between grid and inlet, in either direction: 1 to 1000 thousandths.
    package let efficiency: Int
    /// Whether the charger's readings say when a plug is in, before any session; else the session says so.
    package var seesPlug = false

    package init(
        lowestVoltage: Voltage = .volts(150), highestVoltage: Voltage = .volts(1_000),
        current: CurrentLimits = CurrentLimits(from: .amperes(-125), to: .amperes(125)), efficiency: Int = 1_000
    ) {
        self.lowestVoltage = lowestVoltage
        self.highestVoltage = highestVoltage
        self.current = current
        self.efficiency = min(max(efficiency, 1), 1_000)
    }

    /// Losses are the grid's when charging and the car's when discharging.
    package func atInlet(_ power: Power) -> Power { power > .zero ? lessened(power) : raised(power) }
    package func atGrid(_ power: Power) -> Power { power > .zero ? raised(power) : lessened(power) }

    package func atInlet(_ limits: PowerLimits) -> PowerLimits {
        PowerLimits(from: atInlet(limits.lower), to: atInlet(limits.upper))
    }
    package func atGrid(_ limits: PowerLimits) -> PowerLimits {
        PowerLimits(from: atGrid(limits.lower), to: atGrid(limits.upper))
    }

    private func lessened(_ power: Power) -> Power { Power(milli: Self.plausible(power) * Int64(efficiency) / 1_000) }
    private func raised(_ power: Power) -> Power { Power(milli: Self.plausible(power) * 1_000 / Int64(efficiency)) }

    /// A car may name any number; what no site has is cut, so that arithmetic cannot overflow.
    private static func plausible(_ power: Power) -> Int64 {
        min(max(power.milli, 0 - Power.plausible), Power.plausible)
    }
}

/// What an outlet shall do.
package struct OutletOrder: Equatable, Sendable, BitwiseCopyable {
    package enum Output: Equatable, Sendable, BitwiseCopyable {
        case off
        /// Up to this voltage, without current that matters.
        case preCharge(Voltage)
        /// The charger's power as the control loop orders it, within these bounds at the inlet.
        case follow(power: PowerLimits, current: CurrentLimits, lowest: Voltage, highest: Voltage)
    }

    /// A car's session is there.
    package var hasVehicle = false
    /// Each new number asks for one test of the insulation; zero for none.
    package var cableCheck: UInt32 = 0
    package var closesContactors = false
    package var output = Output.off
    /// What the car says of itself, at its inlet.
    package var vehicle = PowerLimits.zero
    package var stateOfCharge: StateOfCharge?

    package init() {}
}

/// What has come of an order.
package struct OutletReport: Equatable, Sendable, BitwiseCopyable {
    package enum Insulation: Equatable, Sendable, BitwiseCopyable { case untested, valid, faulty }

    package var areContactorsClosed = false
    /// Of the test with this number.
    package var cableCheck: UInt32 = 0
    package var insulation = Insulation.untested
    /// At the converter's output; positive charges.
    package var voltage = Voltage.zero
    package var current = Current.zero

    package init() {}
}
