// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection
import Journal
import LinuxIO
import LocalAPI
import Logging
import Synchronization

/// Limits at the connection point beside the rules of the agreement: those entered by hand, and those of a building's
/// controller. Recorded, and kept over a restart with what is left of their time.
final class HeldLimits: Sendable {
    enum Kind: String, Codable, CaseIterable, Sendable {
        case importByHand, exportByHand, importByController, exportByController

        init(_ direction: LimitDirection, byController: Bool) {
            self =
                switch direction {
                case .import: byController ? .importByController : .importByHand
                case .export: byController ? .exportByController : .exportByHand
                }
        }

        var direction: LimitDirection {
            switch self {
            case .importByHand, .importByController: .import
            case .exportByHand, .exportByController: .export
            }
        }

        var inWords: String {
            switch self {
            case .importByHand, .exportByHand: "entered by hand"
            case .importByController, .exportByController: "building controller"
            }
        }
    }

    struct Entry: Hashable, Sendable {
        /// As a size.
        var power: Power
        /// nil: until released.
        var expiresAt: Instant?
        var instruction: UInt64

        func expiresIn(_ now: Instant) -> Interval? { expiresAt.map { $0 - now } }
        func isInForce(_ now: Instant) -> Bool { expiresAt.map { now < $0 } ?? true }
    }

    private let evidence: EvidenceDesk
    private let desk: CommandDesk
    private let entries: Mutex<[Kind: Entry]>
    /// One change after the other, so that what is written down last is what holds.
    private let turn = Mutex(())

    /// Puts in force what was in force before the restart.
    init(_ evidence: EvidenceDesk, _ desk: CommandDesk, logger: Logger) {
        self.evidence = evidence
        self.desk = desk
        let now = MonotonicClock.now()
        let kept = StoredLimit.read(evidence, logger).mapValues { $0.entry(at: now, wall: WallTime.now()) }
        entries = Mutex(kept)
        for (kind, entry) in kept {
            do throws(APIProblem) {
                try desk.impose(kind, entry.power, until: entry.expiresAt)
                let left = entry.expiresIn(now).map { " for \($0)" } ?? " until released"
                logger.notice(
                    "limit on \(kind.direction.rawValue), \(kind.inWords): \(entry.power)\(left), as before the restart"
                )
            } catch {
                logger.error("the limit on \(kind.direction.rawValue) of before the restart is not in force: \(error)")
            }
        }
    }

    func entry(_ kind: Kind, at now: Instant) -> Entry? {
        entries.withLock { $0[kind].flatMap { $0.isInForce(now) ? $0 : nil } }
    }

    /// Takes effect once it is on disk.
    /// - Parameter who: The peer, for the record.
    /// - Returns: The number of the instruction.
    func impose(
        _ kind: Kind, _ size: Power, for duration: Interval?, who: String, on channel: String
    ) throws(APIProblem) -> UInt64 {
        try turn.withLock { _ throws(APIProblem) in try imposed(kind, size, duration, who, channel) }
    }

    private func imposed(
        _ kind: Kind, _ size: Power, _ duration: Interval?, _ who: String, _ channel: String
    ) throws(APIProblem) -> UInt64 {
        let now = MonotonicClock.now()
        let (number, counter) = evidence.newInstruction()
        let entry = Entry(power: size, expiresAt: duration.map { now + $0 }, instruction: number)
        let replaced = entries.withLock { entries in
            defer { entries[kind] = entry }
            return entries[kind].flatMap { $0.isInForce(now) ? $0 : nil }
        }
        var records: [EvidenceRecord] = []
        if let replaced {
            records.append(Self.record(replaced, .superseded(by: "\(number)")))
        }
        records.append(Self.record(entry, .received(order(kind, size, duration, who, channel))))
        records.append(.limitInForce(kind.limit(size, source: "\(number)")))
        evidence.record(records, state: [StoredLimit.key: stored(now), counter.key: counter.value], durability: .full)
        do throws(APIProblem) {
            try desk.impose(kind, size, until: entry.expiresAt)
        } catch {
            // What held before holds on in the loop.
            entries.withLock { $0[kind] = replaced }
            evidence.record(
                [Self.record(entry, .refused(reason: error.error))], state: [StoredLimit.key: stored(now)],
                durability: .full)
            throw error
        }
        return number
    }

