// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import GRDB

/// How much of what is written survives a power cut.
package enum Durability: Sendable {
    /// All of it, from the moment the call returns.
    case full
    /// What the kernel has written back by then, up to half a minute less; nothing is torn. A killed process loses
    /// nothing.
    case relaxed
}

/// The one connection to the database of a journal, with the exclusive lock on it. Every failure leaves as a
/// `JournalFault`.
final class Connection {
    let settings: JournalSettings
    private let queue: DatabaseQueue
    private var durability = Durability.full

    init(_ settings: JournalSettings) throws(JournalFault) {
        self.settings = settings
        var configuration = Configuration()
        configuration.label = "journal"
        configuration.busyMode = .timeout(1)
        let pages = Self.mostPages(settings)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA journal_size_limit = 8388608;
                    PRAGMA cell_size_check = ON;
                    PRAGMA max_page_count = \(pages);
                    """)
        }
        do {
            queue = try DatabaseQueue(path: settings.file, configuration: configuration)
        } catch {
            throw JournalFault(error, file: settings.file)
        }
    }

    func close() throws(JournalFault) {
        do { try queue.close() } catch { throw fault(error) }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(JournalFault) -> Value {
        do { return try queue.read(body) } catch { throw fault(error) }
    }

    /// All of `body` or nothing.
    func write<Value>(
        _ durability: Durability = .full, _ body: (Database) throws -> Value
    ) throws(JournalFault) -> Value {
        do {
            return try queue.writeWithoutTransaction { database in
                try use(durability, database)
                var value: Value?
                try database.inTransaction(.immediate) {
                    value = try body(database)
                    return .commit
                }
                guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                return value
            }
        } catch {
            throw fault(error)
        }
    }

    private func use(_ wanted: Durability, _ database: Database) throws {
        guard wanted != durability else { return }
        switch wanted {
        case .full: try database.execute(sql: "PRAGMA synchronous = FULL")
        case .relaxed: try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        durability = wanted
    }

    private func fault(_ error: any Error) -> JournalFault {
        let fault = JournalFault(error, file: settings.file)
        guard fault.problem == .diskFull, let pages = pageCount, pages + Self.almost >= mostPages else { return fault }
        return JournalFault(file: settings.file, .budgetExhausted(bytes: pages * Self.pageSize))
    }

    /// SQLite says the same of a full disk and of a file at its bound; only the size tells one from the other.
    private var pageCount: Int? {
        do {
            return try queue.read { database in try Int.fetchOne(database, sql: "PRAGMA page_count") }
        } catch {
            return nil
        }
    }

    /// More pages than one call adds.
    private static let almost = 64
    static let pageSize = 4_096
    private var mostPages: Int { Self.mostPages(settings) }
    private static func mostPages(_ settings: JournalSettings) -> Int { settings.budget / pageSize * 2 }
}

extension JournalFault {
    /// What a failure of the database means for its owner.
    init(_ error: any Error, file: String) {
        guard let failure = error as? DatabaseError else {
            self = error as? JournalFault ?? JournalFault(file: file, .unexpected("\(error)"))
            return
        }
        let detail = failure.message ?? "result \(failure.extendedResultCode.rawValue)"
        let problem: Problem =
            switch failure.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(detail)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
            case .SQLITE_READONLY, .SQLITE_PERM: .readOnly
            case .SQLITE_CANTOPEN, .SQLITE_AUTH: .cannotOpen(detail)
            case .SQLITE_FULL: .diskFull
            case .SQLITE_IOERR: .inputOutput("\(detail), \(failure.extendedResultCode.rawValue)")
            case _: .unexpected("\(failure)")
            }
        self.init(file: file, problem)
    }

    var isCorruption: Bool {
        switch problem {
        case .corrupt: true
        case .cannotOpen, .readOnly, .locked, .newerSchema, .notAJournal, .cannotSetAside, .diskFull, .budgetExhausted,
            .inputOutput, .damagedState, .closed, .noDigest, .unexpected:
            false
        }
    }
}
