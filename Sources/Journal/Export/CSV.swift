// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The export for spreadsheets (RFC 4180): comma, CRLF, a header, UTF-8. Powers in W and currents in A with a decimal
/// point, times in UTC.
enum CSV {
    /// The columns after those that every record has, in the order a reader asks: what, who, how much, when, to what effect.
    static let fields: [Field] = [
        .event, .instruction, .channel, .who, .direction, .scope, .evse, .limit, .limitCurrent, .starts, .duration,
        .effectiveAfter, .floor, .outcome, .belowMinimum, .supersededBy, .importLimit, .exportLimit, .importCurrent,
        .exportCurrent, .target, .steps, .source, .reason, .mechanism, .minute, .mean, .least, .greatest, .controllable,
        .samples, .covered, .clock, .setting, .oldValue, .newValue, .function, .state, .detail, .before, .after,
        .version,
        .file, .chain, .through, .throughHash, .removed, .from, .to, .expected, .expectedHash, .found,
    ]

    static let header: String =
        (["sequence", "time_utc", "kind"] + fields.map(\.rawValue) + ["monotonic_ns", "boot_id", "hash"])
        .joined(separator: ",") + "\r\n"

    /// A record that this version does not understand keeps its place, with its payload in the column `detail`.
    static func row(_ record: ChainedRecord) -> String {
        var row = "\(record.sequence),\(record.wall.utcText),\(quoted(record.kind))"
        let values = record.record?.fields
        for field in fields {
            row.append(",")
            if let value = values?[field] {
                row.append(text(value))
            } else if values == nil, field == .detail {
                row.append(quoted(record.payload))
            }
        }
        row.append(",\(record.monotonic),\(quoted(record.boot)),\(record.hash.hexadecimal)\r\n")
        return row
    }

    private static func text(_ value: FieldValue) -> String {
        switch value {
        case .text(let text): quoted(text)
        case .whole(let number): String(number)
        case .thousandths(let number): FieldValue.decimal(number)
        case .flag(let flag): flag ? "true" : "false"
        case .time(let milliseconds): WallTime(milliseconds: milliseconds).utcText
        case .steps(let steps):
            quoted(steps.map { "\($0.stage): \($0.value) because \($0.because)" }.joined(separator: "; "))
        }
    }

    /// Quotes what RFC 4180 wants quoted. A text that a spreadsheet would run as a formula, and that a peer may have chosen,
    /// gets an apostrophe in front; the JSON export has it unchanged.
    static func quoted(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
