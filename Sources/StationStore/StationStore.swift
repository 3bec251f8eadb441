// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import GRDB

/// What a station must not forget, in one SQLite file for each backend: kept values, and calls that are not answered yet. One
/// process owns the file. Calls are synchronous and may wait for the disk.
///
/// Calls are compressed with a dictionary of the words they are made of, so that a month of meter values fits into 40 MiB.
package final class StationStore {
    /// A call under its number.
    package struct StoredCall: Equatable, Sendable {
        package var number: UInt64
        package var body: [UInt8]
        /// The transaction it belongs to.
        package var topic: String?
        /// Whether it may be removed when there is no room.
        package var isThinnable: Bool

        package init(number: UInt64, body: [UInt8], topic: String? = nil, isThinnable: Bool) {
            self.number = number
            self.body = body
            self.topic = topic
            self.isThinnable = isThinnable
        }
    }

    /// What changes together.
    package struct Changes: Equatable, Sendable {
        /// Nil forgets.
        package var kept: [String: [UInt8]?] = [:]
        package var appended: [StoredCall] = []
        package var removed: [UInt64] = []
        package init() {}

        package var isEmpty: Bool { kept.isEmpty && appended.isEmpty && removed.isEmpty }
        /// Whether something in it must be on disk before a message leaves. A call that was removed and comes back after a
        /// power cut is only sent twice.
        package var isUrgent: Bool { !kept.isEmpty || !appended.isEmpty }
    }

    private let queue: DatabaseQueue
    private let file: String?
    private let text = CallText()
    private var isRelaxed = false

    /// - Parameter file: Nil keeps everything in memory, until the process ends.
    private init(file: String?) throws(StoreFault) {
        self.file = file
        var configuration = Configuration()
        configuration.label = "station"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA journal_size_limit = 4194304;
                    PRAGMA cell_size_check = ON;
                    """)
        }
        do {
            queue = try file.map { try DatabaseQueue(path: $0, configuration: configuration) } ?? DatabaseQueue()
            try queue.write(Self.createTables)
        } catch { throw StoreFault(error, file: file) }
    }

    private static func createTables(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS call (
                    number INTEGER PRIMARY KEY NOT NULL, thinnable INTEGER NOT NULL, topic BLOB, body BLOB NOT NULL);
                CREATE INDEX IF NOT EXISTS thinnable ON call (number) WHERE thinnable = 1;
                PRAGMA user_version = 1;
                """)
    }

    /// Opens the file, or begins one. A file that is broken is set aside under another name and a new one begun; the notice
    /// says so.
    package static func open(file: String?) throws(StoreFault) -> (store: StationStore, notice: String?) {
        do throws(StoreFault) {
            let store = try StationStore(file: file)
            try store.check()
            return (store, nil)
        } catch {
            guard error.isCorruption, let file else { throw error }
            let aside = try setAside(file)
            return (
                try StationStore(file: file),
                "\(error) It is set aside as \(aside), a new one is begun: transaction events that were not delivered are in it."
            )
        }
    }

    private func check() throws(StoreFault) {
        let words = try reading { database in try String.fetchOne(database, sql: "PRAGMA quick_check(1)") }
        if words != "ok" { throw StoreFault(file: file, .corrupt(words ?? "no answer")) }
    }

    private static func setAside(_ file: String) throws(StoreFault) -> String {
        let aside = "\(file).broken-\(Int(Date().timeIntervalSince1970))"
        do {
            try FileManager.default.moveItem(atPath: file, toPath: aside)
            for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: file + suffix) {
                try FileManager.default.moveItem(atPath: file + suffix, toPath: aside + suffix)
            }
        } catch { throw StoreFault(error, file: file) }
        return aside
    }

    /// All of `changes` or nothing.
    /// - Returns: Once they survive a power cut; those that are not urgent survive only the end of the process.
    package func commit(_ changes: Changes) throws(StoreFault) {
        do {
            try queue.writeWithoutTransaction { database in
                try relax(!changes.isUrgent, database)
                try database.inTransaction(.immediate) {
                    try write(changes, database)
                    return .commit
                }
            }
        } catch { throw StoreFault(error, file: file) }
    }

    private func write(_ changes: Changes, _ database: Database) throws {
        for (key, value) in changes.kept {
            if let value {
                let statement = try database.cachedStatement(
                    sql: "INSERT INTO kept VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
                try statement.execute(arguments: [key, Data(value)])
            } else {
                try database.cachedStatement(sql: "DELETE FROM kept WHERE key = ?").execute(arguments: [key])
            }
        }
        let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO call VALUES (?, ?, ?, ?)")
        for call in changes.appended {
            try insert.execute(
                arguments: [
                    Int64(clamping: call.number), call.isThinnable, call.topic.map(Self.packed),
                    Data(text.compressed(call.body)),
                ])
        }
        let delete = try database.cachedStatement(sql: "DELETE FROM call WHERE number = ?")
        for number in changes.removed { try delete.execute(arguments: [Int64(clamping: number)]) }
    }

    private func relax(_ wanted: Bool, _ database: Database) throws {
        guard wanted != isRelaxed else { return }
        try database.execute(sql: "PRAGMA synchronous = \(wanted ? "NORMAL" : "FULL")")
        isRelaxed = wanted
    }

    // MARK: Reading

    package func kept() throws(StoreFault) -> [String: [UInt8]] {
        try reading { database in
            var values: [String: [UInt8]] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT key, value FROM kept")
            while let row = try rows.next() { values[row[0]] = [UInt8](row[1] as Data) }
            return values
        }
    }

    /// How many calls there are, and the greatest number among them.
    package func calls() throws(StoreFault) -> (count: Int, last: UInt64) {
        try reading { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT count(*), max(number) FROM call") else {
                return (0, 0)
            }
            return (row[0], UInt64(clamping: (row[1] as Int64?) ?? 0))
        }
    }

    /// The next calls behind a number, in order. One whose body is damaged comes with an empty one.
    package func calls(after number: UInt64, most count: Int) throws(StoreFault) -> [StoredCall] {
        try reading { database in
            let statement = try database.cachedStatement(
                sql: "SELECT number, body, thinnable, topic FROM call WHERE number > ? ORDER BY number LIMIT ?")
            let rows = try Row.fetchCursor(statement, arguments: [Int64(clamping: number), count])
            var calls: [StoredCall] = []
            while let row = try rows.next() {
                calls.append(
                    StoredCall(
                        number: UInt64(clamping: row[0] as Int64), body: text.restored([UInt8](row[1] as Data)) ?? [],
                        topic: (row[3] as Data?).map(Self.unpacked), isThinnable: row[2]))
            }
            return calls
        }
    }

    /// How many calls there are of each transaction.
    package func topics() throws(StoreFault) -> [String: Int] {
        try reading { database in
            var counts: [String: Int] = [:]
            let rows = try Row.fetchCursor(
                database, sql: "SELECT topic, count(*) FROM call WHERE topic IS NOT NULL GROUP BY topic")
            while let row = try rows.next() { counts[Self.unpacked(row[0])] = row[1] }
            return counts
        }
    }

    /// A UUID takes 17 bytes instead of 36, since there is one in every row. The first byte says which it is.
    private static func packed(_ topic: String) -> Data {
        guard let id = UUID(uuidString: topic), id.uuidString.lowercased() == topic else {
            return Data([0] + topic.utf8)
        }
        return withUnsafeBytes(of: id.uuid) { Data([1] + $0) }
    }

    private static func unpacked(_ data: Data) -> String {
        guard data.first == 1, data.count == 17 else { return String(decoding: data.dropFirst(), as: UTF8.self) }
        var id = UUID().uuid
        withUnsafeMutableBytes(of: &id) { _ = data.dropFirst().copyBytes(to: $0) }
        return UUID(uuid: id).uuidString.lowercased()
    }

    /// Bytes in the file, without those that are free to be used again.
    package func size() throws(StoreFault) -> Int {
        try reading { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
            let page = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
            return (pages - free) * page
        }
    }

    /// Numbers of the calls that may be removed, by what they belong to, in order; whoever asks decides which of them go.
    /// - Parameter number: Those up to here are not among them; they are in somebody's memory.
    package func thinnable(after number: UInt64) throws(StoreFault) -> [String: [UInt64]] {
        try reading { database in
            let rows = try Row.fetchCursor(
                database, sql: "SELECT number, topic FROM call WHERE thinnable = 1 AND number > ? ORDER BY number",
                arguments: [Int64(clamping: number)])
            var numbers: [String: [UInt64]] = [:]
            while let row = try rows.next() {
                let topic = (row[1] as Data?).map(Self.unpacked) ?? ""
                numbers[topic, default: []].append(UInt64(clamping: row[0] as Int64))
            }
            return numbers
        }
    }

    package func close() throws(StoreFault) {
        do { try queue.close() } catch { throw StoreFault(error, file: file) }
    }

    private func reading<Value>(_ body: (Database) throws -> Value) throws(StoreFault) -> Value {
        do { return try queue.read(body) } catch { throw StoreFault(error, file: file) }
    }
}
