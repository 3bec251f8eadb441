// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension FlexibleCapacity {
    /// Takes an instruction or a sign of life; what it changes shows in the next `advance`.
    /// - Parameter wall: nil while it is not trusted.
    @_noLocks
    package mutating func handle(
        _ input: Input, at now: Instant, wall: WallTime?, _ events: inout ConnectionEvents
    ) -> Reply {
        lastHeard = now
        switch input {
        case .heard: return .accepted
        case .cancel(let id): return cancel(id, at: now, &events)
        case .instruct(let instruction):
            let reply = take(instruction, at: now, WallTime.believable(wall), &events)
            if case .refused(let refusal) = reply {
                events.add(
                    ConnectionEvent(
                        .refused, .flexibleCapacity, at: now, instruction: instruction.id, power: instruction.leaves,
                        detail: refusal.code))
            }
            return reply
        }
    }

    @_noLocks
    private mutating func take(
        _ instruction: Instruction, at now: Instant, _ wall: WallTime?, _ events: inout ConnectionEvents
    ) -> Reply {
        if let refusal = objection(to: instruction, at: wall) { return .refused(refusal) }
        if (permission.isKept && permission.id == instruction.id) || slot(of: instruction.id) != nil { return .known }
        let order = Order(instruction)
        switch instruction.kind {
        case .permission:
            guard settings.needsPermission else { return .refused(.noPermissionNeeded) }
            if permission.isKept { report(.superseded, permission, at: now, &events) }
            permission = order
        case .withdrawal:
            guard let slot = slot(of: InstructionID(0)) else { return .refused(.full) }
            withdrawals[slot] = order
            changes &+= 1
        }
        return .accepted
    }

    @_noLocks private func objection(to instruction: Instruction, at wall: WallTime?) -> Refusal? {
        if instruction.id.number == 0 { return .idMissing }
        if let duration = instruction.duration, duration <= .zero { return .durationNotPositive }
        guard let start = instruction.start else { return nil }
        if !start.isPlausible { return .startImplausible }
        if let wall, let duration = instruction.duration, wall - start >= duration { return .alreadyOver }
        return nil
    }

    @_noLocks
    private mutating func cancel(_ id: InstructionID, at now: Instant, _ events: inout ConnectionEvents) -> Reply {
        if id.number == 0 { return .refused(.idMissing) }
        if permission.isKept, permission.id == id {
            report(.cancelled, permission, at: now, &events)
            permission = Order()
            return .accepted
        }
        guard let slot = slot(of: id) else { return .refused(.unknownInstruction) }
        report(.cancelled, withdrawals[slot], at: now, &events)
        withdrawals[slot] = Order()
        changes &+= 1
        return .accepted
    }

    /// The position of the withdrawal with this id; 0 finds a free one.
    @_noLocks private func slot(of id: InstructionID) -> Int? {
        var index = 0
        while index < Self.capacity {
            if withdrawals[index].id == id { return index }
            index += 1
        }
        return nil
    }

    @_noLocks package mutating func advance(to now: Instant, wall: WallTime?, _ events: inout ConnectionEvents) {
        let wall = WallTime.believable(wall)
        advanceSilence(to: now, &events)
        var index = 0
        while index < Self.capacity {
            if advance(&withdrawals[index], to: now, wall, &events) { changes &+= 1 }
            index += 1
        }
        _ = advance(&permission, to: now, wall, &events)
        share = usableShare(wall)
    }

    @_noLocks private mutating func advanceSilence(to now: Instant, _ events: inout ConnectionEvents) {
        let isNow = now - lastHeard >= settings.silentAfter
        if isNow != isSilent, !settings.afterSilence.keepsFlexiblePart {
            events.add(
                ConnectionEvent(
                    isNow ? .failsafeEntered : .failsafeLeft, .flexibleCapacity, at: now, power: settings.firm))
        }
        isSilent = isNow
    }

    /// - Returns: Whether it began or ended.
    @_noLocks
    private func advance(
        _ order: inout Order, to now: Instant, _ wall: WallTime?, _ events: inout ConnectionEvents
    ) -> Bool {
        guard order.isKept else { return false }
        switch order.time.advance(to: now, wall: wall) {
        case .none: return false
        case .began:
            report(.began, order, at: now, &events)
            return true
        case .ended, .missed:
            report(.expired, order, at: now, &events)
            order = Order()
            return true
        }
    }

    @_noLocks private func usableShare(_ wall: WallTime?) -> PowerLimits {
        if isSilent, !settings.afterSilence.keepsFlexiblePart { return .zero }
        if settings.needsPermission, !(permission.isKept && permission.time.isRunning) { return .zero }
        var share = settings.flexible
        if settings.needsPermission { share = share.narrowed(to: permission.leaves) }
        var index = 0
        while index < Self.capacity {
            let order = withdrawals[index]
            // Without a clock it may be due.
            if order.isKept, order.time.isRunning || wall == nil { share = share.narrowed(to: order.leaves) }
            index += 1
        }
        return share
    }

    @_noLocks
    private func report(
        _ kind: ConnectionEvent.Kind, _ order: Order, at now: Instant, _ events: inout ConnectionEvents
    ) {
        events.add(ConnectionEvent(kind, .flexibleCapacity, at: now, instruction: order.id, power: order.leaves))
    }
}
