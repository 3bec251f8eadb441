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

    func run() throws {
        let site = try DemoSite.configuration(listen: listen, profiles: .here()).report()
        let limit = try duration.map { text in
            do { return try Interval(parsing: text) } catch { throw ValidationError("\(error)") }
        }
        let simulation = DemoSite.simulation(site, at: MonotonicClock.now())
        let logger = Logger.make(site.log)
        let process = GatewayProcess(
            site, simulation: simulation, bench: simulation.map { SiteBench(site: $0) }, version: Sluice.versionText,
            logger: logger)
        say("The demo's dashboard: http://\(listen)   End it with Ctrl-C.")
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
