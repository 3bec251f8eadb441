// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// The `charger` part of a profile with the places its checks point to.
struct PlacedCharger {
    let profile: ChargerProfile
    let mapping: MappingField
    let ratings: MappingField?
    let watchdog: MappingField?
    /// By key, in the order of the format.
    let commands: [(key: String, steps: [PlacedStep])]
    let feed: [PlacedStep]
}

/// Reads the `charger` part of a profile.
enum ChargerProfileReader {
    static let keys = [
        "ratings", "dynamics", "commands", "watchdog", "discharge_when", "settle", "read_back_tolerance", "fault_grace",
        "daily_write_budget",
    ]
    static let commandKeys = ["take_control", "set_power", "set_zero", "release", "on_unplug", "set_phases"]

    static func read(_ field: Field, wireProtocol: FirmwareProfile.WireProtocol) -> PlacedCharger? {
        guard let mapping = field.mapping(keys) else { return nil }
        let ratingsMapping = mapping.required("ratings", "ratings: { charge: 11 kW, phases: 3 }")?
            .mapping(ratingKeys)
        let dynamics = mapping["dynamics"].map(dynamics) ?? defaultDynamics
        let commands = commands(mapping, wireProtocol)
        let watchdogMapping = mapping.required("watchdog", "watchdog: { kind: none }")?.mapping(watchdogKeys)
        let feed = StepReader.steps(watchdogMapping?["feed"])
        guard let ratingsMapping, let ratings = ratings(ratingsMapping), let watchdogMapping,
            let watchdog = watchdog(watchdogMapping, feed: feed)
        else { return nil }
        var profile = ChargerProfile(
            ratings: ratings, chargeRatingPoint: ratingsMapping["charge_point"]?.text(),
            dischargeRatingPoint: ratingsMapping["discharge_point"]?.text(), dynamics: dynamics,
            commands: joined(commands), watchdog: watchdog,
            dischargeWhen: StepReader.conditions(mapping["discharge_when"]))
        profile.settle = mapping["settle"]?.interval(atMost: .minutes(1)) ?? .seconds(1)
        profile.readBackTolerance = mapping["read_back_tolerance"]?.quantity(Power.self, atLeast: .zero)
        profile.faultGrace = mapping["fault_grace"]?.interval(atMost: .minutes(60)) ?? .zero
        profile.dailyWriteBudget = mapping["daily_write_budget"]?.int(1...10_000) ?? 24
        return PlacedCharger(
            profile: profile, mapping: mapping, ratings: ratingsMapping, watchdog: watchdogMapping, commands: commands,
            feed: feed)
    }

    private static let ratingKeys = [
        "charge", "discharge", "phases", "minimum_charge", "minimum_discharge", "step", "charge_point",
        "discharge_point",
    ]

    private static func ratings(_ mapping: MappingField) -> ChargerRatings? {
        let charge = mapping.required("charge", "charge: 11 kW")?.quantity(Power.self, atLeast: .zero)
        let discharge = mapping["discharge"].map { $0.quantity(Power.self, atLeast: .zero) } ?? .zero
        let phases = mapping.required("phases", "phases: 3")?.int(1...3, "a number of phases")
        let minimumCharge = mapping["minimum_charge"]?.quantity(Power.self, atLeast: .zero) ?? .zero
        let minimumDischarge = mapping["minimum_discharge"]?.quantity(Power.self, atLeast: .zero) ?? .zero
        let step = mapping["step"]?.quantity(Power.self, atLeast: Power(milli: 1)) ?? .watts(1)
        guard let charge, let discharge, let phases else { return nil }
        if minimumCharge > charge {
            mapping["minimum_charge"]?.error("\(minimumCharge) is above the rating of \(charge)")
        }
        if minimumDischarge > discharge {
            mapping["minimum_discharge"]?.error("\(minimumDischarge) is above the rating of \(discharge)")
        }
        return ChargerRatings(
            power: PowerLimits(from: -discharge, to: charge), phaseCount: phases, minimumCharge: minimumCharge,
            minimumDischarge: minimumDischarge, step: step)
    }

