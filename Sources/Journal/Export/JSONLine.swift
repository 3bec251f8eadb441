// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// One record as a line of JSON. `record` is the stored payload, byte for byte, and with the other members all that the
/// hash is taken of (`ChainedRecord.hashedBytes`); where the payload is stored without names or was not understood, `payload`
/// holds what was stored.
enum JSONLine {
    static func text(_ record: ChainedRecord) -> String {
        var line = "{\"sequence\":\(record.sequence),\"time_utc\":\"\(record.wall.utcText)\",\"time_ms\":\(record.time)"
        line += ",\"monotonic_ns\":\(record.monotonic),\"boot_id\":"
        line.appendJSON(record.boot)
        line += ",\"kind\":"
        line.appendJSON(record.kind)
        let known = record.record
        let isAsStored = known.map { $0.kind.positional == nil && $0.payloadText == record.payload } ?? false
        if let known { line += ",\"record\":" + (isAsStored ? record.payload : known.fields.json()) }
        if !isAsStored {
            line += ",\"payload\":"
            line.appendJSON(record.payload)
        }
        line += ",\"previous_hash\":\"\(record.previous.hexadecimal)\",\"hash\":\"\(record.hash.hexadecimal)\"}\n"
        return line
    }
}
