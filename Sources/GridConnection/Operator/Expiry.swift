// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Instant {
    /// When an instruction of this length ends: never without a length, nor with one that outlives every clock.
    @_noLocks func after(_ duration: Interval?) -> Instant {
        guard let duration, duration < Instant.distantFuture - self else { return .distantFuture }
        return self + duration
    }
}
