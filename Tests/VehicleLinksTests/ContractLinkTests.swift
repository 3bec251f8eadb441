// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118
import Synchronization
import TLS
import Testing
import V2GKeys

@testable import VehicleLinks

/// Contracts over real connections.
struct ContractLinkTests {
    /// A simulated point that takes contracts of the throw-away certificates of `V2GKeysTests`.
    final class Point: ContractPoint, ServicePoint, SimulatedBehind {
        let simulated: SimulatedPoint
        let trust: ContractTrust
        private let contracts = Mutex<[Contract]>([])
        private let challenges = Mutex<[[UInt8]]>([])
        private let seen: LinkBench.Seen

        init(_ profile: SignatureProfile, target: Power = .watts(5_000)) {
            let seen = LinkBench.Seen()
            self.seen = seen
            simulated = SimulatedPoint(offer: LinkBench.offer, target: target, habits: LinkBench.quick) { seen.add($0) }
            trust = ContractLinkTests.trust(profile)
        }

        var arrivals: [VehicleArrival] { seen.arrivals }
        var ends: [StationEnd] { seen.ends }
        /// Cars that were asked about without a contract.
        var authorised: Int { seen.all.count { if case .authorises = $0 { true } else { false } } }
        var hasNeverClosed: Bool { !seen.all.contains { if case .contactors(.closed) = $0 { true } else { false } } }

        /// Waits for what another task does, at most ten seconds.
        func until(_ condition: () -> Bool) async throws {
            let patience = ContinuousClock.now + .seconds(10)
            while !condition(), ContinuousClock.now < patience { try await Task.sleep(for: .milliseconds(5)) }
        }

        var shown: [Contract] { contracts.withLock { $0 } }
        var asked: [[UInt8]] { challenges.withLock { $0 } }

        func contracts(challenge: [UInt8]) -> StationContracts? {
            challenges.withLock { $0.append(challenge) }
            return StationContracts(cryptography: trust, challenge: challenge)
        }
        func authorise(_ contract: Contract) async -> StationInput.Authorisation {
            contracts.withLock { $0.append(contract) }
            return .granted
        }
        func certificate(_ request: CertificateRequest) async -> CertificateResult { .unavailable }
        func confirmed(_ reading: MeterReading) async {}
        func select(_ services: [ChosenService]) async {}
    }

    static let bytes: [String: [UInt8]] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../V2GKeysTests/Vectors/certificates.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var found: [String: [UInt8]] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2, let data = Data(base64Encoded: String(parts[1])) {
                found[String(parts[0])] = [UInt8](data)
            }
        }
        return found
    }()

    static func certificate(_ name: String, _ profile: SignatureProfile) -> [UInt8] {
        bytes["\(profile).\(name)"] ?? []
    }

    static func trust(_ profile: SignatureProfile) -> ContractTrust {
        ContractTrust(
            v2gRoots: [certificate("v2g", profile)], operatorRoots: [certificate("operator", profile)])
    }

    static func car(_ profile: SignatureProfile) throws -> VehicleContracts {
        let text = Data(certificate("contract.key", profile)).base64EncodedString()
        let key = try #require(PrivateKey(pem: "-----BEGIN PRIVATE KEY-----\n\(text)\n-----END PRIVATE KEY-----\n"))
        let chain = CertificateChain(
            leaf: certificate("contract", profile),
            authorities: [certificate("operator2", profile), certificate("operator1", profile)])
        var contracts = VehicleContracts(
            cryptography: trust(profile),
            paying: .init(contract: Contract(emaid: "DESLUC12345678", chain: chain), key: key))
        contracts.fallsBack = false
        return contracts
    }

    static func drive(
        _ plan: VehiclePlan, _ profile: SignatureProfile, at point: Point, _ station: VehicleListener.Security,
        _ car: VehicleLink.Security?
    ) async throws -> VehicleEnd {
        let listener = try await VehicleListener.open(
            at: LinkBench.loopback(), for: point, security: station, group: LinkBench.group, refused: { _ in })
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await listener.run() }
            defer { tasks.cancelAll() }
            let link = try await VehicleLink.open(
                at: listener.address, plan: plan, contracts: Self.car(profile), security: car, group: LinkBench.group)
            for await _ in link.steps {}
            return try await link.end()
        }
    }

    @Test(arguments: [SignatureProfile.p521, .ed448])
    func `a car of ISO 15118-20 pays by contract over mutual TLS 1.3`(profile: SignatureProfile) async throws {
        let all = try VehicleAuthority.made.get()
        let car = try VehicleLink.Security(root: all.modernRoot, identity: all.car, speaking: .modern)
        let point = Point(profile)
        let end = try await Self.drive(LinkBench.plan(), profile, at: point, SecurityTests.station(), car)
        #expect(end == .finished)
        #expect(point.shown.map(\.emaid) == ["DESLUC12345678"])
    }

    @Test func `a car of ISO 15118-2 pays by contract over TLS 1.2, and every session has a challenge of its own`()
        async throws
    {
        let all = try VehicleAuthority.made.get()
        let car = try VehicleLink.Security(root: all.root, speaking: .older)
        let point = Point(.p256)
        for _ in 0..<2 {
            let plan = LinkBench.plan(.iso2, .dc, .scheduled)
            #expect(try await Self.drive(plan, .p256, at: point, SecurityTests.station(), car) == .finished)
        }
        #expect(point.shown.count == 2)
        #expect(Set(point.asked).count == 2 && point.asked.allSatisfy { $0.count == 16 })
    }

    @Test func `without TLS there are no contracts`() async throws {
        let point = Point(.p256)
        let plain = try VehicleListener.Security(nil, allowsPlain: true)
        let end = try await Self.drive(LinkBench.plan(.iso2, .dc, .scheduled), .p256, at: point, plain, nil)
        // The car does not show its contract where others could read it, and pays at the station.
        #expect(end == .finished)
        #expect(point.shown.isEmpty && point.asked.isEmpty)
    }
}
