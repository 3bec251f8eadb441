// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// The last security events, critical or not (A04.FR.04), in a ring: the newest takes the place of the oldest. Each
/// entry is kept under a key of its own.
struct SecurityLog: Equatable, Sendable {
    /// The most entries.
    static let size = 512

    struct Entry: OCPPObject {
        /// Counts on for as long as the log lives; says which is older although clocks may jump.
        var number: Int
        var event: SecurityEventNotificationRequest

        static let fields: [StaticString] = ["number", "event"]

        init(number: Int, event: SecurityEventNotificationRequest) {
            self.number = number
            self.event = event
        }

        init(from reader: inout PayloadReader) throws(Violation) {
            var members = try reader.object()
            var number: Int?
            var event: SecurityEventNotificationRequest?
            while let field = try reader.field(of: Self.fields, &members) {
                switch field {
                case 0: number = try reader.integer(0, 1 << 52)
                case _: event = try SecurityEventNotificationRequest(from: &reader)
                }
            }
            guard let number else { throw reader.missing("number", members) }
            guard let event else { throw reader.missing("event", members) }
            self.init(number: number, event: event)
        }

        func write(to writer: inout PayloadWriter) {
            writer.beginObject()
            writer.integer("number", number)
            writer.object("event", event)
            writer.endObject()
        }
    }

    /// Oldest first.
    private(set) var entries: [Entry]
    private var next: Int

    init(kept: [String: [UInt8]]) {
        entries = (0..<Self.size).compactMap { Entry(keptBytes: kept[Self.key($0)]) }
            .sorted { $0.number < $1.number }
        next = (entries.last?.number ?? -1) + 1
    }

    private static func key(_ number: Int) -> String { "security-log/\(number % size)" }

    /// - Returns: What is to be kept, and where.
    mutating func append(_ event: SecurityEventNotificationRequest) -> (key: String, bytes: [UInt8]) {
        let entry = Entry(number: next, event: event)
        next += 1
        if entries.count == Self.size { entries.removeFirst() }
        entries.append(entry)
        return (Self.key(entry.number), entry.keptBytes)
    }

    /// As a file: one JSON object a line, in the words of SecurityEventNotification.
    /// - Parameters:
    ///   - oldest: Leaves out what was before.
    ///   - latest: Leaves out what was after.
    func file(from oldest: DateTime?, until latest: DateTime?) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            if let oldest, entry.event.timestamp.time < oldest.time { continue }
            if let latest, entry.event.timestamp.time > latest.time { continue }
            bytes += entry.event.keptBytes
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
