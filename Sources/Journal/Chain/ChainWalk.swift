// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import GRDB

/// One stretch of a chain, read in one go.
struct ChainStretch: Sendable {
    var records: [ChainedRecord]
    /// The first row that could not be read; the records are those before it.
    var unreadable: Int64?
    var base: ChainPosition
    var head: ChainPosition
    /// The end according to the head file, if that lies in this chain's past.
    var remembered: ChainPosition?
    var isLast: Bool
}

extension Store {
    static let stretch = 4_096

    func stretch(of chain: Chain, after sequence: Int64) throws(JournalFault) -> ChainStretch {
        let ends = ends[chain]
        var stretch = ChainStretch(
            records: [], base: ends.base, head: ends.head, remembered: headFile.read()?[chain], isLast: false)
        stretch.records.reserveCapacity(Self.stretch)
        try connection.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(ChainedRecord.columns(of: chain.rawValue)) FROM \(chain.rawValue)
                        WHERE sequence > ? ORDER BY sequence LIMIT \(Self.stretch)
                    """)
            let rows = try Row.fetchCursor(statement, arguments: [sequence])
            while let row = try rows.next() {
                guard let record = ChainedRecord(row) else {
                    stretch.unreadable = row.value(0) ?? sequence
                    break
                }
                stretch.records.append(record)
            }
        }
        stretch.isLast = stretch.unreadable == nil && stretch.records.count < Self.stretch
        return stretch
    }
}

/// A walk along one chain from its base to its end.
struct ChainWalk {
    let chain: Chain
    private let digest: Digest
    /// The last record that was checked, or the base.
    private(set) var position = ChainPosition.beginning
    /// After which row to read on: from before every possible one, so that nothing hides in front of the base.
    private(set) var cursor = Int64.min
    private(set) var checked = 0
    private(set) var broken: BrokenRecord?
    private(set) var isDone = false
    private(set) var checkpoints: [JournalRecord.Checkpoint] = []
    private(set) var discrepancies: [JournalRecord.Discrepancy] = []
    /// What the head file remembered when the walk began, and whether the walk came past it.
    private var memory: ChainPosition?
    private var metMemory = false
    private var hasBegun = false

    init(_ chain: Chain, _ digest: Digest) {
        self.chain = chain
        self.digest = digest
    }

    mutating func advance(_ stretch: ChainStretch) {
        if !hasBegun { memory = stretch.remembered }
        hasBegun = true
        // The front may be removed while we walk; what is gone needs no check.
        if stretch.base.sequence > position.sequence { position = stretch.base }
        for record in stretch.records {
            guard record.sequence > stretch.base.sequence else { return breaks(at: record.sequence, .beforeBeginning) }
            guard check(record) else { return }
            cursor = record.sequence
        }
        if let unreadable = stretch.unreadable { return breaks(at: unreadable, .unreadable) }
        guard stretch.isLast else { return }
        checkEnd(stretch)
        isDone = true
    }

    private mutating func check(_ record: ChainedRecord) -> Bool {
        guard digest.hash(record.hashedBytes) == record.hash else {
            breaks(at: record.sequence, .changed)
            return false
        }
        guard record.previous == position.hash else {
            breaks(at: record.sequence, .missingBefore(after: position.sequence))
            return false
        }
        guard let kind = EvidenceRecord.Kind(rawValue: record.kind), kind.chain == chain else {
            breaks(at: record.sequence, .unknown)
            return false
        }
        if kind == .journal { note(record) }
        position = ChainPosition(sequence: record.sequence, hash: record.hash)
        if position == memory { metMemory = true }
        checked += 1
        return true
    }

    private mutating func note(_ record: ChainedRecord) {
        switch record.record {
        case .journal(.pruned(let checkpoint)): checkpoints.append(checkpoint)
        case .journal(.discrepancy(let discrepancy)): discrepancies.append(discrepancy)
        case .journal(.began), nil: break
        case .instruction, .failsafe, .limitInForce, .decision, .minuteTrace, .setting, .clock, .gridCode: break
        }
    }

    private mutating func checkEnd(_ stretch: ChainStretch) {
        if position != stretch.head {
            return breaks(
                at: position.sequence, .endMissing(expected: stretch.head.sequence, witness: .database))
        }
        guard let memory, memory.sequence > stretch.base.sequence, !metMemory else { return }
        breaks(at: position.sequence, .endMissing(expected: memory.sequence, witness: .headFile))
    }

    private mutating func breaks(at sequence: Int64, _ finding: BrokenRecord.Finding) {
        broken = BrokenRecord(chain: chain, sequence: sequence, finding: finding)
    }
}
