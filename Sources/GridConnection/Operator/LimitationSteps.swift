// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension LimitationMachine {
    @_noLocks
    package mutating func handle(_ input: LimitationInput, at now: Instant, _ events: inout ConnectionEvents)
        -> LimitationReply
    {
        advance(to: now, &events)
        let reply = answer(input, now)
        guard case .accepted = reply else {
            refuse(input, reply, now, &events)
            return reply
        }
        switch (phase, input) {
        case (.initial, .heartbeat), (.limited, .heartbeat), (.unlimitedControlled, .heartbeat),
            (.unlimitedAutonomous, .heartbeat), (.failsafe(_, .some), .heartbeat):
            hear(now)
        // A heartbeat alone never ends a failsafe (LPC-916); it starts the wait for a write (LPC-921).
        case (.failsafe(let since, .none), .heartbeat):
            hear(now)
            phase = .failsafe(since: since, heardAt: now)
        case (.initial, .write(let write)), (.limited, .write(let write)), (.unlimitedControlled, .write(let write)),
            (.unlimitedAutonomous, .write(let write)), (.failsafe, .write(let write)):
            take(write, now, &events)
        case (_, .writeFailsafeLimit(let magnitude)): writtenFailsafeLimit = magnitude
        case (_, .writeFailsafeDuration(let duration)): writtenFailsafeDuration = duration
        case (.failsafe(let since, _), .partnerLost):
            writableUntil = .distantPast
            phase = .failsafe(since: since, heardAt: nil)
        case (.initial, .partnerLost), (.limited, .partnerLost), (.unlimitedControlled, .partnerLost),
            (.unlimitedAutonomous, .partnerLost):
            writableUntil = .distantPast
        // A partner that is one already changes nothing; a new one is given the time that a start gives it.
        case (_, .paired):
            guard !isPaired else { break }
            isPaired = true
            phase = .initial(since: now, before: .initial)
            tellState(now, &events)
        case (_, .unpaired): forget(now, &events)
        }
        return .accepted
    }

    /// Lets everything happen that was due by `now`, in its order.
    @_noLocks package mutating func advance(to now: Instant, _ events: inout ConnectionEvents) {
        if interrupted.number != 0 {
            events.add(ConnectionEvent(.superseded, settings.direction.failsafeRule, at: now, instruction: interrupted))
            interrupted = InstructionID(0)
        }
        while dueAt <= now { passDue(dueAt, &events) }
    }
}

extension LimitationMachine {
    /// Whether the input is taken, whatever the state.
    private func answer(_ input: LimitationInput, _ now: Instant) -> LimitationReply {
        switch input {
        case .paired, .unpaired: return .accepted
        case .heartbeat, .partnerLost: return isPaired ? .accepted : .refusedNotPaired
        case .write(let write):
            // How long nothing is limited means nothing.
            if write.isActive, let duration = write.duration, duration <= .zero { return .refusedDuration }
            return answer(magnitude: write.magnitude, now)
        case .writeFailsafeLimit(let magnitude): return answer(magnitude: magnitude, now)
        case .writeFailsafeDuration(let duration):
            guard Self.isPermitted(duration) else { return .refusedFailsafeDuration }
            return answer(magnitude: .zero, now)
        }
    }

    private func answer(magnitude: Power, _ now: Instant) -> LimitationReply {
        guard isPaired else { return .refusedNotPaired }
        guard now <= writableUntil else { return .refusedNoHeartbeat }
        guard magnitude >= .zero else { return .refusedNegative }
        return magnitude.milli <= Power.plausible ? .accepted : .refusedImplausible
    }

    private func refuse(
        _ input: LimitationInput, _ reply: LimitationReply, _ now: Instant, _ events: inout ConnectionEvents
    ) {
        switch input {
        case .write(let write):
            tell(.refused, settings.direction.limitRule, now, write.instruction, detail: reply.code, &events)
        case .writeFailsafeLimit, .writeFailsafeDuration:
            tell(.refused, settings.direction.failsafeRule, now, detail: reply.code, &events)
        case .heartbeat, .partnerLost, .paired, .unpaired: break
        }
    }

    private mutating func hear(_ now: Instant) {
        heartbeatAt = now
        writableUntil = now.after(settings.writeWindow)
    }

