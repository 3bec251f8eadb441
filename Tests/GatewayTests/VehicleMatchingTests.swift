// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Testing
import VehicleLinks

@testable import Gateway
@testable import SLAC

/// What people are told of matching.
struct VehicleMatchingTests {
    private static let car = MACAddress(bits: 0x0200_0000_0001)

    private func heard(_ events: [SLACEvent], seesPlug: Bool = false) -> VehicleMatching {
        var matching = VehicleMatching.keying
        for event in events { matching.hear(event, seesPlug: seesPlug) }
        return matching
    }

    @Test func `a run that comes to nothing is a fault until a car is matched`() throws {
        let network = try #require(
            LogicalNetwork(id: .init(repeating: 1, count: 7), key: .init(repeating: 2, count: 16)))
        let match = Match(car: Self.car, station: MACAddress(bits: 2), network: network)
        var matching = heard([.ready, .runFailed(car: Self.car, .noSounds)])
        #expect(matching.fault == "SLAC: no sound of the car was measured by the modem")
        #expect(matching.because(interface: "eth1").hasPrefix("no car is matched on eth1: no sound"))
        matching.hear(.matched(match), seesPlug: false)
        #expect(matching == .matched(car: "02:00:00:00:00:01") && matching.fault == nil)
        matching.hear(.left, seesPlug: false)
        #expect(matching == .unmatched(nil) && matching.inWords == "no car is matched")
    }

    @Test func `a link that is not found stays the reason after its network is left`() {
        #expect(heard([.ready, .failed(.noLink), .left, .ready]) == .unmatched(.noLink))
    }

    @Test func `that nobody asked is a fault only where somebody is known to be there`() {
        #expect(heard([.ready, .failed(.noRequest)]) == .unmatched(nil))
        #expect(heard([.ready, .failed(.noRequest)], seesPlug: true).fault?.contains("no car asked") == true)
    }

    @Test func `a car that chose the station beside this one is no fault`() {
        #expect(heard([.ready, .runFailed(car: Self.car, .noMatchRequest)], seesPlug: true) == .unmatched(nil))
    }

    static let pilots: [(ConnectorState?, ControlPilot?)] = [
        (nil, nil), (.available, .a), (.preparing, .b), (.charging, .b), (.finished, .b), (.faulted, .f),
    ]

    @Test(arguments: pilots) func `a charger that sees the plug says so, and one that does not has a car always`(
        _ state: ConnectorState?, _ pilot: ControlPilot?
    ) {
        #expect(ControlPilot(state, seesPlug: true) == pilot)
        #expect(ControlPilot(state, seesPlug: false) == .b)
    }
}
