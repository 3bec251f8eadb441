// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GRDB

/// A record that answers a question, with its place in the chain.
package struct Answer<Record: Hashable & Sendable>: Hashable, Sendable {
    package var sequence: Int64
    package var time: WallTime
    package var record: Record
}

/// An instruction as it stood at a time: its order, and its effect if that was known by then.
package struct StandingInstruction: Hashable, Sendable {
    package var sequence: Int64
    package var received: WallTime
    package var id: String
    package var order: InstructionRecord.Order
    package var effect: InstructionRecord.Effect?
}

/// Questions by time go by the recorded wall clock. Where that jumped back, two stretches of the record carry the same
/// times; the answer is then the record with the latest time, and of equal ones the later in the chain.
extension EvidenceJournal {
    /// What EVSE `evse` was told at `time`, and why: the last decision until then.
    package func decision(evse: Int, at time: WallTime) throws(JournalFault) -> Answer<DecisionRecord>? {
        let sql = """
            SELECT \(ChainedRecord.columns(of: "detail")) FROM detail
                WHERE kind = 'decision' AND json_extract(payload, '$.evse') = ? AND time <= ?
                ORDER BY time DESC, sequence DESC LIMIT 1
            """
        return try records(sql, [evse, time.milliseconds]).first.flatMap { found in
            guard case .decision(let decision)? = found.record else { return nil }
            return Answer(sequence: found.sequence, time: found.wall, record: decision)
        }
    }

    /// The limits in force at `time`, one for each scope that had any, by the scope's name.
    package func limits(at time: WallTime) throws(JournalFault) -> [Answer<LimitRecord>] {
        let scopes = try withStore { store throws(JournalFault) in
            try store.connection.read { database in
                try String.fetchAll(
                    database,
                    sql: "SELECT DISTINCT json_extract(payload, '$.scope') FROM detail WHERE kind = 'limit' ORDER BY 1")
            }
        }
        let sql = """
            SELECT \(ChainedRecord.columns(of: "detail")) FROM detail
                WHERE kind = 'limit' AND json_extract(payload, '$.scope') = ? AND time <= ?
                ORDER BY time DESC, sequence DESC LIMIT 1
            """
        var limits: [Answer<LimitRecord>] = []
        for scope in scopes {
            guard let found = try records(sql, [scope, time.milliseconds]).first,
                case .limitInForce(let limit)? = found.record, limit.isBinding
            else { continue }
            limits.append(Answer(sequence: found.sequence, time: found.wall, record: limit))
        }
        return limits
    }

    /// The instructions that had begun by `time` and had neither ended nor run out, in the order of their receipt.
    package func instructions(inForceAt time: WallTime) throws(JournalFault) -> [StandingInstruction] {
        let sql = """
            SELECT \(ChainedRecord.columns(of: "evidence")) FROM evidence INDEXED BY instruction_by_id
                WHERE kind = 'instruction' AND time <= ?1 AND json_extract(payload, '$.event') = 'received'
                AND NOT EXISTS (
                    SELECT 1 FROM evidence AS later INDEXED BY instruction_by_id WHERE later.kind = 'instruction' AND later.time <= ?1
                        AND json_extract(later.payload, '$.instruction_id') = json_extract(evidence.payload, '$.instruction_id')
                        AND later.sequence > evidence.sequence
                        AND json_extract(later.payload, '$.event')
                            IN ('released', 'expired', 'superseded', 'cancelled', 'refused'))
                ORDER BY sequence
            """
        var standing: [StandingInstruction] = []
        for found in try records(sql, [time.milliseconds]) {
            guard case .instruction(let instruction)? = found.record, case .received(let order) = instruction.event,
                order.covers(time)
            else { continue }
            standing.append(
                StandingInstruction(
                    sequence: found.sequence, received: found.wall, id: instruction.id, order: order,
                    effect: try effect(of: instruction.id, after: found.sequence, until: time)))
        }
        return standing
    }

    private func effect(
        of id: String, after sequence: Int64, until time: WallTime
    ) throws(JournalFault) -> InstructionRecord.Effect? {
        let sql = """
            SELECT \(ChainedRecord.columns(of: "evidence")) FROM evidence
                WHERE kind = 'instruction' AND json_extract(payload, '$.instruction_id') = ? AND sequence > ? AND time <= ?
                AND json_extract(payload, '$.event') = 'effective' ORDER BY sequence DESC LIMIT 1
            """
        guard case .instruction(let found)? = try records(sql, [id, sequence, time.milliseconds]).first?.record,
            case .effective(let effect) = found.event
        else { return nil }
        return effect
    }

    private func records(
        _ sql: String, _ arguments: StatementArguments
    ) throws(JournalFault) -> [ChainedRecord] {
        try withStore { store throws(JournalFault) in
            try store.connection.read { database in
                try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments).compactMap(
                    ChainedRecord.init)
            }
        }
    }
}

extension LimitRecord {
    package var isBinding: Bool {
        importPower != nil || exportPower != nil || importCurrent != nil || exportCurrent != nil
    }
}

extension InstructionRecord.Order {
    func covers(_ time: WallTime) -> Bool {
        guard starts <= time else { return false }
        guard let duration else { return true }
        let (end, isBeyond) = starts.milliseconds.addingReportingOverflow(duration.milliseconds)
        return isBeyond || time.milliseconds < end
    }
}
