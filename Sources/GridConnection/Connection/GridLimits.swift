// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The limits in force at one instant. Every rule has at most two, so all fit.
package struct GridLimits: Sendable, BitwiseCopyable {
    package static var capacity: Int { 24 }
    private var limits: InlineArray<24, GridLimit> = InlineArray(repeating: GridLimit(.firmCapacity))
    package private(set) var count = 0

    @_noLocks package init() {}

    @_noLocks package subscript(position: Int) -> GridLimit { limits[position] }

    /// - Precondition: Fewer than `capacity` limits are in force.
    @_noLocks mutating func add(_ limit: GridLimit?) {
        guard let limit else { return }
        precondition(count < Self.capacity, "every rule has at most two limits")
        limits[count] = limit
        count += 1
    }

    @_noLocks package mutating func removeAll() { count = 0 }
}
