// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Names one instruction from its receipt to its end. 0 stands for none.
package struct InstructionID: Hashable, Sendable, BitwiseCopyable {
    package let number: UInt64
    @_noLocks package init(_ number: UInt64) { self.number = number }
    @_noLocks package static func == (lhs: InstructionID, rhs: InstructionID) -> Bool { lhs.number == rhs.number }
    package static let none = InstructionID(0)
}

/// Something the record must show.
package struct ConnectionEvent: Sendable, BitwiseCopyable, Equatable {
    package enum Kind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// An instruction began to bind; it ran out; a newer one took its place; it was withdrawn; it was refused.
        case began, expired, superseded, cancelled, refused
        /// The measured draw obeys the limit; it obeyed already when the instruction came.
        case effective, alreadyBelow
        /// The measured draw does not obey within the time it has for that.
        case overdue
        /// The instruction goes below the guaranteed minimum and is obeyed all the same.
        case belowMinimum
        /// A failsafe is not an order of the operator: it is recorded apart.
        case failsafeEntered, failsafeLeft
        /// A machine changed its state; `detail` is the raw value of the new one.
        case stateChanged
        case lockedOut, lockOutReset
        /// Settings that an agreement locks were changed by someone entitled to.
        case settingsChanged

        /// The raw value, for the tick.
        package var code: UInt8 { @_noLocks get { rawValue } }
    }
    package var kind: Kind
    package var rule: GridRule
    package var at: Instant
    package var instruction: InstructionID
    /// The limit in question, where there is one.
    package var power: PowerLimits
    /// How long it took, where that is what the event tells.
    package var took: Interval
    package var detail: UInt8

    @_noLocks
    package init(
        _ kind: Kind, _ rule: GridRule, at: Instant, instruction: InstructionID = InstructionID(0),
        power: PowerLimits = .unbounded, took: Interval = .zero, detail: UInt8 = 0
    ) {
        self.kind = kind
        self.rule = rule
        self.at = at
        self.instruction = instruction
        self.power = power
        self.took = took
        self.detail = detail
    }
}

/// Events of one step, on the way to the record. What does not fit is counted, so that its loss is known.
package struct ConnectionEvents: Sendable, BitwiseCopyable {
    package static var capacity: Int { 32 }
    private var events: InlineArray<32, ConnectionEvent> = InlineArray(
        repeating: ConnectionEvent(.stateChanged, .firmCapacity, at: .distantPast))
    package private(set) var count = 0
    package private(set) var lost = 0

    @_noLocks package init() {}

    @_noLocks package subscript(position: Int) -> ConnectionEvent { events[position] }

    @_noLocks package mutating func add(_ event: ConnectionEvent) {
        guard count < Self.capacity else {
            lost &+= 1
            return
        }
        events[count] = event
        count += 1
    }

    @_noLocks package mutating func removeAll() {
        count = 0
        lost = 0
    }
}
