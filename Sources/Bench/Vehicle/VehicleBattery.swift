// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import SimulatedSite

/// A bench car's battery over time: what it takes fills it, and its limits follow its state.
struct VehicleBattery: Sendable {
    private var vehicle: SimulatedVehicle
    let nominalVoltage: Voltage
    /// As the script changes them.
    var own: PowerLimits
    private var power = Power.zero
    private var since: Instant?

    init(_ options: BenchVehicleOptions) {
        vehicle = SimulatedVehicle(battery: options.battery, stateOfCharge: options.stateOfCharge)
        nominalVoltage = options.batteryVoltage
        own = PowerLimits(from: -options.battery.maximumDischarge, to: options.battery.maximumCharge)
    }

    var stateOfCharge: StateOfCharge { vehicle.stateOfCharge }

    /// A tenth lower when empty, a tenth higher when full.
    var voltage: Voltage {
        nominalVoltage + Voltage(milli: nominalVoltage.milli * (vehicle.stateOfCharge.milli - 50_000) / 500_000)
    }

    func limits(bidirectional: Bool) -> PowerLimits {
        let charge = Power(measured: vehicle.chargeLimit) ?? .zero
        let discharge = Power(measured: vehicle.dischargeLimit) ?? .zero
        return PowerLimits(from: bidirectional ? -discharge : .zero, to: charge).narrowed(to: own)
    }

    /// DC: at the battery's voltage; AC: per phase, of three.
    func current(of limits: PowerLimits, _ service: EnergyService) -> CurrentLimits {
        let volts: Voltage =
            switch service.transfer {
            case .dc: max(voltage, .volts(1))
            case .ac: .volts(3 * 230)
            }
        return CurrentLimits(
            from: Current(milli: limits.lower.milli * 1_000 / volts.milli),
            to: Current(milli: limits.upper.milli * 1_000 / volts.milli))
    }

    /// From what is in it now; negative when there is more.
    func energy(to target: StateOfCharge) -> Energy {
        let missing = target.milli - vehicle.stateOfCharge.milli
        return Energy(milli: vehicle.battery.capacity.milli / 100_000 * missing)
    }

    /// What flows from now on; what flowed until now is in the battery.
    mutating func takes(_ power: Power, at now: Instant) {
        if let since { vehicle.exchange(self.power.inUnits * (now - since).inSeconds / 3_600) }
        (self.power, since) = (power, now)
    }
}
