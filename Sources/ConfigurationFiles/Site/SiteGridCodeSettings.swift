// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection

// What a site may set otherwise than its grid code's file.
extension SiteGridCodeReader {
    func readFrequencyResponse(_ field: Field, _ chosen: inout SiteGridCode) {
        guard let mapping = field.mapping(["over", "under"]) else { return }
        let nominal = chosen.profile.nominalFrequency
        if let over = mapping["over"] {
            var side = chosen.profile.frequencyResponse.over
            read(over, &side, &chosen.changes)
            if side.threshold <= nominal || side.threshold < side.returnUpper {
                over.error(
                    "the threshold of \(side.threshold) is not above \(nominal) and the end of the window of return, "
                        + "\(side.returnUpper)")
            }
            chosen.profile.frequencyResponse.over = side
        }
        if let under = mapping["under"] {
            var side = chosen.profile.frequencyResponse.under
            read(under, &side, &chosen.changes)
            if side.threshold >= nominal || side.threshold > side.returnLower {
                under.error(
                    "the threshold of \(side.threshold) is not below \(nominal) and the begin of the window of return, "
                        + "\(side.returnLower)")
            }
            chosen.profile.frequencyResponse.under = side
        }
    }

    private func read(_ field: Field, _ side: inout FrequencySide.Settings, _ changes: inout [String]) {
        guard let mapping = field.mapping(["enabled", "threshold", "droop", "may_reverse"]) else { return }
        if let isOn = take("enabled", mapping, &changes, { $0.boolean() }) { side.isOn = isOn }
        if let threshold = take("threshold", mapping, &changes, { $0.gridFrequency() }) { side.threshold = threshold }
        if let droop = take("droop", mapping, &changes, { $0.percent(1...100) }) { side.droop = droop }
        if let mayReverse = take("may_reverse", mapping, &changes, { $0.boolean() }) { side.mayReverse = mayReverse }
        if side.isOn, side.threshold.milli == 0 {
            field.error("this grid code has no such response; give at least “threshold” and “droop”")
        }
    }

    func readVoltWatt(_ field: Field, _ chosen: inout SiteGridCode) {
        guard let mapping = field.mapping(["enabled"]),
            let isOn = take("enabled", mapping, &chosen.changes, { $0.boolean() })
        else { return }
        let settings = chosen.profile.voltWatt
        if isOn, settings.delivery.count == 0, settings.charging.count == 0 {
            field.error("the grid code \(chosen.id) has no curve of power by voltage")
        }
        chosen.profile.voltWatt.isOn = isOn
    }

    func readReactivePower(_ field: Field, _ chosen: inout SiteGridCode) {
        guard let mapping = field.mapping(["mode"]),
            let mode = take("mode", mapping, &chosen.changes, { $0.choice(GridCodeReading.ModeName.self) })?.mode
        else { return }
        let settings = chosen.profile.reactivePower
        let isThere =
            switch mode {
            case .off, .fixedReactivePower, .fixedPowerFactor: true
            case .powerFactorByPower: settings.powerFactor.count > 0
            case .voltVar: settings.voltVar.count > 0
            case .wattVar: settings.wattVar.count > 0
            }
        if !isThere { field.error("the grid code \(chosen.id) has no curve for this mode") }
        chosen.profile.reactivePower.mode = mode
    }

    func readEnterService(_ field: Field, _ chosen: inout SiteGridCode) {
        guard let mapping = field.mapping(["delay", "ramp"]) else { return }
        if let delay = take("delay", mapping, &chosen.changes, { $0.interval(atMost: .minutes(60)) }) {
            chosen.profile.enterService.delay = delay
        }
        if let ramp = take("ramp", mapping, &chosen.changes, { $0.percentPerMinute() }) {
            chosen.profile.enterService.ramp = ramp
        }
    }

    /// Our own settings, no code's.
    func readSilence(_ mapping: MappingField, _ site: SiteConfiguration.Site?, _ chosen: inout SiteGridCode) {
        // A meter that renews its values more slowly is not stale between two of them.
        let refresh = site?.meter?.profile.timing.refresh ?? .zero
        chosen.silence.maximumAge = max(chosen.silence.maximumAge, refresh * 2)
        let bounds = (least: Interval.milliseconds(200), most: Interval.seconds(60))
        if let age = take(
            "stale_after", mapping, &chosen.changes, { $0.interval(atLeast: bounds.least, atMost: bounds.most) })
        {
            chosen.silence.maximumAge = age
            if age < refresh * 2 {
                mapping["stale_after"]?.error(
                    "the meter renews its values every \(refresh); a shorter time than \(refresh * 2) makes them stale "
                        + "all the time")
            }
        }
        if let tolerated = take(
            "no_discharge_after", mapping, &chosen.changes, { $0.interval(atLeast: .zero, atMost: bounds.most) })
        {
            chosen.silence.tolerated = tolerated
        }
        chosen.silence.tolerated = max(chosen.silence.tolerated, chosen.silence.maximumAge)
    }

    /// Reads a key that is given and remembers it as a change.
    private func take<Value>(
        _ key: String, _ mapping: MappingField, _ changes: inout [String], _ read: (Field) -> Value?
    ) -> Value? {
        guard let field = mapping[key], let value = read(field) else { return nil }
        changes.append("\(field.path): \(field.written)")
        return value
    }
}
