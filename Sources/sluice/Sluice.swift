// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser

/// The one binary: the daemon, its command line and its bench.
///
/// No command is asynchronous. An asynchronous `main` gives the main thread to the dispatcher, which waits there with
/// every signal unblocked: SIGTERM would kill the process before a charger is handed back.
@main
struct Sluice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice", abstract: "The controller of a bidirectional EV-charger gateway.",
        version: Sluice.versionText,
        subcommands: [
            RunCommand.self, DemoCommand.self, CheckCommand.self, StatusCommand.self, SetpointCommand.self,
            LimitCommand.self, SwipeCommand.self, OperatorCommand.self, WhyCommand.self, EvidenceCommand.self,
            ProfilesCommand.self,
            EXICommand.self, OCPPCommand.self, BenchCommand.self,
        ])

    static let versionText = "0.1.0"
}
