// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A fallback took over or gave back: never an order of the operator, hence a class of its own.
package struct FailsafeRecord: Hashable, Sendable {
    package enum Event: String, Sendable { case entered, left }
    package var event: Event
    /// Of which machine: `LPC`, `LPP`, `meter`.
    package var mechanism: String
    package var reason: String

    package init(_ event: Event, mechanism: String, reason: String) {
        self.event = event
        self.mechanism = mechanism
        self.reason = reason
    }
}

extension FailsafeRecord: Payload {
    var fields: Fields {
        var fields = Fields()
        fields.set(.event, event.rawValue)
        fields.set(.mechanism, mechanism)
        fields.set(.reason, reason)
        return fields
    }

    init?(_ parsed: ParsedFields) {
        guard let event: Event = parsed.choice(.event), let mechanism = parsed.text(.mechanism),
            let reason = parsed.text(.reason)
        else { return nil }
        self.init(event, mechanism: mechanism, reason: reason)
    }
}

/// Who changed which setting from what to what. Values as people read them; a secret's value is never recorded.
package struct SettingChange: Hashable, Sendable {
    package var setting: String
    package var old: String?
    package var new: String?
    package var who: String

    package init(_ setting: String, from old: String?, to new: String?, who: String) {
        self.setting = setting
        self.old = old
        self.new = new
        self.who = who
    }
}

extension SettingChange: Payload {
    var fields: Fields {
        var fields = Fields()
        fields.set(.setting, setting)
        fields.set(.oldValue, old)
        fields.set(.newValue, new)
        fields.set(.who, who)
        return fields
    }

    init?(_ parsed: ParsedFields) {
        guard let setting = parsed.text(.setting), let who = parsed.text(.who) else { return nil }
        self.init(setting, from: parsed.text(.oldValue), to: parsed.text(.newValue), who: who)
    }
}

/// What a reader must know about the times of the other records.
package enum ClockRecord: Hashable, Sendable {
    /// The wall clock jumped against the monotonic one.
    case jumped(before: WallTime, after: WallTime)
    case started(version: String)
    case stopped(reason: String)
}

extension ClockRecord: Payload {
    enum EventName: String { case jumped, started, stopped }

    var fields: Fields {
        var fields = Fields()
        switch self {
        case .jumped(let before, let after):
            fields.set(.event, EventName.jumped.rawValue)
            fields.set(.before, before)
            fields.set(.after, after)
        case .started(let version):
            fields.set(.event, EventName.started.rawValue)
            fields.set(.version, version)
        case .stopped(let reason):
            fields.set(.event, EventName.stopped.rawValue)
            fields.set(.reason, reason)
        }
        return fields
    }

    init?(_ parsed: ParsedFields) {
        guard let name: EventName = parsed.choice(.event) else { return nil }
        let record: ClockRecord?
        switch name {
        case .jumped:
            guard let before = parsed.time(.before), let after = parsed.time(.after) else { return nil }
            record = .jumped(before: before, after: after)
        case .started: record = parsed.text(.version).map(ClockRecord.started(version:))
        case .stopped: record = parsed.text(.reason).map(ClockRecord.stopped(reason:))
        }
        guard let record else { return nil }
        self = record
    }
}

/// An event of a grid code's function: frequency response, entering service, ceasing to energise.
package struct GridCodeRecord: Hashable, Sendable {
    package var function: String
    package var state: String
    package var detail: String

    package init(function: String, state: String, detail: String) {
        self.function = function
        self.state = state
        self.detail = detail
    }
}

extension GridCodeRecord: Payload {
    var fields: Fields {
        var fields = Fields()
        fields.set(.function, function)
        fields.set(.state, state)
        fields.set(.detail, detail)
        return fields
    }

    init?(_ parsed: ParsedFields) {
        guard let function = parsed.text(.function), let state = parsed.text(.state), let detail = parsed.text(.detail)
        else { return nil }
        self.init(function: function, state: state, detail: detail)
    }
}
