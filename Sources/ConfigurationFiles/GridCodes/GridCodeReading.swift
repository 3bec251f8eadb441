// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Reads the parts of a grid code's file that hold numbers.
struct GridCodeReading {
    let mapping: MappingField
    let book: SourceBook

    func profile() -> GridCodeProfile? {
        var profile = GridCodeProfile()
        guard let nominal = part("nominal", ["voltage", "frequency"], isRequired: true) else { return nil }
        let voltage = nominal.required("voltage", "230 V")?.quantity(
            Voltage.self, atLeast: .volts(50), atMost: .volts(1_000))
        let frequency = nominal.required("frequency", "50 Hz")?.gridFrequency()
        guard let voltage, let frequency else { return nil }
        book.nominalVoltage = voltage
        profile.nominalVoltage = voltage
        profile.nominalFrequency = frequency

        let response = frequencyResponse(&profile.frequencyResponse, nominal: frequency)
        let voltWatt = part("volt_watt", ["enabled", "delivery", "charging", "response_time", "voltage"])
        voltWatt.map { read($0, &profile.voltWatt) }
        let reactive = part("reactive_power", Self.reactiveKeys)
        reactive.map { read($0, &profile.reactivePower) }
        let entering = part("enter_service", Self.enteringKeys, isRequired: true)
        entering.map { read($0, &profile.enterService) }
        readRest(&profile)
        let stages = trips()
        profile.trips = TripSettings(stages.map(\.stage))
        let consistency = GridCodeConsistency(
            profile: profile, over: response.over, under: response.under, voltWatt: voltWatt, reactive: reactive,
            entering: entering, stages: stages)
        consistency.check()
        return profile
    }

    private func part(_ name: String, _ keys: [String], isRequired: Bool = false) -> SourcedMapping? {
        let field = isRequired ? mapping.required(name, "\(name): { … }") : mapping[name]
        return field.flatMap { part(of: $0, keys) }
    }

    private func part(of field: Field, _ keys: [String]) -> SourcedMapping? {
        field.mapping(keys).map { SourcedMapping(mapping: $0, book: book) }
    }

    // MARK: Active power by frequency

    private static let sideKeys = [
        "enabled", "threshold", "droop", "reference", "shed_beyond", "start_delay", "response_time", "may_reverse",
        "holds_deepest", "return_window", "return_delay", "return_ramp",
    ]

    private func frequencyResponse(
        _ settings: inout FrequencyResponse.Settings, nominal: Frequency
    ) -> (over: SourcedMapping?, under: SourcedMapping?) {
        guard let both = mapping["frequency_response"]?.mapping(["over", "under"]) else { return (nil, nil) }
        let over = both["over"].flatMap { part(of: $0, Self.sideKeys) }
        let under = both["under"].flatMap { part(of: $0, Self.sideKeys) }
        over.map { read($0, &settings.over) }
        under.map { read($0, &settings.under) }
        return (over, under)
    }

    private enum ReferenceName: String, CaseIterable { case rating, momentary }

    private func read(_ part: SourcedMapping, _ side: inout FrequencySide.Settings) {
        side.isOn = part.required("enabled", "true")?.boolean() ?? false
        if let threshold = part.required("threshold", "50.2 Hz")?.gridFrequency() { side.threshold = threshold }
        side.droop = part.percent("droop", 1...100) ?? .zero
        side.reference = part.choice("reference", ReferenceName.self) == .momentary ? .momentary : .rating
        side.shedThreshold = part.frequency("shed_beyond")
        side.startDelay = part.interval("start_delay") ?? .zero
        side.responseTime = part.interval("response_time") ?? .zero
        side.mayReverse = part.flag("may_reverse") ?? false
        side.holdsDeepest = part.flag("holds_deepest") ?? false
        if let window = part.required("return_window", "[49.8 Hz, 50.2 Hz]")?.window({ $0.gridFrequency() }) {
            side.returnLower = window.lower
            side.returnUpper = window.upper
        }
        side.returnDelay = part.interval("return_delay") ?? .zero
        side.returnRamp = part.rate("return_ramp") ?? .zero
        if !part.has("droop"), !part.has("shed_beyond") {
            part.mapping.field.error("“droop” or “shed_beyond” has to say what the frequency does")
        }
    }

