// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A length of time in nanoseconds, for machines and timers (±292 years). `Swift.Duration` is 128 bits wide and its
/// arithmetic may not run in the tick.
@frozen public struct Interval: Hashable, Comparable, Sendable, BitwiseCopyable {
    public let nanoseconds: Int64
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    @inlinable public static func seconds(_ value: Int) -> Interval {
        Interval(nanoseconds: Int64(value) * 1_000_000_000)
    }
    @inlinable public static func milliseconds(_ value: Int) -> Interval {
        Interval(nanoseconds: Int64(value) * 1_000_000)
    }
    @inlinable public static func minutes(_ value: Int) -> Interval { .seconds(value * 60) }
    @inlinable public static var zero: Interval { Interval(nanoseconds: 0) }
    @inlinable public static func == (lhs: Interval, rhs: Interval) -> Bool { lhs.nanoseconds == rhs.nanoseconds }
    @inlinable public static func < (lhs: Interval, rhs: Interval) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
    @inlinable public static func + (lhs: Interval, rhs: Interval) -> Interval {
        Interval(nanoseconds: lhs.nanoseconds + rhs.nanoseconds)
    }
    @inlinable public static func - (lhs: Interval, rhs: Interval) -> Interval {
        Interval(nanoseconds: lhs.nanoseconds - rhs.nanoseconds)
    }
    @inlinable public static func * (value: Interval, factor: Int) -> Interval {
        Interval(nanoseconds: value.nanoseconds * Int64(factor))
    }
    @inlinable public static func / (value: Interval, divisor: Int) -> Interval {
        Interval(nanoseconds: value.nanoseconds / Int64(divisor))
    }
    public var inSeconds: Double { Double(nanoseconds) / 1e9 }
    @inlinable public var milliseconds: Int64 { nanoseconds / 1_000_000 }
}

/// A point on the monotonic clock, in nanoseconds since an arbitrary start. For timers, ages and expiries; never shown
/// to people and never stored.
@frozen public struct Instant: Hashable, Comparable, Sendable, BitwiseCopyable {
    public let nanoseconds: Int64
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    @inlinable public static func == (lhs: Instant, rhs: Instant) -> Bool { lhs.nanoseconds == rhs.nanoseconds }
    @inlinable public static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
    @inlinable public static func + (lhs: Instant, rhs: Interval) -> Instant {
        Instant(nanoseconds: lhs.nanoseconds + rhs.nanoseconds)
    }
    @inlinable public static func - (lhs: Instant, rhs: Interval) -> Instant {
        Instant(nanoseconds: lhs.nanoseconds - rhs.nanoseconds)
    }
    @inlinable public static func - (lhs: Instant, rhs: Instant) -> Interval {
        Interval(nanoseconds: lhs.nanoseconds - rhs.nanoseconds)
    }
    /// Before every instant a clock can show, without leaving room for overflow when intervals are subtracted.
    @inlinable public static var distantPast: Instant { Instant(nanoseconds: -(1 << 61)) }
    /// After every instant a clock can show.
    @inlinable public static var distantFuture: Instant { Instant(nanoseconds: 1 << 61) }
}

/// The time of day in UTC, in milliseconds since 1970-01-01T00:00:00Z without leap seconds. For schedules and evidence: it
/// may jump, so no timer counts on it.
@frozen public struct WallTime: Hashable, Comparable, Sendable, BitwiseCopyable {
    public let milliseconds: Int64
    @inlinable public init(milliseconds: Int64) { self.milliseconds = milliseconds }
    @inlinable public static func == (lhs: WallTime, rhs: WallTime) -> Bool { lhs.milliseconds == rhs.milliseconds }
    @inlinable public static func < (lhs: WallTime, rhs: WallTime) -> Bool { lhs.milliseconds < rhs.milliseconds }
    @inlinable public static func + (lhs: WallTime, rhs: Interval) -> WallTime {
        WallTime(milliseconds: lhs.milliseconds + rhs.nanoseconds / 1_000_000)
    }
    @inlinable public static func - (lhs: WallTime, rhs: WallTime) -> Interval {
        Interval(nanoseconds: (lhs.milliseconds - rhs.milliseconds) * 1_000_000)
    }
    /// Seconds since 1970, rounded down.
    @inlinable public var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1_000 : (milliseconds - 999) / 1_000
    }
}
