// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Bench
import ConfigurationFiles
import Electricity
import Foundation
import GridConnection

/// The bench of grid codes: virtual time, no wires.
struct GridCodeArguments: ParsableArguments {
    @Option(help: "A grid code such as vde-ar-n-4105-2018-11, or a .yaml file.") var gridCode: String

    func code() throws -> GridCode { try GridCodeLibrary.here().code(named: gridCode) }
}

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Measures P(f), P(U), Q(U) and Q(P) of a simulated charger under grid codes.",
        discussion: "Prints a table for each code: deviation from its curves, dead band, settling time.")
    @Option(help: "A grid code or a .yaml file; may be repeated. Without it, all that are installed.")
    var gridCode: [String] = []
    @Option(help: "A folder for sweeps.md and, for each function, a CSV file and a chart.") var out: String?

    func run() throws {
        let library = GridCodeLibrary.here()
        let codes = try (gridCode.isEmpty ? library.ids : gridCode).map(library.code)
        if codes.isEmpty {
            say("sluice: \(library.missing("*"))")
            throw ExitCode.configuration
        }
        try benching {
            var reports: [SweepReport] = []
            for code in codes {
                let report = SweepReport(code)
                if let out { try report.write(to: out) }
                print(report.table)
                reports.append(report)
            }
            if let out { try SweepReport.writeSummary(of: reports, to: out) }
        }
    }
}

struct TrajectoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trajectory",
        abstract: "Answers a trajectory of frequency and voltage with active and reactive power.",
        discussion: """
            Reads time_s,frequency_Hz,voltage_V[,wanted_percent] on standard input, one row a step, and writes \
            time_s,power_percent,reactive_percent,service. Power in percent of the rating, import positive; reactive \
            power injected positive. The charger is ideal.
            """)
    enum Mode: String, CaseIterable, ExpressibleByArgument {
        case off, fixedPowerFactor = "fixed-power-factor", voltVar = "volt-var", wattVar = "watt-var"
        case powerFactorByPower = "power-factor-by-power"

        var mode: ReactivePower.Mode {
            switch self {
            case .off: .off
            case .fixedPowerFactor: .fixedPowerFactor
            case .voltVar: .voltVar
            case .wattVar: .wattVar
            case .powerFactorByPower: .powerFactorByPower
            }
        }
    }

    @OptionGroup var arguments: GridCodeArguments
    @Option(help: "Reactive power; the code's default without it.") var mode: Mode?
    @Option(help: "true or false; the code's default without it.") var voltWatt: Bool?
    @Option(help: "true or false; the code's default without it.") var frequencyResponse: Bool?
    @Option(help: "What the car would do, in percent of the rating, import positive.") var wanted = 0.0
    @Flag(help: "Begin with the delay before entering service.") var fromStart = false

    func run() throws {
        let code = try arguments.code()
        var options = GridCodeTrajectory.Options()
        options.mode = mode?.mode
        options.isVoltWattOn = voltWatt
        options.isFrequencyResponseOn = frequencyResponse
        options.wanted = PerUnit(fraction: wanted / 100)
        options.beginsInService = !fromStart
        try benching {
            var trajectory = GridCodeTrajectory(code.profile, options)
            print(GridCodeTrajectory.header)
            var number = 0
            while let line = readLine() {
                number += 1
                guard !line.isEmpty, let row = try GridCodeTrajectory.row(line, line: number) else { continue }
                print(trajectory.advance(row))
            }
        }
    }
}

extension GridCodeLibrary {
    /// - Parameter name: Of a code, or of a file.
    /// - Throws: Exit code 78, after it has said what is wrong.
    func code(named name: String) throws -> GridCode {
        guard let check = name.hasSuffix(".yaml") ? GridCodeLibrary.checkFile(name) : check(name) else {
            say("sluice: \(missing(name))")
            throw ExitCode.configuration
        }
        for error in check.errors { say("\(error)") }
        guard let code = check.code else { throw ExitCode.configuration }
        return code
    }

    static func here() -> GridCodeLibrary {
        standard(
            searchPath: ProcessInfo.processInfo.environment["SLUICE_GRID_CODES"],
            executable: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                ?? CommandLine.arguments.first)
    }
}
