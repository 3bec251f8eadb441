// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Dispatch
import Foundation

/// Where the program begins.
@main
enum Program {
    /// Commands that run until a signal ends them get the main thread, and no asynchronous `main`: that would give the
    /// thread to the dispatcher, which waits there with every signal unblocked, so that SIGTERM would kill the process
    /// before any charger is handed back.
    static func main() {
        do {
            var command = try Sluice.parseAsRoot()
            if !(command is any AsyncParsableCommand) { return try command.run() }
        } catch {
            Sluice.exit(withError: error)
        }
        Task {
            await Sluice.main()
            exit(EXIT_SUCCESS)
        }
        dispatchMain()
    }
}

/// The one binary: the daemon, its command line and its bench.
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice", abstract: "The controller of a bidirectional EV-charger gateway.",
        version: Sluice.versionText,
        subcommands: [
            RunCommand.self, DemoCommand.self, CheckCommand.self, StatusCommand.self, SetpointCommand.self,
            LimitCommand.self, WhyCommand.self, EvidenceCommand.self, ProfilesCommand.self, BenchCommand.self,
        ])

    static let versionText = "0.1.0"
}
