// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import LocalAPI

struct OperatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Say what the grid operator's channels would say.",
        subcommands: [FlexibleCommand.self, EnvelopeCommand.self])
}

/// Sends one request and prints what the daemon answers.
private func say(
    _ daemon: DaemonOption, _ request: @escaping @Sendable (APIClient) async throws(APIClientError) -> Acknowledgement
) throws {
    try asking(daemon.client()) { client in print(try await request(client).message) }
}

struct FlexibleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flexible", abstract: "Capacity on top of the firm one: permit, withdraw, cancel.",
        discussion:
            "sluice operator flexible withdraw --for 2h\nsluice operator flexible permit --import 20kW --for 1h",
        subcommands: [Permit.self, Withdraw.self, Cancel.self, Heartbeat.self, List.self])

    struct Terms: ParsableArguments {
        @Option(help: "Of the flexible part, with its unit.") var `import`: String?
        @Option(help: "Of the flexible part, with its unit.") var export: String?
        @Option(help: "UTC, 2026-03-01T14:00:00Z; without it, at once.") var start: String?
        @Option(name: .customLong("for"), help: "How long, with its unit; without it, until cancelled.")
        var duration: String?

        var members: [String: String] {
            ["import": `import`, "export": export, "start": start, "for": duration].compactMapValues(\.self)
        }
    }

    struct Permit: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Permit it; replaces the permission before it.")
        @OptionGroup var daemon: DaemonOption
        @OptionGroup var terms: Terms
        func run() throws {
            let members = terms.members
            try say(daemon) { client throws(APIClientError) in
                try await client.post("/api/operator/flexible/permissions", members)
            }
        }
    }

    struct Withdraw: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Withdraw it, down to what is named.")
        @OptionGroup var daemon: DaemonOption
        @OptionGroup var terms: Terms
        func run() throws {
            let members = terms.members
            try say(daemon) { client throws(APIClientError) in
                try await client.post("/api/operator/flexible/withdrawals", members)
            }
        }
    }

    struct Cancel: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Cancel a permission or withdrawal.")
        @OptionGroup var daemon: DaemonOption
        @Argument(help: "Its number.") var instruction: UInt64
        func run() throws {
            let path = "/api/operator/flexible/instructions/\(instruction)"
            try say(daemon) { client throws(APIClientError) in try await client.delete(path) }
        }
    }

    struct Heartbeat: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The operator is alive.")
        @OptionGroup var daemon: DaemonOption
        func run() throws {
            try say(daemon) { client throws(APIClientError) in
                try await client.post("/api/operator/flexible/heartbeat", [String: String]())
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What it allows now, and its withdrawals, as JSON.")
        @OptionGroup var daemon: DaemonOption
        func run() throws {
            try asking(daemon.client()) { client in print(try await client.text("/api/operator/flexible")) }
        }
    }
}

struct EnvelopeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "envelope", abstract: "Operating envelope: controls and the default (IEEE 2030.5, CSIP-AUS).",
        discussion:
            "sluice operator envelope control --export 1.5kW --for 30min\nsluice operator envelope default --export 1.5kW",
        subcommands: [Control.self, Cancel.self, Default.self, Heartbeat.self, List.self])

    struct Bounds: ParsableArguments {
        @Option(help: "opModImpLimW, with its unit.") var `import`: String?
        @Option(help: "opModExpLimW, with its unit.") var export: String?
        @Option(help: "opModGenLimW: what the EVSEs deliver together.") var generation: String?
        @Option(help: "opModLoadLimW: what the EVSEs draw together.") var load: String?
        @Option(help: "opModEnergize: true, or false to cease to energise.") var energize: String?

        var members: [String: String] {
            [
                "import": `import`, "export": export, "generation": generation, "load": load, "energize": energize,
            ].compactMapValues(\.self)
        }
    }

    struct Control: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "An event, in force for a time.")
        @OptionGroup var daemon: DaemonOption
        @OptionGroup var bounds: Bounds
        @Option(name: .customLong("for"), help: "How long, with its unit.") var duration: String
        @Option(help: "UTC, 2026-03-01T14:00:00Z; without it, at once.") var start: String?
        @Option(help: "0 to 255, the lowest counts.") var primacy: Int?
        @Option(help: "Seconds, -3600 to 3600: the beginning is moved by a random part of it.") var randomizeStart: Int?
        func run() throws {
            var members = bounds.members
            members["for"] = duration
            members["start"] = start
            members["primacy"] = primacy.map(String.init)
            members["randomize_start"] = randomizeStart.map(String.init)
            let all = members
            try say(daemon) { client throws(APIClientError) in
                try await client.post("/api/operator/envelope/controls", all)
            }
        }
    }

    struct Cancel: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Cancel an event.")
        @OptionGroup var daemon: DaemonOption
        @Argument(help: "Its number.") var instruction: UInt64
        func run() throws {
            let path = "/api/operator/envelope/controls/\(instruction)"
            try say(daemon) { client throws(APIClientError) in try await client.delete(path) }
        }
    }

    struct Default: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What holds without an event; replaces the whole.")
        @OptionGroup var daemon: DaemonOption
        @OptionGroup var bounds: Bounds
        func run() throws {
            let members = bounds.members
            try say(daemon) { client throws(APIClientError) in
                try await client.put("/api/operator/envelope/default", members)
            }
        }
    }

    struct Heartbeat: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The server is alive and has nothing new.")
        @OptionGroup var daemon: DaemonOption
        func run() throws {
            try say(daemon) { client throws(APIClientError) in
                try await client.post("/api/operator/envelope/heartbeat", [String: String]())
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The default and the events, as JSON.")
        @OptionGroup var daemon: DaemonOption
        func run() throws {
            try asking(daemon.client()) { client in print(try await client.text("/api/operator/envelope")) }
        }
    }
}
