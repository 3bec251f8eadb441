// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LinuxIO

/// Where the loop takes the time of day from.
package enum WallSource: Sendable, BitwiseCopyable {
    case system
    /// In virtual time: what the clock showed at an instant.
    case virtual(WallTime, at: Instant)

    /// nil while it is not trusted.
    @_noLocks func time(at now: Instant) -> WallTime? {
        switch self {
        case .system: WallTime.now()
        case .virtual(let wall, let instant): wall + (now - instant)
        }
    }
}
