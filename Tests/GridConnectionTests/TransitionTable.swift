// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection
import Testing

/// What a machine does in each state with each input, as a Markdown table that is checked in under `docs/transitions`.
struct TransitionTable {
    let machine: String
    let about: String
    private var rows: [String] = []

    init(_ machine: String, about: String) {
        self.machine = machine
        self.about = about
    }

    mutating func add(state: String, input: String, after: String, reply: String, _ events: ConnectionEvents) {
        let told = (0..<events.count).map { "\(events[$0].kind)" }.joined(separator: ", ")
        rows.append("| \(state) | \(input) | \(after == state ? "–" : after) | \(reply) | \(told) |")
    }

    var text: String {
        """
        # \(machine)

        \(about)

        Made by a test that drives the machine itself; `SLUICE_UPDATE_TABLES=1` writes this file anew. “–”: the
        state stays.

        | State | Input | State after | Reply | Events |
        |---|---|---|---|---|
        \(rows.joined(separator: "\n"))

        """
    }

    /// Compares with the file that is checked in, or writes it where `SLUICE_UPDATE_TABLES` is set.
    func expectCheckedIn(_ location: SourceLocation = #_sourceLocation) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let file = root.appendingPathComponent("docs/transitions/\(machine).md").standardizedFileURL
        if ProcessInfo.processInfo.environment["SLUICE_UPDATE_TABLES"] != nil {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: false, encoding: .utf8)
        }
        let checkedIn = try String(contentsOf: file, encoding: .utf8)
        #expect(
            checkedIn == text, "docs/transitions/\(machine).md is not what the machine does; SLUICE_UPDATE_TABLES=1",
            sourceLocation: location)
    }
}

extension ConnectionEvents {
    var kinds: [ConnectionEvent.Kind] { (0..<count).map { self[$0].kind } }
    var all: [ConnectionEvent] { (0..<count).map { self[$0] } }
    func first(_ kind: ConnectionEvent.Kind) -> ConnectionEvent? { all.first { $0.kind == kind } }
}
