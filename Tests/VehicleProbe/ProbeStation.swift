// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118
import NIOCore
import SLAC
import TLS
import VehicleLinks

struct ProbeStation {
    let options: Options

    init(_ options: Options) { self.options = options }

    func run() async throws {
        let security = try security()
        if let name = options["--interface"] {
            let interface = try NetworkInterface(name)
            let powerLine = try await match(on: name)
            defer { powerLine?.close() }
            try await StationLink.run(
                point(0), on: interface, security: security, group: VehicleProbe.group,
                refused: { say(["event": "refused", "words": "\($0)"]) },
                ready: { _ in say(["event": "listening", "interface": name]) })
        } else {
            try await runOnLoopback(security)
        }
    }

    /// With `--slac` cars must be matched over power line first.
    private func match(on name: String) async throws -> SLACStation? {
        guard let modem = modem(options) else { return nil }
        let station = try SLACStation(on: name, modem: modem)
        station.pilot(.b)
        say(["event": "waits for a car", "interface": name])
        let match = try await station.match()
        say(["event": "matched", "car": "\(match.car)", "key": match.network.hexKey])
        // The probe is told by discovery only that there was one; it takes the link for granted.
        station.linked()
        return station
    }

    private func runOnLoopback(_ security: VehicleListener.Security) async throws {
        var listeners: [VehicleListener] = []
        for number in 0..<(options.number("--points") ?? 1) {
            listeners.append(
                try await VehicleListener.open(
                    at: SocketAddress(ipAddress: "::1", port: 0), for: point(number), security: security,
                    group: VehicleProbe.group))
        }
        say(["event": "listening", "ports": listeners.map { $0.address.port ?? 0 }])
        await withDiscardingTaskGroup { tasks in
            for listener in listeners { tasks.addTask { await listener.run() } }
        }
    }

    private func security() throws -> VehicleListener.Security {
        let tls = identity("").map { own in
            StationTLS(
                identity: own, modernIdentity: identity("modern-"), vehicles: options["--vehicles"].map { .file($0) })
        }
        return try VehicleListener.Security(
            tls, allowsPlain: options["--tls-only"] == nil, allowsInsecureISO20: options["--strict"] == nil)
    }

    private func identity(_ kind: String) -> TLSIdentity? {
        guard let certificate = options["--\(kind)certificate"], let key = options["--\(kind)key"] else { return nil }
        return TLSIdentity(certificateFile: certificate, keyFile: key)
    }

    /// With the certificates of a whole world contracts are taken too.
    private func point(_ number: Int) -> any ChargingPoint {
        let simulated = simulated(number)
        guard let folder = options["--pki"] else { return simulated }
        return ProbePoint(simulated, ProbeWorld(folder: folder))
    }

    private func simulated(_ number: Int) -> SimulatedPoint {
        let offer = StationOffer(
            standards: Standard.allCases, services: EnergyService.allCases, evseID: "DE*SLU*E0001",
            power: PowerLimits(from: .watts(-22_000), to: .watts(22_000)))
        let isQuiet = options["--quiet"] != nil
        return SimulatedPoint(offer: offer, target: .watts(options.number("--target") ?? 7_000)) { event in
            if !isQuiet { tell(event, number) }
        }
    }

    private func tell(_ event: SimulatedPoint.Event, _ number: Int) {
        switch event {
        case .began(let arrival):
            say(["event": "began", "security": "\(arrival.security)", "certificate": arrival.certificate ?? ""])
        case .authorises(let vehicle): say(["event": "authorises", "vehicle": vehicle])
        case .checksCable: say(["event": "checks cable"])
        case .contactors(let state): say(["event": "contactors", "state": "\(state)"])
        case .operates(let point): say(["event": "operates", "point": "\(point)"])
        case .needs(let needs): say(["event": "needs", "power": needs.power.map { "\($0)" } ?? ""])
        case .ended(let end): say(["event": "ended", "end": "\(end)"])
        }
    }
}
