// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser

/// The one binary: the daemon, its command line and its bench.
@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice", abstract: "The controller of a bidirectional EV-charger gateway.",
        version: Sluice.versionText,
        subcommands: [
            RunCommand.self, DemoCommand.self, CheckCommand.self, StatusCommand.self, SetpointCommand.self,
            LimitCommand.self, WhyCommand.self, ProfilesCommand.self, BenchCommand.self,
        ])

    static let versionText = "0.1.0"
}
