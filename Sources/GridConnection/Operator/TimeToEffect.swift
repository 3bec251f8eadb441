// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Watches one instruction from its receipt until the meter shows that it is obeyed, for the record that has to prove it.
/// One value for each source of instructions; a newer instruction takes the place of the one that is watched.
///
/// Only what a meter measured is proof: a fresh measurement that obeys at the receipt makes it `.alreadyBelow`, one taken
/// after the receipt `.effective` with the time from the receipt to that measurement. An instruction not obeyed in time
/// is `.overdue` once, and watched on until it is obeyed or ends. The watch does not survive a restart: the
/// instruction does, and is watched anew when it comes back.
package struct TimeToEffect: Sendable, BitwiseCopyable {
    package struct Settings: Sendable, BitwiseCopyable {
        /// Five minutes are presumed to be without delay (BK6-22-300 Annex 1, 4.2).
        package var allowed = Interval.minutes(5)
        /// How old a measurement may be. A default of ours.
        package var maximumAge = Interval.seconds(10)
        /// How far beyond the limit a measurement still obeys, for the meter's error. A default of ours.
        package var tolerance = Power.zero

        package init() {}
    }

    package enum Input: Sendable, BitwiseCopyable {
        /// - Parameter limits: What the measured power has to keep to.
        case received(InstructionID, GridRule, PowerLimits)
        /// The instruction with this name is over; another one's end changes nothing.
        case ended(InstructionID)
    }

    package enum Reply: UInt8, CaseIterable, Sendable, BitwiseCopyable { case accepted, notWatched }

    package enum State: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case idle, watching
        /// Not obeyed in time, and not yet.
        case overdue
        case obeyed
    }

    /// What the meter says; `.distantPast` while it has said nothing.
    package struct Measurement: Sendable, BitwiseCopyable {
        package var power: Power
        package var at: Instant
        @_noLocks package init(_ power: Power, at: Instant) {
            self.power = power
            self.at = at
        }
    }

    private struct Watch: Sendable, BitwiseCopyable {
        var instruction: InstructionID
        var rule: GridRule
        var limits: PowerLimits
        var receivedAt: Instant
    }

    private enum Phase: Sendable, BitwiseCopyable {
        case idle
        case received(Watch)
        case watching(Watch)
        case overdue(Watch)
        case obeyed(Watch)
    }

    private let settings: Settings
    private let tolerance: Power
    private var phase = Phase.idle

    package init(_ settings: Settings) {
        self.settings = settings
        tolerance = settings.tolerance.clamped(from: .zero, to: Power(milli: Power.plausible))
    }

    package var state: State {
        @_noLocks get {
            switch phase {
            case .idle: .idle
            case .received, .watching: .watching
            case .overdue: .overdue
            case .obeyed: .obeyed
            }
        }
    }

    @_noLocks package mutating func handle(_ input: Input, at now: Instant) -> Reply {
        switch (phase, input) {
        case (_, .received(let instruction, let rule, let limits)):
            phase = .received(Watch(instruction: instruction, rule: rule, limits: limits, receivedAt: now))
            return .accepted
        case (.idle, .ended): return .notWatched
        case (.received(let watch), .ended(let instruction)), (.watching(let watch), .ended(let instruction)),
            (.overdue(let watch), .ended(let instruction)), (.obeyed(let watch), .ended(let instruction)):
            guard watch.instruction == instruction else { return .notWatched }
            phase = .idle
            return .accepted
        }
    }

    @_noLocks
    package mutating func advance(to now: Instant, _ measurement: Measurement, _ events: inout ConnectionEvents) {
        if case .received(let watch) = phase { look(watch, measurement, now, &events) }
        switch phase {
        case .idle, .received, .obeyed: return
        case .watching(let watch):
            if isLate(watch, measurement, now) {
                tell(.overdue, watch, at: watch.receivedAt.after(settings.allowed), took: settings.allowed, &events)
                phase = .overdue(watch)
            }
            settle(watch, measurement, now, &events)
        case .overdue(let watch): settle(watch, measurement, now, &events)
        }
    }

    /// At the first step after the receipt: was it obeyed already?
    private mutating func look(
        _ watch: Watch, _ measurement: Measurement, _ now: Instant, _ events: inout ConnectionEvents
    ) {
        phase = .watching(watch)
        let age = watch.receivedAt - measurement.at
        guard age >= .zero, age <= settings.maximumAge, obeys(measurement.power, watch) else { return }
        tell(.alreadyBelow, watch, at: watch.receivedAt, took: .zero, &events)
        phase = .obeyed(watch)
    }

    /// The time is up, and no measurement of before then obeys.
    private func isLate(_ watch: Watch, _ measurement: Measurement, _ now: Instant) -> Bool {
        let deadline = watch.receivedAt.after(settings.allowed)
        return now >= deadline && !(measurement.at <= deadline && isProof(measurement, watch, now))
    }

    private mutating func settle(
        _ watch: Watch, _ measurement: Measurement, _ now: Instant, _ events: inout ConnectionEvents
    ) {
        guard isProof(measurement, watch, now) else { return }
        tell(.effective, watch, at: measurement.at, took: measurement.at - watch.receivedAt, &events)
        phase = .obeyed(watch)
    }

    private func isProof(_ measurement: Measurement, _ watch: Watch, _ now: Instant) -> Bool {
        measurement.at > watch.receivedAt && measurement.at <= now && now - measurement.at <= settings.maximumAge
            && obeys(measurement.power, watch)
    }

    private func obeys(_ power: Power, _ watch: Watch) -> Bool {
        power <= watch.limits.upper + tolerance && power >= watch.limits.lower - tolerance
    }

    private func tell(
        _ kind: ConnectionEvent.Kind, _ watch: Watch, at: Instant, took: Interval, _ events: inout ConnectionEvents
    ) {
        events.add(
            ConnectionEvent(
                kind, watch.rule, at: at, instruction: watch.instruction, power: watch.limits, took: took))
    }
}
