// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import GRDB

extension Store {
    /// Opens or creates the database, and records whatever is not as it was left.
    /// - Parameter after: The file that was set aside because it was corrupt, if that is why a new one begins.
    static func open(
        _ settings: JournalSettings, at moment: Moment, after: String? = nil
    ) throws(JournalFault) -> (Store, [JournalNotice]) {
        guard let digest = Digest() else { throw JournalFault(file: settings.file, .noDigest) }
        let connection = try Connection(settings)
        let isNew = try prepare(connection)
        let ends = try chainEnds(connection)
        let headFile = HeadFile(path: settings.file + ".head")
        // A corrupt database took what its head file remembers with it; that one is set aside, too.
        let remembered = headFile.read()
        let store = Store(connection, digest, headFile, ends: ends, lastSequence: greatest(ends, remembered))
        let found = try store.discrepancies(remembered)
        var entries = isNew ? [EvidenceEntry(at: moment, .journal(.began(after: after)))] : []
        entries += found.map { EvidenceEntry(at: moment, .journal(.discrepancy($0))) }
        if !entries.isEmpty { _ = try store.append(entries, .full) }
        return (store, found.map(JournalNotice.discrepancy) + store.rememberHeads())
    }

    /// - Returns: Whether the database was empty and is now one of ours.
    private static func prepare(_ connection: Connection) throws(JournalFault) -> Bool {
        let file = connection.settings.file
        return try connection.write { database in
            let format = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            if tables == 0, format == 0, application == 0 {
                try Schema.create(database)
                return true
            }
            guard application == Schema.applicationID else { throw JournalFault(file: file, .notAJournal) }
            guard format <= Schema.format else {
                throw JournalFault(file: file, .newerSchema(found: format, known: Schema.format))
            }
            return false
        }
    }

    /// The greatest sequence number that anything remembers, so that none is given twice.
    private static func greatest(_ ends: PerChain<ChainEnds>, _ remembered: PerChain<ChainPosition>?) -> Int64 {
        var greatest: Int64 = 0
        for chain in Chain.allCases {
            greatest = max(greatest, ends[chain].head.sequence, ends[chain].base.sequence)
            if let remembered { greatest = max(greatest, remembered[chain].sequence) }
        }
        return greatest
    }

    private static func chainEnds(_ connection: Connection) throws(JournalFault) -> PerChain<ChainEnds> {
        let file = connection.settings.file
        return try connection.read { database in
            guard let evidence = try ChainEnds.read(.evidence, database),
                let detail = try ChainEnds.read(.detail, database)
            else { throw JournalFault(file: file, .corrupt("it lacks the ends of its chains")) }
            return PerChain(evidence: evidence, detail: detail)
        }
    }

    /// Compares where each chain really ends with what remembers it, and goes on from the real end.
    private func discrepancies(
        _ remembered: PerChain<ChainPosition>?
    ) throws(JournalFault) -> [JournalRecord.Discrepancy] {
        var found: [JournalRecord.Discrepancy] = []
        for chain in Chain.allCases {
            let (last, atMemory) = try connection.read { database in
                (
                    try ChainPosition.last(chain, database),
                    try remembered.map { try hash($0[chain].sequence, chain, database) }
                )
            }
            let end = last ?? ends[chain].base
            lastSequence = max(lastSequence, end.sequence)
            if end != ends[chain].head {
                found.append(.init(chain: chain, expected: ends[chain].head, found: end.sequence, witness: .database))
                ends[chain].head = end
            }
            guard let memory = remembered?[chain], memory.sequence > 0, memory.sequence > ends[chain].base.sequence,
                atMemory != memory.hash
            else { continue }
            found.append(.init(chain: chain, expected: memory, found: end.sequence, witness: .headFile))
        }
        return found
    }

    private func hash(_ sequence: Int64, _ chain: Chain, _ database: Database) throws -> ChainHash? {
        let row = try Row.fetchOne(
            database, sql: "SELECT hash FROM \(chain.rawValue) WHERE sequence = ?", arguments: [sequence])
        return row?.hash(0)
    }

    /// Writes the head file; a failure there is told, not thrown, because the record itself is safe.
    func rememberHeads() -> [JournalNotice] {
        do {
            try headFile.write(PerChain(evidence: ends.evidence.head, detail: ends.detail.head))
            return []
        } catch {
            return [.headFile("\(error)")]
        }
    }
}
