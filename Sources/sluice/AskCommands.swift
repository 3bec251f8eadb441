// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Foundation
import LocalAPI

/// Where the daemon answers.
struct DaemonOption: ParsableArguments {
    @Option(name: .customLong("api"), help: "The daemon's API, HOST:PORT.") var address = "127.0.0.1:8080"

    func client() throws -> APIClient {
        do { return APIClient(try ListenAddress(parsing: address)) } catch { throw ValidationError("\(error)") }
    }
}

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Show the running daemon.")
    @OptionGroup var daemon: DaemonOption
    @Flag(help: "For programs.") var json = false
    @Flag(help: "Keep showing.") var watch = false

    func run() throws {
        let (json, watch) = (json, watch)
        try asking(daemon.client()) { client in
            guard watch else { return Self.show(try await client.status(), json) }
            try await client.watch { status in
                if !json { print("\u{1B}[H\u{1B}[2J", terminator: "") }
                Self.show(status, json)
                return true
            }
        }
    }

    private static func show(_ status: SiteStatus, _ json: Bool) {
        if json, let data = try? WireJSON.encode(status, pretty: true) {
            print(String(decoding: data, as: UTF8.self))
        } else {
            print(StatusText(status).description)
        }
    }
}

struct SetpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setpoint", abstract: "Give an EVSE, or the site, a setpoint by hand, or release it.",
        discussion: "sluice setpoint 1 -7kW --for 15min\nsluice setpoint site 10kW\nsluice setpoint 1 release")
    @OptionGroup var daemon: DaemonOption
    @Argument(help: "The EVSE's id, or “site”.") var evse: String
    @Argument(parsing: .allUnrecognized, help: "Power with its unit, negative to discharge, or “release”.")
    var power: [String]
    @Option(name: .customLong("for"), help: "How long, with its unit.") var duration: String?

    func validate() throws {
        if Int(evse) == nil, evse != "site" {
            throw ValidationError("“\(evse)” is neither an EVSE's id nor “site”.")
        }
    }

    func run() throws {
        let (id, text, duration) = (Int(evse), power.joined(separator: " "), duration)
        try asking(daemon.client()) { client in
            if text == "release" {
                print(try await client.releaseSetpoint(evse: id).message)
            } else {
                print(try await client.setSetpoint(text, evse: id, for: duration).message)
            }
        }
    }
}

struct LimitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit", abstract: "Enter an operator's instruction by hand, or release it.",
        discussion: "sluice limit import 4.2kW --for 2h\nsluice limit release")
    @OptionGroup var daemon: DaemonOption
    @Argument(help: "import, export or release.") var direction: String
    @Argument(parsing: .allUnrecognized, help: "Power with its unit, zero or more.") var power: [String] = []
    @Option(name: .customLong("for"), help: "How long, with its unit.") var duration: String?

    func validate() throws {
        if direction == "release" {
            guard power.isEmpty else { throw ValidationError("“release” alone releases both directions.") }
        } else if LimitDirection(rawValue: direction) == nil {
            throw ValidationError("“\(direction)” is none of import, export, release.")
        } else if power.isEmpty {
            throw ValidationError("How much? Write for example: sluice limit \(direction) 4.2kW")
        }
    }

    func run() throws {
        let (direction, text, duration) = (direction, power.joined(separator: " "), duration)
        try asking(daemon.client()) { client in
            if direction == "release" {
                print(try await client.releaseLimit(nil).message)
            } else if let direction = LimitDirection(rawValue: direction) {
                if text == "release" {
                    print(try await client.releaseLimit(direction).message)
                } else {
                    print(try await client.setLimit(direction, to: text, for: duration).message)
                }
            }
        }
    }
}

struct SwipeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swipe", abstract: "Show a token at an EVSE, as its reader would.",
        discussion: "sluice swipe 1 04A2B9C7")
    @OptionGroup var daemon: DaemonOption
    @Argument(help: "The EVSE's id.") var evse: Int
    @Argument(help: "The token.") var token: String
    @Option(help: "Its type, as OCPP names it.") var type: String?

    func run() throws {
        let (evse, token, type) = (evse, token, type)
        try asking(daemon.client()) { client in
            print(try await client.present(token: token, type: type, evse: evse).message)
        }
    }
}

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Explain the decision and every limit that shaped it.")
    @OptionGroup var daemon: DaemonOption
    @Argument(help: "The EVSE's id; all without it.") var evse: Int?
    @Option(help: "A time, 2026-03-01T14:02:00Z.") var at: String?

    func run() throws {
        let (evse, at) = (evse, at)
        try asking(daemon.client()) { client in
            for explanation in try await client.why(evse: evse, at: at) { print(ExplanationText(explanation)) }
        }
    }
}
