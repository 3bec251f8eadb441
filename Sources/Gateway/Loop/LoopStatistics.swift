// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Counts of durations in buckets a quarter of an octave wide, from 1/4 µs to a minute.
package struct DurationCounts: Sendable, BitwiseCopyable {
    private var buckets: InlineArray<112, UInt32> = InlineArray(repeating: 0)
    package private(set) var count: UInt64 = 0
    package private(set) var longest = Interval.zero

    @_noLocks init() {}

    @_noLocks mutating func add(_ duration: Interval) {
        let nanoseconds = duration.nanoseconds < 256 ? 256 : duration.nanoseconds
        let octave = 63 - nanoseconds.leadingZeroBitCount
        let quarter = Int((nanoseconds >> Int64(octave - 2)) & 3)
        var index = (octave - 8) * 4 + quarter
        if index > 111 { index = 111 }
        buckets[index] = buckets[index] &+ 1
        count &+= 1
        if duration > longest { longest = duration }
    }

    /// The upper edge of the bucket that holds the given share of all durations; never more than the longest seen.
    package func percentile(_ share: Double) -> Interval {
        guard count > 0 else { return .zero }
        let wanted = max(1, UInt64((Double(count) * share).rounded(.up)))
        var seen: UInt64 = 0
        for index in 0..<112 {
            seen += UInt64(buckets[index])
            if seen >= wanted { return min(longest, Interval(nanoseconds: Self.upperEdge(index))) }
        }
        return longest
    }

    private static func upperEdge(_ index: Int) -> Int64 {
        let octave = index / 4 + 8
        return Int64(4 + index % 4 + 1) << Int64(octave - 2)
    }
}

/// How well the loop keeps its time.
package struct LoopStatistics: Sendable, BitwiseCopyable {
    package var ticks: UInt64 = 0
    /// Ticks that began when the next one was already due.
    package var misses: UInt64 = 0
    package var cost = DurationCounts()
    package var lateness = DurationCounts()
    package var lastTick = Instant.distantPast

    @_noLocks init() {}
}
