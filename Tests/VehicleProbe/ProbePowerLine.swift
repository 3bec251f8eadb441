// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import SLAC
import VehicleLinks

/// `--slac real`, or `--slac` with the attenuation in dB that a simulated modem measures.
func modem(_ options: Options) -> PowerLineModem? {
    options["--slac"].map { kind in UInt8(kind).map { .simulated(attenuation_dB: $0) } ?? .common }
}

/// A station that matches, and serves nobody: what matching tells, until it is ended.
struct ProbeMatcher {
    let options: Options

    func run() async throws {
        let station = try SLACStation(on: options["--interface"] ?? "", modem: modem(options) ?? .common)
        defer { station.close() }
        station.pilot(.b)
        for await event in station.events { tell(event) }
    }

    private func tell(_ event: SLACEvent) {
        switch event {
        case .ready: say(["event": "ready"])
        case .matched(let match): say(["event": "matched", "car": "\(match.car)", "key": match.network.hexKey])
        case .runFailed(let car, let failure): say(["event": "run failed", "car": "\(car)", "words": "\(failure)"])
        case .failed(let failure): say(["event": "failed", "words": "\(failure)"])
        case .left: say(["event": "left"])
        }
    }
}

/// A car that matches, and charges where there is a station to charge at (`--turns`).
struct ProbeMatchingCar {
    let options: Options

    func run() async throws {
        let name = options["--interface"] ?? ""
        let car = try await SLACCar.match(on: name, modem: modem(options) ?? .common) { failure in
            say(["event": "run failed", "words": "\(failure)"])
        }
        defer { car.close() }
        let match = car.match
        say(["event": "matched", "station": "\(match.station)", "key": match.network.hexKey])
        guard let turns = options.number("--turns") else { return }
        let link = try await VehicleLink.open(
            on: NetworkInterface(name), plan: ProbeCars(options).plan(turns: turns), security: nil,
            group: VehicleProbe.group)
        car.linked()
        for await _ in link.steps {}
        say(["event": "ended", "end": "\(try await link.end())"])
    }
}

extension LogicalNetwork {
    var hexKey: String { key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
