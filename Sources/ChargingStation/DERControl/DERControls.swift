// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// A DER control as it was set, and what has become of it (block R).
struct DERControl: Equatable, Sendable {
    /// A scheduled one has a start time, if only that of its arrival.
    var request: SetDERControlRequest
    var terms: DERTerms
    /// It is not carried out, now or later (R04.FR.09).
    var isSuperseded = false
    /// Whether its start has come and been told.
    var hasStarted = false

    var id: String { request.controlId }
    var type: DERControlEnumType { request.controlType }
    var isDefault: Bool { request.isDefault }
    /// Exclusive; nil never ends by itself.
    var end: WallTime? { terms.end }
}

/// The DER controls of a station: which there are, which act, which give way (R04). At most `most`.
struct DERControls: Equatable, Sendable {
    static let most = 128

    private(set) var controls: [DERControl] = []
    /// Ids of what has to be kept or forgotten.
    private var unsaved: Set<String> = []

    // What became of the controls; kept here so that it goes with them.
    /// The power at which droop began, by EVSE without a setpoint.
    var droopFrom: [Int: Power] = [:]
    /// What was handed to the chargers last, by EVSE.
    var applied: [Int: [SetDERControlRequest]] = [:]
    var alarm: DERAlarm?
    /// The alarm that the backend knows of.
    var alarmTold: DERAlarm?

    // MARK: Setting

    enum Outcome: Equatable {
        case accepted(superseded: [String])
        case rejected(reason: String)
    }

    /// The first of its kind acts or waits for its start (R04.FR.02, R04.FR.05); what is scheduled does not mind a new default
    /// (R04.FR.04).
    /// - Parameter now: Where a scheduled control without a start time begins.
    mutating func set(_ request: SetDERControlRequest, at now: WallTime) -> Outcome {
        guard let terms = DERTerms(request, receivedAt: now) else {
            return .rejected(reason: "InvalidValue")
        }
        var new = DERControl(request: request, terms: terms)
        if !request.isDefault { new.request.beginning(at: now) }
        // The same id takes the place of what had it.
        let others = controls.filter { $0.id != new.id }
        guard others.count < Self.most else { return .rejected(reason: "TooManyElements") }
        controls = others
        let rivals = controls.indices.filter {
            controls[$0].type == new.type && controls[$0].isDefault == new.isDefault && !controls[$0].isSuperseded
        }
        var superseded: [String] = []
        // A lower value overrules a higher one (R04.FR.03, R04.FR.06, R04.FR.08); of equals the older stays.
        let isWeaker = rivals.contains {
            let other = controls[$0].terms.priority
            return other < new.terms.priority || other == new.terms.priority && new.isDefault
        }
        if isWeaker {
            new.isSuperseded = true
            superseded = [new.id]
        } else {
            for index in rivals where controls[index].terms.priority > new.terms.priority {
                // What runs goes on until the new one starts (R04.FR.07).
                if !new.isDefault, controls[index].isActive(at: now) { continue }
                controls[index].isSuperseded = true
                unsaved.insert(controls[index].id)
                superseded.append(controls[index].id)
            }
        }
        controls.append(new)
        unsaved.insert(new.id)
        return .accepted(superseded: superseded)
    }

    // MARK: Asking and clearing

    /// What matches; nil matches everything (R04.FR.30).
    func matching(isDefault: Bool?, type: DERControlEnumType?, id: String?) -> [DERControl] {
        controls.filter {
            (isDefault ?? $0.isDefault) == $0.isDefault && (type ?? $0.type) == $0.type && (id ?? $0.id) == $0.id
        }
    }

    /// R04.FR.44, R04.FR.45, R04.FR.46. What had been superseded stays so.
    mutating func clear(isDefault: Bool, type: DERControlEnumType?, id: String?) -> Bool {
        let cleared = Set(matching(isDefault: isDefault, type: type, id: id).map(\.id))
        controls.removeAll { cleared.contains($0.id) }
        unsaved.formUnion(cleared)
        return !cleared.isEmpty
    }

    // MARK: Time

    enum Event: Equatable {
        case started(String, superseded: [String], at: WallTime)
        case ended(String, at: WallTime)
    }