    // MARK: By voltage

    private enum VoltageName: String, CaseIterable { case mean, extreme }

    private func read(_ part: SourcedMapping, _ settings: inout VoltWatt.Settings) {
        settings.isOn = part.required("enabled", "true")?.boolean() ?? false
        settings.delivery = part.voltageCurve("delivery") ?? PiecewiseLinear()
        settings.charging = part.voltageCurve("charging") ?? PiecewiseLinear()
        settings.responseTime = part.interval("response_time") ?? .zero
        settings.usesMean = part.choice("voltage", VoltageName.self) == .mean
        if !part.has("delivery"), !part.has("charging") {
            part.mapping.field.error("“delivery” or “charging” has to give a curve")
        }
    }

    private static let reactiveKeys = [
        "mode", "fixed_reactive_power", "fixed_power_factor", "excitation", "power_factor", "volt_var",
        "volt_var_response", "volt_var_speed", "watt_var", "response",
    ]
    enum ModeName: String, CaseIterable {
        case off
        case fixedReactivePower = "fixed_reactive_power"
        case fixedPowerFactor = "fixed_power_factor"
        case powerFactorByPower = "power_factor_by_power"
        case voltVar = "volt_var"
        case wattVar = "watt_var"

        var mode: ReactivePower.Mode {
            switch self {
            case .off: .off
            case .fixedReactivePower: .fixedReactivePower
            case .fixedPowerFactor: .fixedPowerFactor
            case .powerFactorByPower: .powerFactorByPower
            case .voltVar: .voltVar
            case .wattVar: .wattVar
            }
        }
    }
    private enum ExcitationName: String, CaseIterable { case absorbs, injects }
    private enum SpeedName: String, CaseIterable {
        case ninetyPercent = "ninety_percent"
        case threeTau = "three_tau"
    }

    private func read(_ part: SourcedMapping, _ settings: inout ReactivePower.Settings) {
        settings.mode = part.required("mode", "off")?.choice(ModeName.self)?.mode ?? .off
        settings.fixedReactivePower = part.percent("fixed_reactive_power", -100...100) ?? .zero
        settings.fixedPowerFactor = part.percent("fixed_power_factor", 10...100) ?? .one
        settings.injects = part.choice("excitation", ExcitationName.self) == .injects
        settings.powerFactor = part.powerCurve("power_factor", y: 10...100) ?? PiecewiseLinear()
        settings.voltVar = part.voltageCurve("volt_var") ?? PiecewiseLinear()
        let speed = part.choice("volt_var_speed", SpeedName.self) ?? .ninetyPercent
        settings.voltVarResponse = ResponseFilter(
            reaching: speed == .threeTau ? .threeTau : .ninetyPercent,
            after: part.interval("volt_var_response") ?? .zero)
        settings.wattVar = part.powerCurve("watt_var") ?? PiecewiseLinear()
        settings.response = ResponseFilter(reaching: .ninetyPercent, after: part.interval("response") ?? .zero)
    }

    // MARK: Entering and leaving service

    private static let enteringKeys = [
        "voltage", "frequency", "delay", "random_delay", "ramp", "short_interruption", "short_delay",
        "applies_to_charging",
    ]

    private func read(_ part: SourcedMapping, _ settings: inout EnterService.Settings) {
        if let window = part.required("voltage", "[85 %, 110 %]")?.window({ $0.shareOfVoltage(book.nominalVoltage) }) {
            settings.lowerVoltage = window.lower
            settings.upperVoltage = window.upper
        }
        if let window = part.required("frequency", "[49.5 Hz, 50.2 Hz]")?.window({ $0.gridFrequency() }) {
            settings.lowerFrequency = window.lower
            settings.upperFrequency = window.upper
        }
        settings.delay = part.required("delay", "60 s")?.interval(atMost: .minutes(60)) ?? .minutes(5)
        settings.randomDelay = part.interval("random_delay") ?? .zero
        settings.ramp = part.rate("ramp") ?? .zero
        settings.shortInterruption = part.interval("short_interruption") ?? .zero
        settings.shortDelay = part.interval("short_delay") ?? settings.delay
        settings.appliesToCharging = part.flag("applies_to_charging") ?? false
        if part.has("short_interruption") != part.has("short_delay") {
            part.mapping.field.error("“short_interruption” and “short_delay” belong together")
        }
    }

