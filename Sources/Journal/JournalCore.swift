// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation

/// What the lock of a journal guards.
struct JournalCore {
    private var store: Store?
    /// Corruption that a reader met and nobody has healed yet.
    var suspicion: JournalFault?
    /// Records since the size was last looked at.
    private var unchecked = 0
    private static let checkedEvery = 16
    /// The latest any call told, for what must be recorded when a call brings none.
    private var moment: Moment

    init(_ store: Store, at moment: Moment) {
        self.store = store
        self.moment = moment
    }

    func opened(_ settings: JournalSettings) throws(JournalFault) -> Store {
        guard let store else { throw suspicion ?? JournalFault(file: settings.file, .closed) }
        return store
    }

    mutating func close() throws(JournalFault) {
        guard let store else { return }
        self.store = nil
        try store.connection.close()
    }

    mutating func append(
        _ entries: [EvidenceEntry], state: [String: Data?], _ durability: Durability, _ settings: JournalSettings
    ) throws(JournalFault) -> EvidenceJournal.Receipt {
        moment = entries.last?.at ?? moment
        var notices: [JournalNotice] = []
        if let suspicion { notices += try heal(suspicion, settings) }
        var sequences: [Int64] = []
        do {
            sequences = try opened(settings).append(entries, state: state, durability)
        } catch {
            notices += try remedy(error, settings)
            sequences = try opened(settings).append(entries, state: state, durability)
        }
        let store = try opened(settings)
        if durability == .full { notices += store.rememberHeads() }
        unchecked += max(1, entries.count)
        if unchecked >= Self.checkedEvery {
            unchecked = 0
            notices += thin(store)
        }
        return EvidenceJournal.Receipt(sequences: sequences, notices: notices)
    }

    /// The records are committed by now, so that a failure here must not look as if they were not.
    private mutating func thin(_ store: Store) -> [JournalNotice] {
        do throws(JournalFault) {
            return try store.thin(at: moment)
        } catch {
            if error.isCorruption { suspicion = error }
            return [.notThinned(error)]
        }
    }

    /// Does what can be done about `fault`, so that a second try may succeed; otherwise throws it on.
    private mutating func remedy(
        _ fault: JournalFault, _ settings: JournalSettings
    ) throws(JournalFault) -> [JournalNotice] {
        switch fault.problem {
        case .corrupt: return try heal(fault, settings)
        case .budgetExhausted:
            let notices = try opened(settings).thin(at: moment)
            guard case .thinned? = notices.first else { throw fault }
            return notices
        case .cannotOpen, .readOnly, .locked, .newerSchema, .notAJournal, .cannotSetAside, .diskFull, .inputOutput,
            .damagedState, .closed, .noDigest, .unexpected:
            throw fault
        }
    }

    private mutating func heal(
        _ fault: JournalFault, _ settings: JournalSettings
    ) throws(JournalFault) -> [JournalNotice] {
        suspicion = fault
        var cause = fault
        do {
            try store?.connection.close()
        } catch {
            // A corrupt file may refuse to be closed in order; it is renamed all the same.
            cause = JournalFault(file: fault.file, .corrupt("\(fault.problem); closing it: \(error.problem)"))
        }
        store = nil
        let (begun, notices) = try Store.replaceCorrupt(settings, because: cause, at: moment)
        store = begun
        suspicion = nil
        return notices
    }
}
