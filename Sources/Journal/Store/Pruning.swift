// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GRDB

extension Store {
    /// Records removed by one call at most, so that nobody waits long behind it (some 50 ms).
    static let mostRemoved = 5_000

    /// Removes the oldest details while the database is above its budget.
    func thin(at moment: Moment) throws(JournalFault) -> [JournalNotice] {
        let budget = connection.settings.budget
        var used = try usedBytes()
        guard used > budget else { return [] }
        // A little more than needed, or every append would have to remove something.
        let wanted = used - budget + budget / 32
        let perRecord = 512
        let count = min(Self.mostRemoved, max(64, wanted / perRecord))
        let boundary = try connection.read { database in
            try Int64.fetchOne(
                database, sql: "SELECT sequence FROM detail ORDER BY sequence LIMIT 1 OFFSET ?", arguments: [count])
                ?? .max
        }
        let removed = try remove(from: [.detail], before: boundary, because: .budget, at: moment)
        if let removed = removed.first, removed.removed > 0 {
            return [.thinned(removed: removed.removed, through: removed.last)]
        }
        used = try usedBytes()
        return used > budget ? [.overBudget(used: used, budget: budget)] : []
    }

    /// Removes what lies before the first record that is young enough, a day's worth at least. A record with a time in the
    /// future says nothing about age.
    func removeExpired(at moment: Moment) throws(JournalFault) {
        let oldestKept = WallTime(
            milliseconds: moment.wall.milliseconds - connection.settings.retention.milliseconds)
        let tomorrow = moment.wall + .seconds(86_400)
        let isDue = try connection.read { database in
            let first = try Int64.fetchOne(database, sql: "SELECT time FROM evidence ORDER BY sequence LIMIT 1")
            return (first ?? .max) < oldestKept.milliseconds - 86_400_000
        }
        guard isDue else { return }
        let boundary = try connection.read { database in
            let young = try Int64.fetchOne(
                database,
                sql: "SELECT sequence FROM evidence NOT INDEXED WHERE time BETWEEN ? AND ? ORDER BY sequence LIMIT 1",
                arguments: [oldestKept.milliseconds, tomorrow.milliseconds])
            let most = try Int64.fetchOne(
                database, sql: "SELECT sequence FROM evidence ORDER BY sequence LIMIT 1 OFFSET ?",
                arguments: [Self.mostRemoved])
            return min(young ?? .max, most ?? .max, lastSequence)
        }
        _ = try remove(from: Chain.allCases, before: boundary, because: .retention, at: moment)
    }

    /// Removes the front of `chains` and records the checkpoints from which the rest is verified. When evidence is
    /// removed, both chains state theirs anew, because the older statement may be among what goes.
    private func remove(
        from chains: [Chain], before boundary: Int64, because reason: JournalRecord.Checkpoint.Reason, at moment: Moment
    ) throws(JournalFault) -> [JournalRecord.Checkpoint] {
        var checkpoints: [JournalRecord.Checkpoint] = []
        _ = try transaction(.full) { change, database in
            checkpoints = []
            for chain in chains {
                let checkpoint = try Self.remove(
                    chain, before: boundary, because: reason, &change.ends[chain], database)
                if checkpoint.removed > 0 || chains.count > 1 { checkpoints.append(checkpoint) }
            }
            try change.append(checkpoints.map { EvidenceEntry(at: moment, .journal(.pruned($0))) }, database)
        }
        return checkpoints
    }

    private static func remove(
        _ chain: Chain, before boundary: Int64, because reason: JournalRecord.Checkpoint.Reason,
        _ ends: inout ChainEnds,
        _ database: Database
    ) throws -> JournalRecord.Checkpoint {
        let table = chain.rawValue
        let last = try Row.fetchOne(
            database,
            sql: "SELECT sequence, hash, time FROM \(table) WHERE sequence < ? ORDER BY sequence DESC LIMIT 1",
            arguments: [boundary])
        let first = try Int64.fetchOne(database, sql: "SELECT time FROM \(table) ORDER BY sequence LIMIT 1")
        guard let last, let through = last.position(0), let lastTime: Int64 = last.value(2) else {
            return JournalRecord.Checkpoint(
                chain: chain, through: ends.base, removed: 0, first: nil, last: nil, reason: reason)
        }
        try database.execute(sql: "DELETE FROM \(table) WHERE sequence < ?", arguments: [boundary])
        ends.base = through
        return JournalRecord.Checkpoint(
            chain: chain, through: through, removed: database.changesCount,
            first: first.map(WallTime.init(milliseconds:)), last: WallTime(milliseconds: lastTime), reason: reason)
    }

    /// Bytes of the database that hold something.
    func usedBytes() throws(JournalFault) -> Int {
        try connection.read { database in
            let pages = try Int.fetchOne(database.cachedStatement(sql: "PRAGMA page_count")) ?? 0
            let free = try Int.fetchOne(database.cachedStatement(sql: "PRAGMA freelist_count")) ?? 0
            return (pages - free) * Connection.pageSize
        }
    }
}
