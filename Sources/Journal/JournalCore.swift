// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation

/// What the lock of a journal guards.
struct JournalCore {
    private var store: Store?
    /// Corruption that a reader met and nobody has healed yet.
    var suspicion: JournalFault?
    private var appends = 0
    /// The latest any call told, for what must be recorded when a call brings none.
    private var moment: Moment

    init(_ store: Store, at moment: Moment) {
        self.store = store
        self.moment = moment
    }

    func opened(_ settings: JournalSettings) throws(JournalFault) -> Store {
        guard let store else { throw JournalFault(file: settings.file, .closed) }
        return store
    }

    mutating func close() throws(JournalFault) {
        guard let store else { return }
        self.store = nil
        try store.connection.close()
    }

    mutating func append(
        _ entries: [EvidenceEntry], state: [String: Data?], _ durability: Durability, _ settings: JournalSettings
    ) throws(JournalFault) -> Journal.Receipt {
        moment = entries.last?.at ?? moment
        var notices: [JournalNotice] = []
        if let suspicion { notices += try heal(suspicion, settings) }
        var sequences: [Int64] = []
        do {
            sequences = try opened(settings).append(entries, state: state, durability)
        } catch  where error.isCorruption {
            notices += try heal(error, settings)
            sequences = try opened(settings).append(entries, state: state, durability)
        }
        let store = try opened(settings)
        if durability == .full { notices += store.rememberHeads() }
        appends += 1
        if appends % 16 == 0 { notices += try store.thin(at: moment) }
        return Journal.Receipt(sequences: sequences, notices: notices)
    }

    private mutating func heal(
        _ fault: JournalFault, _ settings: JournalSettings
    ) throws(JournalFault) -> [JournalNotice] {
        suspicion = fault
        let broken = try opened(settings)
        var cause = fault
        do {
            try broken.connection.close()
        } catch {
            // A corrupt file may refuse to be closed in order; it is renamed all the same.
            cause = JournalFault(file: fault.file, .corrupt("\(fault.problem); closing it: \(error.problem)"))
        }
        let (store, notices) = try Store.replaceCorrupt(settings, because: cause, at: moment)
        self.store = store
        suspicion = nil
        return notices
    }
}
