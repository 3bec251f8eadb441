// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// How much of the installed photovoltaic power may be fed in at the connection point (§ 9 (2) EEG in the version of
/// 2025-02-25: 60 % until the plant can be controlled remotely).
///
/// It bounds power at every moment, not a mean of 15 minutes. Consumption behind the connection point is headroom by
/// itself, because the limit is one of the connection point.
package struct FeedInCap: Sendable, BitwiseCopyable, Equatable {
    package let limit: GridLimit

    /// - Parameters:
    ///   - installed: The installed power of the plant, as registered; below zero it counts as none.
    ///   - permille: The share of it that may be fed in, 0 to 1000.
    package init(installed: Power, permille: Int = 600) {
        let installed = installed.clamped(from: .zero, to: PowerLimits.unbounded.upper)
        let share = min(max(permille, 0), 1_000)
        limit = GridLimit(
            .feedInCap, power: PowerLimits(from: -(installed * share / 1_000), to: PowerLimits.unbounded.upper))
    }
}