    private mutating func take(_ write: LimitationWrite, _ now: Instant, _ events: inout ConnectionEvents) {
        let before = state
        let isRestated = write.isActive && restates(write)
        switch phase {
        case .initial(let since, .failsafe), .failsafe(let since, _): tellFailsafeLeft(since: since, now, &events)
        case .limited(let limit, _):
            if isRestated { break }
            tell(
                write.isActive ? .superseded : .cancelled, settings.direction.limitRule, now, limit.instruction, &events
            )
        case .initial, .unlimitedControlled, .unlimitedAutonomous: break
        }
        phase = .unlimitedControlled
        if write.isActive {
            let limit = Limit(write.magnitude, write.instruction)
            phase = .limited(limit, until: now.after(write.duration))
            if !isRestated {
                tell(.began, settings.direction.limitRule, now, limit.instruction, power: limit.magnitude, &events)
            }
        }
        if before.code != state.code { tellState(now, &events) }
    }

    /// The same instruction with the same limit: at most its end moves.
    private func restates(_ write: LimitationWrite) -> Bool {
        guard case .limited(let limit, _) = phase else { return false }
        return limit.instruction == write.instruction && limit.magnitude == write.magnitude
    }

    private mutating func forget(_ now: Instant, _ events: inout ConnectionEvents) {
        let before = state
        switch phase {
        case .failsafe(let since, _): tellFailsafeLeft(since: since, now, &events)
        case .limited(let limit, _): tell(.cancelled, settings.direction.limitRule, now, limit.instruction, &events)
        case .initial, .unlimitedControlled, .unlimitedAutonomous: break
        }
        isPaired = false
        phase = .unlimitedAutonomous
        heartbeatAt = .distantPast
        writableUntil = .distantPast
        if before.code != state.code { tellState(now, &events) }
    }

    private var dueAt: Instant {
        let silentAt = heartbeatAt.after(settings.silence)
        switch phase {
        case .initial(let since, _): return since.after(settings.startTime)
        case .limited(_, let until): return until < silentAt ? until : silentAt
        case .unlimitedControlled: return silentAt
        case .unlimitedAutonomous: return .distantFuture
        case .failsafe(let since, let heardAt):
            guard case .release = settings.failsafeEnd else { return .distantFuture }
            let overAt = since + failsafeDuration
            guard let heardAt else { return overAt }
            let unwrittenAt = heardAt.after(settings.writeWait)
            return unwrittenAt < overAt ? unwrittenAt : overAt
        }
    }

    private mutating func passDue(_ due: Instant, _ events: inout ConnectionEvents) {
        switch phase {
        case .initial(_, let before): endStart(before, due, &events)
        case .limited(let limit, _):
            if heartbeatAt.after(settings.silence) <= due {
                tell(.superseded, settings.direction.limitRule, due, limit.instruction, &events)
                enterFailsafe(due, limit.instruction, &events)
            } else {
                tell(.expired, settings.direction.limitRule, due, limit.instruction, &events)
                phase = .unlimitedControlled
            }
        case .unlimitedControlled: enterFailsafe(due, InstructionID(0), &events)
        case .failsafe(let since, _):
            tellFailsafeLeft(since: since, due, &events)
            phase = .unlimitedAutonomous
        case .unlimitedAutonomous: return
        }
        tellState(due, &events)
    }

    /// LPC-906, unless a box led before the restart.
    private mutating func endStart(_ before: State, _ due: Instant, _ events: inout ConnectionEvents) {
        switch (before, settings.failsafeEnd) {
        case (.failsafe, .hold), (.failsafe, .release): phase = .failsafe(since: due, heardAt: nil)
        case (.limited, .hold), (.unlimitedControlled, .hold): enterFailsafe(due, InstructionID(0), &events)
        case (.limited, .release), (.unlimitedControlled, .release), (.initial, .hold), (.initial, .release),
            (.unlimitedAutonomous, .hold), (.unlimitedAutonomous, .release):
            phase = .unlimitedAutonomous
        }
    }

    private mutating func enterFailsafe(_ at: Instant, _ ended: InstructionID, _ events: inout ConnectionEvents) {
        phase = .failsafe(since: at, heardAt: nil)
        tell(.failsafeEntered, settings.direction.failsafeRule, at, ended, power: failsafeLimit, &events)
    }

    private func tellFailsafeLeft(since: Instant, _ at: Instant, _ events: inout ConnectionEvents) {
        events.add(ConnectionEvent(.failsafeLeft, settings.direction.failsafeRule, at: at, took: at - since))
    }

    private func tellState(_ at: Instant, _ events: inout ConnectionEvents) {
        tell(.stateChanged, settings.direction.limitRule, at, detail: state.code, &events)
    }

    private func tell(
        _ kind: ConnectionEvent.Kind, _ rule: GridRule, _ at: Instant, _ instruction: InstructionID = InstructionID(0),
        power: Power? = nil, detail: UInt8 = 0, _ events: inout ConnectionEvents
    ) {
        var event = ConnectionEvent(kind, rule, at: at, instruction: instruction, detail: detail)
        if let power { event.power = settings.direction.bounds(power) }
        events.add(event)
    }
}
