// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Journal
import LinuxIO

/// A moment of the monotonic clock that a restart of the daemon, or of the machine, must not lose.
struct StoredDeadline: Codable, Hashable, Sendable {
    var boot: String
    var monotonic_ns: Int64
    /// Of the moment; nil: the time of day was not trusted.
    var wall_ms: Int64?
    /// When this was written down.
    var remaining_ns: Int64

    init(_ deadline: Instant, at now: Instant, wall: WallTime?, boot: String = EvidenceDesk.boot.text) {
        self.boot = boot
        monotonic_ns = deadline.nanoseconds
        wall_ms = wall.map { ($0 + (deadline - now)).milliseconds }
        remaining_ns = (deadline - now).nanoseconds
    }

    /// Within one run of the system the clock goes on; after another the time of day counts, where both times of day are
    /// trusted. Otherwise nothing is known to have passed. Never more than was left when it was written down.
    func remaining(at now: Instant, wall: WallTime?, boot: String = EvidenceDesk.boot.text) -> Interval {
        let left: Int64
        if boot == self.boot {
            left = monotonic_ns - now.nanoseconds
        } else if let wall, let wall_ms {
            left = (WallTime(milliseconds: wall_ms) - wall).nanoseconds
        } else {
            left = remaining_ns
        }
        return Interval(nanoseconds: max(0, min(left, remaining_ns)))
    }
}
