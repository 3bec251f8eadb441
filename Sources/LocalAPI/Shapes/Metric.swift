// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// One Prometheus metric family.
package struct Metric: Hashable, Sendable {
    package enum Kind: String, Sendable { case gauge, counter, histogram }

    package struct Sample: Hashable, Sendable {
        package enum Value: Hashable, Sendable {
            case number(Double)
            /// Buckets by upper bound, each counting its own observations only; the writer accumulates them and adds
            /// `+Inf` from `count`.
            case histogram(buckets: [Bucket], count: UInt64, sum: Double)
        }
        package var labels: [Label]
        package var value: Value
    }

    package struct Bucket: Hashable, Sendable {
        package var upperBound: Double
        package var count: UInt64
        package init(upTo upperBound: Double, count: UInt64) {
            self.upperBound = upperBound
            self.count = count
        }
    }

    package struct Label: Hashable, Sendable {
        package var name: String
        package var value: String
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// With its unit at the end, as Prometheus wants it: `sluice_evse_power_watts`.
    package let name: String
    package let help: String
    package let kind: Kind
    package private(set) var samples: [Sample] = []

    package init(_ name: String, _ kind: Kind, help: String) {
        self.name = name
        self.help = help
        self.kind = kind
    }

    package mutating func add(_ value: Double, _ labels: Label...) {
        samples.append(Sample(labels: labels, value: .number(value)))
    }

    package mutating func add(buckets: [Bucket], count: UInt64, sum: Double, _ labels: Label...) {
        samples.append(Sample(labels: labels, value: .histogram(buckets: buckets, count: count, sum: sum)))
    }
}

/// The Prometheus text format, version 0.0.4.
package enum MetricsText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package static func render(_ metrics: [Metric]) -> String {
        var text = ""
        for metric in metrics {
            text += "# HELP \(metric.name) \(escaped(metric.help, quotes: false))\n"
            text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
            for sample in metric.samples { text += lines(metric.name, sample) }
        }
        return text
    }

    private static func lines(_ name: String, _ sample: Metric.Sample) -> String {
        switch sample.value {
        case .number(let value): return line(name, sample.labels, number(value))
        case .histogram(let buckets, let count, let sum):
            var text = ""
            var total: UInt64 = 0
            for bucket in buckets.sorted(by: { $0.upperBound < $1.upperBound }) where bucket.upperBound.isFinite {
                total &+= bucket.count
                text += line(
                    name + "_bucket", sample.labels + [.init("le", number(bucket.upperBound))], "\(min(total, count))")
            }
            text += line(name + "_bucket", sample.labels + [.init("le", "+Inf")], "\(count)")
            text += line(name + "_sum", sample.labels, number(sum))
            return text + line(name + "_count", sample.labels, "\(count)")
        }
    }

    private static func line(_ name: String, _ labels: [Metric.Label], _ value: String) -> String {
        guard !labels.isEmpty else { return "\(name) \(value)\n" }
        let inner = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
        return "\(name){\(inner)} \(value)\n"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