    private func readRest(_ profile: inout GridCodeProfile) {
        if let part = part("cease_to_energise", ["within"]) {
            profile.ceaseToEnergise.within = part.required("within", "5 s")?.interval(atMost: .minutes(1)) ?? .zero
        }
        if let part = part("momentary_cessation", ["enabled", "below", "above"]) {
            profile.momentaryCessation.isOn = part.required("enabled", "true")?.boolean() ?? false
            profile.momentaryCessation.below = part.value("below")?.shareOfVoltage(book.nominalVoltage)
            profile.momentaryCessation.above = part.value("above")?.shareOfVoltage(book.nominalVoltage)
        }
        if let part = part("remote_limit", ["slowest", "fastest"]) {
            profile.remotePowerLimit.slowest = part.required("slowest", "0.33 %/s")?.percentPerMinute() ?? .zero
            profile.remotePowerLimit.fastest = part.required("fastest", "0.66 %/s")?.percentPerMinute() ?? .zero
            if profile.remotePowerLimit.fastest < profile.remotePowerLimit.slowest {
                part.field("fastest").error("the fastest ramp is slower than the slowest")
            }
        }
        profile.tenMinuteVoltage = mapping["ten_minute_voltage"]
            .flatMap { SourcedMapping.value(in: $0, book) }?.shareOfVoltage(book.nominalVoltage)
    }

    private enum TripName: String, CaseIterable {
        case overVoltage = "over_voltage"
        case underVoltage = "under_voltage"
        case overFrequency = "over_frequency"
        case underFrequency = "under_frequency"
        case overVoltageTenMinutes = "over_voltage_10min"

        var kind: TripSettings.Kind {
            switch self {
            case .overVoltage: .overVoltage
            case .underVoltage: .underVoltage
            case .overFrequency: .overFrequency
            case .underFrequency: .underFrequency
            case .overVoltageTenMinutes: .overVoltageTenMinutes
            }
        }
    }

    /// `{ kind: over_voltage, value: 115 %, after: 0.2 s, source: …, confidence: source }`
    private func trips() -> [PlacedStage] {
        guard let field = mapping.required("trips", "trips: [{ kind: over_voltage, … }]"), let items = field.list()
        else {
            return []
        }
        if items.count > TripSettings.capacity { field.error("at most \(TripSettings.capacity) stages are known") }
        return items.prefix(TripSettings.capacity).compactMap(trip)
    }

    private func trip(_ field: Field) -> PlacedStage? {
        guard let mapping = field.mapping(["kind", "value", "after", "source", "confidence"]) else { return nil }
        let kind = mapping.required("kind", "kind: over_voltage")?.choice(TripName.self)?.kind
        let after = mapping.required("after", "after: 0.2 s")?.interval(atMost: .minutes(60))
        guard let value = SourcedMapping.value(in: mapping, book), let kind, let after else { return nil }
        switch kind {
        case .overVoltage, .underVoltage, .overVoltageTenMinutes:
            return value.shareOfVoltage(book.nominalVoltage)
                .map { PlacedStage(stage: TripSettings.Stage(kind, voltage: $0, after: after), field: value) }
        case .overFrequency, .underFrequency:
            return value.gridFrequency()
                .map { PlacedStage(stage: TripSettings.Stage(kind, frequency: $0, after: after), field: value) }
        }
    }
}

/// A trip stage and where it stands.
struct PlacedStage {
    let stage: TripSettings.Stage
    let field: Field
}
