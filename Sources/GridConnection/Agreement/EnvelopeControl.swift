// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Limits of a dynamic operating envelope. Each may be absent; then the next in rank says something, at last the default.
package struct EnvelopeLimits: Sendable, BitwiseCopyable, Equatable {
    /// What a limit bounds.
    package enum Quantity: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// Import and export of the site (CSIP-AUS opModImpLimW, opModExpLimW).
        case siteImport, siteExport
        /// Generation and load of the devices alone (CSIP-AUS opModGenLimW, opModLoadLimW).
        case generation, load
    }
    /// Magnitudes, never below zero.
    package var siteImport: Power?
    package var siteExport: Power?
    package var generation: Power?
    package var load: Power?
    /// false: the devices cease to energise (IEEE 2030.5 opModEnergize); true withdraws what ranks lower.
    package var energize: Bool?

    @_noLocks
    package init(
        siteImport: Power? = nil, siteExport: Power? = nil, generation: Power? = nil, load: Power? = nil,
        energize: Bool? = nil
    ) {
        self.siteImport = siteImport
        self.siteExport = siteExport
        self.generation = generation
        self.load = load
        self.energize = energize
    }

    @_noLocks subscript(quantity: Quantity) -> Power? {
        switch quantity {
        case .siteImport: siteImport
        case .siteExport: siteExport
        case .generation: generation
        case .load: load
        }
    }

    @_noLocks package static func == (lhs: EnvelopeLimits, rhs: EnvelopeLimits) -> Bool {
        lhs.siteImport == rhs.siteImport && lhs.siteExport == rhs.siteExport && lhs.generation == rhs.generation
            && lhs.load == rhs.load && lhs.energize == rhs.energize
    }

    var isEmpty: Bool { @_noLocks get { modes == 0 } }

    var hasNegative: Bool {
        @_noLocks get {
            Self.isNegative(siteImport) || Self.isNegative(siteExport) || Self.isNegative(generation)
                || Self.isNegative(load)
        }
    }

    @_noLocks private static func isNegative(_ power: Power?) -> Bool {
        guard let power else { return false }
        return power < .zero
    }

    /// A bit for each control mode that is present.
    var modes: UInt8 {
        @_noLocks get {
            (siteImport == nil ? 0 : 1) | (siteExport == nil ? 0 : 2) | (generation == nil ? 0 : 4)
                | (load == nil ? 0 : 8) | (energize == nil ? 0 : 16)
        }
    }

    /// For the record: what is said of the site, as a range.
    var site: PowerLimits {
        @_noLocks get {
            let unbounded = PowerLimits.unbounded
            return PowerLimits(from: -(siteExport ?? unbounded.upper), to: siteImport ?? unbounded.upper)
        }
    }
}

/// One event of an operating envelope (IEEE 2030.5 DERControl). It is never edited: who wants something else cancels it and
/// sends another.
package struct EnvelopeControl: Sendable, BitwiseCopyable {
    package var id: InstructionID
    /// Of controls that overlap with the same primacy, the newest counts.
    package var created: WallTime
    /// Of the program it belongs to; the lowest counts.
    package var primacy: UInt8
    package var start: WallTime
    package var duration: Interval
    /// Seconds, -3600 to 3600: the beginning, and with it the end, is moved by a random part of this.
    package var randomizeStart: Int32
    /// That part, in millionths, drawn by the caller when the control first arrives: 0 to 1 000 000.
    package var randomFraction: Int32
    package var limits: EnvelopeLimits

    @_noLocks
    package init(
        _ id: InstructionID, created: WallTime, primacy: UInt8, start: WallTime, duration: Interval,
        randomizeStart: Int32 = 0, randomFraction: Int32 = 0, limits: EnvelopeLimits
    ) {
        self.id = id
        self.created = created
        self.primacy = primacy
        self.start = start
        self.duration = duration
        self.randomizeStart = randomizeStart
        self.randomFraction = randomFraction
        self.limits = limits
    }

    /// When it really begins.
    var effectiveStart: WallTime {
        @_noLocks get {
            start + Interval(nanoseconds: Int64(randomizeStart) * Int64(randomFraction) * 1_000)
        }
    }

    var effectiveEnd: WallTime { @_noLocks get { effectiveStart + min(duration, Appointment.longest) } }

    /// Whether both are the same event, however the caller's dice fell.
    @_noLocks func isSame(as other: EnvelopeControl) -> Bool {
        id == other.id && created == other.created && primacy == other.primacy && start == other.start
            && duration == other.duration && randomizeStart == other.randomizeStart && limits == other.limits
    }

    @_noLocks func overlaps(_ other: EnvelopeControl) -> Bool {
        effectiveStart < other.effectiveEnd && other.effectiveStart < effectiveEnd
    }

    /// Whether it takes the place of an older control for good once it begins: same primacy, overlapping in time, and
    /// with a say in everything the older one has a say in (IEEE 2030.5 EventStatus, `superseded`). If it leaves a mode of
    /// the older one alone, it only goes before it while both are in force (`potentiallySuperseded`).
    @_noLocks func supersedes(_ older: EnvelopeControl) -> Bool {
        primacy == older.primacy && created > older.created && older.limits.modes & ~limits.modes == 0
            && overlaps(older)
    }

    /// Why it cannot be executed, or nil.
    var objection: OperatingEnvelope.Refusal? {
        @_noLocks get {
            if id.number == 0 { return .idMissing }
            if limits.isEmpty { return .nothingControlled }
            if limits.hasNegative { return .negativeLimit }
            if duration <= .zero { return .durationNotPositive }
            if !start.isPlausible || !created.isPlausible { return .timeImplausible }
            if randomizeStart < -3_600 || randomizeStart > 3_600 || randomFraction < 0 || randomFraction > 1_000_000 {
                return .randomizationOutOfRange
            }
            return nil
        }
    }
}
