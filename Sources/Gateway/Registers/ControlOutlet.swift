// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import Foundation
import Journal
import LinuxIO
import LocalAPI
import Logging
import SiteRegisters

/// Puts what the SunSpec controls ask for in force: a limit for each EVSE, and the controller's setpoint for the site.
/// Belongs to one task; remembers what is in force so that only changes are passed on.
struct ControlOutlet {
    private struct Bounds: Hashable {
        var isAtRest: Bool
        var share: Int64?
        var size: Power?

        init(_ controls: DERControls) {
            isAtRest = controls.isAtRest
            share = isAtRest ? nil : controls.deliveryShare
            size = isAtRest ? .zero : controls.deliveryLimit
        }

        var isBinding: Bool { isAtRest || share != nil }
    }
    private struct Setpoint: Hashable {
        var power: Power
        var until: Instant
    }

    private let evidence: EvidenceDesk
    private let desk: CommandDesk
    /// What each EVSE may do at all.
    private let ratings: [PowerLimits]
    /// nil: not known to be in force.
    private var bounds: Bounds?
    private var setpoint: Setpoint??
    private var stored: StoredControls?
    private var instruction: UInt64?

    /// - Parameter restored: Its limits are put in force with the first call of `apply`.
    init(_ evidence: EvidenceDesk, _ desk: CommandDesk, ratings: [PowerLimits], restored: StoredControls?) {
        self.evidence = evidence
        self.desk = desk
        self.ratings = ratings
        stored = restored
        instruction = restored?.instruction
    }

    /// What limits is on disk before it is in force.
    /// - Parameters:
    ///   - who: The peer; nil: time has passed.
    mutating func apply(_ controls: DERControls, by who: String?, at now: Instant) throws(APIProblem) {
        remember(controls, who, now)
        let bounds = Bounds(controls)
        if bounds != self.bounds {
            self.bounds = nil
            for (index, rating) in ratings.enumerated() { try desk.impose(limits(bounds, rating), evse: index) }
            self.bounds = bounds
        }
        try ask(controls)
    }

    private func limits(_ bounds: Bounds, _ rating: PowerLimits) -> PowerLimits? {
        if bounds.isAtRest { return .zero }
        return bounds.share.map { share in
            PowerLimits(from: Power(milli: rating.lower.milli / 1_000 * share), to: PowerLimits.unbounded.upper)
        }
    }

    private mutating func ask(_ controls: DERControls) throws(APIProblem) {
        // What follows at the end of a timer is put in force by who watches it; until then the old one may stand a little.
        let wanted = controls.setpoint.map { power in
            Setpoint(power: power, until: controls.setpointEnd + (controls.setpointContinues ? .seconds(2) : .zero))
        }
        guard setpoint != .some(wanted) else { return }
        setpoint = nil
        if let wanted {
            try desk.setSetpoint(wanted.power, evse: nil, until: wanted.until, by: .controller)
        } else {
            try desk.releaseSetpoint(evse: nil, by: .controller)
        }
        setpoint = .some(wanted)
    }

    // MARK: - The record

    private mutating func remember(_ controls: DERControls, _ who: String?, _ now: Instant) {
        let wasBinding = stored.map(\.isBinding) ?? false
        let isSame = stored.map { $0.memory == controls.memory && $0.end == controls.limitEnd } ?? false
        // A site that was never limited has nothing to remember.
        guard !isSame, wasBinding || Bounds(controls).isBinding || stored != nil else { return }
        var records: [EvidenceRecord] = []
        var state: [String: Data?] = [:]
        let bounds = Bounds(controls)
        if stored.map(\.memory) != controls.memory || stored == nil {
            records = change(to: bounds, controls, who, now, &state)
        }
        let next = StoredControls(controls, instruction: instruction, at: now)
        state[StoredControls.key] = .some(next.data)
        evidence.record(records, state: state, durability: .full)
        stored = next
    }

    private mutating func change(
        to bounds: Bounds, _ controls: DERControls, _ who: String?, _ now: Instant, _ state: inout [String: Data?]
    ) -> [EvidenceRecord] {
        let (number, counter) = evidence.newInstruction()
        state[counter.key] = .some(counter.value)
        var records: [EvidenceRecord] = []
        if let instruction {
            let end: InstructionRecord.Event =
                bounds.isBinding ? .superseded(by: "\(number)") : (who == nil ? .expired : .released)
            records.append(.instruction(InstructionRecord(id: "\(instruction)", end)))
        }
        if bounds.isBinding {
            let order = InstructionRecord.Order(
                channel: "Modbus server", who: who ?? "reversion timer", direction: bounds.isAtRest ? .import : .export,
                scope: "EVSEs", power: bounds.size, starts: EvidenceDesk.wall(),
                duration: controls.limitEnd.map { $0 - now })
            records.append(.instruction(InstructionRecord(id: "\(number)", .received(order))))
        }
        records.append(
            .limitInForce(
                LimitRecord(
                    scope: "EVSEs, building controller", importPower: bounds.isAtRest ? .zero : nil,
                    exportPower: bounds.size, source: "\(number)",
                    reason: bounds.isBinding ? "building controller" : "building controller, ended")))
        instruction = bounds.isBinding ? number : nil
        return records
    }
}

/// How the journal keeps the limiting half of the controls.
struct StoredControls: Codable, Hashable {
    var memory: DERControls.Memory
    var deadline: StoredDeadline?
    var instruction: UInt64?
    /// Of this run.
    var end: Instant?

    static let key = "modbus controls"

    enum CodingKeys: String, CodingKey { case memory, deadline, instruction }

    init(_ controls: DERControls, instruction: UInt64?, at now: Instant) {
        memory = controls.memory
        end = controls.limitEnd
        deadline = end.map { StoredDeadline($0, at: now, wall: WallTime.now()) }
        self.instruction = instruction
    }

    var isBinding: Bool { instruction != nil }

    var data: Data? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try? encoder.encode(self)
    }

    static func read(_ evidence: EvidenceDesk, _ logger: Logger) -> StoredControls? {
        do {
            return try evidence.journal?.state(key).map { try JSONDecoder().decode(StoredControls.self, from: $0) }
        } catch {
            logger.error(
                "the limits that a controller wrote before the restart cannot be read and do not hold: \(error)")
            return nil
        }
    }

    func controls(_ settings: DERControls.Settings, at now: Instant) -> DERControls {
        DERControls(
            settings, restored: memory, remaining: deadline?.remaining(at: now, wall: WallTime.now()), at: now)
    }
}
