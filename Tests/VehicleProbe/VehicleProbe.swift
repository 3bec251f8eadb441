// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118
import NIOCore
import NIOPosix
import TLS
import VehicleLinks

/// A station and cars without a daemon, for scripts: prints what happens as a line of JSON each.
///
///     station --interface NAME | --points N   one charging point on a wire, or N on the loopback interface
///     cars --ports P,P…                       a car at each port, all at once; prints how long answers take
///     matcher --interface NAME                a station that only matches over power line
///     matching-car --interface NAME           a car that matches; with --turns N it charges too
///     payer --interface NAME --pki FOLDER     a car that pays by contract; with --install it gets one first
@main
struct VehicleProbe {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        let options = Options(arguments.dropFirst())
        do {
            switch arguments.first {
            case "station": try await ProbeStation(options).run()
            case "cars": try await ProbeCars(options).run()
            case "matcher": try await ProbeMatcher(options: options).run()
            case "matching-car": try await ProbeMatchingCar(options: options).run()
            case "payer": try await ProbePayer(options).run()
            case let other:
                say(["event": "refused", "words": "“\(other ?? "")” is none of the roles"])
            }
        } catch {
            say(["event": "refused", "words": "\(error)"])
        }
    }

    static var group: any EventLoopGroup { MultiThreadedEventLoopGroup.singleton }
}

/// `--name value`, or `--name` alone.
struct Options: Sendable {
    private var values: [String: String] = [:]

    init(_ arguments: some Sequence<String>) {
        var name: String?
        for argument in arguments {
            if argument.hasPrefix("--") {
                name = argument
                values[argument] = ""
            } else if let last = name {
                values[last] = argument
                name = nil
            }
        }
    }

    subscript(name: String) -> String? { values[name] }
    func number(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
}

func say(_ fields: [String: any Sendable]) {
    guard let line = try? JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys]) else { return }
    FileHandle.standardOutput.write(line + Data([0x0A]))
}
