// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import ConfigurationFiles
import Electricity

/// Figures of the control loop, printed and never judged. `scripts/benchmark` runs it and adds those of the daemon.
@main
struct Benchmarks: ParsableCommand {
    enum Part: String, CaseIterable, ExpressibleByArgument { case step, jitter, allocations }

    static let configuration = CommandConfiguration(
        commandName: "Benchmarks", abstract: "Print what the control loop costs and how punctual it is.")

    @Flag(help: "Seconds instead of minutes; the figures are coarser.") var short = false
    @Option(help: "Where the firmware profiles are.") var profiles = "Firmware-Profiles"
    @Argument(help: "All without it.") var parts: [Part] = Part.allCases

    func run() throws {
        let library = ProfileLibrary(folders: [profiles])
        for part in parts {
            switch part {
            case .step:
                try StepCost(profiles: library, warmUp: short ? 100 : 600, ticks: short ? 300 : 3_000).report()
            case .jitter: try WakeUpJitter(profiles: library, length: .seconds(short ? 5 : 60)).report()
            case .allocations: try Allocations(profiles: library, ticks: short ? 10_000 : 100_000).report()
            }
        }
    }
}
