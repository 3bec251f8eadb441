// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Why the journal could not do what was asked, which file that concerns and what to do about it.
package struct JournalFault: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        case cannotOpen(String)
        case readOnly
        case locked
        case newerSchema(found: Int, known: Int)
        case notAJournal
        case corrupt(String)
        case cannotSetAside(String)
        case diskFull
        /// The file has reached twice its budget, with nothing left that may be removed.
        case budgetExhausted(bytes: Int)
        case inputOutput(String)
        case damagedState(key: String)
        case closed
        case noDigest
        case unexpected(String)
    }

    package var file: String
    package var problem: Problem

    package init(file: String, _ problem: Problem) {
        self.file = file
        self.problem = problem
    }

    package var description: String { "Journal \(file): \(explanation)" }

    private var explanation: String {
        switch problem {
        case .cannotOpen(let detail):
            "cannot be opened (\(detail)). Does its folder exist, and may this user write there?"
        case .readOnly:
            "cannot be written. Is the file system mounted read-only, or does the file belong to another user?"
        case .locked:
            "is in use by another process. One daemon owns a journal; end the other one, or export through it."
        case .newerSchema(let found, let known):
            "was written by a newer version (format \(found); this one knows up to \(known)). Install that version "
                + "again, or move the file away to begin a new journal."
        case .notAJournal:
            "is a database of another program. Choose another file; this one is left as it is."
        case .corrupt(let detail):
            "is corrupt (\(detail)). It is set aside at the next record, and a new chain begins; check the disk."
        case .cannotSetAside(let detail):
            "is corrupt and cannot be renamed (\(detail)). Move it away by hand; until then nothing is recorded."
        case .diskFull:
            "found the disk full. Nothing of this call was recorded; free space on its file system."
        case .budgetExhausted(let bytes):
            "has reached \(bytes / 1_048_576) MiB, twice its budget, and holds nothing that may be removed yet. Find the "
                + "source that floods it with instructions, or raise the budget."
        case .inputOutput(let detail):
            "cannot be read or written (\(detail)). Check the disk and the system's log."
        case .damagedState(let key):
            "holds a damaged value for “\(key)”. Set it anew; until then its safe default applies."
        case .closed: "is closed."
        case .noDigest: "needs SHA-256, which this system's OpenSSL does not offer. Check /etc/ssl/openssl.cnf."
        case .unexpected(let detail): "failed in a way that was not foreseen (\(detail)). Please report this."
        }
    }
}
