// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity

/// A site of any size: sub-boards of ten EVSEs, ten of them behind a metered main board, and half the capacity that all
/// of them would like.
enum BenchmarkSite {
    /// - Throws: `BenchmarkProblem` where the profiles are not found.
    static func configuration(evses: Int, profiles: ProfileLibrary) throws(BenchmarkProblem) -> SiteConfiguration {
        let check = ConfigurationReader.read(text: text(evses), file: "(benchmark)", profiles: profiles)
        guard let site = check.site else { throw .configuration(check.errors.map { "\($0)" }) }
        return site
    }

    private static func text(_ evses: Int) -> String {
        // A fuse of 10 kA is the largest a configuration may name.
        let power = min(6_900, max(22, evses * 11))
        return """
            site:
              name: Benchmark
              timezone: Europe/Berlin
              fuse: \(min(10_000, max(63, evses * 20))) A
              meter: { profile: sluice/simulated-meter, at: "simulated:" }
            agreement: { import: \(power) kW, export: \(power / 2) kW }
            \(circuits(evses))
            evses:
            \((0..<evses).map { evse($0, of: evses) }.joined(separator: "\n"))
            """
    }

    private static func circuits(_ evses: Int) -> String {
        guard evses > 10 else { return "" }
        let mains = (0..<(evses + 99) / 100).map {
            "  - { id: main-\($0), fuse: 2000 A, meter: { profile: sluice/simulated-meter, at: \"simulated:\" } }"
        }
        let boards = (0..<(evses + 9) / 10).map { "  - { id: board-\($0), parent: main-\($0 / 10), fuse: 200 A }" }
        return "circuits:\n" + (mains + boards).joined(separator: "\n")
    }

    private static func evse(_ index: Int, of evses: Int) -> String {
        let phases = ["L1", "L2", "L3", "L1+L2+L3", "L1+L2+L3"][index % 5]
        let circuit = evses > 10 ? "circuit: board-\(index / 10), " : ""
        return "  - { id: \(index + 1), phases: \(phases), weight: \(1 + index % 3), \(circuit)"
            + "charger: { profile: sluice/simulated-bidi-22, at: \"simulated:\" } }"
    }
}

/// Why a benchmark cannot run.
enum BenchmarkProblem: Error, CustomStringConvertible {
    case configuration([String])
    /// A thread ended without one.
    case noResult

    var description: String {
        switch self {
        case .configuration(let findings):
            "The site of the benchmark does not read. Run it in the working copy, which holds Firmware-Profiles.\n"
                + findings.prefix(5).joined(separator: "\n")
        case .noResult: "A thread of the benchmark ended without a result; see what it printed before."
        }
    }
}
