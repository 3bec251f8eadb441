// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// An import or export limitation scheme in the terms of EREC G100 Issue 2: it holds an agreed current at the connection
/// point, notices when it does not, and falls back to a safe state when it cannot know.
///
/// It is a supervisor beside the controller, which gets the limits of `limit()` in every state. While an excursion has
/// outlasted the reaction time, in fail-safe and in lock-out each EVSE is bounded on its own besides (`limitOfEach()`):
/// a bound at the connection point would lean on the very meter that may be wrong. An excursion is no longer timed once
/// the meter is lost or not believed; the fail-safe has begun then. A reversed sensor and a lock-out need a person: they
/// stay until reset.
///
/// Not covered: the scheme has to hold whatever fails (EREC G100), which a program alone cannot promise. The chargers'
/// own watchdogs belong to it. A reset by the customer without the installer's password is not offered.
package struct LimitationScheme: Sendable, BitwiseCopyable {
    package enum State: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// Within the limits.
        case normal
        /// Beyond a limit.
        case excursion
        case failSafe
        case lockedOut

        /// The `detail` of `.stateChanged`.
        package var code: UInt8 { @_noLocks get { rawValue } }
    }

    /// Why the scheme locked out.
    package enum LockOut: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// One excursion outlasted the longest reaction.
        case tooLong
        case tooOftenSoon, tooOftenADay

        /// The `detail` of `.lockedOut`.
        package var code: UInt8 { @_noLocks get { rawValue } }
    }

    package enum Input: Sendable, BitwiseCopyable {
        /// The password was right, which is decided elsewhere.
        case unlock
        case lock
        /// Ends a lock-out and the suspicion of a reversed sensor, and forgets the excursions.
        case reset
        case change(SchemeLimits)
    }

    package enum Reply: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case accepted, refusedLocked, refusedNegative
        /// A limit that the sensors cannot measure.
        case refusedBeyondSensors
        /// There is nothing to reset.
        case refusedNothingToReset

        /// The `detail` of `.refused`.
        package var code: UInt8 { @_noLocks get { rawValue } }
    }

    package struct Memory: Sendable, BitwiseCopyable {
        package var isLockedOut: Bool
        package var isSensorReversed: Bool
        package var excursions: ExcursionHistory.Ages
        /// Nil: the settings' limits, never changed.
        package var limits: SchemeLimits?

        @_noLocks
        package init(
            isLockedOut: Bool, isSensorReversed: Bool, excursions: ExcursionHistory.Ages, limits: SchemeLimits?
        ) {
            self.isLockedOut = isLockedOut
            self.isSensorReversed = isSensorReversed
            self.excursions = excursions
            self.limits = limits
        }
    }

    let settings: SchemeSettings
    var changedLimits: SchemeLimits?
    /// `.distantPast`: locked.
    var unlockedUntil = Instant.distantPast
    package internal(set) var state: State
    /// The record does not know yet that the scheme starts in fail-safe.
    var isStart = true
    var isLockedOut: Bool
    package internal(set) var faults = SchemeFaults()
    /// The last moment at which something was not well.
    var badAt: Instant
    /// What it was; the `detail` of `.failsafeEntered`. Nothing, where a reset is being recovered from.
    var lastFaults = SchemeFaults()
    var measuredAt = Instant.distantPast
    var senselessReadings = 0
    var reversal = InlineArray<3, ReversalTest>(repeating: ReversalTest())
    /// When the excursion that is under way was measured first.
    var excursionSince: Instant?
    /// It has outlasted the reaction time.
    var isExcursionCounted = false
    var history: ExcursionHistory

    package init(_ settings: SchemeSettings, restored memory: Memory?, at now: Instant) {
        self.settings = settings
        changedLimits = memory?.limits
        isLockedOut = memory?.isLockedOut ?? false
        state = isLockedOut ? .lockedOut : .failSafe
        history = memory.map { ExcursionHistory($0.excursions, at: now) } ?? ExcursionHistory()
        badAt = now
        faults.set(SchemeFaults.meterLost, true)
        faults.set(SchemeFaults.sensorReversed, memory?.isSensorReversed ?? false)
    }
}

extension LimitationScheme {
    @_noLocks package func memory(at now: Instant) -> Memory {
        Memory(
            isLockedOut: isLockedOut, isSensorReversed: faults.contains(SchemeFaults.sensorReversed),
            excursions: history.ages(at: now), limits: changedLimits)
    }

    @_noLocks package func isLocked(at now: Instant) -> Bool { now >= unlockedUntil }

    package var limits: SchemeLimits { @_noLocks get { changedLimits ?? settings.limits } }

    /// The agreed limits, per phase at the connection point.
    @_noLocks package func limit() -> GridLimit { GridLimit(.limitationScheme, current: limits.bounds()) }

    /// An equal part of the fail-safe power; nil while the connection point's limit is enough.
    @_noLocks package func limitOfEach() -> GridLimit? {
        switch state {
        case .normal: return nil
        case .excursion: if !isExcursionCounted { return nil }
        case .failSafe, .lockedOut: break
        }
        let parts = max(settings.evseCount, 1)
        let part = PowerLimits(
            from: settings.failSafePower.lower / parts, to: settings.failSafePower.upper / parts)
        return GridLimit(.limitationScheme, scope: .everyEVSE, power: part)
    }
}
