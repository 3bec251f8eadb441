// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection
import Journal
import LocalAPI

extension FlexibleInstruction {
    func input(_ id: InstructionID) -> FlexibleCapacity.Input {
        switch self {
        case .heard: .heard
        case .instruct(let kind, let drawn, let delivered, let start, let duration):
            .instruct(
                FlexibleCapacity.Instruction(
                    kind.machine, id, leaves: PowerLimits(from: -delivered, to: drawn),
                    start: start.map(WallTime.init), duration: duration))
        case .cancel(let number): .cancel(InstructionID(number))
        }
    }

    /// One for each direction.
    func orders(_ channel: OperatorDesk.Channel) -> [InstructionRecord.Order] {
        guard case .instruct(let kind, let drawn, let delivered, let start, let duration) = self else { return [] }
        let starts = start.map(WallTime.init) ?? EvidenceDesk.wall()
        return [(FlowDirection.import, drawn), (.export, delivered)].map { direction, size in
            InstructionRecord.Order(
                channel: channel.name, who: channel.who, direction: direction,
                scope: "flexible capacity, \(kind.inWords)",
                power: size, starts: starts, duration: duration)
        }
    }

    func words(_ id: InstructionID) -> String {
        switch self {
        case .heard: return "Heard."
        case .instruct(let kind, let drawn, let delivered, let start, let duration):
            let time = duration.map { " for \($0)" } ?? " until it is cancelled"
            let from = start.map { " from \(WireJSON.text(of: $0))" } ?? ""
            let what =
                switch kind {
                case .permission: "Permitted on top of the firm capacity"
                case .withdrawal: "Withdrawn; of the flexible part remain"
                }
            return "\(what): import \(drawn), export \(delivered)\(from)\(time), instruction \(id.number)."
        case .cancel(let number): return "Instruction \(number) cancelled."
        }
    }
}

extension FlexibleInstruction.Kind {
    fileprivate var machine: FlexibleCapacity.Instruction.Kind {
        switch self {
        case .permission: .permission
        case .withdrawal: .withdrawal
        }
    }

    fileprivate var inWords: String {
        switch self {
        case .permission: "permitted"
        case .withdrawal: "what a withdrawal leaves"
        }
    }
}

extension EnvelopeInstruction {
    func input(_ id: InstructionID, at wall: WallTime) -> OperatingEnvelope.Input {
        switch self {
        case .heard: .heard
        case .cancel(let number): .cancel(InstructionID(number), after: .zero)
        case .defaults(let bounds): .defaults(EnvelopeLimits(bounds))
        case .control(let order):
            .control(
                EnvelopeControl(
                    id, created: wall, primacy: order.primacy, start: order.start.map(WallTime.init) ?? wall,
                    duration: order.duration, randomizeStart: order.randomizeStart,
                    randomFraction: order.randomizeStart == 0 ? 0 : Int32.random(in: 0...1_000_000),
                    limits: EnvelopeLimits(order.bounds)))
        }
    }

    func orders(_ channel: OperatorDesk.Channel) -> [InstructionRecord.Order] {
        guard case .control(let control) = self else { return [] }
        let bounds = control.bounds
        let isOff = bounds.energize == false
        let parts: [(FlowDirection, String, Power?)] = [
            (.import, "connection point", bounds.import), (.export, "connection point", bounds.export),
            (.import, "controllable", isOff ? .zero : bounds.load),
            (.export, "controllable", isOff ? .zero : bounds.generation),
        ]
        return parts.compactMap { direction, scope, size in
            size.map { size in
                InstructionRecord.Order(
                    channel: channel.name, who: channel.who, direction: direction, scope: scope, power: size,
                    starts: control.start.map(WallTime.init) ?? EvidenceDesk.wall(), duration: control.duration)
            }
        }
    }

    func words(_ id: InstructionID) -> String {
        switch self {
        case .heard: "Heard."
        case .control(let order):
            "Control of the envelope for \(order.duration), primacy \(order.primacy), instruction \(id.number)."
        case .cancel(let number): "Control \(number) cancelled."
        case .defaults: "The envelope's default is replaced."
        }
    }
}

