// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Limitation of power consumption (EEBUS LPC) or production (LPP), seen from the site; one value for each direction. It
/// knows heartbeats and writes, not what carries them.
///
/// What falls due is dated when it fell due, so the record does not depend on how often `advance` is called. Where
/// several things fall due at once, the failsafe goes first.
///
/// Stricter than the rules: all writes need a recent heartbeat, those of failsafe values included; `hold` (see
/// `LimitationSettings.FailsafeEnd`); and a failsafe that was in force at a restart is resumed, not left by LPC-906.
package struct LimitationMachine: Sendable, BitwiseCopyable {
    package enum State: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// After power-on: the failsafe limit applies (LPC-901/1).
        case initial
        case limited
        /// The box is heard and limits nothing.
        case unlimitedControlled
        /// No box leads.
        case unlimitedAutonomous
        case failsafe

        /// The `detail` of `.stateChanged`.
        package var code: UInt8 { @_noLocks get { rawValue } }
    }

    /// What must survive a restart. The limit in force is not among it: a restart comes back at the failsafe limit.
    package struct Memory: Sendable, BitwiseCopyable {
        package var state: State
        /// In force when the memory was taken; the restart ends it.
        package var instruction: InstructionID
        /// Written by the box; nil: the settings' value.
        package var failsafeLimit: Power?
        package var failsafeDuration: Interval?

        @_noLocks
        package init(
            state: State, instruction: InstructionID, failsafeLimit: Power? = nil, failsafeDuration: Interval? = nil
        ) {
            self.state = state
            self.instruction = instruction
            self.failsafeLimit = failsafeLimit
            self.failsafeDuration = failsafeDuration
        }
    }

    struct Limit: Sendable, BitwiseCopyable {
        var magnitude: Power
        var instruction: InstructionID

        @_noLocks init(_ magnitude: Power, _ instruction: InstructionID) {
            self.magnitude = magnitude
            self.instruction = instruction
        }
    }

    enum Phase: Sendable, BitwiseCopyable {
        /// `before` is the state that a restart cut off.
        case initial(since: Instant, before: State)
        case limited(Limit, until: Instant)
        case unlimitedControlled
        case unlimitedAutonomous
        case failsafe(since: Instant, heardAt: Instant?)
    }

    package static var shortestFailsafe: Interval { @_noLocks get { .minutes(2 * 60) } }
    package static var longestFailsafe: Interval { @_noLocks get { .minutes(24 * 60) } }

    let settings: LimitationSettings
    var phase: Phase
    var isPaired: Bool
    /// `.distantPast`: never.
    var heartbeatAt = Instant.distantPast
    /// The last instant at which a write is taken.
    var writableUntil = Instant.distantPast
    var writtenFailsafeLimit: Power?
    var writtenFailsafeDuration: Interval?
    /// Cut off by a restart and not yet told to the record.
    var interrupted: InstructionID

    package init(_ settings: LimitationSettings, restored memory: Memory?, at now: Instant) {
        self.settings = settings
        interrupted = memory?.instruction ?? InstructionID(0)
        if let limit = memory?.failsafeLimit, limit >= .zero { writtenFailsafeLimit = limit }
        if let duration = memory?.failsafeDuration, Self.isPermitted(duration) { writtenFailsafeDuration = duration }
        isPaired = settings.isPaired
        phase = .unlimitedAutonomous
        if settings.isPaired {
            phase = .initial(since: now, before: memory?.state ?? .initial)
        }
    }

    package var state: State {
        @_noLocks get {
            switch phase {
            case .initial: .initial
            case .limited: .limited
            case .unlimitedControlled: .unlimitedControlled
            case .unlimitedAutonomous: .unlimitedAutonomous
            case .failsafe: .failsafe
            }
        }
    }

    package var memory: Memory {
        @_noLocks get {
            var memory = Memory(state: state, instruction: interrupted)
            // Until the start is over, what was before it is what another restart has to know.
            if case .initial(_, let before) = phase { memory.state = before }
            if case .limited(let limit, _) = phase { memory.instruction = limit.instruction }
            memory.failsafeLimit = writtenFailsafeLimit
            memory.failsafeDuration = writtenFailsafeDuration
            return memory
        }
    }

    package var failsafeLimit: Power {
        @_noLocks get {
            let limit = writtenFailsafeLimit ?? settings.failsafeLimit
            return limit < .zero ? .zero : limit
        }
    }

    package var failsafeDuration: Interval {
        @_noLocks get {
            let duration = writtenFailsafeDuration ?? settings.failsafeDuration
            if duration < Self.shortestFailsafe { return Self.shortestFailsafe }
            return duration > Self.longestFailsafe ? Self.longestFailsafe : duration
        }
    }

    /// Nil where nothing is limited. A limit of 0 W is a limit.
    @_noLocks package func limit() -> GridLimit? {
        switch phase {
        case .initial, .failsafe:
            GridLimit(settings.direction.failsafeRule, scope: settings.scope, power: settings.left(of: failsafeLimit))
        case .limited(let limit, _):
            GridLimit(settings.direction.limitRule, scope: settings.scope, power: settings.left(of: limit.magnitude))
        case .unlimitedControlled, .unlimitedAutonomous: nil
        }
    }

    @_noLocks static func isPermitted(_ duration: Interval) -> Bool {
        duration >= shortestFailsafe && duration <= longestFailsafe
    }
}
