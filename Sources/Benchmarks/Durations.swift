// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Durations in ascending order, to read shares off.
struct Durations {
    private let sorted: [Interval]

    init(_ durations: [Interval]) { sorted = durations.sorted() }

    /// The smallest duration that at least the given share of all do not exceed; zero of none.
    func percentile(_ share: Double) -> Interval {
        guard let last = sorted.indices.last else { return .zero }
        return sorted[min(last, max(0, Int((Double(sorted.count) * share).rounded(.up)) - 1))]
    }

    var median: Interval { percentile(0.5) }
    var longest: Interval { sorted.last ?? .zero }
}

extension Interval {
    /// `12.3`, in microseconds, at the width of a column.
    func microseconds(width: Int = 10) -> String { Self.padded(Double(nanoseconds) / 1_000, width) }

    private static func padded(_ value: Double, _ width: Int) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)".leftPadded(width)
    }
}

extension String {
    func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
    func rightPadded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