    func release(_ kind: Kind) throws(APIProblem) {
        try turn.withLock { _ throws(APIProblem) in try released(kind) }
    }

    private func released(_ kind: Kind) throws(APIProblem) {
        let now = MonotonicClock.now()
        try desk.lift(kind)
        guard let entry = entries.withLock({ $0.removeValue(forKey: kind) }), entry.isInForce(now) else { return }
        end([kind: entry], as: .released, now)
    }

    /// Tells the record of those that have run out. To be called about once a second; that they end does not wait for it.
    func noteExpired(at now: Instant) {
        turn.withLock { _ in note(expiredAt: now) }
    }

    private func note(expiredAt now: Instant) {
        let over = entries.withLock { entries in
            let over = entries.filter { !$0.value.isInForce(now) }
            for kind in over.keys { entries[kind] = nil }
            return over
        }
        if !over.isEmpty { end(over, as: .expired, now) }
    }

    private func end(_ over: [Kind: Entry], as event: InstructionRecord.Event, _ now: Instant) {
        let records = over.sorted { $0.value.instruction < $1.value.instruction }.flatMap { kind, entry in
            [
                Self.record(entry, event),
                .limitInForce(kind.limit(nil, source: "\(entry.instruction)")),
            ]
        }
        evidence.record(records, state: [StoredLimit.key: stored(now)], durability: .full)
    }

    private func order(
        _ kind: Kind, _ size: Power, _ duration: Interval?, _ who: String, _ channel: String
    ) -> InstructionRecord.Order {
        InstructionRecord.Order(
            channel: channel, who: who, direction: kind.direction == .import ? .import : .export,
            scope: "connection point", power: size, starts: EvidenceDesk.wall(), duration: duration)
    }

    private static func record(_ entry: Entry, _ event: InstructionRecord.Event) -> EvidenceRecord {
        .instruction(InstructionRecord(id: "\(entry.instruction)", event))
    }

    private func stored(_ now: Instant) -> Data? {
        let wall = WallTime.now()
        return StoredLimit.data(
            entries.withLock { $0 }.filter { $0.value.isInForce(now) }.mapValues {
                StoredLimit($0, at: now, wall: wall)
            })
    }
}

extension HeldLimits.Kind {
    fileprivate func limit(_ size: Power?, source: String) -> LimitRecord {
        LimitRecord(
            scope: "connection point, \(inWords), \(direction.rawValue)",
            importPower: direction == .import ? size : nil, exportPower: direction == .export ? size : nil,
            source: source, reason: size == nil ? "\(inWords), ended" : inWords)
    }
}

/// How the journal keeps one.
struct StoredLimit: Codable {
    var power_mW: Int64
    var instruction: UInt64
    var deadline: StoredDeadline?

    static let key = "held limits"

    init(_ entry: HeldLimits.Entry, at now: Instant, wall: WallTime?) {
        power_mW = entry.power.milli
        instruction = entry.instruction
        deadline = entry.expiresAt.map { StoredDeadline($0, at: now, wall: wall) }
    }

    func entry(at now: Instant, wall: WallTime?) -> HeldLimits.Entry {
        HeldLimits.Entry(
            power: max(.zero, Power(milli: power_mW)),
            expiresAt: deadline.map { now + $0.remaining(at: now, wall: wall) }, instruction: instruction)
    }

    /// - Returns: nil, which deletes, for none.
    static func data(_ limits: [HeldLimits.Kind: StoredLimit]) -> Data? {
        guard !limits.isEmpty else { return nil }
        let named = Dictionary(uniqueKeysWithValues: limits.map { ($0.key.rawValue, $0.value) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try? encoder.encode(named)
    }

    static func read(_ evidence: EvidenceDesk, _ logger: Logger) -> [HeldLimits.Kind: StoredLimit] {
        do {
            guard let data = try evidence.journal?.state(key) else { return [:] }
            let named = try JSONDecoder().decode([String: StoredLimit].self, from: data)
            return Dictionary(
                named.compactMap { name, limit in HeldLimits.Kind(rawValue: name).map { ($0, limit) } },
                uniquingKeysWith: { first, _ in first })
        } catch {
            logger.error("the limits entered before the restart cannot be read and do not hold: \(error)")
            return [:]
        }
    }
}
