// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import SLAC

/// Stations and cars on one wire in virtual time: whatever one says, all others hear, each station's modem as faintly as told.
struct SLACBench {
    static let station = MACAddress(bits: 0x0200_0000_0051)
    static let otherStation = MACAddress(bits: 0x0200_0000_0052)
    static let car = MACAddress(bits: 0x0200_0000_00E0)
    static let otherCar = MACAddress(bits: 0x0200_0000_00E1)

    var stations: [MACAddress: StationMatching] = [:]
    var cars: [MACAddress: CarMatching] = [:]
    var stationOutputs: [StationMatching.Output] = []
    var carOutputs: [CarMatching.Output] = []
    /// Every frame that went onto the wire, in order.
    var wire: [ManagementFrame] = []
    /// Frames that get lost: with how often one of its kind was sent.
    var loses: (ManagementFrame, Int) -> Bool = { _, _ in false }
    /// In dB, of a station for a car.
    var attenuation: (MACAddress, MACAddress) -> UInt8 = { _, _ in 5 }
    private(set) var now = Instant(nanoseconds: 0)
    private var modems: [MACAddress: SimulatedModem] = [:]
    private var queue: [(from: MACAddress, frame: ManagementFrame)] = []
    private var networks: UInt8 = 0

    static func network(_ number: UInt8) -> LogicalNetwork {
        guard let network = LogicalNetwork(id: [number, 2, 3, 4, 5, 6, 7], key: Array(repeating: number, count: 16))
        else {
            preconditionFailure("7 and 16 octets")
        }
        return network
    }

    init(stations places: [MACAddress] = [Self.station], cars names: [MACAddress] = [Self.car], watches: Bool = false) {
        for place in places + names { modems[place] = SimulatedModem(attenuation: AttenuationProfile(flat: 0)) }
        for place in places {
            stations[place] = StationMatching(own: place, watchesPilot: watches)
            networks += 1
            tell(place, .network(Self.network(networks)))
            settle()
        }
        for name in names { cars[name] = CarMatching(own: name, seed: name.bits) }
    }

    mutating func plug(_ car: MACAddress = Self.car, into station: MACAddress = Self.station) {
        tell(station, .pilot(.b))
        tell(car: car, .plugged)
        settle()
    }

    mutating func tell(_ station: MACAddress, _ input: StationMatching.Input) {
        for output in stations[station]?.handle(input, at: now) ?? [] {
            stationOutputs.append(output)
            if case .send(let frame) = output { leaves(station, frame) }
        }
    }

    mutating func tell(car: MACAddress, _ input: CarMatching.Input) {
        for output in cars[car]?.handle(input, at: now) ?? [] {
            carOutputs.append(output)
            if case .send(let frame) = output { leaves(car, frame) }
        }
    }

    private mutating func leaves(_ host: MACAddress, _ frame: ManagementFrame) {
        for output in modems[host]?.fromHost(frame) ?? [] {
            switch output {
            case .toWire(let frame): queue.append((host, frame))
            case .toHost(let frame): arrives(host, frame)
            }
        }
    }

    private mutating func arrives(_ host: MACAddress, _ frame: ManagementFrame) {
        // As over a real wire, a frame is read from its octets.
        guard let read = try? ManagementFrame(bytes: frame.bytes) else { return }
        tell(host, .frame(read))
        tell(car: host, .frame(read))
    }

    /// Delivers what has been said.
    mutating func settle() {
        while !queue.isEmpty {
            let (from, frame) = queue.removeFirst()
            wire.append(frame)
            let count = wire.count { $0.message.type == frame.message.type }
            if loses(frame, count) { continue }
            for host in modems.keys.sorted(by: { $0.bits < $1.bits }) where host != from { passes(frame, to: host) }
        }
    }

    private mutating func passes(_ frame: ManagementFrame, to host: MACAddress) {
        guard var modem = modems[host] else { return }
        modem.attenuation = AttenuationProfile(flat: attenuation(host, frame.source))
        for case .toHost(let heard) in modem.fromWire(frame, to: host) {
            if stations[host] == nil, case .attenProfile = heard.message { continue }
            arrives(host, heard)
        }
    }

    mutating func run(for length: Interval) {
        let end = now + length
        while let next = deadline, next <= end {
            now = max(now, next)
            for place in stations.keys.sorted(by: { $0.bits < $1.bits }) { tell(place, .deadlinePassed) }
            for name in cars.keys.sorted(by: { $0.bits < $1.bits }) { tell(car: name, .deadlinePassed) }
            settle()
        }
        now = end
    }

    private var deadline: Instant? {
        (stations.values.map(\.deadline) + cars.values.map(\.deadline)).compactMap { $0 }.min()
    }

    func network(of host: MACAddress) -> LogicalNetwork? { modems[host]?.network }
    func phase(_ station: MACAddress = Self.station) -> StationMatching.Phase? { stations[station]?.phase }
    func carPhase(_ car: MACAddress = Self.car) -> CarMatching.Phase? { cars[car]?.phase }
    func isJoined(_ car: MACAddress = Self.car, _ station: MACAddress = Self.station) -> Bool {
        guard case .joining(let match)? = carPhase(car), phase(station) == .joining(match) else { return false }
        return match.station == station && network(of: car) == network(of: station)
    }
}

extension StationMatching.Output {
    var failure: SLACFailure? {
        switch self {
        case .runFailed(_, let failure), .failed(let failure): failure
        case .send, .ready, .matched, .left: nil
        }
    }
}

extension CarMatching.Output {
    var failure: SLACFailure? {
        switch self {
        case .runFailed(let failure), .failed(let failure): failure
        case .send, .toggle, .matched, .left: nil
        }
    }
}
