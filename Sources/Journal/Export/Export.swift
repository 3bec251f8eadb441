// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GRDB

/// The form of an export.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// RFC 4180, one row a record, for spreadsheets.
    case csv
    /// JSON Lines, one object a record, with everything that is needed to check the chain.
    case json
}

extension EvidenceJournal {
    /// Writes the records of both chains with times from `from` up to, not including, `to`, in the order in which they were
    /// recorded, in pieces of some kilobytes. Other calls get their turn between the pieces.
    /// - Parameter sink: Takes the next piece; what it throws ends the export and is thrown on.
    /// - Returns: How many records were written.
    @discardableResult
    package func export(
        from: WallTime, to: WallTime, format: ExportFormat, to sink: (String) throws -> Void
    ) throws -> Int {
        if format == .csv { try sink(CSV.header) }
        guard let (first, last) = try bounds(from, to) else { return 0 }
        var next = first
        var count = 0
        while next <= last {
            let found = try piece(from: next, through: last, times: (from, to))
            guard let end = found.last else { break }
            try sink(
                found.map { record in
                    switch format {
                    case .csv: CSV.row(record)
                    case .json: JSONLine.text(record)
                    }
                }.joined())
            count += found.count
            next = end.sequence + 1
        }
        return count
    }

    /// The first and last record with a time in the range.
    private func bounds(_ from: WallTime, _ to: WallTime) throws(JournalFault) -> (Int64, Int64)? {
        try withStore { store throws(JournalFault) in
            try store.connection.read { database in
                var first = Int64.max
                var last = Int64.min
                for chain in Chain.allCases {
                    let row = try Row.fetchOne(
                        database,
                        sql: "SELECT min(sequence), max(sequence) FROM \(chain.rawValue) WHERE time >= ? AND time < ?",
                        arguments: [from.milliseconds, to.milliseconds])
                    guard let row, let least: Int64 = row.value(0), let greatest: Int64 = row.value(1) else { continue }
                    first = min(first, least)
                    last = max(last, greatest)
                }
                return first <= last ? (first, last) : nil
            }
        }
    }

    private static let piece = 512

    private func piece(
        from next: Int64, through last: Int64, times: (from: WallTime, to: WallTime)
    ) throws(JournalFault) -> [ChainedRecord] {
        let selects = Chain.allCases.map { chain in
            """
            SELECT \(ChainedRecord.columns(of: chain.rawValue)) FROM \(chain.rawValue) NOT INDEXED
                WHERE sequence BETWEEN ?1 AND ?2 AND time >= ?3 AND time < ?4
            """
        }
        let sql = selects.joined(separator: " UNION ALL ") + " ORDER BY 1 LIMIT \(Self.piece)"
        return try withStore { store throws(JournalFault) in
            try store.connection.read { database in
                try Row.fetchAll(
                    database.cachedStatement(sql: sql),
                    arguments: [next, last, times.from.milliseconds, times.to.milliseconds]
                ).compactMap(ChainedRecord.init)
            }
        }
    }
}
