// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection
import SimulatedSite

/// A simulated grid, its meter, and nothing but one simulated charger with a car, under the functions of a grid code, in virtual time.
/// A value: a copy goes on from the same instant.
struct GridCodePlant {
    /// Small against the response times of the codes, and named in every report.
    static let tick = Interval.milliseconds(100)
    static let deadTime = Interval.milliseconds(100)
    static let timeConstant = Interval.milliseconds(200)
    static let rating = Power.watts(10_000)

    private(set) var now: Instant
    private(set) var functions: GridCodeFunctions
    private var site: SimulatedSite
    private var events = ConnectionEvents()
    /// What the car would do without the grid code, import positive.
    var wanted: PerUnit

    init(_ profile: GridCodeProfile, wanted: PerUnit) {
        let start = Instant(nanoseconds: 0)
        now = start
        self.wanted = wanted
        functions = GridCodeFunctions(profile, silence: GridCodeFunctions.Silence(), seed: 1, at: start)
        site = SimulatedSite(
            chargers: [Self.charger(at: start)],
            grid: SimulatedGrid(frequency: profile.nominalFrequency, voltage: profile.nominalVoltage),
            meter: SimulatedMeter(refresh: Self.tick, at: start), startingAt: start)
        site.load.override = .zero
    }

    private static func charger(at start: Instant) -> SimulatedCharger {
        let hardware = SimulatedCharger.Hardware(
            ratings: ChargerRatings(
                power: PowerLimits(from: -rating, to: rating), phaseCount: 3, minimumCharge: .zero,
                minimumDischarge: .zero, step: .watts(1)),
            dynamics: ChargerDynamics(
                deadTime: deadTime, timeConstant: timeConstant, rampUp: .zero, rampDown: .zero,
                directionChangePause: .zero),
            efficiency: 1, refresh: .zero)
        var charger = SimulatedCharger(
            id: 1, hardware: hardware, watchdog: HardwareWatchdog(kind: .none, timeout: .zero), at: start)
        let battery = SimulatedVehicle.Battery(capacity: .wattHours(10_000_000), maximumDischarge: rating)
        charger.plugIn(SimulatedVehicle(battery: battery, habits: SimulatedVehicle.Habits(startDelay: .zero)))
        return charger
    }

    /// Measured at the connection point, import positive.
    var power: PerUnit { PerUnit(site.connectionPoint.total, of: Self.rating) }
    /// Measured at the terminals of the charger, which is alone behind the meter.
    var reactivePower: PerUnit { PerUnit(site.chargers[0].reactivePower, of: Self.rating) }

    mutating func setGrid(frequency: Frequency? = nil, voltage: Voltage? = nil) {
        if let frequency { site.grid.frequency = frequency }
        if let voltage { site.grid.openVoltage = voltage }
    }

    /// One tick: the meter is read, the functions decide, the charger is told.
    mutating func step() {
        now = now + Self.tick
        site.advance(to: now)
        let reading = site.meter.shown
        let measurement = reading.map {
            GridMeasurement(
                frequency: $0.frequency, voltage: PerPhase($0.voltage?.l1, $0.voltage?.l2, $0.voltage?.l3),
                measuredAt: $0.measuredAt)
        }
        let point = OperatingPoint(power: power, wanted: wanted, areSettingsVerified: true)
        events.removeAll()
        let output = functions.step(now, measurement, point, &events)
        let target = output.served(wanted).power(of: Self.rating)
        let reactive = functions.reactivePower.value?.power(of: Self.rating) ?? .zero
        site.withCharger(1) { charger in
            charger.setpoint(target, at: now)
            charger.reactiveSetpoint(reactive, at: now)
        }
    }

    mutating func run(for time: Interval) {
        let end = now + time
        while now < end { step() }
    }

    /// In service on a grid at rest, everything settled. Entering is not what the sweeps measure, so it takes no time.
    static func inService(_ original: GridCodeProfile, wanted: PerUnit) -> GridCodePlant {
        var profile = original
        profile.enterService.delay = .zero
        profile.enterService.randomDelay = .zero
        profile.enterService.ramp = PerUnit(millionths: 0)
        var plant = GridCodePlant(profile, wanted: wanted)
        plant.run(for: .seconds(30))
        return plant
    }
}
