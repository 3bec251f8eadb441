// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import GRDB

extension Store {
    func state(_ key: String) throws(JournalFault) -> Data? {
        let file = connection.settings.file
        return try connection.read { database in
            let row = try Row.fetchOne(database, sql: "SELECT value, digest FROM state WHERE key = ?", arguments: [key])
            guard let row else { return nil }
            guard let value: Data = row.value(0), row.hash(1) == stateDigest(key, value, digest) else {
                throw JournalFault(file: file, .damagedState(key: key))
            }
            return value
        }
    }

    func stateKeys() throws(JournalFault) -> [String] {
        try connection.read { database in
            try String.fetchAll(database, sql: "SELECT key FROM state ORDER BY key")
        }
    }

    func setState(_ key: String, _ value: Data?, _ database: Database) throws {
        guard let value else {
            try database.cachedStatement(sql: "DELETE FROM state WHERE key = ?").execute(arguments: [key])
            return
        }
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO state (key, value, digest) VALUES (?, ?, ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value, digest = excluded.digest
                """)
        try statement.execute(arguments: [key, value, stateDigest(key, value, digest).data])
    }
}

/// The digest that tells a state value from a damaged one.
func stateDigest(_ key: String, _ value: Data, _ digest: Digest) -> ChainHash {
    digest.hash(Array(key.utf8) + [0] + Array(value))
}
