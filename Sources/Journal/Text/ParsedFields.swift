// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation

/// A stored payload, read back. Nothing in it is trusted: an accessor returns nil for what is absent or of another type.
struct ParsedFields {
    private let values: [String: Any]

    init?(json: String, positional: [Field]? = nil) {
        let parsed: Any
        do {
            parsed = try JSONSerialization.jsonObject(with: Data(json.utf8))
        } catch {
            return nil
        }
        if let positional {
            guard let array = parsed as? [Any], array.count == positional.count else { return nil }
            values = Dictionary(uniqueKeysWithValues: zip(positional.map(\.rawValue), array))
        } else {
            guard let object = parsed as? [String: Any] else { return nil }
            values = object
        }
    }

    private init(_ values: [String: Any]) { self.values = values }

    func text(_ field: Field) -> String? { text(named: field.rawValue) }
    func flag(_ field: Field) -> Bool? { (values[field.rawValue] as? NSNumber)?.boolValue }
    func whole(_ field: Field) -> Int64? { Self.scaled(values[field.rawValue], by: 1) }
    func time(_ field: Field) -> WallTime? {
        text(field).flatMap(WallTime.init(utcText:)) ?? whole(field).map(WallTime.init(milliseconds:))
    }
    func quantity<Value: Quantity>(_ field: Field) -> Value? { quantity(named: field.rawValue) }
    func seconds(_ field: Field) -> Interval? {
        guard let milliseconds = Self.scaled(values[field.rawValue], by: 1_000) else { return nil }
        let (nanoseconds, isTooLong) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        return isTooLong ? nil : Interval(nanoseconds: nanoseconds)
    }
    func choice<Choice: RawRepresentable<String>>(_ field: Field) -> Choice? { text(field).flatMap(Choice.init) }

    func steps(_ field: Field) -> [DecisionRecord.Step]? {
        guard let list = values[field.rawValue] as? [[String: Any]] else { return nil }
        var steps: [DecisionRecord.Step] = []
        for fields in list.map(ParsedFields.init(_:)) {
            guard let stage = fields.text(named: "stage"), let because = fields.text(named: "because"),
                let value: Power = fields.quantity(named: "value_W")
            else { return nil }
            steps.append(DecisionRecord.Step(stage: stage, value: value, because: because))
        }
        return steps
    }

    private func text(named name: String) -> String? { values[name] as? String }
    private func quantity<Value: Quantity>(named name: String) -> Value? {
        Self.scaled(values[name], by: 1_000).map(Value.init(milli:))
    }

    /// Whole numbers exactly; decimals as long as a Double holds their thousandths exactly.
    private static func scaled(_ value: Any?, by factor: Int64) -> Int64? {
        guard let number = value as? NSNumber else { return nil }
        if let whole = Int64(exactly: number) {
            let (product, isTooLarge) = whole.multipliedReportingOverflow(by: factor)
            return isTooLarge ? nil : product
        }
        let scaled = (number.doubleValue * Double(factor)).rounded()
        return Int64(exactly: scaled)
    }
}
