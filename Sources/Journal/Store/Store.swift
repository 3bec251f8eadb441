// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import GRDB

/// One open database: its chains, its boots and its state.
final class Store {
    let connection: Connection
    let digest: Digest
    let headFile: HeadFile
    var ends: PerChain<ChainEnds>
    /// The greatest sequence number given; at least what any witness remembers.
    var lastSequence: Int64
    private var boots: [String: Int64] = [:]

    init(
        _ connection: Connection, _ digest: Digest, _ headFile: HeadFile, ends: PerChain<ChainEnds>, lastSequence: Int64
    ) {
        self.connection = connection
        self.digest = digest
        self.headFile = headFile
        self.ends = ends
        self.lastSequence = lastSequence
    }

    /// Appends `entries` and sets or, with nil, deletes `state`, all or nothing.
    /// - Returns: The sequence numbers in the order of `entries`, after the commit.
    func append(
        _ entries: [EvidenceEntry], state: [String: Data?] = [:], _ durability: Durability
    ) throws(JournalFault) -> [Int64] {
        try transaction(durability) { change, database in
            try change.append(entries, database)
            for (key, value) in state { try setState(key, value, database) }
        }
    }

    /// Runs `body` in one transaction; the ends of the chains move only if it is committed.
    func transaction(
        _ durability: Durability, _ body: (inout ChainChange, Database) throws -> Void
    ) throws(JournalFault) -> [Int64] {
        var change = ChainChange(ends: ends, lastSequence: lastSequence, digest: digest)
        var boots = boots
        try connection.write(durability) { database in
            change.boots = boots
            try body(&change, database)
            for chain in Chain.allCases where change.ends[chain] != ends[chain] {
                try change.ends[chain].write(chain, database)
            }
            boots = change.boots
        }
        ends = change.ends
        lastSequence = change.lastSequence
        self.boots = boots
        return change.sequences
    }
}

/// What one transaction adds to the chains.
struct ChainChange {
    var ends: PerChain<ChainEnds>
    var lastSequence: Int64
    let digest: Digest
    var boots: [String: Int64] = [:]
    private(set) var sequences: [Int64] = []

    init(ends: PerChain<ChainEnds>, lastSequence: Int64, digest: Digest) {
        self.ends = ends
        self.lastSequence = lastSequence
        self.digest = digest
    }

    mutating func append(_ entries: [EvidenceEntry], _ database: Database) throws {
        for entry in entries {
            let chain = entry.record.kind.chain
            let record = ChainedRecord(
                entry, sequence: lastSequence + 1, after: ends[chain].head.hash, digest: digest)
            try insert(record, into: chain, database)
            lastSequence = record.sequence
            ends[chain].head = ChainPosition(sequence: record.sequence, hash: record.hash)
            sequences.append(record.sequence)
        }
    }

    private mutating func insert(_ record: ChainedRecord, into chain: Chain, _ database: Database) throws {
        let boot = try number(ofBoot: record.boot, database)
        let statement = try database.cachedStatement(
            sql: "INSERT INTO \(chain.rawValue) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        try statement.execute(arguments: [
            record.sequence, record.time, record.monotonic, boot, record.kind, record.payload, record.previous.data,
            record.hash.data,
        ])
    }

    private mutating func number(ofBoot name: String, _ database: Database) throws -> Int64 {
        if let known = boots[name] { return known }
        try database.execute(sql: "INSERT OR IGNORE INTO boot (name) VALUES (?)", arguments: [name])
        let number = try Int64.fetchOne(database, sql: "SELECT number FROM boot WHERE name = ?", arguments: [name])
        guard let number else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "boot \(name) vanished") }
        boots[name] = number
        return number
    }
}
