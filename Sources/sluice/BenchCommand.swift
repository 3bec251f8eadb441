// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Bench
import Chargers
import ConfigurationFiles
import Electricity

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Simulated devices on real wires, and grid codes in virtual time.",
        subcommands: [
            ChargerCommand.self, MeterCommand.self, VehicleCommand.self, SweepCommand.self, TrajectoryCommand.self,
            ResponseCommand.self,
        ])

    /// What both kinds of device are told.
    struct DeviceArguments: ParsableArguments {
        @Option(help: "vendor/family, or a .yaml file.") var profile: String
        @Option(help: "Modbus TCP: HOST:PORT, port 0 for a free one.") var listen = "127.0.0.1:0"
        @Flag(help: "A pseudo terminal instead of TCP: Modbus RTU or the profile's serial protocol.") var pty = false
        @Option(help: "A name of choice for the pseudo terminal.") var link: String?
        @Option(help: "The Modbus unit; the profile's without it.") var unit: Int?
        @Option(help: "The bench API, HOST:PORT.") var api = "127.0.0.1:0"
        @Option(help: "Of everything that is random.") var seed: UInt64 = 1

        func options(_ kind: FirmwareProfile.Kind) throws -> BenchDeviceOptions {
            let wire: BenchDeviceOptions.Wire =
                pty || link != nil ? .pty(link: link) : try BenchDeviceOptions.Wire(parsing: listen)
            return BenchDeviceOptions(
                kind: kind, profile: profile, library: .here(), wire: wire, unit: unit, seed: seed, api: api)
        }
    }

    struct ChargerCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "charger", abstract: "A charger with a car, speaking a profile's registers.")
        @OptionGroup var device: DeviceArguments
        @Option(help: "The car's state of charge.") var soc: String?
        @Option(help: "The car's battery.") var capacity: String?
        @Flag(help: "Begin without a car.") var unplugged = false

        func run() throws {
            try benching {
                var options = try device.options(.charger)
                if let soc { options.stateOfCharge = try StateOfCharge(parsing: soc) }
                if let capacity { options.capacity = try Energy(parsing: capacity) }
                options.isPluggedIn = !unplugged
                try BenchDevice.run(options)
            }
        }
    }

    struct MeterCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "meter", abstract: "A meter at a connection point with a household behind it.")
        @OptionGroup var device: DeviceArguments
        @Option(help: "What the household draws; follows its day without it.") var load: String?
        @Option(help: "The API of a bench charger behind this meter; repeatable.") var include: [String] = []

        func run() throws {
            try benching {
                var options = try device.options(.meter)
                if let load { options.load = try Power(parsing: load) }
                options.include = include
                try BenchDevice.run(options)
            }
        }
    }
}

/// Turns what keeps a bench device from starting into one message and its exit code.
func benching(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let problem as BenchProblem {
        say("sluice: \(problem)")
        throw ExitCode(problem.exitCode)
    } catch let problem as QuantityTextError {
        say("sluice: \(problem)")
        throw ExitCode(64)
    }
}
