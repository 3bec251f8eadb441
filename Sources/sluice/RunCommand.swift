// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Bench
import ConfigurationFiles
import Electricity
import Foundation
import Gateway
import LinuxIO
import LocalAPI
import Logging
import SimulatedSite

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the daemon; what systemd starts.")

    @Option(help: "The configuration file.") var config = "/etc/sluice/sluice.yaml"

    /// systemd names the folder that the service may write to (StateDirectory).
    private static var standardJournal: String? {
        let folders = ProcessInfo.processInfo.environment["STATE_DIRECTORY"]?.split(separator: ":") ?? []
        return folders.first.map { "\($0)/journal.sqlite" }
    }

    func run() throws {
        let read = { ConfigurationReader.read(path: config, profiles: .here(), gridCodes: .here()) }
        let site = try read().report()
        let recent = RecentLog()
        let logger = Logger.make(site.log, recent)
        let simulation = SharedSite(site, at: MonotonicClock.now(), timeOfDay: .seconds(12 * 3_600))
        let process = GatewayProcess(
            site, simulation: simulation, bench: simulation.map { SiteBench(site: $0) },
            journalFile: site.journal.file ?? Self.standardJournal, version: Sluice.versionText,
            logger: logger, recent: recent)
        try running {
            try process.run(reload: { try? read().report() })
        }
    }
}

/// Turns what keeps the daemon from running into one message and its exit code.
func running(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let problem as StartProblem {
        say("sluice: \(problem)")
        throw ExitCode.configuration
    } catch let problem as APIProblem {
        say("sluice: \(problem)")
        throw ExitCode.unavailable
    }
}

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a configuration and the profiles it names.")

    @Argument(help: "The configuration file.") var file: String

    func run() throws {
        let site = try ConfigurationReader.read(path: file, profiles: .here(), gridCodes: .here()).report()
        print(
            "\(file): good: \(site.evses.count) EVSEs, import up to \(site.agreement.ceiling.upper), "
                + "export up to \(Power.zero - site.agreement.ceiling.lower)")
        for line in GridCodePlan.lines(site) + site.missingInterfaces { print(line) }
    }
}
