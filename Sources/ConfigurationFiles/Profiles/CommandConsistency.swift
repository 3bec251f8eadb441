// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Checks the commands and the watchdog of a charger against its points.
struct CommandConsistency {
    let profile: FirmwareProfile
    let charger: PlacedCharger
    let named: (String, Field) -> Point?

    func check() {
        for (key, steps) in charger.commands {
            for step in steps { check(step, isFrequent: key == "set_power" || key == "set_zero") }
        }
        for step in charger.feed { check(step, isFrequent: true) }
        for (index, condition) in charger.profile.dischargeWhen.enumerated() {
            guard let list = charger.mapping["discharge_when"]?.list(), index < list.count else { continue }
            _ = named(condition.point, list[index]["point"] ?? list[index])
        }
        checkRatingPoints()
        checkWatchdog()
    }

    private func checkRatingPoints() {
        for key in ["charge_point", "discharge_point"] {
            guard let field = charger.ratings?[key], let name = field.scalar, let point = named(name, field) else {
                continue
            }
            if point.unit != .watt && point.unit != .kilowatt {
                field.error("“\(name)” holds no power; its unit has to be W or kW")
            }
        }
    }

    private func check(_ placed: PlacedStep, isFrequent: Bool) {
        for condition in placed.step.when { _ = named(condition.point, placed.field["when"] ?? placed.field) }
        switch placed.step.action {
        case .pause: break
        case .await(let condition, _): _ = named(condition.point, placed.field["await"]?["point"] ?? placed.field)
        case .write(let name, let value):
            let field = placed.field["write"] ?? placed.field
            guard let point = named(name, field) else { return }
            if !point.isWritable { field.error("“\(name)” is not marked writable") }
            if isFrequent, point.isPersistent {
                field.error(
                    "“\(name)” is persistent: its memory wears out when it is written with every setpoint; "
                        + "write it in take_control")
            }
            check(value, for: point, at: placed.field["value"] ?? placed.field)
        }
    }

    private func check(_ value: Commands.Value, for point: Point, at field: Field) {
        switch value {
        case .number(let number):
            let consistency = ProfileConsistency(
                profile: profile, mapping: charger.mapping, points: [], probes: [], charger: nil)
            consistency.checkFits(number, point, field)
        case .setpoint, .chargeMagnitude, .dischargeMagnitude, .fallbackPower:
            checkUnit([.watt, .kilowatt, .ampere], of: point, at: field)
        case .timeout: checkUnit([.second, .millisecond], of: point, at: field)
        case .phaseCount: checkUnit([.none], of: point, at: field)
        }
    }

    private func checkUnit(_ allowed: [Point.Unit], of point: Point, at field: Field) {
        guard !allowed.contains(point.unit) else { return }
        func name(_ unit: Point.Unit) -> String { unit == .none ? "no unit" : unit.rawValue }
        field.error(
            "“\(point.name)” has \(name(point.unit)); this value needs \(allowed.map(name).joined(separator: " or "))")
    }

    private func checkWatchdog() {
        guard let mapping = charger.watchdog else { return }
        let watchdog = charger.profile.watchdog
        if profile.wireProtocol == .modbus {
            if watchdog.kind == .token, watchdog.feed.isEmpty {
                mapping.field.error("a watchdog of kind token needs “feed”: the steps that write the token")
            }
            if watchdog.kind != .token, watchdog.kind != .none {
                mapping["feed"]?.error("“feed” belongs to the kind token; kind \(watchdog.kind.rawValue) feeds itself")
            }
        }
        guard watchdog.kind != .none else { return }
        if let range = watchdog.timeoutRange, !range.contains(watchdog.timeout) {
            mapping["timeout"]?.error(
                "\(watchdog.timeout) is outside of timeout_range, \(range.lowerBound) to \(range.upperBound)")
        }
        checkWritten("timeout_point", holds: .timeout, "timeout", mapping)
        checkWritten("fallback_point", holds: .fallbackPower, "fallback_power", mapping)
        if !charger.profile.ratings.power.contains(watchdog.fallbackPower) {
            mapping["fallback_power"]?.error(
                "\(watchdog.fallbackPower) is outside of the ratings, \(charger.profile.ratings.power)")
        }
        checkFeeding(watchdog, mapping)
    }

    /// A watchdog register that no command writes would keep whatever it held before.
    private func checkWritten(_ key: String, holds value: Commands.Value, _ word: String, _ mapping: MappingField) {
        guard profile.wireProtocol == .modbus, let field = mapping[key], let name = field.scalar,
            named(name, field) != nil
        else { return }
        let commands = charger.profile.commands
        let writes = (commands.takeControl + commands.setPower).contains {
            $0.action == .write(point: name, value: value)
        }
        if !writes { field.error("no step of take_control or set_power writes `\(word)` to “\(name)”") }
    }

    /// A third of the time-out has to suffice for one feeding, or a single lost answer trips the watchdog.
    private func checkFeeding(_ watchdog: Watchdog, _ mapping: MappingField) {
        let gap = profile.transport.minimumWriteGap
        let period: Interval
        switch watchdog.kind {
        case .any, .read: period = profile.timing.poll
        case .rewrite, .revert: period = gap * charger.profile.commands.setPower.count
        case .token: period = gap * watchdog.feed.count
        case .none: return
        }
        if watchdog.timeout < period * 3 {
            mapping["timeout"]?.error(
                "\(watchdog.timeout) is too short: one feeding takes up to \(period), and three have to fit")
        }
    }
}
