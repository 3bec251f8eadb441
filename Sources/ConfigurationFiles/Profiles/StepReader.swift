// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Reads conditions, probes and the steps of commands.
enum StepReader {
    /// `{ point: state, one_of: [1, 11] }`; exactly one test.
    static func condition(_ field: Field) -> Condition? {
        let tests = ["one_of", "none_of", "above", "below"]
        guard let mapping = field.mapping(["point"] + tests) else { return nil }
        let point = mapping.required("point", "point: state")?.text()
        guard let name = only(one: tests, of: mapping), let value = mapping[name], let test = test(name, value) else {
            return nil
        }
        return point.map { Condition(point: $0, test: test) }
    }

    private static func test(_ name: String, _ value: Field) -> Condition.Test? {
        switch name {
        case "one_of": integers(value).map(Condition.Test.oneOf)
        case "none_of": integers(value).map(Condition.Test.noneOf)
        case "above": value.number().map(Condition.Test.above)
        default: value.number().map(Condition.Test.below)
        }
    }

    static func conditions(_ field: Field?) -> [Condition] { field?.list()?.compactMap(condition) ?? [] }

    /// `{ point: model, contains: crema }`; exactly one expectation.
    static func probe(_ field: Field) -> Probe? {
        let expectations = ["readable", "contains", "one_of", "between"]
        guard let mapping = field.mapping(["point"] + expectations) else { return nil }
        let point = mapping.required("point", "point: model")?.text()
        guard let name = only(one: expectations, of: mapping), let value = mapping[name],
            let expectation = expectation(name, value)
        else { return nil }
        return point.map { Probe(point: $0, expectation: expectation) }
    }

    private static func expectation(_ name: String, _ value: Field) -> Probe.Expectation? {
        switch name {
        case "contains": return value.text().map(Probe.Expectation.contains)
        case "one_of": return integers(value).map(Probe.Expectation.oneOf)
        case "between": return range(value).map { .between($0.lowerBound, $0.upperBound) }
        default:
            guard let isReadable = value.boolean() else { return nil }
            if !isReadable { value.error("expected true, found “false”; leave the probe out instead") }
            return isReadable ? .readable : nil
        }
    }

    private static func only(one names: [String], of mapping: MappingField) -> String? {
        let given = names.filter(mapping.has)
        if given.count == 1 { return given[0] }
        let found = given.isEmpty ? "none" : given.joined(separator: " and ")
        mapping.field.error("expected exactly one of \(names.listed), found \(found)")
        return nil
    }

    private static func integers(_ field: Field) -> [Int64]? {
        guard let list = field.list() else { return nil }
        if list.isEmpty { field.error("the list is empty; name at least one value") }
        return list.compactMap { $0.integer(.min ... .max) }
    }

    /// `[2, 97]`, the lower bound first.
    static func range(_ field: Field) -> ClosedRange<Double>? {
        guard let list = field.list() else { return nil }
        guard list.count == 2 else {
            field.error("expected two numbers, [lowest, highest], found \(list.count)")
            return nil
        }
        guard let lower = list[0].number(), let upper = list[1].number() else { return nil }
        guard lower <= upper else {
            field.error("the lowest value \(lower) is above the highest \(upper)")
            return nil
        }
        return lower...upper
    }

    static func intervals(_ field: Field) -> ClosedRange<Interval>? {
        guard let list = field.list() else { return nil }
        guard list.count == 2 else {
            field.error("expected two lengths of time, [shortest, longest], found \(list.count)")
            return nil
        }
        guard let lower = list[0].interval(), let upper = list[1].interval() else { return nil }
        guard lower <= upper else {
            field.error("the shortest time \(lower) is above the longest \(upper)")
            return nil
        }
        return lower...upper
    }

    static func steps(_ field: Field?) -> [PlacedStep] {
        field?.list()?.compactMap { field in step(field).map { PlacedStep(step: $0, field: field) } } ?? []
    }

    private static func step(_ field: Field) -> Commands.Step? {
        guard let mapping = field.mapping(["write", "value", "await", "within", "pause", "when"]) else { return nil }
        guard let name = only(one: ["write", "await", "pause"], of: mapping), let main = mapping[name] else {
            return nil
        }
        let when = conditions(mapping["when"])
        if name != "write" { mapping["value"]?.error("“value” belongs to “write”") }
        if name != "await" { mapping["within"]?.error("“within” belongs to “await”") }
        return action(name, main, mapping).map { Commands.Step($0, when: when) }
    }

    private static func action(_ name: String, _ main: Field, _ mapping: MappingField) -> Commands.Action? {
        switch name {
        case "write":
            let value = mapping.required("value", "value: setpoint").flatMap(value)
            guard let point = main.text(), let value else { return nil }
            return .write(point: point, value: value)
        case "await":
            let within = mapping.required("within", "within: 3 s")?.interval(atMost: .minutes(5))
            guard let condition = condition(main), let within else { return nil }
            return .await(condition, within: within)
        default: return main.interval(atMost: .minutes(5)).map(Commands.Action.pause)
        }
    }

    static let values: [(String, Commands.Value)] = [
        ("setpoint", .setpoint), ("charge_magnitude", .chargeMagnitude), ("discharge_magnitude", .dischargeMagnitude),
        ("timeout", .timeout), ("fallback_power", .fallbackPower), ("phase_count", .phaseCount),
    ]

    private static func value(_ field: Field) -> Commands.Value? {
        if let scalar = field.scalar {
            if let number = Field.number(scalar) { return .number(number) }
            if let value = values.first(where: { $0.0 == scalar }) { return value.1 }
        }
        field.error("expected a number or one of \(values.map(\.0).listed), found \(field.value.kind)")
        return nil
    }
}

/// A step together with the place it was read from.
struct PlacedStep {
    let step: Commands.Step
    let field: Field
}
