// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The fields of one payload that have a value.
struct Fields {
    private(set) var values: [Field: FieldValue] = [:]

    subscript(field: Field) -> FieldValue? { values[field] }

    mutating func set(_ field: Field, _ text: String?) { values[field] = text.map { .text(Self.bounded($0)) } }
    mutating func set(_ field: Field, _ number: Int?) { values[field] = number.map { .whole(Int64($0)) } }
    mutating func set(_ field: Field, _ number: Int64?) { values[field] = number.map { .whole($0) } }
    mutating func set(_ field: Field, _ flag: Bool?) { values[field] = flag.map { .flag($0) } }
    mutating func set(_ field: Field, _ time: WallTime?) { values[field] = time.map { .time($0.milliseconds) } }
    mutating func set(_ field: Field, _ steps: [DecisionRecord.Step]) { values[field] = .steps(steps) }
    mutating func set<Value: Quantity>(_ field: Field, _ value: Value?) {
        values[field] = value.map { .thousandths($0.milli) }
    }
    /// As seconds, exact to the millisecond.
    mutating func set(_ field: Field, seconds interval: Interval?) {
        values[field] = interval.map { .thousandths($0.milliseconds) }
    }

    /// The most UTF-8 a text may bring, so that no peer can fill the disk with one message.
    static let longestText = 1_000

    /// `text` cut to `longestText` bytes, with an ellipsis where something was cut.
    static func bounded(_ text: String) -> String {
        guard text.utf8.count > longestText else { return text }
        var kept = ""
        var length = 0
        for scalar in text.unicodeScalars {
            length += UTF8.width(scalar)
            if length > longestText - 3 { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept + "…"
    }
}

extension FieldValue {
    /// Thousandths as a decimal number without needless digits: `4200`, `-0.5`, `63.125`.
    static func decimal(_ thousandths: Int64) -> String {
        let magnitude = thousandths.magnitude
        let sign = thousandths < 0 ? "-" : ""
        let rest = Int(magnitude % 1_000)
        guard rest != 0 else { return "\(sign)\(magnitude / 1_000)" }
        var fraction = String(rest + 1_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(sign)\(magnitude / 1_000).\(fraction)"
    }
}
