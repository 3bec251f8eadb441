// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// § 14a EnWG in the terms of BNetzA BK6-22-300 Annex 1: what the operator always leaves to the controllable devices, and
/// the reduction of what they draw together.
///
/// The limit bounds only the grid draw that the controllable devices cause; what production leaves over beside it comes on
/// top, which is for the controller to add. A restart brings a reduction back with what was left of its time when the
/// memory was taken: time spent switched off is not counted, so it is obeyed for longer rather than shorter.
package struct Section14a: Sendable, BitwiseCopyable {
    package struct Settings: Sendable, BitwiseCopyable, Equatable {
        /// `guaranteedMinimum(controllables:heatPumps:)` for the site.
        package var guaranteedMinimum: Power
        /// What heat pumps and cooling, which draw from the same reduction and are controlled by others, may take of it.
        package var keptByOthers: Power
        package init(guaranteedMinimum: Power, keptByOthers: Power = .zero) {
            self.guaranteedMinimum = guaranteedMinimum
            self.keptByOthers = keptByOthers
        }
    }

    package enum Input: Sendable, BitwiseCopyable {
        /// - Parameters:
        ///   - to: ≥ 0, for all controllable devices together.
        ///   - duration: Nil: until released.
        case reduce(to: Power, duration: Interval?, InstructionID)
        case release
    }

    /// The raw value is the `detail` of the event `.refused`.
    package enum Reply: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case accepted, refusedNegative, refusedImplausible, refusedDuration
        /// There is nothing to release.
        case refusedNotReduced
    }

    package enum State: UInt8, CaseIterable, Sendable, BitwiseCopyable { case free, reduced }

    package struct Memory: Sendable, BitwiseCopyable {
        package var power: Power
        package var instruction: InstructionID
        /// Nil: until released.
        package var remaining: Interval?

        @_noLocks package init(power: Power, instruction: InstructionID, remaining: Interval?) {
            self.power = power
            self.instruction = instruction
            self.remaining = remaining
        }
    }

    private struct Reduction: Sendable, BitwiseCopyable {
        var power: Power
        var until: Instant
        var instruction: InstructionID
    }

    private let settings: Settings
    private var reduction: Reduction?

    package init(_ settings: Settings, restored memory: Memory?, at now: Instant) {
        self.settings = settings
        guard let memory else { return }
        reduction = Reduction(
            power: memory.power < .zero ? .zero : memory.power, until: now.after(memory.remaining),
            instruction: memory.instruction)
    }

    package var state: State { @_noLocks get { reduction == nil ? .free : .reduced } }

    @_noLocks package func memory(at now: Instant) -> Memory? {
        guard let reduction else { return nil }
        let remaining = reduction.until < .distantFuture ? reduction.until - now : nil
        return Memory(power: reduction.power, instruction: reduction.instruction, remaining: remaining)
    }

    /// A command below the minimum is obeyed all the same (Annex 1, 4.6 sentence 2).
    @_noLocks package func isBelowMinimum(_ power: Power) -> Bool { power < settings.guaranteedMinimum }

    /// What is left to the EVSEs together.
    @_noLocks package func limit() -> GridLimit? {
        guard let reduction else { return nil }
        let left = max(.zero, reduction.power - settings.keptByOthers)
        return GridLimit(.section14a, scope: .controllable, power: bounds(left))
    }

    @_noLocks
    package mutating func handle(_ input: Input, at now: Instant, _ events: inout ConnectionEvents) -> Reply {
        advance(to: now, &events)
        switch (state, input) {
        case (.free, .reduce(let power, let duration, let instruction)),
            (.reduced, .reduce(let power, let duration, let instruction)):
            let reply = answer(power, duration)
            guard case .accepted = reply else {
                tell(.refused, now, instruction, nil, detail: reply.rawValue, &events)
                return reply
            }
            if let before = reduction { tell(.superseded, now, before.instruction, nil, &events) }
            reduction = Reduction(power: power, until: now.after(duration), instruction: instruction)
            tell(.began, now, instruction, power, &events)
            if isBelowMinimum(power) { tell(.belowMinimum, now, instruction, settings.guaranteedMinimum, &events) }
            return .accepted
        case (.free, .release): return .refusedNotReduced
        case (.reduced, .release):
            if let before = reduction { tell(.cancelled, now, before.instruction, nil, &events) }
            reduction = nil
            return .accepted
        }
    }

    @_noLocks package mutating func advance(to now: Instant, _ events: inout ConnectionEvents) {
        guard let reduction, reduction.until <= now else { return }
        tell(.expired, reduction.until, reduction.instruction, nil, &events)
        self.reduction = nil
    }

    private func answer(_ power: Power, _ duration: Interval?) -> Reply {
        if power < .zero { return .refusedNegative }
        if power.milli > Power.plausible { return .refusedImplausible }
        if let duration, duration <= .zero { return .refusedDuration }
        return .accepted
    }

    private func bounds(_ power: Power) -> PowerLimits {
        PowerLimits(from: Power(milli: 0 - Power.plausible), to: power)
    }

    private func tell(
        _ kind: ConnectionEvent.Kind, _ at: Instant, _ instruction: InstructionID, _ power: Power?, detail: UInt8 = 0,
        _ events: inout ConnectionEvents
    ) {
        var event = ConnectionEvent(kind, .section14a, at: at, instruction: instruction, detail: detail)
        if let power { event.power = bounds(power) }
        events.add(event)
    }
}
