// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// No power while the voltage is far outside, without leaving service: momentary cessation of IEEE 1547, categories II
/// and III. The charger does this within milliseconds; here it keeps us from commanding against it.
package struct MomentaryCessation: Sendable, BitwiseCopyable {
    package struct Settings: Sendable, BitwiseCopyable {
        package var isOn = false
        /// Per unit of the nominal voltage; nil where that side has none.
        package var below: PerUnit?
        package var above: PerUnit?
        package init() {}
    }

    package let settings: Settings
    package private(set) var isCeased = false

    @_noLocks package init(_ settings: Settings) { self.settings = settings }

    /// - Parameter voltage: nil keeps what is in force.
    @_noLocks
    package mutating func advance(to now: Instant, voltage: LineVoltage?, _ events: inout ConnectionEvents) {
        guard settings.isOn, let voltage else { return }
        var isOutside = false
        if let below = settings.below, voltage.lowest < below { isOutside = true }
        if let above = settings.above, voltage.highest > above { isOutside = true }
        guard isOutside != isCeased else { return }
        isCeased = isOutside
        events.add(ConnectionEvent(.stateChanged, .momentaryCessation, at: now, detail: isOutside ? 1 : 0))
    }

    package var bound: ActivePowerBound? {
        @_noLocks get { isCeased ? ActivePowerBound(.momentaryCessation, atLeast: .zero, atMost: .zero) : nil }
    }
}
