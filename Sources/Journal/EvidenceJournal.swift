// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Synchronization

/// The record of a site: what was ordered, what was decided and what flowed, as hash chains in one SQLite database, and
/// beside it the settings that must survive a restart. One process owns the file. Calls are synchronous and may wait for
/// the disk, so they belong on a thread of their own; any thread may make them.
package final class EvidenceJournal: Sendable {
    private let core: Mutex<JournalCore>
    package let settings: JournalSettings

    /// Opens the journal, or begins one. A corrupt database is set aside and a new one begun; the notices say so.
    package static func open(
        _ settings: JournalSettings, at moment: Moment
    ) throws(JournalFault) -> (journal: EvidenceJournal, notices: [JournalNotice]) {
        do {
            let (store, notices) = try Store.open(settings, at: moment)
            return (EvidenceJournal(settings, store, at: moment), notices)
        } catch {
            guard error.isCorruption else { throw error }
            let (store, notices) = try Store.replaceCorrupt(settings, because: error, at: moment)
            return (EvidenceJournal(settings, store, at: moment), notices)
        }
    }

    private init(_ settings: JournalSettings, _ store: sending Store, at moment: Moment) {
        self.settings = settings
        core = Mutex(JournalCore(store, at: moment))
    }

    package struct Receipt: Hashable, Sendable {
        /// Of the records, in their order.
        package var sequences: [Int64]
        package var notices: [JournalNotice]
    }

    /// Appends `entries` and sets or, with nil, deletes the values of `state`: all or nothing, in one transaction.
    /// - Returns: After the commit is as durable as asked.
    package func append(
        _ entries: [EvidenceEntry], state: [String: Data?] = [:], durability: Durability
    ) throws(JournalFault) -> Receipt {
        try core.withLock { core throws(JournalFault) in
            try core.append(entries, state: state, durability, settings)
        }
    }

    /// Removes what is older than the retention, and details while the budget is exceeded; a little per call, so that
    /// `append` never waits long. To be called about once a minute.
    ///
    /// An order or limit that outlives the retention is recorded anew by its owner; questions reach back only as far as
    /// what is kept.
    /// - Parameter isClockTrusted: Whether `moment` comes from a synchronised clock. Nothing is removed for its age
    ///   otherwise: a clock that jumps ahead must not empty the record.
    package func keepWithinBounds(at moment: Moment, isClockTrusted: Bool) throws(JournalFault) -> [JournalNotice] {
        try core.withLock { core throws(JournalFault) in
            let store = try core.opened(settings)
            let notices = try store.thin(at: moment)
            if isClockTrusted { try store.removeExpired(at: moment) }
            return notices
        }
    }

    /// - Throws: `.damagedState` when the value is not what was stored.
    package func state(_ key: String) throws(JournalFault) -> Data? {
        try withStore { store throws(JournalFault) in try store.state(key) }
    }

    package func stateKeys() throws(JournalFault) -> [String] {
        try withStore { store throws(JournalFault) in try store.stateKeys() }
    }

    /// Lets go of the file; every later call throws `.closed`.
    package func close() throws(JournalFault) {
        try core.withLock { core throws(JournalFault) in try core.close() }
    }

    /// For reading. Corruption that shows here is healed by the next `append`.
    func withStore<Value: Sendable>(
        _ body: (Store) throws(JournalFault) -> Value
    ) throws(JournalFault) -> Value {
        try core.withLock { core throws(JournalFault) in
            do throws(JournalFault) {
                return try body(core.opened(settings))
            } catch {
                if error.isCorruption { core.suspicion = error }
                throw error
            }
        }
    }
}
