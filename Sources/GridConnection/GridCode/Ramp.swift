// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A value that moves in a straight line from where it was: a return after a disturbance, a soft start.
package struct Ramp: Sendable, BitwiseCopyable, Equatable {
    package var from: PerUnit
    package var since: Instant
    /// Per minute, upward or downward; zero does not move.
    package var perMinute: PerUnit

    @_noLocks package init(from: PerUnit, since: Instant, perMinute: PerUnit) {
        self.from = from
        self.since = since
        self.perMinute = perMinute
    }

    /// - Returns: Before its start, where it starts; after a day, where it is after a day.
    @_noLocks package func value(at now: Instant) -> PerUnit {
        let elapsed = min(max((now - since).nanoseconds, 0), 86_400_000_000_000) / 1_000
        let rate = perMinute.clamped(from: PerUnit(millionths: -60_000_000), to: PerUnit(millionths: 60_000_000))
        return from + PerUnit(millionths: (elapsed * rate.millionths).dividedRounding(by: 60_000_000))
    }

    @_noLocks package static func == (lhs: Ramp, rhs: Ramp) -> Bool {
        lhs.from == rhs.from && lhs.since == rhs.since && lhs.perMinute == rhs.perMinute
    }
}