extension EnvelopeLimits {
    fileprivate init(_ bounds: EnvelopeBounds) {
        self.init(
            siteImport: bounds.import, siteExport: bounds.export, generation: bounds.generation, load: bounds.load,
            energize: bounds.energize)
    }
}

extension EnvelopeBounds {
    fileprivate init(_ limits: EnvelopeLimits) {
        self.init(
            import: limits.siteImport, export: limits.siteExport, generation: limits.generation, load: limits.load,
            energize: limits.energize)
    }
}

extension FlexibleStatus {
    /// - Parameter limit: What the rule allows now; nil before the first tick.
    init(_ memory: FlexibleCapacity.Memory?, _ limit: GridLimit?) {
        let known = memory.map { memory in (0..<memory.count).map { memory.withdrawals[$0] } } ?? []
        self.init(
            import: limit?.power.upper ?? .zero, export: limit.map { -$0.power.lower } ?? .zero,
            withdrawals: known.map { record in
                Withdrawal(
                    instruction: record.id.number, leavesImport: record.leaves.upper,
                    leavesExport: -record.leaves.lower,
                    start: record.start.map(Date.init), duration: record.duration, hasBegun: record.hasBegun)
            })
    }
}

extension EnvelopeStatus {
    init(_ memory: OperatingEnvelope.Memory?) {
        let known = memory.map { memory in (0..<memory.count).map { memory.records[$0] } } ?? []
        self.init(
            defaults: EnvelopeBounds(memory?.defaults ?? EnvelopeLimits()),
            controls: known.filter { !$0.isOver }.map { record in
                Control(
                    instruction: record.control.id.number, primacy: Int(record.control.primacy),
                    start: Date(record.control.start), duration: record.control.duration,
                    state: record.isCancelled ? .cancelling : (record.hasBegun ? .active : .scheduled),
                    bounds: EnvelopeBounds(record.control.limits))
            })
    }
}

extension Date {
    fileprivate init(_ wall: WallTime) { self.init(timeIntervalSince1970: Double(wall.milliseconds) / 1_000) }
}

extension FlexibleCapacity.Refusal {
    var inWords: String {
        switch self {
        case .idMissing: "it has no number"
        case .unknownInstruction: "no such instruction is kept"
        case .durationNotPositive: "the duration is zero or less"
        case .startImplausible: "no site begins or ends anything at that time"
        case .alreadyOver: "its time is over"
        case .full: "as many withdrawals as can be kept are kept already"
        case .noPermissionNeeded: "the agreement gives the flexible part without a permission"
        }
    }

    var remedy: String {
        switch self {
        case .full: "Cancel one; GET /api/operator/flexible lists them."
        case .idMissing, .unknownInstruction: "GET /api/operator/flexible lists the withdrawals."
        case .durationNotPositive, .startImplausible, .alreadyOver:
            "Send a start and a duration that reach into the future."
        case .noPermissionNeeded: "Withdraw instead, or set “needs_permission: true” in the configuration."
        }
    }
}

extension OperatingEnvelope.Refusal {
    var inWords: String {
        switch self {
        case .idMissing: "it has no number"
        case .unknownControl: "no such control is kept"
        case .nothingControlled: "it bounds nothing"
        case .negativeLimit: "a limit is a magnitude, zero or more"
        case .durationNotPositive: "the duration is zero or less"
        case .timeImplausible: "no site begins or ends anything at that time"
        case .randomizationOutOfRange: "the beginning may be moved by an hour at most"
        case .expired: "its time is over"
        case .superseded: "a newer control that has begun stands in its place"
        case .edited: "a control is never edited"
        case .full: "as many controls as can be kept are kept already"
        }
    }

    var remedy: String {
        switch self {
        case .full: "Cancel one; GET /api/operator/envelope lists them."
        case .idMissing, .unknownControl: "GET /api/operator/envelope lists the controls."
        case .nothingControlled: "Send at least one of import, export, generation, load, energize."
        case .negativeLimit, .durationNotPositive, .timeImplausible, .expired, .randomizationOutOfRange:
            "Send sizes of zero or more, and a time that reaches into the future."
        case .superseded, .edited: "Cancel the other control and send a new one."
        }
    }
}
