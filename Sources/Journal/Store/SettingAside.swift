// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GRDB

extension Store {
    /// Renames a corrupt database with the files that belong to it, begins a new one whose first record says so, and
    /// carries over the state values that are proved undamaged.
    static func replaceCorrupt(
        _ settings: JournalSettings, because fault: JournalFault, at moment: Moment
    ) throws(JournalFault) -> (Store, [JournalNotice]) {
        let aside = try rename(settings.file, at: moment)
        let (salvaged, isComplete) = salvageState(aside)
        let (store, notices) = try open(settings, at: moment, after: URL(fileURLWithPath: aside).lastPathComponent)
        if !salvaged.isEmpty { _ = try store.append([], state: salvaged, .full) }
        var because = fault.description
        if case .corrupt(let detail) = fault.problem { because = detail }
        let notice = JournalNotice.setAside(
            file: aside, because: because, recoveredState: salvaged.keys.sorted(), lostState: !isComplete)
        return (store, [notice] + notices)
    }

    private static func rename(_ file: String, at moment: Moment) throws(JournalFault) -> String {
        let files = FileManager.default
        let stamp = moment.wall.utcText.replacing(":", with: "-").replacing(" ", with: "-")
        var aside = "\(file).corrupt-\(stamp)"
        var count = 1
        while files.fileExists(atPath: aside) {
            count += 1
            aside = "\(file).corrupt-\(stamp)-\(count)"
        }
        do {
            // The database last: until it is away, the next opening finds it corrupt again.
            for suffix in [".head", "-shm", "-wal", ""] where files.fileExists(atPath: file + suffix) {
                try files.moveItem(atPath: file + suffix, toPath: aside + suffix)
            }
        } catch {
            throw JournalFault(file: file, .cannotSetAside("\(error)"))
        }
        return aside
    }

    /// The state values whose digest is right; and whether all could be read and were.
    private static func salvageState(_ file: String) -> (values: [String: Data?], isComplete: Bool) {
        guard let digest = Digest() else { return ([:], false) }
        var values: [String: Data?] = [:]
        var isComplete = true
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: file, configuration: configuration)
            try queue.read { database in
                let rows = try Row.fetchCursor(database, sql: "SELECT key, value, digest FROM state")
                while let row = try rows.next() {
                    guard let key: String = row.value(0), let value: Data = row.value(1),
                        row.hash(2) == stateDigest(key, value, digest)
                    else {
                        isComplete = false
                        continue
                    }
                    values[key] = .some(value)
                }
            }
            try queue.close()
        } catch {
            // A corrupt database may end anywhere; what was read until then is proved by its digests.
            isComplete = false
        }
        return (values, isComplete)
    }
}
