// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// An order to cease active power, from its receipt until delivery has ended: an input of the plant (EN 50549-1: within
/// 5 s) or IEEE 1547's cease to energise (within 2 s). The order binds at once; this machine watches that it has effect.
package struct CeaseToEnergise: Sendable, BitwiseCopyable {
    package struct Settings: Sendable, BitwiseCopyable {
        /// How long delivery may take to end.
        package var within = Interval(nanoseconds: 5_000_000_000)
        /// Delivery below this counts as none, per unit of the rating.
        package var nothing = PerUnit(millionths: 10_000)
        package init() {}
    }

    package enum Phase: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case permitted
        /// Ordered, power still flows.
        case ceasing
        /// Power still flows and the time is over.
        case overdue
        case ceased
    }

    package enum Input: UInt8, CaseIterable, Sendable, BitwiseCopyable { case cease, permit }
    package enum Reply: UInt8, CaseIterable, Sendable, BitwiseCopyable { case accepted, alreadySo }

    package let settings: Settings
    package private(set) var phase = Phase.permitted
    private var since = Instant(nanoseconds: 0)
    private var instruction = InstructionID(0)

    @_noLocks package init(_ settings: Settings) { self.settings = settings }

    @_noLocks
    package mutating func handle(
        _ input: Input, _ instruction: InstructionID, at now: Instant, _ events: inout ConnectionEvents
    ) -> Reply {
        switch (phase, input) {
        case (.permitted, .cease):
            self.instruction = instruction
            since = now
            phase = .ceasing
            events.add(ConnectionEvent(.began, .ceaseToEnergise, at: now, instruction: instruction, power: order))
            return .accepted
        case (.ceasing, .permit), (.overdue, .permit), (.ceased, .permit):
            events.add(ConnectionEvent(.cancelled, .ceaseToEnergise, at: now, instruction: self.instruction))
            phase = .permitted
            return .accepted
        case (.permitted, .permit), (.ceasing, .cease), (.overdue, .cease), (.ceased, .cease): return .alreadySo
        }
    }

    /// - Parameter power: Measured, import positive.
    @_noLocks
    package mutating func advance(to now: Instant, power: PerUnit, _ events: inout ConnectionEvents) {
        let isDelivering = -power > settings.nothing
        switch phase {
        case .ceasing, .overdue:
            if !isDelivering {
                phase = .ceased
                note(now == since ? .alreadyBelow : .effective, at: now, &events)
            } else if phase == .ceasing, now - since > settings.within {
                phase = .overdue
                note(.stateChanged, at: now, &events)
            }
        case .permitted, .ceased: break
        }
    }

    @_noLocks
    private func note(_ kind: ConnectionEvent.Kind, at now: Instant, _ events: inout ConnectionEvents) {
        let detail: UInt8 = phase == .overdue ? 2 : 3
        events.add(
            ConnectionEvent(
                kind, .ceaseToEnergise, at: now, instruction: instruction, power: order, took: now - since,
                detail: detail))
    }

    private var order: PowerLimits {
        @_noLocks get { PowerLimits(from: .zero, to: .unbounded) }
    }
}

extension Power {
    static var unbounded: Power {
        @_noLocks get { Power(milli: plausible) }
    }
}
