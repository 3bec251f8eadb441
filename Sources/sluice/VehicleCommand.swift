// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Bench
import Electricity
import Foundation
import ISO15118
import SimulatedSite
import TLS
import VehicleLinks

struct VehicleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vehicle", abstract: "A car that looks for a station and charges: ISO 15118 and DIN SPEC 70121.",
        discussion: """
            sluice bench vehicle iso20-dc-bpt --interface eth1 --soc '40 %' --at '10s limits -5kW 11kW' --at '1min stop'
            Protocols: din, iso2-ac, iso2-dc, iso20-ac, iso20-ac-bpt, iso20-dc, iso20-dc-bpt; the most wanted first.
            Each step is a line on standard output. Ctrl-C ends the session; a second one draws the cable.
            The exit code is 0 after a session that ended as it should, 76 after another, 69 where there was none.
            """)
    @Argument(help: "How it may charge.") var protocols: [String]
    @Option(help: "The network interface to look for a station on.") var interface: String?
    @Option(help: "A station's HOST:PORT, without discovery.") var connect: String?
    @Option(help: "dynamic or scheduled (ISO 15118-20).") var mode = "dynamic"
    @Option(help: "Which of the schedules offered it chooses, from 1.") var schedule = 1
    @OptionGroup var powerLine: PowerLineArguments
    @OptionGroup var battery: BatteryArguments
    @OptionGroup var tls: TLSArguments
    @OptionGroup var papers: PaperArguments
    @Option(name: .customLong("at"), help: "An event, e.g. '10s limits -5kW 11kW', '20s pause'; repeatable.")
    var events: [String] = []
    @Option(
        help: "One misbehaviour: wrong-order, wrong-session, silence or garbage, at a question: 'garbage:preCharge'.")
    var fault: String?
    @Option(help: "Turns of the charge loop after which it stops.") var turns: Int?
    @Option(help: "Between two turns.") var pace = "100 ms"
    @Option(help: "Least patience for an answer, for stations slower than the standard allows.") var patience: String?
    @Option(help: "Its identifier in ISO 15118-20.") var id = "WSLUICE0000000001A"
    @Flag(help: "For programs: an object a line.") var json = false
    @Flag(help: "Every turn of the loop, not only what changes.") var everyTurn = false

    struct PowerLineArguments: ParsableArguments {
        @Flag(help: "Find the station over power line first (ISO 15118-3); needs CAP_NET_RAW.") var slac = false
        @Option(help: "For --slac without a modem: how faintly the simulated one hears, in dB.") var simulatedModem:
            UInt8?
    }

    struct BatteryArguments: ParsableArguments {
        @Option(help: "State of charge.") var soc = "50 %"
        @Option(help: "Of the battery.") var capacity = "60 kWh"
        @Option(help: "The most it takes.") var charge = "11 kW"
        @Option(help: "The most it delivers.") var discharge = "10 kW"
        @Option(help: "Half full.") var voltage = "400 V"
        @Option(help: "Where it stops to charge.") var target = "80 %"
        @Option(help: "Where it stops to discharge.") var floor = "20 %"
        @Option(help: "When it leaves, from now.") var departure: String?
    }

    struct TLSArguments: ParsableArguments {
        @Option(help: "Use TLS: the authority of the station's certificate (V2G root), PEM.") var root: String?
        @Option(help: "The car's certificate chain, PEM.") var certificate: String?
        @Option(help: "Its private key, PEM.") var key: String?
        @Option(name: .customLong("tls"), help: "1.2 or 1.3 only.") var version: String?
    }

    struct PaperArguments: ParsableArguments {
        @Option(help: "Pay by contract: its certificate chain, leaf first, PEM.") var contract: String?
        @Option(help: "The contract's private key, PEM.") var contractKey: String?
        @Option(help: "The car's certificate from its factory, with its chain, PEM.") var provisioning: String?
        @Option(help: "Its private key, PEM.") var provisioningKey: String?
        @Flag(help: "Ask for a contract first.") var install = false
        @Flag(help: "Have the contract's certificate renewed (ISO 15118-2).") var renew = false
        @Flag(help: "Leave where the contract is not taken.") var contractOnly = false
    }

    func validate() throws {
        if (interface == nil) == (connect == nil) {
            throw ValidationError("Say where the station is: --interface NAME or --connect HOST:PORT.")
        }
        if powerLine.simulatedModem != nil && !powerLine.slac {
            throw ValidationError("--simulated-modem belongs to --slac.")
        }
        if (tls.certificate == nil) != (tls.key == nil) {
            throw ValidationError("--certificate and --key belong together.")
        }
        if (papers.contract == nil) != (papers.contractKey == nil) {
            throw ValidationError("--contract and --contract-key belong together.")
        }
        if (papers.provisioning == nil) != (papers.provisioningKey == nil) {
            throw ValidationError("--provisioning and --provisioning-key belong together.")
        }
        if papers.install && papers.renew { throw ValidationError("--install and --renew exclude each other.") }
        if !(1...3).contains(schedule) { throw ValidationError("--schedule is 1, 2 or 3: no station offers more.") }
        if !["dynamic", "scheduled"].contains(mode) { throw ValidationError("--mode is dynamic or scheduled.") }
        if let version = tls.version, !["1.2", "1.3"].contains(version) {
            throw ValidationError("--tls is 1.2 or 1.3.")
        }
    }

    func run() throws {
        try benching {
            let end = try BenchVehicle.run(try options()) {
                // Each line at once, also into a pipe.
                FileHandle.standardOutput.write(Data(($0 + "\n").utf8))
            }
            if !end.isWellEnded { throw ExitCode.protocolBroken }
        }
    }

    private func options() throws -> BenchVehicleOptions {
        var options = BenchVehicleOptions(
            place: try place(), courses: try protocols.map { try VehicleCourse.parsing($0) },
            script: try VehicleScript(parsing: events))
        options.mode = mode == "scheduled" ? .scheduled : .dynamic
        options.pace = try Interval(parsing: pace)
        options.turns = turns
        options.preferredSchedule = schedule - 1
        if let patience { options.leastPatience = try Interval(parsing: patience) }
        options.fault = try fault.map { try VehiclePlan.Fault.parsing($0) }
        (options.vehicleID, options.isJSON, options.showsEveryTurn) = (id, json, everyTurn)
        if powerLine.slac {
            options.powerLine =
                if let faintness = powerLine.simulatedModem { .simulated(attenuation_dB: faintness) } else { .common }
        }
        try battery.apply(to: &options)
        tls.apply(to: &options)
        papers.apply(to: &options)
        return options
    }

    private func place() throws -> BenchVehicleOptions.Place {
        if let interface { return .interface(interface) }
        let text = connect ?? ""
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]) else {
            throw BenchProblem(.usage, "“\(text)” is not HOST:PORT.")
        }
        return .address(host: String(text[..<colon].filter { !"[]".contains($0) }), port: port)
    }
}

