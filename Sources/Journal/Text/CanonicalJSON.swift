// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Fields {
    /// Canonical JSON: no white space, names sorted, one spelling of every value. With `positional` an array of the
    /// values in that order, `null` where one is absent, times as milliseconds since 1970.
    func json(positional: [Field]? = nil) -> String {
        var text = ""
        if let positional {
            text.append("[")
            for (index, field) in positional.enumerated() {
                if index > 0 { text.append(",") }
                switch self[field] {
                case .time(let milliseconds)?: text.append(String(milliseconds))
                case let value?: value.appendJSON(to: &text)
                case nil: text.append("null")
                }
            }
            text.append("]")
        } else {
            text.append("{")
            for (index, entry) in values.sorted(by: { $0.key.rawValue < $1.key.rawValue }).enumerated() {
                if index > 0 { text.append(",") }
                text.appendJSON(entry.key.rawValue)
                text.append(":")
                entry.value.appendJSON(to: &text)
            }
            text.append("}")
        }
        return text
    }
}

extension FieldValue {
    func appendJSON(to text: inout String) {
        switch self {
        case .text(let value): text.appendJSON(value)
        case .whole(let value): text.append(String(value))
        case .thousandths(let value): text.append(Self.decimal(value))
        case .flag(let value): text.append(value ? "true" : "false")
        case .time(let milliseconds): text.appendJSON(WallTime(milliseconds: milliseconds).utcText)
        case .steps(let steps):
            text.append("[")
            for (index, step) in steps.prefix(DecisionRecord.mostSteps).enumerated() {
                if index > 0 { text.append(",") }
                text.append("{\"because\":")
                text.appendJSON(Fields.bounded(step.because))
                text.append(",\"stage\":")
                text.appendJSON(Fields.bounded(step.stage))
                text.append(",\"value_W\":\(Self.decimal(step.value.milli))}")
            }
            text.append("]")
        }
    }
}

extension String {
    /// Appends `value` as a JSON string (RFC 8259, 7): only what must be escaped is.
    mutating func appendJSON(_ value: String) {
        append("\"")
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case "\u{0}"..."\u{1F}":
                append("\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16))
            case _: unicodeScalars.append(scalar)
            }
        }
        append("\"")
    }
}
