// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What is settled about one limitation before a box is heard.
package struct LimitationSettings: Sendable, BitwiseCopyable, Equatable {
    /// How a failsafe may end without a write.
    package enum FailsafeEnd: Sendable, BitwiseCopyable {
        /// Unlimited once the box is heard but writes nothing for 120 s (LPC-921), or once the Failsafe Duration Minimum
        /// is over (LPC-922).
        case release
        /// Never: 921 and 922 are permissions, and a box that broke is no reason to draw more. Whoever was once led by
        /// a box keeps the failsafe limit until a box writes, across restarts too.
        case hold
    }

    package var direction: LimitationDirection
    package var scope: GridLimit.Scope
    /// With the scope `.controllable`: what devices of the site that others control may take of the limit.
    package var keptByOthers = Power.zero
    /// Without a partner nothing is limited and nothing can fail.
    package var isPaired = true
    /// Until the box writes its own. 4200 W is the floor per device under direct control (BK6-22-300 Annex 1);
    /// several devices: the guaranteed minimum of `Section14a`.
    package var failsafeLimit = Power.watts(4_200)
    /// Until the box writes its own (LPC-022).
    package var failsafeDuration = Interval.minutes(120)
    package var failsafeEnd = FailsafeEnd.hold
    /// From the start until a box that says nothing is no longer waited for (LPC-906).
    package var startTime = Interval.seconds(120)
    /// Without a heartbeat, until the failsafe (LPC-911, LPC-912).
    package var silence = Interval.seconds(120)
    /// After a heartbeat, for writes.
    package var writeWindow = Interval.seconds(60)
    /// From a heartbeat in failsafe, for a write (LPC-921).
    package var writeWait = Interval.seconds(120)

    package init(_ direction: LimitationDirection, scope: GridLimit.Scope = .connectionPoint) {
        self.direction = direction
        self.scope = scope
    }

    /// What a limit of this magnitude leaves to the EVSEs.
    @_noLocks func left(of magnitude: Power) -> PowerLimits { direction.bounds(max(.zero, magnitude - kept)) }

    private var kept: Power {
        if case .controllable = scope { return max(.zero, keptByOthers) }
        return .zero
    }
}