extension VehicleCommand.BatteryArguments {
    fileprivate func apply(to options: inout BenchVehicleOptions) throws {
        options.stateOfCharge = try StateOfCharge(parsing: soc)
        options.batteryVoltage = try Voltage(parsing: voltage)
        options.minimumSoC = try StateOfCharge(parsing: floor)
        options.departure = try departure.map { try Interval(parsing: $0) }
        options.battery = SimulatedVehicle.Battery(
            capacity: try Energy(parsing: capacity), maximumCharge: try Power(parsing: charge),
            maximumDischarge: try Power(parsing: discharge), minimumForDischarge: try StateOfCharge(parsing: floor),
            target: try StateOfCharge(parsing: target))
    }
}

extension VehicleCommand.TLSArguments {
    fileprivate func apply(to options: inout BenchVehicleOptions) {
        options.root = root
        if let certificate, let key { options.identity = TLSIdentity(certificateFile: certificate, keyFile: key) }
        switch version {
        case "1.2"?: options.tls = .older
        case "1.3"?: options.tls = .modern
        case _: options.tls = .any
        }
    }
}

extension VehicleCommand.PaperArguments {
    fileprivate func apply(to options: inout BenchVehicleOptions) {
        if let contract, let contractKey {
            options.papers.contract = TLSIdentity(certificateFile: contract, keyFile: contractKey)
        }
        if let provisioning, let provisioningKey {
            options.papers.provisioning = TLSIdentity(certificateFile: provisioning, keyFile: provisioningKey)
        }
        options.papers.wish = install ? .install : renew ? .update : .none
        options.papers.fallsBack = !contractOnly
    }
}
