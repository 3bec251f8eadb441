// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

@testable import SimulatedSite

let start = Instant(nanoseconds: 1_000_000_000_000)

func after(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }

/// A 10 kW bidirectional DC charger: 1 s dead time, 2 s time constant, 100 W steps, 500 W dead band.
func bidirectionalHardware(
    rampUp: Power = .zero, efficiency: Double = 0.9, phaseCount: Int = 3, pause: Interval = .seconds(2)
) -> SimulatedCharger.Hardware {
    SimulatedCharger.Hardware(
        ratings: ChargerRatings(
            power: PowerLimits(from: .watts(-10_000), to: .watts(10_000)), phaseCount: phaseCount,
            minimumCharge: .watts(500), minimumDischarge: .watts(500), step: .watts(100)),
        dynamics: ChargerDynamics(
            deadTime: .seconds(1), timeConstant: .seconds(2), rampUp: rampUp, rampDown: .zero,
            directionChangePause: pause),
        efficiency: efficiency, refresh: .zero)
}

func pluggedCharger(
    _ hardware: SimulatedCharger.Hardware = bidirectionalHardware(), vehicle: SimulatedVehicle = eagerVehicle(),
    watchdog: HardwareWatchdog = HardwareWatchdog(kind: .none, timeout: .zero), id: Int = 1
) -> SimulatedCharger {
    var charger = SimulatedCharger(id: id, hardware: hardware, watchdog: watchdog, at: start)
    charger.plugIn(vehicle)
    return charger
}

func eagerVehicle(at percent: Int = 50, canDischarge: Bool = true) -> SimulatedVehicle {
    SimulatedVehicle(
        stateOfCharge: .percent(percent), canDischarge: canDischarge,
        habits: SimulatedVehicle.Habits(startDelay: .zero))
}
