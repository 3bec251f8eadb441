// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

@testable import GridConnection

/// Flexible capacity beside a model that keeps the whole history of each instruction.
struct HostileFlexibleCapacity: Boundary {
    private struct Known {
        var instruction: FlexibleCapacity.Instruction
        var time: ModelOrder
    }
    let settings: FlexibleCapacity.Settings
    /// What it was sent last, so that a composition can be sent the same.
    private(set) var lastInput = FlexibleCapacity.Input.heard
    private var machine: FlexibleCapacity
    private var withdrawals: [Known] = []
    private var permission: Known?
    private var heardAt: Instant?
    private var isRestarted = false
    private var time: HostileTime

    init(_ random: inout Seeded, at time: HostileTime) {
        settings = FlexibleCapacity.Settings(
            firm: Self.limits(&random), flexible: Self.limits(&random), needsPermission: random.chance(40),
            afterSilence: random.chance(50) ? .hold : .firmOnly, silentAfter: .seconds(random.int(1...3_600)))
        machine = FlexibleCapacity(settings, restored: nil, at: time.now)
        self.time = time
    }

    private static func limits(_ random: inout Seeded) -> PowerLimits {
        watts(-random.int(0...20_000), random.int(0...20_000))
    }

    mutating func disturb(_ random: inout Seeded, at time: HostileTime) -> String? {
        heardAt = time.now
        switch random.int(1...10) {
        case 1: return send(.heard, at: time) == .accepted ? nil : "not heard"
        case 2...3:
            let id = InstructionID(UInt64(random.int(0...60)))
            let isKnown = withdrawals.contains { $0.instruction.id == id } || permission?.instruction.id == id
            let reply = send(.cancel(id), at: time)
            withdrawals.removeAll { $0.instruction.id == id }
            if permission?.instruction.id == id { permission = nil }
            return (reply == .accepted) == isKnown ? nil : "cancelling \(id): \(reply)"
        default: return instruct(Self.instruction(&random, at: time), at: time)
        }
    }

    private mutating func send(_ input: FlexibleCapacity.Input, at time: HostileTime) -> FlexibleCapacity.Reply {
        lastInput = input
        var events = ConnectionEvents()
        return machine.handle(input, at: time.now, wall: time.wall, &events)
    }

    private static func instruction(_ random: inout Seeded, at time: HostileTime) -> FlexibleCapacity.Instruction {
        let start = random.chance(50) ? time.shown + .seconds(random.int(-3_600...3_600)) : nil
        return FlexibleCapacity.Instruction(
            random.chance(50) ? .withdrawal : .permission, InstructionID(UInt64(random.int(0...60))),
            leaves: limits(&random), start: random.chance(3) ? WallTime(milliseconds: .min) : start,
            duration: random.chance(70) ? .seconds(random.int(-5...5_000)) : nil)
    }

    private mutating func instruct(_ instruction: FlexibleCapacity.Instruction, at time: HostileTime) -> String? {
        let expected = expectedReply(to: instruction, at: time)
        let reply = send(.instruct(instruction), at: time)
        guard reply == expected else { return "\(instruction): \(reply)" }
        guard reply == .accepted else { return nil }
        let known = Known(
            instruction: instruction, time: ModelOrder(start: instruction.start, duration: instruction.duration))
        switch instruction.kind {
        case .withdrawal: withdrawals.append(known)
        case .permission: permission = known
        }
        return nil
    }

    private func expectedReply(
        to instruction: FlexibleCapacity.Instruction, at time: HostileTime
    ) -> FlexibleCapacity.Reply {
        if instruction.id.number == 0 { return .refused(.idMissing) }
        if let duration = instruction.duration, duration.nanoseconds <= 0 { return .refused(.durationNotPositive) }
        if let start = instruction.start {
            if start.milliseconds < 0 { return .refused(.startImplausible) }
            if let wall = time.believed, let duration = instruction.duration, start + duration <= wall {
                return .refused(.alreadyOver)
            }
        }
        let all = withdrawals + (permission.map { [$0] } ?? [])
        if all.contains(where: { $0.instruction.id == instruction.id }) { return .known }
        switch instruction.kind {
        case .permission: return settings.needsPermission ? .accepted : .refused(.noPermissionNeeded)
        case .withdrawal: return withdrawals.count < 16 ? .accepted : .refused(.full)
        }
    }

    mutating func restart(at time: HostileTime) {
        machine = FlexibleCapacity(settings, restored: machine.memory(), at: time.now)
        permission = nil
        heardAt = nil
        isRestarted = true
    }

    mutating func advance(to time: HostileTime) {
        var events = ConnectionEvents()
        machine.advance(to: time.now, wall: time.wall, &events)
        self.time = time
        for index in withdrawals.indices { withdrawals[index].time.pass(to: time, isRestart: isRestarted) }
        permission?.time.pass(to: time, isRestart: false)
        isRestarted = false
        withdrawals.removeAll { $0.time.state == .ended || $0.time.state == .missed }
        if let state = permission?.time.state, state == .ended || state == .missed { permission = nil }
    }

    var inForce: [PowerLimits] { [machine.limit().power] }

    var safe: [PowerLimits] {
        let isSilent = heardAt.map { time.now - $0 >= settings.silentAfter } ?? true
        var share = settings.flexible
        if isSilent, settings.afterSilence == .firmOnly { share = .zero }
        if settings.needsPermission {
            let isPermitted = permission?.time.state == .binds
            share = share.narrowed(to: isPermitted ? permission?.instruction.leaves ?? .zero : .zero)
        }
        for known in withdrawals where known.time.state == .binds || time.believed == nil {
            share = share.narrowed(to: known.instruction.leaves)
        }
        return [
            PowerLimits(from: settings.firm.lower + share.lower, to: settings.firm.upper + share.upper)
        ]
    }
}
