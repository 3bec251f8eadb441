// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import LinuxIO
import OCPP
import TLS

/// How a bench backend is started.
package struct BackendOptions: Sendable {
    package var host: String
    package var port: Int
    /// What is spoken; a station's own order decides among them.
    package var versions = OCPPVersion.allCases
    /// Basic authentication with the station's identity as user; nil lets everybody in.
    package var password: String?
    /// With it the backend is reached by wss.
    package var identity: TLSIdentity?
    /// Who vouches for the certificates of stations, which are then demanded.
    package var clients: TLSTrust?
    package var script: String?

    /// - Parameter listen: HOST:PORT; port 0 for a free one.
    package init(listen: String) throws(BenchProblem) {
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw BenchProblem(.usage, "“\(listen)” is no HOST:PORT.") }
        host = listen[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        self.port = port
    }

    package static func version(named name: String) throws(BenchProblem) -> OCPPVersion {
        guard let version = OCPPVersion(rawValue: "ocpp" + name) else {
            throw BenchProblem(.usage, "“\(name)” is no version; there are 1.6, 2.0.1 and 2.1.")
        }
        return version
    }
}

/// `sluice bench backend`: a CSMS that takes every station, prints every message as a line of JSON, and does what a script and the
/// keyboard say.
package enum BenchBackend {
    /// The commands of scripts and keyboard.
    package static let help = BackendCommand.help

    private static let pace = Interval.milliseconds(20)

    /// Runs until SIGINT or SIGTERM, or until its script is over. Call it on the main thread, before another one starts.
    /// - Returns: The exit code: 1 for a script whose expectation failed.
    package static func run(
        _ options: BackendOptions, say: (String) -> Void = StandardError.say
    ) throws(BenchProblem) -> Int32 {
        let signals = SignalWatch([.interrupt, .terminate])
        let server = BackendServer(options, script: try script(options.script), print: write)
        let address = try server.listen()
        say("listening on tcp \(address)")
        let keyboard = PlainThread(name: "keyboard") { while let line = readLine() { server.command(line) } }
        defer { withExtendedLifetime(keyboard) {} }
        while true {
            if let code = server.tick() { return code }
            if signals.next(until: MonotonicClock.now() + pace) != nil { return 0 }
        }
    }

    static func script(_ file: String?) throws(BenchProblem) -> [BackendCommand] {
        guard let file else { return [] }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw BenchProblem(.configuration, "“\(file)” cannot be read.")
        }
        var commands: [BackendCommand] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            do throws(BackendFault) {
                if let command = try BackendCommand(String(line)) { commands.append(command) }
            } catch {
                throw BenchProblem(.configuration, "\(file):\(number + 1): \(error.description)")
            }
        }
        return commands
    }

    @Sendable private static func write(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
