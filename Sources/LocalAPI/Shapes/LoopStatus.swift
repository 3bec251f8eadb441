// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// How well the control loop keeps its time.
package struct LoopStatus: Codable, Hashable, Sendable {
    package var period: Milliseconds
    package var ticks: UInt64
    /// Ticks that began after the next one was due.
    package var misses: UInt64
    /// What one tick takes.
    package var cost: Percentiles
    /// How late ticks begin.
    package var lateness: Percentiles
    /// Whether the kernel granted real-time scheduling.
    package var isRealTime: Bool
    /// What an operator should know, each with its remedy.
    package var notices: [String]

    package init(
        period: Interval, ticks: UInt64, misses: UInt64, cost: Percentiles, lateness: Percentiles, isRealTime: Bool,
        notices: [String] = []
    ) {
        self.period = Milliseconds(period)
        self.ticks = ticks
        self.misses = misses
        self.cost = cost
        self.lateness = lateness
        self.isRealTime = isRealTime
        self.notices = notices
    }

    enum CodingKeys: String, CodingKey {
        case ticks, misses, notices
        case period = "period_ms"
        case cost = "cost_us"
        case lateness = "lateness_us"
        case isRealTime = "real_time"
    }
}

package struct Percentiles: Codable, Hashable, Sendable {
    package var p50: Microseconds
    package var p99: Microseconds
    package var max: Microseconds

    package init(p50: Interval, p99: Interval, max: Interval) {
        self.p50 = Microseconds(p50)
        self.p99 = Microseconds(p99)
        self.max = Microseconds(max)
    }
}
