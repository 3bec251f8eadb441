// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP

/// One reading of both clocks: durations follow the one, schedules and messages the other.
package struct StationTime: Equatable, Sendable {
    package var monotonic: Instant
    package var wall: WallTime

    package init(_ monotonic: Instant, _ wall: WallTime) {
        self.monotonic = monotonic
        self.wall = wall
    }

    /// Seconds since 1970, as schedules count.
    var seconds: Int64 { wall.seconds }
    var dateTime: DateTime { DateTime(wall) }
}
