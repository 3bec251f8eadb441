// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension OperatingEnvelope {
    /// Takes what the server sent; what it changes shows in the next `advance`.
    /// - Parameter wall: nil while it is not trusted.
    @_noLocks
    package mutating func handle(
        _ input: Input, at now: Instant, wall: WallTime?, _ events: inout ConnectionEvents
    ) -> Reply {
        lastHeard = now
        switch input {
        case .heard: return .accepted
        case .defaults(let limits):
            guard !limits.hasNegative else { return .refused(.negativeLimit) }
            if !(limits == defaults) { changes &+= 1 }
            defaults = limits
            return .accepted
        case .cancel(let id, let delay): return cancel(id, after: delay, at: now)
        case .supersede(let id): return supersede(id, at: now, &events)
        case .control(let control):
            let reply = take(control, at: WallTime.believable(wall))
            if case .refused(let refusal) = reply {
                report(.refused, control, at: now, detail: refusal.code, &events)
            }
            return reply
        }
    }

    @_noLocks private mutating func take(_ control: EnvelopeControl, at wall: WallTime?) -> Reply {
        if let objection = control.objection { return .refused(objection) }
        if let index = slot(of: control.id) {
            return slots[index].control.isSame(as: control) ? .known : .refused(.edited)
        }
        if let wall, wall >= control.effectiveEnd { return .refused(.expired) }
        if isSuperseded(control) { return .refused(.superseded) }
        guard let index = slot(of: InstructionID(0)) ?? slotOfEnded() else { return .refused(.full) }
        slots[index] = Slot(control)
        changes &+= 1
        return .accepted
    }

    /// A control that has begun stands in for those it supersedes even if they arrive later.
    @_noLocks private func isSuperseded(_ control: EnvelopeControl) -> Bool {
        var index = 0
        while index < Self.capacity {
            if slots[index].isLive, slots[index].time.hasBegun, slots[index].control.supersedes(control) { return true }
            index += 1
        }
        return false
    }

    @_noLocks private mutating func cancel(_ id: InstructionID, after delay: Interval, at now: Instant) -> Reply {
        if id.number == 0 { return .refused(.idMissing) }
        guard let index = slot(of: id) else { return .refused(.unknownControl) }
        // A cancellation that is repeated keeps its delay, unless there is to be none any more.
        guard slots[index].isLive, slots[index].cancelAt == nil || delay <= .zero else { return .known }
        // What has not begun does nothing that could end too suddenly.
        let isDelayed = slots[index].time.hasBegun && delay > .zero
        slots[index].cancelAt = isDelayed ? now + min(delay, .minutes(60)) : now
        changes &+= 1
        return .accepted
    }

    @_noLocks
    private mutating func supersede(
        _ id: InstructionID, at now: Instant, _ events: inout ConnectionEvents
    ) -> Reply {
        if id.number == 0 { return .refused(.idMissing) }
        guard let index = slot(of: id) else { return .refused(.unknownControl) }
        guard slots[index].isLive else { return .known }
        end(index, .superseded, at: now, &events)
        return .accepted
    }

    /// The position of the control with this id; 0 finds a free one.
    @_noLocks private func slot(of id: InstructionID) -> Int? {
        var index = 0
        while index < Self.capacity {
            if slots[index].control.id == id { return index }
            index += 1
        }
        return nil
    }

    @_noLocks private func slotOfEnded() -> Int? {
        var index = 0
        while index < Self.capacity {
            if slots[index].time.isOver { return index }
            index += 1
        }
        return nil
    }

    @_noLocks package mutating func advance(to now: Instant, wall: WallTime?, _ events: inout ConnectionEvents) {
        let wall = WallTime.believable(wall)
        let begun = advanceTimes(to: now, wall, &events)
        if begun != 0 { supersedeOlder(than: begun, at: now, &events) }
        outcome = resolve(isClockKnown: wall != nil)
        advanceFailsafe(to: now, &events)
    }

    /// - Returns: A bit for each control that has begun now, also if it was over by then.
    @_noLocks
    private mutating func advanceTimes(
        to now: Instant, _ wall: WallTime?, _ events: inout ConnectionEvents
    ) -> UInt64 {
        var begun: UInt64 = 0
        var index = 0
        while index < Self.capacity {
            if slots[index].isLive {
                if advance(index, to: now, wall, &events) { begun |= 1 &<< UInt64(truncatingIfNeeded: index) }
            } else if slots[index].isKept, let wall, wall >= slots[index].control.effectiveEnd {
                slots[index] = .free
                changes &+= 1
            }
            index += 1
        }
        return begun
    }

    @_noLocks
    private mutating func advance(
        _ index: Int, to now: Instant, _ wall: WallTime?, _ events: inout ConnectionEvents
    ) -> Bool {
        if let cancelAt = slots[index].cancelAt, now >= cancelAt {
            end(index, .cancelled, at: now, &events)
            return false
        }
        switch slots[index].time.advance(to: now, wall: wall) {
        case .none: return false
        case .began:
            report(.began, slots[index].control, at: now, &events)
            changes &+= 1
            return true
        case .ended:
            end(index, slots[index].cancelAt == nil ? .expired : .cancelled, at: now, &events)
            return false
        case .missed:
            end(index, .expired, at: now, &events)
            return true
        }
    }

    @_noLocks
    private mutating func supersedeOlder(
        than begun: UInt64, at now: Instant, _ events: inout ConnectionEvents
    ) {
        var newer = 0
        while newer < Self.capacity {
            if begun & (1 &<< UInt64(truncatingIfNeeded: newer)) != 0 {
                var older = 0
                while older < Self.capacity {
                    if slots[older].isLive, slots[newer].control.supersedes(slots[older].control) {
                        end(older, .superseded, at: now, &events)
                    }
                    older += 1
                }
            }
            newer += 1
        }
    }

    /// The slot stays taken until the control's time is over, so that the server's next list does not revive it.
    @_noLocks
    private mutating func end(
        _ index: Int, _ kind: ConnectionEvent.Kind, at now: Instant, _ events: inout ConnectionEvents
    ) {
        slots[index].time.cancel()
        changes &+= 1
        report(kind, slots[index].control, at: now, &events)
    }

    @_noLocks
    private func report(
        _ kind: ConnectionEvent.Kind, _ control: EnvelopeControl, at now: Instant, detail: UInt8 = 0,
        _ events: inout ConnectionEvents
    ) {
        events.add(
            ConnectionEvent(
                kind, .operatingEnvelope, at: now, instruction: control.id, power: control.limits.site, detail: detail))
    }

    /// The default after a silent server is no order of the server: the record tells them apart.
    @_noLocks private mutating func advanceFailsafe(to now: Instant, _ events: inout ConnectionEvents) {
        let isNow = now - lastHeard >= settings.silentAfter && !outcome.isControlled
        if isNow != isInFailsafe {
            events.add(
                ConnectionEvent(
                    isNow ? .failsafeEntered : .failsafeLeft, .operatingEnvelopeDefault, at: now, power: outcome.site))
        }
        isInFailsafe = isNow
    }
}
