// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import TLS
import Testing

@testable import VehicleLinks

struct SecurityTests {
    static func station(mutual: Bool = true) throws -> VehicleListener.Security {
        let all = try VehicleAuthority.made.get()
        return try VehicleListener.Security(
            StationTLS(identity: all.station, modernIdentity: all.modernStation, vehicles: mutual ? all.makers : nil),
            allowsPlain: false)
    }

    @Test func `ISO 15118-20 runs over mutual TLS 1.3 with secp521r1`() async throws {
        let all = try VehicleAuthority.made.get()
        let car = try VehicleLink.Security(root: all.modernRoot, identity: all.car, speaking: .modern)
        try await LinkBench.serving(security: Self.station()) { bench in
            let (end, steps) = try await bench.drive(LinkBench.plan(), security: car)
            #expect(end == .finished)
            #expect(bench.seen.arrivals.first?.security == .tls1_3(isMutual: true))
            #expect(bench.seen.arrivals.first?.certificate == "CN=WSLUICE0000000001A")
            guard case .connected(let agreement?)? = steps.first else {
                Issue.record("not secured")
                return
            }
            #expect(agreement.words == "TLSv1.3, TLS_AES_256_GCM_SHA384")
            #expect(agreement.station == "CN=SECC20")
        }
    }

    /// A car of ISO 15118-2 on the same port: TLS 1.2 and the older chain, with its staple.
    @Test func `a TLS 1.2 car is shown the older chain and not asked for its own`() async throws {
        let all = try VehicleAuthority.made.get()
        let session = try OlderCar.handshake(with: Self.station(), root: all.root)
        #expect(session.agreed == "TLSv1.2, ECDHE-ECDSA-AES128-SHA256")
        #expect(session.peerName == "CN=SECC")
        #expect(session.staple == [0x30, 0x03, 0x0A, 0x01, 0x06])
    }

    @Test func `a car without a certificate, or with a stranger's, gets no session in TLS 1.3`() async throws {
        let all = try VehicleAuthority.made.get()
        for identity in [nil, all.strangeCar] {
            let car = try VehicleLink.Security(root: all.modernRoot, identity: identity, speaking: .modern)
            try await LinkBench.serving(security: Self.station()) { bench in
                let end = try? await bench.drive(LinkBench.plan(), security: car).end
                #expect(end == nil || end == .disconnected)
                #expect(bench.seen.arrivals.isEmpty)
                try await bench.until { !bench.seen.refused.isEmpty }
                guard case .tls(let fault)? = bench.seen.refused.first else {
                    Issue.record("no reason was given")
                    return
                }
                #expect("\(fault)".contains(identity == nil ? "certificate is required" : "signed by nobody we trust"))
            }
        }
    }

    @Test func `a station from another root is refused by the car`() async throws {
        let all = try VehicleAuthority.made.get()
        let car = try VehicleLink.Security(root: all.makers, identity: all.car)
        try await LinkBench.serving(security: Self.station()) { bench in
            await #expect(throws: LinkProblem.self) { _ = try await bench.drive(LinkBench.plan(), security: car) }
        }
    }

    @Test func `ISO 15118-20 is not spoken where the car has not proved who it is`() async throws {
        let all = try VehicleAuthority.made.get()
        let car = try VehicleLink.Security(root: all.modernRoot, identity: all.car)
        try await LinkBench.serving(security: Self.station(mutual: false)) { bench in
            #expect(try await bench.drive(LinkBench.plan(), security: car).end == .noCommonProtocol)
            let older = try await bench.drive(LinkBench.plan(.iso2, .dc, .scheduled), security: car)
            #expect(older.end == .finished)
        }
    }

    @Test func `a plain car is hung up on where only TLS is allowed`() async throws {
        try await LinkBench.serving(security: Self.station()) { bench in
            let end = try await bench.drive(LinkBench.plan()).end
            #expect(end == .disconnected)
            #expect(bench.seen.refused == [.plainNotAllowed])
        }
    }

    @Test(arguments: Standard.allCases) func `which standards a channel permits`(standard: Standard) {
        let always = standard == .din || standard == .iso2
        for channel in [ChannelSecurity.none, .tls1_2, .tls1_3(isMutual: false)] {
            #expect(channel.permits(standard) == always)
        }
        #expect(ChannelSecurity.tls1_3(isMutual: true).permits(standard))
    }
}

/// The handshake of a car that knows TLS 1.2 only, between buffers.
private enum OlderCar {
    static func handshake(with station: VehicleListener.Security, root: TLSTrust) throws -> TLSSession {
        let context = try TLSContext(vehicleTrusting: root, speaking: .older)
        let car = try TLSSession(.vehicle, in: context, peer: "the station")
        let server = try TLSSession(.server, in: try #require(station.tls), peer: "the car")
        var isDone = false
        for _ in 0..<10 where !isDone {
            isDone = try car.handshake()
            if let bytes = car.output() { try server.receive(bytes) }
            _ = try server.handshake()
            if let bytes = server.output() { try car.receive(bytes) }
        }
        return car
    }
}
