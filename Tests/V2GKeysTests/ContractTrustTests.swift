// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import Testing

@testable import V2GKeys

struct ContractTrustTests {
    @Test(arguments: SignatureProfile.allCases)
    func `a contract below its operator's root is valid until the first of its certificates ends`(
        profile: SignatureProfile
    ) {
        let verdict = World.trust(profile).judge(World.contract("contract", profile), .contract, at: World.now)
        #expect(verdict == .valid(until: WallTime(milliseconds: 3_786_912_000_000)))
    }

    @Test(arguments: SignatureProfile.allCases) func `dates are judged at the time given`(profile: SignatureProfile) {
        let trust = World.trust(profile)
        #expect(trust.judge(World.contract("contract-expired", profile), .contract, at: World.now) == .expired)
        #expect(trust.judge(World.contract("contract-future", profile), .contract, at: World.now) == .notYetValid)
        let past = WallTime(milliseconds: 1_750_000_000_000)
        #expect(trust.judge(World.contract("contract-expired", profile), .contract, at: past) != .expired)
    }

    @Test(arguments: SignatureProfile.allCases) func `a root nobody told us of is unknown`(profile: SignatureProfile) {
        let trust = ContractTrust(v2gRoots: [World.certificate("v2g", profile)])
        #expect(trust.judge(World.contract("contract", profile), .contract, at: World.now) == .unknownRoot)
        #expect(ContractTrust().judge(World.contract("contract", profile), .contract, at: World.now) == .unknownRoot)
    }

    @Test(arguments: SignatureProfile.allCases) func `a chain with a link missing is unknown`(profile: SignatureProfile)
    {
        var chain = World.contract("contract", profile)
        chain.authorities.removeFirst()
        #expect(World.trust(profile).judge(chain, .contract, at: World.now) == .unknownRoot)
    }

    @Test(arguments: SignatureProfile.allCases)
    func `only a provisioning service may be one although a station has the same root`(profile: SignatureProfile) {
        let trust = World.trust(profile)
        guard case .valid = trust.judge(World.service("service", profile), .provisioningService, at: World.now) else {
            Issue.record("the service is not valid")
            return
        }
        #expect(trust.judge(World.service("station", profile), .provisioningService, at: World.now) == .broken)
        #expect(trust.judge(World.service("station", profile), .contract, at: World.now) == .broken)
        // An authority is nobody's contract.
        let authority = CertificateChain(leaf: World.certificate("operator2", profile), authorities: [])
        #expect(trust.judge(authority, .contract, at: World.now) == .broken)
    }

    @Test func `what is no certificate is broken`() {
        let trust = World.trust(.p256)
        let good = World.contract("contract", .p256)
        let long = [UInt8](repeating: 0x30, count: 1 << 20)
        for leaf in [[], [0x30], Array(good.leaf.dropLast()), good.leaf + [0], long] {
            #expect(trust.judge(CertificateChain(leaf: leaf), .contract, at: World.now) == .broken)
            #expect(trust.commonName(of: leaf) == nil)
        }
        var changed = good
        changed.leaf[changed.leaf.count - 5] ^= 1
        #expect(trust.judge(changed, .contract, at: World.now) == .broken)
        var tooMany = good
        tooMany.authorities.append(World.certificate("operator", .p256))
        #expect(trust.judge(tooMany, .contract, at: World.now) == .broken)
    }

    @Test func `whoever knows of a revocation is asked about every certificate of a good chain`() {
        var trust = World.trust(.p256)
        let sub = World.certificate("operator1", .p256)
        trust.isRevoked = { certificate, _ in certificate == sub }
        #expect(trust.judge(World.contract("contract", .p256), .contract, at: World.now) == .revoked)
        trust.isRevoked = { _, issuer in issuer?.isEmpty == true }
        #expect(trust.judge(World.contract("contract", .p256), .contract, at: World.now) != .revoked)
    }

    @Test(arguments: SignatureProfile.allCases) func `a key signs and its certificate verifies`(
        profile: SignatureProfile
    ) throws {
        let key = try #require(World.key("contract", profile))
        let trust = World.trust(profile)
        let leaf = World.certificate("contract", profile)
        let message = Array("to be signed".utf8)
        let signature = try #require(key.sign(message))
        #expect(signature.count == profile.signatureLength)
        #expect(trust.isSignature(signature, of: message, by: leaf, profile))
        #expect(!trust.isSignature(signature, of: message + [0], by: leaf, profile))
        #expect(!trust.isSignature(signature, of: message, by: World.certificate("contract-other", profile), profile))
        #expect(!trust.isSignature(Array(signature.dropLast()), of: message, by: leaf, profile))
        #expect(!trust.isSignature(Array(repeating: 0, count: signature.count), of: message, by: leaf, profile))
        for other in SignatureProfile.allCases where other != profile {
            #expect(!trust.isSignature(signature, of: message, by: leaf, other))
        }
        #expect(trust.owns(key, leaf))
        #expect(!trust.owns(key, World.certificate("contract-other", profile)))
        #expect(trust.commonName(of: leaf) == "DESLUC12345678")
    }

    @Test func `a root is named by its issuer and its serial number`() throws {
        let root = try #require(RootIdentifier(root: World.certificate("v2g", .p256)))
        #expect(root.issuer == "O=Sluice,CN=V2G Root")
        #expect(!root.serial.isEmpty && root.serial.count <= 20)
        #expect(RootIdentifier(root: [1, 2, 3]) == nil)
    }

    @Test func `a chain survives being written as text`() {
        for profile in SignatureProfile.allCases {
            let chain = World.contract("contract", profile)
            #expect(CertificateChain(pem: "subject=of no account\n" + chain.pem) == chain)
        }
        #expect(CertificateChain(pem: "") == nil)
        #expect(CertificateChain(pem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") == nil)
        #expect(CertificateChain(pem: String(repeating: "A", count: 1 << 20)) == nil)
    }
}
