// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What the journal says about itself.
package enum JournalRecord: Hashable, Sendable {
    /// The first record of a database; `after` names the file that was set aside because it was corrupt.
    case began(after: String?)
    /// Records were removed from the front of a chain. The rest is verified from here.
    case pruned(Checkpoint)
    /// At opening, the end of a chain was not where the journal had last confirmed it.
    case discrepancy(Discrepancy)

    package struct Checkpoint: Hashable, Sendable {
        package enum Reason: String, Sendable { case retention, budget }
        package var chain: Chain
        /// The last record that was removed, and its hash.
        package var through: ChainPosition
        package var removed: Int
        /// The times of the first and last record removed; nil if none was.
        package var first: WallTime?
        package var last: WallTime?
        package var reason: Reason
    }

    package struct Discrepancy: Hashable, Sendable {
        package var chain: Chain
        package var expected: ChainPosition
        package var found: Int64
        package var witness: Witness
    }

    /// What remembered the end of a chain: a row in the same database, or a file beside it.
    package enum Witness: String, Sendable { case database, headFile = "head file" }
}

extension JournalRecord: Payload {
    enum EventName: String { case began, pruned, discrepancy }

    var fields: Fields {
        var fields = Fields()
        switch self {
        case .began(let file):
            fields.set(.event, EventName.began.rawValue)
            fields.set(.file, file)
        case .pruned(let checkpoint):
            fields.set(.event, EventName.pruned.rawValue)
            fields.set(.chain, checkpoint.chain.rawValue)
            fields.set(.through, checkpoint.through.sequence)
            fields.set(.throughHash, checkpoint.through.hash.hexadecimal)
            fields.set(.removed, checkpoint.removed)
            fields.set(.from, checkpoint.first)
            fields.set(.to, checkpoint.last)
            fields.set(.reason, checkpoint.reason.rawValue)
        case .discrepancy(let discrepancy):
            fields.set(.event, EventName.discrepancy.rawValue)
            fields.set(.chain, discrepancy.chain.rawValue)
            fields.set(.expected, discrepancy.expected.sequence)
            fields.set(.expectedHash, discrepancy.expected.hash.hexadecimal)
            fields.set(.found, discrepancy.found)
            fields.set(.source, discrepancy.witness.rawValue)
        }
        return fields
    }

    init?(_ parsed: ParsedFields) {
        guard let name: EventName = parsed.choice(.event) else { return nil }
        let record: JournalRecord? =
            switch name {
            case .began: .began(after: parsed.text(.file))
            case .pruned: Checkpoint(parsed).map(JournalRecord.pruned)
            case .discrepancy: Discrepancy(parsed).map(JournalRecord.discrepancy)
            }
        guard let record else { return nil }
        self = record
    }
}

extension JournalRecord.Checkpoint {
    fileprivate init?(_ parsed: ParsedFields) {
        guard let chain: Chain = parsed.choice(.chain), let sequence = parsed.whole(.through),
            let hash = parsed.text(.throughHash).flatMap(ChainHash.init(hexadecimal:)),
            let removed = parsed.whole(.removed), let reason: Reason = parsed.choice(.reason)
        else { return nil }
        self.init(
            chain: chain, through: ChainPosition(sequence: sequence, hash: hash), removed: Int(removed),
            first: parsed.time(.from), last: parsed.time(.to), reason: reason)
    }
}

extension JournalRecord.Discrepancy {
    fileprivate init?(_ parsed: ParsedFields) {
        guard let chain: Chain = parsed.choice(.chain), let sequence = parsed.whole(.expected),
            let hash = parsed.text(.expectedHash).flatMap(ChainHash.init(hexadecimal:)),
            let found = parsed.whole(.found), let witness: JournalRecord.Witness = parsed.choice(.source)
        else { return nil }
        self.init(
            chain: chain, expected: ChainPosition(sequence: sequence, hash: hash), found: found, witness: witness)
    }
}
