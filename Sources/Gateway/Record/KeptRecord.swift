// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import GridConnection
import Journal
import LinuxIO
import Logging

/// The journal and what it keeps from before the start. The daemon runs without one rather than not at all: the limit comes
/// first.
struct KeptRecord {
    private(set) var journal: EvidenceJournal?
    private(set) var memory: ConnectionMemory?

    /// - Parameter file: nil keeps no record.
    init(file: String?, _ configuration: SiteConfiguration.Journal, logger: Logger) {
        guard let file else {
            logger.notice("no record is kept: name a file under “journal” to have one")
            return
        }
        do throws(JournalFault) {
            let moment = Moment(wall: EvidenceDesk.wall(), monotonic: MonotonicClock.now(), boot: EvidenceDesk.boot)
            let (journal, notices) = try EvidenceJournal.open(
                JournalSettings(
                    file: file, retention: configuration.retention ?? JournalSettings.defaultRetention,
                    budget: configuration.space ?? JournalSettings.defaultBudget), at: moment)
            for notice in notices { logger.warning("\(notice)") }
            self.journal = journal
            memory = try Self.remembered(journal, logger)
        } catch {
            logger.error("\(error) The limits hold; nothing is recorded.")
        }
    }

    private static func remembered(_ journal: EvidenceJournal, _ logger: Logger) throws(JournalFault)
        -> ConnectionMemory?
    {
        guard let data = try journal.state(StoredMemory.key) else { return nil }
        do {
            return try StoredMemory.memory(data)
        } catch {
            logger.error("what the rules of the connection knew before the restart cannot be read: \(error)")
            return nil
        }
    }
}
