// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A record as it is stored: nothing in it is taken for true before its hash is checked.
package struct ChainedRecord: Hashable, Sendable {
    /// From 1, over both chains.
    package var sequence: Int64
    /// Milliseconds since 1970, UTC.
    package var time: Int64
    /// Nanoseconds of the monotonic clock of that boot.
    package var monotonic: Int64
    package var boot: String
    package var kind: String
    /// Canonical JSON.
    package var payload: String
    /// The hash of the record before it in the same chain.
    package var previous: ChainHash
    package var hash: ChainHash

    package var wall: WallTime { WallTime(milliseconds: time) }

    /// Nil when the kind or the payload is none of ours.
    package var record: EvidenceRecord? {
        EvidenceRecord.Kind(rawValue: kind).flatMap { EvidenceRecord(kind: $0, payloadText: payload) }
    }

    /// What the hash is taken of, so that anybody can check it with `sha256sum`: these lines, the payload last because
    /// it alone could hold a line break.
    ///
    ///     sluice-evidence-1
    ///     <sequence>
    ///     <time, ms since 1970>
    ///     <monotonic, ns>
    ///     <boot id>
    ///     <kind>
    ///     <previous hash, hexadecimal>
    ///     <payload>
    var hashedBytes: [UInt8] {
        var bytes = Array("sluice-evidence-1\n\(sequence)\n\(time)\n\(monotonic)\n\(boot)\n\(kind)\n".utf8)
        bytes.append(contentsOf: previous.hexadecimalDigits)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: payload.utf8)
        return bytes
    }
}

extension ChainedRecord {
    /// The next record of a chain that ends at `previous`.
    init(_ entry: EvidenceEntry, sequence: Int64, after previous: ChainHash, digest: Digest) {
        let kind = entry.record.kind.rawValue
        self.init(
            sequence: sequence, time: entry.at.wall.milliseconds, monotonic: entry.at.monotonic.nanoseconds,
            boot: entry.at.boot.text, kind: kind, payload: entry.record.payloadText, previous: previous, hash: previous)
        hash = digest.hash(hashedBytes)
    }
}
