// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A closed range of power.
struct PowerSpan: Equatable, Sendable, BitwiseCopyable {
    var low: Power
    var high: Power
    @_noLocks init(_ power: Power) {
        low = power
        high = power
    }
    @_noLocks init(from low: Power, to high: Power) {
        self.low = low
        self.high = high
    }
    @_noLocks mutating func include(_ power: Power) {
        if power < low { low = power }
        if power > high { high = power }
    }
    @_noLocks mutating func include(_ span: PowerSpan) {
        include(span.low)
        include(span.high)
    }
}

/// Every power an EVSE may be at, or still get to, given what it was told and what it reported.
///
/// Between two commands the power moves from where it was toward the newer one, so it lies in the hull of the last
/// settled reading and every command since. Commands are kept in two generations; the older is dropped when a reading
/// shows a time by which the newer one must have played out.
struct Occupancy: Sendable, BitwiseCopyable {
    private var older: PowerSpan
    private var newer: PowerSpan
    private var newerSince: Instant
    /// When the target last changed.
    private(set) var changedAt: Instant
    /// When it last moved the other way than before; since then commands have only risen, or only fallen.
    private(set) var reversedAt: Instant
    private var isRising = false
    /// What was commanded before a restart has played out.
    private(set) var isKnown = false

    /// Before the first command anything within the ratings may be in force (a restart leaves old setpoints behind).
    @_noLocks init(unknownWithin ratings: PowerLimits, at now: Instant) {
        older = PowerSpan(from: ratings.lower, to: ratings.upper)
        newer = PowerSpan(.zero)
        newerSince = now
        changedAt = now
        // What moved before a restart is taken to have moved one way from reading to reading.
        reversedAt = .distantPast
    }

    /// What flows after a restart is what somebody commanded last, as far as can be told.
    @_noLocks mutating func adopt(_ target: Power, at now: Instant) {
        newer = PowerSpan(target)
        newerSince = now
    }

    @_noLocks mutating func command(_ target: Power, previous: Power, at now: Instant) {
        newer.include(target)
        guard target != previous else { return }
        if isRising != (target > previous) { reversedAt = now }
        isRising = target > previous
        changedAt = now
    }

    /// A reading taken at `time` forgets what was commanded before the effects it shows.
    @_noLocks mutating func observe(takenAt time: Instant, target: Power, settling: Interval, now: Instant) {
        guard time - settling >= newerSince else { return }
        older = newer
        newer = PowerSpan(target)
        newerSince = now
        isKnown = true
    }

    /// Without a vehicle nothing can flow, whatever was commanded.
    @_noLocks mutating func clear(at now: Instant) {
        older = PowerSpan(.zero)
        newer = PowerSpan(.zero)
        newerSince = now
        isKnown = true
    }

    /// Every command that may still have an effect.
    @_noLocks func commanded() -> PowerSpan {
        var span = older
        span.include(newer)
        return span
    }
}

/// The last readings of one EVSE, to look up what it took when the meter looked.
struct ReadingHistory: Sendable, BitwiseCopyable {
    private var times: InlineArray<6, Instant> = InlineArray(repeating: .distantPast)
    private var draws: InlineArray<6, Draw> = InlineArray(repeating: .zero)
    private var next = 0

    @_noLocks init() {}

    @_noLocks mutating func record(_ draw: Draw, at time: Instant) {
        times[next] = time
        draws[next] = draw
        next = (next + 1) % 6
    }

    /// The hull of the readings from the last one not after `start` to the first one not before `end`; nil where the
    /// history does not reach that far on either side.
    @_noLocks func hull(from start: Instant, to end: Instant) -> (low: Draw, high: Draw, since: Instant)? {
        var first = Instant.distantPast
        var last = Instant.distantFuture
        var index = 0
        while index < 6 {
            if times[index] <= start, times[index] > first { first = times[index] }
            if times[index] >= end, times[index] < last { last = times[index] }
            index += 1
        }
        guard first > .distantPast, last < .distantFuture else { return nil }
        var low = Draw(repeating: .max)
        var high = Draw(repeating: .min)
        index = 0
        while index < 6 {
            if times[index] >= first, times[index] <= last {
                low = lanewiseMin(low, draws[index])
                high = lanewiseMax(high, draws[index])
            }
            index += 1
        }
        return (low, high, first)
    }
}
