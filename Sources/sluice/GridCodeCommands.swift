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

    func code() throws -> GridCode {
        let library = GridCodeLibrary.here()
        let isFile = gridCode.hasSuffix(".yaml")
        guard let check = isFile ? GridCodeLibrary.checkFile(gridCode) : library.check(gridCode) else {
            say("sluice: \(library.missing(gridCode))")
            throw ExitCode.configuration
        }
        for error in check.errors { say("\(error)") }
        guard let code = check.code else { throw ExitCode.configuration }
        return code
    }
}

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Measures P(f), P(U), Q(U) and Q(P) of a simulated charger under a grid code.")
    @OptionGroup var arguments: GridCodeArguments
    @Option(help: "A folder for a CSV file and a chart of each function.") var out: String?

    func run() throws {
        let code = try arguments.code()
        try benching {
            let report = SweepReport(code)
            if let out { try report.write(to: out) }
            print(report.table, terminator: "")
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
    static func here() -> GridCodeLibrary {
        standard(
            searchPath: ProcessInfo.processInfo.environment["SLUICE_GRID_CODES"],
            executable: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                ?? CommandLine.arguments.first)
    }
}
