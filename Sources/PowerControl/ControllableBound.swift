// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The tightest limit on what all EVSEs take together. What production leaves over adds to it in import, what other loads
/// take up adds to it in export: only what the EVSEs cause at the connection point counts.
struct ControllableBound: Sendable, BitwiseCopyable {
    private(set) var power = PowerLimits.unbounded
    private(set) var importSource: UInt16 = 0
    private(set) var exportSource: UInt16 = 0

    @_noLocks init() {}

    @_noLocks mutating func narrow(_ limit: ImposedLimit) {
        if limit.power.upper < power.upper { importSource = limit.source }
        if limit.power.lower > power.lower { exportSource = limit.source }
        power = power.narrowed(to: limit.power)
    }

    /// - Parameter load: Of the others, with its reserve, in sixths of a milliwatt; below zero where they deliver.
    @_noLocks func importRoom(besides load: Int64) -> Int64 { power.upper.milli &* 6 &- min(0, load) }

    /// - Parameter load: Of the others, less its reserve, in sixths of a milliwatt; above zero where they draw.
    @_noLocks func exportRoom(besides load: Int64) -> Int64 { 0 &- power.lower.milli &* 6 &+ max(0, load) }
}
