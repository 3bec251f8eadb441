// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import SLAC
import Testing

@testable import VehicleLinks

/// What needs no wire; scripts/interop-slac has the wires.
struct SLACLinkTests {
    /// Key and identifier as the station of the package pyslac made them.
    @Test func `a network's identifier follows from its key as for others`() {
        let key: [UInt8] = [
            0x9E, 0x3A, 0x2C, 0x89, 0x33, 0x74, 0x93, 0x3B, 0x2E, 0xB6, 0x43, 0x13, 0xAD, 0xCB, 0x64, 0x02,
        ]
        #expect(LogicalNetwork.identifier(of: key) == [0x33, 0x68, 0x7A, 0x80, 0xD0, 0x4D, 0x0F])
    }

    @Test func `each network is a new one`() {
        let networks = (0..<100).map { _ in LogicalNetwork.random() }
        #expect(Set(networks.map(\.key)).count == 100)
        // The security level is “simple connect”: the upper bits are clear.
        #expect(networks.allSatisfy { $0.id[6] & 0xC0 == 0 && $0.id == LogicalNetwork.identifier(of: $0.key) })
    }

    /// Without the right to raw frames both end the same way, with other words.
    @Test(arguments: ["no-such-0", "lo"])
    func `an interface that carries no Ethernet frames is refused by name`(name: String) async {
        await #expect {
            _ = try await SLACCar.match(on: name)
        } throws: { error in
            guard case .noRawEthernet(name, let words)? = error as? LinkProblem else { return false }
            return words.contains(name)
        }
        #expect {
            _ = try SLACStation(on: name)
        } throws: { error in
            guard case .noRawEthernet(name, _)? = error as? LinkProblem else { return false }
            return true
        }
    }

    /// What a sandbox without AF_NETLINK makes of it.
    @Test func `a system that lists no interfaces is not taken for one without that interface`() {
        #expect("\(LinkProblem.noSuchInterface("eth7", have: []))".contains("AF_NETLINK"))
        #expect("\(LinkProblem.noSuchInterface("eth7", have: ["eth0", "lo"]))".hasSuffix("there are eth0, lo."))
    }
}
