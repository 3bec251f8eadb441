// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Bench
import ConfigurationFiles
import Electricity
import Gateway
import LinuxIO
import LocalAPI
import Logging
import SimulatedSite

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Run a whole simulated site; needs no file, no root, no network.")

    @Option(help: "The API and the dashboard, HOST:PORT.") var listen = "127.0.0.1:8080"
    @Option(name: .customLong("for"), help: "End by itself after this long, with its unit.") var duration: String?

    func validate() throws {
        do { _ = try ListenAddress(parsing: listen) } catch { throw ValidationError("\(error)") }
        do { _ = try duration.map { try Interval(parsing: $0) } } catch { throw ValidationError("--for: \(error)") }
    }

    func run() throws {
        let site = try DemoSite.configuration(listen: listen, profiles: .here()).report()
        let limit = try duration.map { try Interval(parsing: $0) }
        let simulation = DemoSite.simulation(site, at: MonotonicClock.now())
        let recent = RecentLog()
        let logger = Logger.make(site.log, recent)
        let process = GatewayProcess(
            site, simulation: simulation, bench: simulation.map { SiteBench(site: $0) }, journalFile: nil,
            version: Sluice.versionText,
            logger: logger, recent: recent
        ) { address in say("The demo's dashboard: http://\(address)   End it with Ctrl-C.") }
        var script = DemoScript()
        try running {
            try process.run(for: limit, reload: { nil }) { daemon, elapsed in
                script.advance(to: elapsed, daemon, simulation)
                print(StatusText(daemon.status()).description)
                print(script.caption + "\n")
            }
        }
        say("The demo has ended.")
    }
}
