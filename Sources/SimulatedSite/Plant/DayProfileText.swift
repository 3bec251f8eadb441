// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A line of a profile that cannot be read: where, what was found, what is allowed.
package struct DayProfileError: Error, Equatable, CustomStringConvertible {
    package let file: String
    /// From 1.
    package let line: Int
    package let message: String
    package var description: String { "\(file):\(line): \(message)" }
}

extension DayProfile {
    /// Reads comma-separated text under the header `time,l1_W,l2_W,l3_W` or `time,power_W` (shared evenly by the three
    /// conductors). Times are `HH:MM` or `HH:MM:SS`, ascending; empty lines and lines that start with `#` are skipped.
    /// - Parameter file: The name messages give.
    package init(csv text: String, file: String) throws(DayProfileError) {
        var columns: Int?
        var samples: [Sample] = []
        // Swift counts a carriage return with its line feed as one character, so both endings are a newline.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let reader = LineReader(file: file, line: index + 1)
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            if fields == [""] || line.first == "#" { continue }
            guard let count = columns else {
                columns = try reader.columns(of: fields)
                continue
            }
            let sample = try reader.sample(from: fields, columns: count)
            if let last = samples.last, sample.time <= last.time {
                throw reader.error("\(fields[0]) is not later than the line before; times ascend")
            }
            samples.append(sample)
        }
        let lines = LineReader(file: file, line: 1)
        guard columns != nil else { throw lines.error("the file is empty; its first line is \(LineReader.headers)") }
        guard !samples.isEmpty else { throw lines.error("there is a header and no values below it") }
        self.init(samples: samples)
    }

    private static func trimmed(_ field: Substring) -> String {
        String(field.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

private struct LineReader {
    static let headers = "“time,l1_W,l2_W,l3_W” or “time,power_W”"
    let file: String
    let line: Int

    func error(_ message: String) -> DayProfileError { DayProfileError(file: file, line: line, message: message) }

    /// How many values follow the time.
    func columns(of header: [String]) throws(DayProfileError) -> Int {
        switch header {
        case ["time", "l1_W", "l2_W", "l3_W"]: return 3
        case ["time", "power_W"]: return 1
        default: throw error("the header is “\(header.joined(separator: ","))”; it must be \(Self.headers)")
        }
    }

    func sample(from fields: [String], columns: Int) throws(DayProfileError) -> DayProfile.Sample {
        guard fields.count == columns + 1 else {
            throw error("\(fields.count) fields, the header names \(columns + 1)")
        }
        let time = try time(fields[0])
        var watts: [Double] = []
        for field in fields.dropFirst() { watts.append(try number(field)) }
        let values = columns == 3 ? PerPhase(watts[0], watts[1], watts[2]) : PerPhase(all: watts[0] / 3)
        return DayProfile.Sample(time: time, watts: values)
    }

    private func time(_ text: String) throws(DayProfileError) -> Interval {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.count == 2 && part.allSatisfy { $0.isASCII && $0.isNumber } ? Int(part) : nil
        }
        guard numbers.count == parts.count, (2...3).contains(numbers.count), numbers[0] < 24, numbers[1] < 60 else {
            throw error("“\(text)” is not a time of day; write it like 07:30 or 07:30:15")
        }
        let seconds = numbers.count == 3 ? numbers[2] : 0
        guard seconds < 60 else { throw error("“\(text)” has \(seconds) seconds; allowed are 00 to 59") }
        return .seconds(numbers[0] * 3_600 + numbers[1] * 60 + seconds)
    }

    private func number(_ text: String) throws(DayProfileError) -> Double {
        guard let value = Double(text), Power(measured: value) != nil else {
            throw error("“\(text)” is not a power in watts; write it like 350 or 1250.5")
        }
        return value
    }
}
