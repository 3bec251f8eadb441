// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GRDB

/// What a walk over both chains found.
package struct Verification: Hashable, Sendable {
    package var checked = 0
    /// The first record of the chains that is not as it was written; nil when all are.
    package var broken: BrokenRecord?
    /// Ends that were found missing at some opening: the chain is whole since, but something is gone for good.
    package var discrepancies: [JournalRecord.Discrepancy] = []

    package var isIntact: Bool { broken == nil && discrepancies.isEmpty }
}

/// Where a chain is broken, and how.
package struct BrokenRecord: Hashable, Sendable, CustomStringConvertible {
    package enum Finding: Hashable, Sendable {
        /// The hash does not fit what the record says: its number, times, kind or payload were changed.
        case changed
        /// The record is whole, but the one before it is not the one it was chained to: records between them are missing.
        case missingBefore(after: Int64)
        /// It stands in front of the beginning of its chain: somebody else put it there.
        case beforeBeginning
        /// A value is absent or of another type.
        case unreadable
        /// A kind or payload that this version does not know, although its hash is right.
        case unknown
        /// The chain begins after a removal that no record of the journal explains.
        case unexplainedBeginning
        /// The chain ends before the record that `witness` remembers, or with another one in its place.
        case endMissing(expected: Int64, witness: JournalRecord.Witness)
    }
    package var chain: Chain
    package var sequence: Int64
    package var finding: Finding

    package var description: String {
        switch finding {
        case .changed: "Record \(sequence) was changed: its hash does not fit its contents."
        case .missingBefore(let after):
            "Before record \(sequence), records of the \(chain) chain are missing or were replaced; the last before it is \(after)."
        case .beforeBeginning: "Record \(sequence) stands in front of the beginning of the \(chain) chain."
        case .unreadable: "Record \(sequence) cannot be read: a value is missing or of the wrong type."
        case .unknown: "Record \(sequence) is of a kind or form that this version does not know."
        case .unexplainedBeginning:
            "The \(chain) chain begins after record \(sequence), and no record of the journal says that what came before was "
                + "removed."
        case .endMissing(let expected, let witness):
            "The \(chain) chain ends at record \(sequence), but its \(witness.rawValue) remembers record \(expected)."
        }
    }
}

extension EvidenceJournal {
    /// Walks both chains. Other calls get their turn every few thousand records.
    ///
    /// It finds a changed, missing, inserted or moved record and a removed end. It cannot find what somebody did who
    /// computed all later hashes anew and replaced the head file as well: only a head kept elsewhere shows that
    /// (`heads`). Records after the last head are as safe as those before, once the next one is written.
    package func verify() throws(JournalFault) -> Verification {
        var verification = Verification()
        var explained: PerChain<ChainPosition> = PerChain(evidence: .beginning, detail: .beginning)
        guard let digest = Digest() else { throw JournalFault(file: settings.file, .noDigest) }
        for chain in Chain.allCases {
            var walk = ChainWalk(chain, digest)
            while !walk.isDone, walk.broken == nil {
                walk.advance(
                    try withStore { store throws(JournalFault) in
                        try store.stretch(of: chain, after: walk.cursor)
                    })
            }
            verification.checked += walk.checked
            verification.discrepancies += walk.discrepancies
            for checkpoint in walk.checkpoints { explained[checkpoint.chain] = checkpoint.through }
            if let broken = walk.broken {
                verification.broken = broken
                return verification
            }
        }
        verification.broken = try unexplainedBeginning(explained)
        return verification
    }

    /// The ends of both chains, to be kept where nobody who can write the journal can change them.
    package func heads() throws(JournalFault) -> PerChain<ChainPosition> {
        try withStore { store throws(JournalFault) in
            PerChain(evidence: store.ends.evidence.head, detail: store.ends.detail.head)
        }
    }

    private func unexplainedBeginning(
        _ explained: PerChain<ChainPosition>
    ) throws(JournalFault) -> BrokenRecord? {
        let ends = try withStore { store throws(JournalFault) in store.ends }
        for chain in Chain.allCases where ends[chain].base != explained[chain] {
            // Details may have been thinned since the evidence chain was walked; the statement is then in its tail.
            let statement = try lastCheckpoint(of: chain)
            if statement != ends[chain].base {
                return BrokenRecord(chain: chain, sequence: ends[chain].base.sequence, finding: .unexplainedBeginning)
            }
        }
        return nil
    }

    private func lastCheckpoint(of chain: Chain) throws(JournalFault) -> ChainPosition? {
        try withStore { store throws(JournalFault) in
            try store.connection.read { database in
                let rows = try Row.fetchCursor(
                    database,
                    sql: "SELECT payload FROM evidence WHERE kind = 'journal' ORDER BY sequence DESC LIMIT 10000")
                while let row = try rows.next() {
                    let payload: String? = row.value(0)
                    guard let payload,
                        case .journal(.pruned(let checkpoint))? = EvidenceRecord(kind: .journal, payloadText: payload),
                        checkpoint.chain == chain
                    else { continue }
                    return checkpoint.through
                }
                return nil
            }
        }
    }
}
