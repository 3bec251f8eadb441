// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One event in the life of an instruction about the grid connection.
package struct InstructionRecord: Hashable, Sendable {
    /// Names the instruction from its receipt to its end. Never given twice in the life of a journal; the counter
    /// behind it belongs into the journal's state.
    package var id: String
    package var event: Event

    package enum Event: Hashable, Sendable {
        case received(Order)
        /// The draw obeys: how long that took, what it owed.
        case effective(Effect)
        /// Withdrawn by who gave it; ran out; replaced by a newer one, which is named where it is known.
        case released, expired, superseded(by: String?)
        /// Taken back before it began.
        case cancelled
        case refused(reason: String)
    }

    package struct Order: Hashable, Sendable {
        /// The way it came: `local API`, `relay`, `Modbus server`, `LPC`.
        package var channel: String
        /// The peer on that channel as far as it is known.
        package var who: String
        package var direction: FlowDirection
        /// What it bounds: `connection point`, `controllable`, a circuit or an EVSE by its name.
        package var scope: String
        /// As a size, zero or above, in the instruction's direction.
        package var power: Power?
        package var current: Current?
        package var starts: WallTime
        /// Nil for one that holds until it is released.
        package var duration: Interval?

        package init(
            channel: String, who: String, direction: FlowDirection, scope: String, power: Power? = nil,
            current: Current? = nil, starts: WallTime, duration: Interval? = nil
        ) {
            self.channel = channel
            self.who = who
            self.direction = direction
            self.scope = scope
            self.power = power
            self.current = current
            self.starts = starts
            self.duration = duration
        }
    }

    package struct Effect: Hashable, Sendable {
        package enum Outcome: String, Sendable {
            /// A command of ours brought the draw below the limit; it was there already.
            case commanded, alreadyBelow = "already below"
        }
        /// From receipt to obedience, in milliseconds.
        package var after: Interval
        /// What the operator must leave, for example the minimum of § 14a EnWG.
        package var floor: Power?
        package var outcome: Outcome
        /// The instruction goes below the floor and is obeyed all the same (BK6-22-300 Annex 1, 4.6).
        package var isBelowMinimum: Bool

        package init(after: Interval, floor: Power?, outcome: Outcome, isBelowMinimum: Bool) {
            self.after = after
            self.floor = floor
            self.outcome = outcome
            self.isBelowMinimum = isBelowMinimum
        }
    }

    package init(id: String, _ event: Event) {
        self.id = id
        self.event = event
    }
}

/// The way energy flows at the connection point.
package enum FlowDirection: String, CaseIterable, Sendable {
    case `import`, export
}

extension InstructionRecord: Payload {
    enum EventName: String {
        case received, effective, released, expired, superseded, cancelled, refused
    }

    var fields: Fields {
        var fields = Fields()
        fields.set(.instruction, id)
        let name: EventName
        switch event {
        case .received(let order):
            name = .received
            order.add(to: &fields)
        case .effective(let effect):
            name = .effective
            fields.set(.effectiveAfter, effect.after.milliseconds)
            fields.set(.floor, effect.floor)
            fields.set(.outcome, effect.outcome.rawValue)
            fields.set(.belowMinimum, effect.isBelowMinimum)
        case .released: name = .released
        case .expired: name = .expired
        case .superseded(let newer):
            name = .superseded
            fields.set(.supersededBy, newer)
        case .cancelled: name = .cancelled
        case .refused(let reason):
            name = .refused
            fields.set(.reason, reason)
        }
        fields.set(.event, name.rawValue)
        return fields
    }

    init?(_ parsed: ParsedFields) {
        guard let id = parsed.text(.instruction), let name: EventName = parsed.choice(.event) else { return nil }
        let event: Event? =
            switch name {
            case .received: Order(parsed).map(Event.received)
            case .effective: Effect(parsed).map(Event.effective)
            case .released: .released
            case .expired: .expired
            case .superseded: .superseded(by: parsed.text(.supersededBy))
            case .cancelled: .cancelled
            case .refused: parsed.text(.reason).map(Event.refused(reason:))
            }
        guard let event else { return nil }
        self.init(id: id, event)
    }
}

extension InstructionRecord.Order {
    fileprivate func add(to fields: inout Fields) {
        fields.set(.channel, channel)
        fields.set(.who, who)
        fields.set(.direction, direction.rawValue)
        fields.set(.scope, scope)
        fields.set(.limit, power)
        fields.set(.limitCurrent, current)
        fields.set(.starts, starts)
        fields.set(.duration, seconds: duration)
    }

    fileprivate init?(_ parsed: ParsedFields) {
        guard let channel = parsed.text(.channel), let who = parsed.text(.who),
            let direction: FlowDirection = parsed.choice(.direction), let scope = parsed.text(.scope),
            let starts = parsed.time(.starts)
        else { return nil }
        self.init(
            channel: channel, who: who, direction: direction, scope: scope, power: parsed.quantity(.limit),
            current: parsed.quantity(.limitCurrent), starts: starts, duration: parsed.seconds(.duration))
    }
}

extension InstructionRecord.Effect {
    fileprivate init?(_ parsed: ParsedFields) {
        guard let after = parsed.whole(.effectiveAfter), (0...9_000_000_000_000).contains(after),
            let outcome: Outcome = parsed.choice(.outcome), let isBelowMinimum = parsed.flag(.belowMinimum)
        else { return nil }
        self.init(
            after: .milliseconds(Int(after)), floor: parsed.quantity(.floor), outcome: outcome,
            isBelowMinimum: isBelowMinimum)
    }
}
