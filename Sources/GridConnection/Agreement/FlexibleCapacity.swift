// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A connection agreement with a firm part and a flexible one on top, which the operator may withdraw wholly or in part.
///
/// An agreement may instead give the flexible part only while a permission lives. A withdrawal that waits for its time
/// binds while the wall clock is unknown; a permission does not. Withdrawals at once bind together. A permission replaces
/// the one before it on receipt, and does not survive a restart.
package struct FlexibleCapacity: Sendable {
    package struct Settings: Sendable, BitwiseCopyable, Equatable {
        package enum AfterSilence: UInt8, Sendable, BitwiseCopyable {
            /// What was instructed last keeps its course.
            case hold
            /// Only the firm part, until the operator is heard again.
            case firmOnly

            var keepsFlexiblePart: Bool {
                @_noLocks get {
                    switch self {
                    case .hold: true
                    case .firmOnly: false
                    }
                }
            }
        }
        package var firm: PowerLimits
        /// On top of the firm part, in each direction.
        package var flexible: PowerLimits
        /// The flexible part needs a live permission.
        package var needsPermission: Bool
        package var afterSilence: AfterSilence
        /// How long the operator may be silent. The default of five minutes is to be confirmed by the agreement.
        package var silentAfter: Interval

        package init(
            firm: PowerLimits, flexible: PowerLimits, needsPermission: Bool = false,
            afterSilence: AfterSilence = .firmOnly, silentAfter: Interval = .minutes(5)
        ) {
            self.firm = firm
            self.flexible = flexible
            self.needsPermission = needsPermission
            self.afterSilence = afterSilence
            self.silentAfter = silentAfter
        }
    }

    package struct Instruction: Sendable, BitwiseCopyable {
        package enum Kind: UInt8, Sendable, BitwiseCopyable { case withdrawal, permission }
        package var id: InstructionID
        package var kind: Kind
        /// What of the flexible part may be used: `.zero` withdraws all of it.
        package var leaves: PowerLimits
        /// nil: at once.
        package var start: WallTime?
        /// nil: until cancelled.
        package var duration: Interval?

        package init(
            _ kind: Kind, _ id: InstructionID, leaves: PowerLimits, start: WallTime? = nil, duration: Interval? = nil
        ) {
            self.id = id
            self.kind = kind
            self.leaves = leaves
            self.start = start
            self.duration = duration
        }
    }

    package enum Input: Sendable, BitwiseCopyable {
        case instruct(Instruction)
        case cancel(InstructionID)
        /// A sign of life without content.
        case heard
    }

    package enum Reply: Sendable, BitwiseCopyable, Equatable {
        case accepted
        /// This instruction is known already and keeps its course.
        case known
        case refused(Refusal)
    }

    package enum Refusal: UInt8, Sendable, BitwiseCopyable {
        case idMissing, unknownInstruction
        case durationNotPositive, startImplausible
        case alreadyOver
        /// As many withdrawals as can be kept are kept already.
        case full
        /// The agreement gives the flexible part without permission.
        case noPermissionNeeded

        /// As an event's `detail`.
        var code: UInt8 { @_noLocks get { rawValue } }
    }

    /// What survives a restart.
    package struct Memory: Sendable, BitwiseCopyable {
        package struct Record: Sendable, BitwiseCopyable {
            package var id = InstructionID(0)
            package var leaves = PowerLimits.zero
            package var start: WallTime?
            package var duration: Interval?
            package var hasBegun = false
            @_noLocks package init() {}
        }
        package var withdrawals: InlineArray<16, Record>
        package var count = 0
        @_noLocks package init() { withdrawals = InlineArray(repeating: Record()) }
    }

    package static var capacity: Int { @_noLocks get { 16 } }

    let settings: Settings
    var withdrawals: InlineArray<16, Order>
    var permission: Order
    var lastHeard: Instant
    package internal(set) var isSilent: Bool
    /// Counts what `memory()` would tell differently.
    package internal(set) var changes: UInt64 = 0
    var share = PowerLimits.zero

    /// An instruction in its time.
    struct Order: Sendable, BitwiseCopyable {
        var id = InstructionID(0)
        var leaves = PowerLimits.zero
        var time = Appointment(start: nil, duration: nil)

        @_noLocks init() {}
        @_noLocks init(_ instruction: Instruction) {
            id = instruction.id
            leaves = instruction.leaves
            time = Appointment(start: instruction.start, duration: instruction.duration)
        }

        var isKept: Bool { @_noLocks get { id.number != 0 } }
    }

    /// The operator counts as not heard yet: the first advance tells of his silence.
    package init(_ settings: Settings, restored: Memory?, at now: Instant) {
        self.settings = settings
        withdrawals = InlineArray(repeating: Order())
        permission = Order()
        lastHeard = .distantPast
        isSilent = false
        guard let restored else { return }
        for index in 0..<min(max(restored.count, 0), Self.capacity) {
            let record = restored.withdrawals[index]
            let isSound = record.start?.isPlausible ?? true && record.duration.map { $0 > .zero } ?? true
            withdrawals[index].id = record.id
            withdrawals[index].leaves = record.leaves
            withdrawals[index].time = Appointment(
                start: isSound ? record.start : nil, duration: isSound ? record.duration : nil,
                hasBegun: record.hasBegun, at: now)
        }
    }

    @_noLocks package func memory() -> Memory {
        var memory = Memory()
        var index = 0
        while index < Self.capacity {
            let order = withdrawals[index]
            if order.isKept {
                memory.withdrawals[memory.count].id = order.id
                memory.withdrawals[memory.count].leaves = order.leaves
                memory.withdrawals[memory.count].start = order.time.start
                memory.withdrawals[memory.count].duration = order.time.duration
                memory.withdrawals[memory.count].hasBegun = order.time.hasBegun
                memory.count += 1
            }
            index += 1
        }
        return memory
    }

    /// What holds since the last advance; before the first one, the firm part.
    @_noLocks package func limit() -> GridLimit {
        GridLimit(
            .flexibleCapacity,
            power: PowerLimits(
                from: settings.firm.lower + share.lower, to: settings.firm.upper + share.upper
            ).narrowed(to: .unbounded))
    }
}
