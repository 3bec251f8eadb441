// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Electricity
import Glibc

/// The machine's monotonic clock (CLOCK_MONOTONIC). Timers, ages and deadlines count on it; it does not jump.
package enum MonotonicClock {
    @_noLocks @inlinable
    package static func now() -> Instant { Instant(nanoseconds: sluice_now()) }

    /// Sleeps the calling thread; returns at once when the deadline has passed. Signals do not shorten it.
    @_noLocks @inlinable
    package static func sleep(until deadline: Instant) { sluice_sleep_until(deadline.nanoseconds) }

    /// Sleeps the calling thread for a length of time.
    package static func sleep(for length: Interval) { sleep(until: now() + length) }
}

extension WallTime {
    /// The machine's time of day (CLOCK_REALTIME). Nil where it shows a time before this program was made: a gateway without
    /// a buffered clock begins there, and such a time is none.
    @_noLocks
    package static func now() -> WallTime? {
        let time = WallTime(milliseconds: sluice_wall_ms())
        return time.milliseconds < 1_767_225_600_000 ? nil : time
    }
}

/// The time of day in UTC, for people, schedules and evidence. It may jump; no timer counts on it.
package struct WallClock: Hashable, Comparable, Sendable {
    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    package let seconds: Int64
    /// 0…999 999 999.
    package let nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static func now() -> WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallClock(seconds: Int64(time.tv_sec), nanoseconds: Int32(truncatingIfNeeded: time.tv_nsec))
    }

    package static func < (lhs: WallClock, rhs: WallClock) -> Bool {
        (lhs.seconds, lhs.nanoseconds) < (rhs.seconds, rhs.nanoseconds)
    }
}

extension WallClock: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds, `2026-03-01T12:00:00.250Z`.
    package var description: String {
        var time = time_t(seconds)
        var parts = tm()
        guard gmtime_r(&time, &parts) != nil else { return "(no date)" }
        let day =
            "\(padded(Int(parts.tm_year) + 1_900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))"
            + "-\(padded(Int(parts.tm_mday), 2))"
        let hour = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(day)T\(hour).\(padded(Int(nanoseconds) / 1_000_000, 3))Z"
    }

    private func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
