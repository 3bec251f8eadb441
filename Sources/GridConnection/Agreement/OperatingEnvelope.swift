// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A dynamic operating envelope in the manner of IEEE 2030.5 (DERControl, DefaultDERControl) as CSIP-AUS uses it.
///
/// Each limit is taken from the control in force with the lowest primacy that has a say in it, among equals from the newest,
/// among those from the strictest; else from the default; else from the settings. A control begins by the wall clock, at once
/// for the remainder if it is late, and ends by the monotonic one. When the server falls silent the stored controls
/// run their course and then the default holds. While the wall clock is unknown nothing is wider than the default, and
/// every stored control that might be due narrows it.
///
/// Not supported: randomised durations, `opModConnect`, storage targets, set-points.
package struct OperatingEnvelope: ~Copyable, Sendable {
    package struct Settings: Sendable, BitwiseCopyable, Equatable {
        /// What holds at the connection point where neither a control nor the server's default says anything.
        package var site: PowerLimits
        /// The same for the devices; silent unless the agreement bounds them.
        package var devices: PowerLimits
        /// How long the server may be silent before the default counts as a failsafe in the record; it changes no limit. The
        /// default is three polls of five minutes, to be confirmed.
        package var silentAfter: Interval

        package init(site: PowerLimits, devices: PowerLimits = .unbounded, silentAfter: Interval = .minutes(15)) {
            self.site = site
            self.devices = devices
            self.silentAfter = silentAfter
        }
    }

    package enum Input: Sendable, BitwiseCopyable {
        case control(EnvelopeControl)
        /// The server's default (DefaultDERControl) from now on.
        case defaults(EnvelopeLimits)
        /// `after`: the random delay of a cancellation with randomisation, drawn by the caller; at most an hour.
        case cancel(InstructionID, after: Interval)
        /// The server itself marks the control as superseded.
        case supersede(InstructionID)
        /// A poll that brought nothing new.
        case heard
    }

    package enum Reply: Sendable, BitwiseCopyable, Equatable {
        case accepted
        /// The control is stored already and keeps its course.
        case known
        case refused(Refusal)
    }

    package enum Refusal: UInt8, Sendable, BitwiseCopyable {
        case idMissing, unknownControl
        case nothingControlled, negativeLimit, durationNotPositive, timeImplausible, randomizationOutOfRange
        /// Its time is over.
        case expired
        /// A newer control that has begun stands in its place.
        case superseded
        /// The same id arrived with another content.
        case edited
        /// As many controls as can be kept are kept already.
        case full

        /// As an event's `detail`.
        var code: UInt8 { @_noLocks get { rawValue } }
    }

    /// What survives a restart.
    package struct Memory: Sendable, BitwiseCopyable {
        package struct Record: Sendable, BitwiseCopyable {
            package var control: EnvelopeControl
            package var hasBegun: Bool
            package var isCancelled: Bool
            /// Kept so that the server's list does not revive it.
            package var isOver: Bool

            @_noLocks
            package init(control: EnvelopeControl, hasBegun: Bool, isCancelled: Bool, isOver: Bool) {
                self.control = control
                self.hasBegun = hasBegun
                self.isCancelled = isCancelled
                self.isOver = isOver
            }
        }
        package var records: InlineArray<64, Record>
        package var count = 0
        package var defaults = EnvelopeLimits()
        @_noLocks package init() {
            records = InlineArray(
                repeating: Record(control: Slot.free.control, hasBegun: false, isCancelled: false, isOver: true))
        }
    }

    package static var capacity: Int { @_noLocks get { 64 } }

    struct Slot: Sendable, BitwiseCopyable {
        var control: EnvelopeControl
        var time: Appointment
        var cancelAt: Instant?

        @_noLocks init(_ control: EnvelopeControl) {
            self.control = control
            time = Appointment(start: control.effectiveStart, duration: control.duration)
        }

        static var free: Slot {
            @_noLocks get {
                let never = WallTime(milliseconds: 0)
                return Slot(
                    EnvelopeControl(
                        InstructionID(0), created: never, primacy: .max, start: never, duration: .zero,
                        limits: EnvelopeLimits()))
            }
        }
        var isKept: Bool { @_noLocks get { control.id.number != 0 } }
        var isLive: Bool { @_noLocks get { isKept && !time.isOver } }
    }

    let settings: Settings
    var slots: FixedArray<Slot>
    package internal(set) var defaults = EnvelopeLimits()
    /// Counts what `memory()` would tell differently.
    package internal(set) var changes: UInt64 = 0
    var lastHeard: Instant
    var isInFailsafe = false
    var outcome: Outcome

    /// The limits of one moment.
    struct Outcome: Sendable, BitwiseCopyable {
        var site: PowerLimits
        var devices: PowerLimits
        /// Whether a control has a say in the site's limits.
        var isControlled: Bool
        var isEnergized: Bool

        @_noLocks init(site: PowerLimits, devices: PowerLimits, isControlled: Bool = false, isEnergized: Bool = true) {
            self.site = site
            self.devices = devices
            self.isControlled = isControlled
            self.isEnergized = isEnergized
        }
    }

    package init(_ settings: Settings, restored: Memory?, at now: Instant) {
        self.settings = settings
        slots = FixedArray(repeating: .free, count: Self.capacity)
        lastHeard = now
        outcome = Outcome(site: settings.site, devices: settings.devices)
        if let restored { restore(restored, at: now) }
        outcome = resolve(isClockKnown: false)
    }

    private mutating func restore(_ memory: Memory, at now: Instant) {
        if !memory.defaults.hasNegative { defaults = memory.defaults }
        for index in 0..<min(max(memory.count, 0), Self.capacity) {
            let record = memory.records[index]
            guard record.control.objection == nil else { continue }
            slots[index].control = record.control
            slots[index].time = Appointment(
                start: record.control.effectiveStart, duration: record.control.duration, hasBegun: record.hasBegun,
                at: now)
            if record.isOver { slots[index].time.cancel() }
            if record.isCancelled { slots[index].cancelAt = now }
        }
    }

    @_noLocks package func memory() -> Memory {
        var memory = Memory()
        memory.defaults = defaults
        var index = 0
        while index < Self.capacity {
            let slot = slots[index]
            if slot.isKept {
                memory.records[memory.count] = Memory.Record(
                    control: slot.control, hasBegun: slot.time.hasBegun, isCancelled: slot.cancelAt != nil,
                    isOver: slot.time.isOver)
                memory.count += 1
            }
            index += 1
        }
        return memory
    }

    /// What holds at the connection point since the last advance.
    @_noLocks package func siteLimit() -> GridLimit {
        GridLimit(outcome.isControlled ? .operatingEnvelope : .operatingEnvelopeDefault, power: outcome.site)
    }

    /// What the devices may generate and draw together since the last advance.
    @_noLocks package func deviceLimit() -> GridLimit {
        guard outcome.isEnergized else { return GridLimit(.ceaseToEnergise, scope: .controllable, power: .zero) }
        return GridLimit(.operatingEnvelope, scope: .controllable, power: outcome.devices)
    }
}
