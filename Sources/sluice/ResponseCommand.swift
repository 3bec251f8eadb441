// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import ConfigurationFiles
import Gateway

struct ResponseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "response",
        abstract: "Measures how fast the loop obeys each kind of limit, in virtual time, as a Markdown table.",
        discussion: """
            Two simulated chargers of 22 kW and a household of 3 kW behind a meter that samples every 100 ms; ticks of \
            100 ms. The limit and a load step of 20, 10 and 0 % of it arrive together; another step comes ten seconds later.
            """)
    @Option(help: "One of them; all without it.") var agreement: String?

    func validate() throws {
        if let agreement, !ResponseBench.names.contains(agreement) {
            throw ValidationError(
                "“\(agreement)” is none of: \(ResponseBench.names.joined(separator: ", ")).")
        }
    }

    func run() throws {
        do {
            print(ResponseBench.table(try ResponseBench.rows(agreement, profiles: .here())))
        } catch {
            say("sluice: \(error)")
            throw ExitCode(70)
        }
    }
}