    /// Starts and ends what is due, in the order of time; an end before a start of the same instant (R04.FR.20, R04.FR.21, R04.FR.22).
    mutating func advance(to now: WallTime) -> [Event] {
        var events: [Event] = []
        while let (index, at, isEnd) = nextDue(by: now) {
            let control = controls[index]
            if isEnd {
                if control.hasStarted, !control.isSuperseded { events.append(.ended(control.id, at: at)) }
                // Over, it is deleted, also if it never acted (R04.FR.10).
                controls.remove(at: index)
            } else {
                events += start(index, at)
            }
            unsaved.insert(control.id)
        }
        return events
    }

    private mutating func start(_ index: Int, _ at: WallTime) -> [Event] {
        let control = controls[index]
        let running = controls.indices.filter {
            $0 != index && controls[$0].type == control.type && controls[$0].hasStarted && !controls[$0].isSuperseded
        }
        guard !running.contains(where: { controls[$0].terms.priority <= control.terms.priority }) else {
            controls[index].isSuperseded = true
            return []
        }
        for other in running {
            controls[other].isSuperseded = true
            unsaved.insert(controls[other].id)
        }
        controls[index].hasStarted = true
        return [.started(control.id, superseded: running.map { controls[$0].id }, at: at)]
    }

    private func nextDue(by now: WallTime) -> (index: Int, at: WallTime, isEnd: Bool)? {
        var due: (index: Int, at: WallTime, isEnd: Bool)?
        for (index, control) in controls.enumerated() where !control.isDefault {
            for (at, isEnd) in [(control.nextStart, false), (control.end, true)] {
                guard let at, at <= now else { continue }
                if let found = due, (found.at, found.isEnd ? 0 : 1) <= (at, isEnd ? 0 : 1) { continue }
                due = (index, at, isEnd)
            }
        }
        return due
    }

    /// When something starts or ends next.
    var nextChange: WallTime? {
        controls.filter { !$0.isDefault }.flatMap { [$0.nextStart, $0.end] }.compactMap(\.self).min()
    }

    /// What acts for a type now: the scheduled one that has started, else the default (R04.FR.11).
    func active(_ type: DERControlEnumType) -> SetDERControlRequest? {
        let possible = controls.filter { $0.type == type && !$0.isSuperseded && ($0.isDefault || $0.hasStarted) }
        return (possible.first { !$0.isDefault } ?? possible.first)?.request
    }

    /// What of these acts now. An inverter follows one function of reactive power, or a power factor for each direction: of several
    /// that whose value is lowest, of equals the one that stands first among the functions.
    func acting(_ types: Set<DERControlEnumType>) -> [SetDERControlRequest] {
        let active = types.sorted { $0.rawValue < $1.rawValue }.compactMap(active)
        let reactive = DERFunctions.reactive.compactMap { type in active.first { $0.controlType == type } }
        guard let first = reactive.min(by: { $0.priority < $1.priority })?.controlType else { return active }
        return active.filter { control in
            !DERFunctions.reactive.contains(control.controlType) || control.controlType == first
                || control.controlType.isFixedPowerFactor && first.isFixedPowerFactor
        }
    }

    // MARK: Keeping

    mutating func takeUnsaved() -> [(id: String, bytes: [UInt8]?)] {
        defer { unsaved = [] }
        return unsaved.sorted().map { id in (id, controls.first { $0.id == id }.map(\.bytes)) }
    }

    mutating func restore(_ bytes: [UInt8]) -> Bool {
        guard let control = DERControl(bytes) else { return false }
        controls.removeAll { $0.id == control.id }
        controls.append(control)
        return true
    }
}

extension SetDERControlRequest {
    /// 0 is the highest.
    fileprivate var priority: Int { body?.schedule.priority ?? .max }
}

extension DERControlEnumType {
    fileprivate var isFixedPowerFactor: Bool { self == .fixedPFAbsorb || self == .fixedPFInject }
}

extension DERControl {
    fileprivate func isActive(at now: WallTime) -> Bool {
        hasStarted || !isDefault && !isSuperseded && (terms.start ?? now) <= now
    }

    /// Nil once it has started or never will.
    fileprivate var nextStart: WallTime? { hasStarted || isSuperseded || isDefault ? nil : terms.start }
}
