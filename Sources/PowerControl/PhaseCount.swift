// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// How many line conductors an EVSE uses, and the way from one count to another: empty, switch, rest, go on.
struct PhaseCount: Sendable, BitwiseCopyable {
    enum Change: Sendable, BitwiseCopyable {
        case none
        /// The other count would have been right since.
        case considered(since: Instant)
        /// Waiting for the power to be gone.
        case emptying
        /// Switched; power may return after the instant.
        case resting(until: Instant)
    }
    private(set) var count: Int
    private(set) var change = Change.none

    @_noLocks init(count: Int) { self.count = count }

    /// Power has to stay at zero.
    @_noLocks func isSwitching() -> Bool {
        switch change {
        case .emptying, .resting: true
        case .none, .considered: false
        }
    }

    /// - Parameter otherIsRight: The other count would serve better now.
    @_noLocks mutating func consider(_ otherIsRight: Bool, delay: Interval, at now: Instant) {
        switch change {
        case .none: if otherIsRight { change = .considered(since: now) }
        case .considered(let since):
            if !otherIsRight {
                change = .none
            } else if now - since >= delay {
                change = .emptying
            }
        case .emptying, .resting: return
        }
    }

    @_noLocks mutating func advance(isEmpty: Bool, full: Int, settling: Interval, at now: Instant) {
        switch change {
        case .none, .considered: return
        case .emptying:
            guard isEmpty else { return }
            count = count == full ? 1 : full
            change = .resting(until: now + settling)
        case .resting(let until): if now >= until { change = .none }
        }
    }
}
