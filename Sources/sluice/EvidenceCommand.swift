// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Foundation
import LocalAPI
import Synchronization

struct EvidenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "The record of instructions, limits and what was done.",
        subcommands: [Export.self, Verify.self])

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the record between two times to standard output.",
            discussion: "sluice evidence export --from 2026-03-01 --to 2026-04-01 --format csv > march.csv")
        @OptionGroup var daemon: DaemonOption
        @Option(help: "UTC, such as 2026-03-01 or 2026-03-01T14:00:00Z.") var from: String
        @Option(help: "UTC; without it, now.") var to: String?
        @Option(help: "csv or json.") var format = "csv"

        func validate() throws {
            guard EvidenceFormat(rawValue: format) != nil else {
                throw ValidationError("“\(format)” is not a format. Possible: csv, json.")
            }
            _ = try (Self.time(from, "--from"), to.map { try Self.time($0, "--to") })
        }

        /// A day a request, so that years neither fill the daemon's memory nor ours.
        func run() throws {
            let end = try to.map { try Self.time($0, "--to") } ?? Date()
            let first = try Self.time(from, "--from")
            let format = format
            try asking(daemon.client()) { client in
                var start = first
                var isFirst = true
                while start < end || isFirst {
                    let until = min(start.addingTimeInterval(86_400), max(end, start))
                    var text = try await client.text(
                        "/api/evidence?from=\(Self.query(start))&to=\(Self.query(until))&format=\(format)")
                    if !isFirst, format == "csv", let header = text.firstIndex(where: \.isNewline) {
                        text = String(text[text.index(after: header)...])
                    }
                    FileHandle.standardOutput.write(Data(text.utf8))
                    isFirst = false
                    start = until
                }
            }
        }

        private static func time(_ text: String, _ name: String) throws -> Date {
            let whole = text.count == 10 ? text + "T00:00:00Z" : text
            guard let time = WireJSON.date(whole) else {
                throw ValidationError("\(name): “\(text)” is not a time. Write it like 2026-03-01T14:00:00Z.")
            }
            return time
        }

        private static func query(_ time: Date) -> String { WireJSON.text(of: time) }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Check that the record is whole.")
        @OptionGroup var daemon: DaemonOption

        func run() throws {
            let isIntact = Mutex(false)
            try asking(daemon.client()) { client in
                let found: EvidenceVerification = try await client.get("/api/evidence/verification")
                isIntact.withLock { $0 = found.isIntact }
                print("\(found.checked) records: " + (found.isIntact ? "whole" : "not whole"))
                for finding in found.findings { print(finding) }
            }
            if !isIntact.withLock({ $0 }) { throw ExitCode(1) }
        }
    }
}
