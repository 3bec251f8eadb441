// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import GRDB

extension Row {
    /// The value of a column, or nil when it is absent or of another type: what a damaged file holds must not trap.
    func value<Value: DatabaseValueConvertible>(_ column: Int) -> Value? { Value.fromDatabaseValue(self[column]) }

    func hash(_ column: Int) -> ChainHash? {
        let data: Data? = value(column)
        return data.flatMap { ChainHash($0) }
    }

    func position(_ column: Int) -> ChainPosition? {
        guard let sequence: Int64 = value(column), ChainPosition.plausible.contains(sequence),
            let hash = hash(column + 1)
        else { return nil }
        return ChainPosition(sequence: sequence, hash: hash)
    }
}

extension ChainHash {
    var data: Data { Data(bytes) }
}

extension ChainedRecord {
    /// The columns in the order `init` reads them.
    static func columns(of table: String) -> String {
        "sequence, time, monotonic, (SELECT name FROM boot WHERE number = \(table).boot), kind, payload, previous, hash"
    }

    /// - Returns: Nil when a value is absent or of another type: somebody else wrote that.
    init?(_ row: Row) {
        guard let sequence: Int64 = row.value(0), let time: Int64 = row.value(1), let monotonic: Int64 = row.value(2),
            let boot: String = row.value(3), let kind: String = row.value(4), let payload: String = row.value(5),
            let previous = row.hash(6), let hash = row.hash(7)
        else { return nil }
        self.init(
            sequence: sequence, time: time, monotonic: monotonic, boot: boot, kind: kind, payload: payload,
            previous: previous, hash: hash)
    }
}

/// Where a chain begins, after what was removed from its front, and where it ends.
struct ChainEnds: Hashable, Sendable {
    /// The last record that was removed; `.beginning` if none was.
    var base: ChainPosition
    var head: ChainPosition

    static func read(_ chain: Chain, _ database: Database) throws -> ChainEnds? {
        let row = try Row.fetchOne(
            database, sql: "SELECT base_sequence, base_hash, head_sequence, head_hash FROM chain WHERE name = ?",
            arguments: [chain.rawValue])
        guard let row, let base = row.position(0), let head = row.position(2) else { return nil }
        return ChainEnds(base: base, head: head)
    }

    func write(_ chain: Chain, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "UPDATE chain SET base_sequence = ?, base_hash = ?, head_sequence = ?, head_hash = ? WHERE name = ?")
        try statement.execute(arguments: [
            base.sequence, base.hash.data, head.sequence, head.hash.data, chain.rawValue,
        ])
    }
}

extension ChainPosition {
    /// The last record of a chain that is really there.
    static func last(_ chain: Chain, _ database: Database) throws -> ChainPosition? {
        let row = try Row.fetchOne(
            database, sql: "SELECT sequence, hash FROM \(chain.rawValue) ORDER BY sequence DESC LIMIT 1")
        return row?.position(0)
    }
}
