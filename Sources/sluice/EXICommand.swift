// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import EXITables
import Foundation

struct EXICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exi",
        abstract: "EXI messages to JSON and back, a line each, from standard input to standard output.",
        discussion: """
            A line is an object with schema, kind (document or fragment) and either exi, hexadecimal, or json:
            {"schema": "urn:iso:std:iso:15118:-20:DC", "kind": "document", "exi": "8034…"}
            Lines that cannot be translated are named on standard error with their number; the exit code is then 65.
            """,
        subcommands: [Decode.self, Encode.self, Trace.self])

    struct SchemaOption: ParsableArguments {
        @Option(help: "For lines without one: the namespace of the messages.") var schema: String?

        func translate(_ translate: (MessageLines, String, String?) throws(TableError) -> String) throws {
            let lines = try MessageLines()
            var number = 0
            var failed = false
            while let line = readLine() {
                number += 1
                do throws(TableError) { print(try translate(lines, line, schema)) } catch {
                    say("sluice: line \(number): \(error)")
                    failed = true
                }
            }
            if failed { throw ExitCode.unreadable }
        }
    }

    struct Decode: ParsableCommand {
        @OptionGroup var schema: SchemaOption
        func run() throws {
            try schema.translate { lines, line, schema throws(TableError) in try lines.decode(line, schema: schema) }
        }
    }

    struct Encode: ParsableCommand {
        @OptionGroup var schema: SchemaOption
        func run() throws {
            try schema.translate { lines, line, schema throws(TableError) in try lines.encode(line, schema: schema) }
        }
    }

    struct Trace: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a recorded session of a car and a station readably.",
            discussion: """
                A record is a line of JSON: exi (hexadecimal), ns (the namespace), and where known t (seconds), from (EV or \
                SE) and kind. Lines that cannot be read are named on standard error; the exit code is then 65.
                """)
        @Argument(help: "The recording; standard input without it.") var file: String?

        func run() throws {
            var trace = try SessionTrace()
            let records = try recordedLines()
            var failed = false
            for (number, record) in zip(1..., records) {
                do throws(TableError) { print(try trace.line(String(record))) } catch {
                    say("sluice: line \(number): \(error)")
                    failed = true
                }
            }
            if failed { throw ExitCode.unreadable }
        }

        private func recordedLines() throws -> [Substring] {
            guard let file else { return AnySequence { AnyIterator { readLine()?[...] } }.map { $0 } }
            do {
                return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            } catch {
                say("sluice: “\(file)” cannot be read: \(error.localizedDescription)")
                throw ExitCode.unreadable
            }
        }
    }
}
