// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Text in columns, and quantities as they are read from a distance.
enum TextLayout {
    static let width = 80

    /// Cut to `count` characters with `…`, or filled with spaces behind.
    static func left(_ text: String, _ count: Int) -> String {
        text.count > count
            ? text.prefix(max(count - 1, 0)) + "…" : text + String(repeating: " ", count: count - text.count)
    }

    /// Filled with spaces in front; never cut, because a number that is cut lies.
    static func right(_ text: String, _ count: Int) -> String {
        String(repeating: " ", count: max(count - text.count, 0)) + text
    }

    /// Both at the ends of a line.
    static func apart(_ first: String, _ second: String) -> String {
        left(first, max(width - second.count - 1, 0)) + " " + second
    }

    /// Words in lines of at most 80 characters, each behind `indent`.
    static func wrapped(_ text: String, indent: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty { lines.append(line) }
        return lines.map { String(repeating: " ", count: indent) + $0 }
    }

    /// `7.40 kW`, `-0.35 kW`, `1.20 MW`: one unit and two decimals, so that columns can be compared.
    static func power(_ power: Power) -> String {
        let isMega = power.magnitude >= .watts(1_000_000)
        let scale: Int64 = isMega ? 10_000_000 : 10_000
        let hundredths = (power.magnitude.milli + scale / 2) / scale
        let sign = power < .zero && hundredths > 0 ? "-" : ""
        return sign + decimal(hundredths, 2) + (isMega ? " MW" : " kW")
    }

    /// `18.2 A`, `49.98 Hz`, `54 %`.
    static func rounded<Value: Quantity>(_ value: Value, decimals: Int) -> String {
        let scale: Int64 = [1_000, 100, 10, 1][min(max(decimals, 0), 3)]
        let count = (value.magnitude.milli + scale / 2) / scale
        return (value < .zero && count > 0 ? "-" : "") + decimal(count, decimals) + " \(Value.symbol)"
    }

    /// `45 s`, `12 min`, `3 h 20 min`, `2 d 5 h`: as exact as a person wants it.
    static func time(_ interval: Interval) -> String {
        let seconds = max(interval.nanoseconds, 0) / 1_000_000_000
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7_200: return "\(seconds / 60) min"
        case ..<172_800:
            let minutes = seconds / 60 % 60
            return "\(seconds / 3_600) h" + (minutes > 0 ? " \(minutes) min" : "")
        default:
            let hours = seconds / 3_600 % 24
            return "\(seconds / 86_400) d" + (hours > 0 ? " \(hours) h" : "")
        }
    }

    /// An age, exact below two seconds: `120 ms`, `12 s`.
    static func age(_ interval: Interval) -> String {
        interval < .seconds(2) ? "\(max(interval.milliseconds, 0)) ms" : time(interval)
    }

    private static func decimal(_ count: Int64, _ decimals: Int) -> String {
        guard decimals > 0 else { return "\(count)" }
        let scale: Int64 = [1, 10, 100, 1_000][min(decimals, 3)]
        return "\(count / scale)." + right("\(count % scale)", decimals).replacing(" ", with: "0")
    }
}
