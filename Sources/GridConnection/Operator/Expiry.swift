// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Instant {
    /// When something of this length ends: never without a length, nor with one that outlives every clock; at once where
    /// the length is nothing or less.
    @_noLocks func after(_ duration: Interval?) -> Instant {
        if let duration, duration <= .zero { return self }
        guard let duration, duration < Instant.distantFuture - self else { return .distantFuture }
        return self + duration
    }
}