    /// What is assumed of a charger nobody has measured: slow, so that the loop waits rather than corrects twice.
    private static let defaultDynamics = ChargerDynamics(
        deadTime: .seconds(2), timeConstant: .seconds(2), rampUp: .zero, rampDown: .zero,
        directionChangePause: .seconds(2))

    private static func dynamics(_ field: Field) -> ChargerDynamics {
        let keys = ["dead_time", "time_constant", "ramp_up", "ramp_down", "direction_change_pause"]
        guard let mapping = field.mapping(keys) else { return defaultDynamics }
        let longest = Interval.minutes(5)
        return ChargerDynamics(
            deadTime: mapping["dead_time"]?.interval(atMost: longest) ?? defaultDynamics.deadTime,
            timeConstant: mapping["time_constant"]?.interval(atMost: longest) ?? defaultDynamics.timeConstant,
            rampUp: mapping["ramp_up"]?.powerRate() ?? .zero, rampDown: mapping["ramp_down"]?.powerRate() ?? .zero,
            directionChangePause: mapping["direction_change_pause"]?.interval(atMost: longest)
                ?? defaultDynamics.directionChangePause)
    }

    private static func commands(
        _ mapping: MappingField, _ wireProtocol: FirmwareProfile.WireProtocol
    ) -> [(key: String, steps: [PlacedStep])] {
        guard wireProtocol == .modbus else {
            mapping["commands"]?.error("the protocol \(wireProtocol.rawValue) has its own commands")
            return []
        }
        let field = mapping.required("commands", "commands: { set_power: [{ write: setpoint, value: setpoint }] }")
        guard let commands = field?.mapping(commandKeys) else { return [] }
        if commands.required("set_power", "set_power: [{ write: setpoint, value: setpoint }]")?.list()?.isEmpty == true
        {
            commands["set_power"]?.error("a charger needs at least one step to be given a setpoint")
        }
        return commandKeys.map { ($0, StepReader.steps(commands[$0])) }
    }

    private static func joined(_ commands: [(key: String, steps: [PlacedStep])]) -> Commands {
        func steps(_ key: String) -> [Commands.Step] {
            commands.first { $0.key == key }?.steps.map(\.step) ?? []
        }
        return Commands(
            takeControl: steps("take_control"), setPower: steps("set_power"), setZero: steps("set_zero"),
            release: steps("release"), onUnplug: steps("on_unplug"), setPhases: steps("set_phases"))
    }

    private static let watchdogKeys = [
        "kind", "timeout", "timeout_point", "timeout_range", "fallback_power", "fallback_point", "feed",
    ]

    private static func watchdog(_ mapping: MappingField, feed: [PlacedStep]) -> Watchdog? {
        guard let kind = mapping.required("kind", "kind: any")?.choice(Watchdog.Kind.self) else { return nil }
        guard kind != .none else {
            for key in watchdogKeys.dropFirst() {
                mapping[key]?.error("a watchdog of kind none has no “\(key)”")
            }
            return Watchdog(kind: .none, timeout: .zero)
        }
        guard
            let timeout = mapping.required("timeout", "timeout: 30 s")?
                .interval(atLeast: .seconds(1), atMost: .minutes(60))
        else { return nil }
        return Watchdog(
            kind: kind, timeoutPoint: mapping["timeout_point"]?.text(), timeout: timeout,
            timeoutRange: mapping["timeout_range"].flatMap(StepReader.intervals),
            fallbackPoint: mapping["fallback_point"]?.text(),
            fallbackPower: mapping["fallback_power"]?.quantity(Power.self) ?? .zero, feed: feed.map(\.step))
    }
}

extension Field {
    /// `2 kW/s`, `500 W/s`: never negative; zero is unlimited.
    func powerRate() -> Power? {
        guard let scalar, scalar.hasSuffix("/s") else {
            error("expected a power per second such as 2 kW/s, found \(value.kind)")
            return nil
        }
        do throws(QuantityTextError) {
            let power = try Power(parsing: String(scalar.shortened.dropLast(2)))
            if power >= .zero { return power }
            error("expected at least 0 W/s, found \(value.kind)")
        } catch {
            self.error("expected a power per second such as 2 kW/s: \(error.description)")
        }
        return nil
    }
}
