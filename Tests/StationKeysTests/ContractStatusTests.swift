// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import OCPP21
import Testing

@testable import StationKeys

/// What a backend gets to ask a contract's responders (C07.FR.01).
struct ContractStatusTests {
    private static let responder = "http://ocsp.example/"

    /// A contract below two authorities of a mobility operator, as ISO 15118-2 has them.
    private struct World {
        let root: TestAuthority
        let chain: [TestAuthority]

        init(responders: [String?] = [responder, responder, responder], serial: String = "00AB12CD34") throws {
            root = try .root("MORootCA")
            let first = try root.below("MOSubCA1", responder: responders[2])
            let second = try first.below("MOSubCA2", responder: responders[1])
            let leaf = TestAuthority.Wanted(name: "DEABCC000123456", responder: responders[0], serial: serial)
            chain = [try TestAuthority(leaf, by: second), second, first]
        }

        func requests(knowsRoot: Bool = true) throws -> [OCSPRequestDataType] {
            OCSPRequestDataType.contract(try chain.map(Self.der), roots: knowsRoot ? [try Self.der(root)] : [])
        }

        static func der(_ authority: TestAuthority) throws -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: Int(i2d_X509(authority.certificate.x509, nil)))
            bytes.withUnsafeMutableBufferPointer { buffer in
                var end = buffer.baseAddress
                _ = i2d_X509(authority.certificate.x509, &end)
            }
            return bytes
        }
    }

    @Test func `the contract comes first, then its authorities, each with the hashes of who signed it`() throws {
        let world = try World()
        let requests = try world.requests()
        #expect(requests.map(\.responderURL) == [String](repeating: Self.responder, count: 3))
        #expect(requests.map(\.hashAlgorithm) == [.sha256, .sha256, .sha256])
        let signers = [world.chain[1], world.chain[2], world.root]
        for (request, (certificate, signer)) in zip(requests, zip(world.chain, signers)) {
            let hash = try #require(certificate.certificate.hashData(issuedBy: signer.certificate))
            #expect(request.issuerKeyHash == hash.issuerKeyHash && request.issuerNameHash == hash.issuerNameHash)
            #expect(request.serialNumber == hash.serialNumber)
        }
        #expect(requests.first?.serialNumber == "ab12cd34")
    }

    @Test func `what names no responder is left out`() throws {
        #expect(try World(responders: [nil, Self.responder, nil]).requests().count == 1)
        #expect(try World(responders: [nil, nil, nil]).requests().isEmpty)
    }

    /// The hash of a key nobody knows cannot be made up.
    @Test func `below a root that is not known the last authority is left out`() throws {
        #expect(try World().requests(knowsRoot: false).count == 2)
    }

    @Test func `what fits into no message is left out`() throws {
        let long = "http://ocsp.example/" + String(repeating: "a", count: 512)
        #expect(try World(responders: [long, Self.responder, Self.responder]).requests().count == 2)
        #expect(try World(serial: String(repeating: "7F", count: 21)).requests().count == 2)
    }

    @Test func `a car that shows anything but certificates brings nothing about`() throws {
        let leaf = try World.der(try World().chain[0])
        for chain in [[], [[]], [[0x30, 0x82]], [leaf + [0]], [Array(leaf.dropLast())]] as [[[UInt8]]] {
            #expect(OCSPRequestDataType.contract(chain, roots: []).isEmpty)
        }
        // One certificate over and over: no more than a message takes.
        let root = try TestAuthority(
            TestAuthority.Wanted(name: "Own", isAuthority: true, responder: Self.responder))
        let own = try World.der(root)
        #expect(OCSPRequestDataType.contract([[UInt8]](repeating: own, count: 1_000), roots: []).count == 4)
    }
}
