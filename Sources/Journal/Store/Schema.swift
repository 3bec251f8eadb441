// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import GRDB

/// The tables of a journal. A change of these statements is a new format with its own number.
enum Schema {
    static let format = 1
    /// `SLJ1` in ASCII: tells a journal from other SQLite databases.
    static let applicationID = 0x534C_4A31

    static func create(_ database: Database) throws {
        for chain in Chain.allCases {
            try database.execute(
                sql: """
                    CREATE TABLE \(chain.rawValue) (
                        sequence INTEGER PRIMARY KEY,
                        time INTEGER NOT NULL,
                        monotonic INTEGER NOT NULL,
                        boot INTEGER NOT NULL,
                        kind TEXT NOT NULL,
                        payload TEXT NOT NULL,
                        previous BLOB NOT NULL,
                        hash BLOB NOT NULL
                    ) STRICT;
                    CREATE INDEX \(chain.rawValue)_by_time ON \(chain.rawValue) (time);
                    """)
        }
        try database.execute(
            sql: """
                CREATE INDEX instruction_by_id ON evidence (json_extract(payload, '$.instruction_id'))
                    WHERE kind = 'instruction';
                CREATE INDEX decision_by_evse ON detail (json_extract(payload, '$.evse'), time) WHERE kind = 'decision';
                CREATE INDEX limit_by_scope ON detail (json_extract(payload, '$.scope'), time) WHERE kind = 'limit';
                CREATE TABLE boot (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
                CREATE TABLE chain (
                    name TEXT PRIMARY KEY,
                    base_sequence INTEGER NOT NULL,
                    base_hash BLOB NOT NULL,
                    head_sequence INTEGER NOT NULL,
                    head_hash BLOB NOT NULL
                ) STRICT;
                CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL, digest BLOB NOT NULL) STRICT;
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = \(format);
                """)
        for chain in Chain.allCases {
            try database.execute(
                sql: "INSERT INTO chain VALUES (?, 0, ?, 0, ?)",
                arguments: [chain.rawValue, ChainHash.beginning.data, ChainHash.beginning.data])
        }
    }
}
