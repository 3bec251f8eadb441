// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import ChargingStation
import Electricity
import Foundation
import OCPP
import OCPP21
import Testing

@testable import StationKeys

@Suite struct OwnCertificatesTests {
    static let subject = CertificateSubject(commonName: "SN-1", organization: "Operator")

    /// A store with a CSMS root and an open request.
    struct Asking {
        let made: TestStore
        let root: TestAuthority
        let sub: TestAuthority
        let request: String
        var store: KeyStore { made.store }

        init(_ purpose: CertificateSigningUseEnumType = .chargingStationCertificate) throws {
            made = try TestStore()
            root = try TestAuthority.root("Root")
            sub = try root.below("Sub")
            try made.store.install(root.pem, as: purpose.rootUse, replaces: false, most: 40, at: noon)
            request = try made.store.makeKey(for: purpose, OwnCertificatesTests.subject)
        }

        func adopt(_ chain: String, at now: WallTime = noon) throws(KeyFault) {
            try store.adopt(chain, for: .chargingStationCertificate, commonName: "SN-1", at: now)
        }
    }

    /// A02.FR.05, A02.FR.06.
    @Test func `a good chain is kept with its key beside the one in use, until that has proved itself`() throws {
        let asking = try Asking()
        let leaf = try asking.sub.sign(asking.request)
        try asking.adopt(leaf + asking.sub.pem + asking.root.pem)
        let file = try #require(asking.store.identityFile(renewed: true))
        #expect(file.hasSuffix(KeyStore.renewed) && asking.store.identityFile(renewed: false) == nil)
        let text = asking.made.read(KeyStore.renewed)
        #expect(text.contains("PRIVATE KEY") && !text.contains(asking.root.pem), "the root is the other side's to know")
        #expect(try asking.store.chain(KeyStore.renewed).map(\.commonName) == ["SN-1", "Sub"])
        #expect(!asking.made.files.contains(KeyStore.requested(.chargingStationCertificate)))
        try asking.store.settleStationCertificate(keepsRenewed: true)
        #expect(asking.store.identityFile(renewed: true) == asking.store.identityFile(renewed: false))
        #expect(asking.store.identityFile(renewed: false) != nil)
        #expect(try asking.store.inventory(at: noon).hasStationCertificate)
    }

    /// A00.FR.430.
    @Test func `one that has expired is shown all the same`() throws {
        let asking = try Asking()
        try asking.adopt(try asking.sub.sign(asking.request) { $0.until = 1 } + asking.sub.pem)
        try asking.store.settleStationCertificate(keepsRenewed: true)
        let later = noon + .seconds(2 * 86_400)
        #expect(try asking.store.inventory(at: later).hasStationCertificate == false)
        #expect(asking.store.identityFile(renewed: false) != nil)
    }

    @Test func `OpenSSL takes the file as an identity`() throws {
        let asking = try Asking()
        try asking.adopt(try asking.sub.sign(asking.request) + asking.sub.pem)
        let file = try #require(asking.store.identityFile(renewed: true))
        let context = SSL_CTX_new(TLS_client_method())
        defer { SSL_CTX_free(context) }
        #expect(SSL_CTX_use_certificate_chain_file(context, file) == 1)
        #expect(SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM) == 1)
        #expect(SSL_CTX_check_private_key(context) == 1)
    }

    @Test func `certificates in between may come in any order, or twice`() throws {
        let asking = try Asking()
        let deeper = try asking.sub.below("Deeper")
        let leaf = try deeper.sign(asking.request)
        try asking.adopt(leaf + asking.sub.pem + deeper.pem + asking.sub.pem)
        #expect(try asking.store.chain(KeyStore.renewed).map(\.commonName) == ["SN-1", "Deeper", "Sub"])
    }

    enum Flaw: CaseIterable, Sendable {
        case expired, notYetValid, expiredBetween, foreignRoot, gap, otherKey, wrongName, noOrganization, oldDigest
        case notAuthority, garbage, empty, truncated
    }

    /// A02.FR.07, A03.FR.07, A00.FR.504, A00.FR.509. Each row: what is wrong with the chain, and how the fault names it.
    @Test(arguments: Flaw.allCases)
    func `a flawed chain is refused by name, and changes nothing`(flaw: Flaw) throws {
        let asking = try Asking()
        let foreign = try TestAuthority.root("Foreign")
        let now = noon
        let chain: String
        let isExpected: (KeyFault) -> Bool
        switch flaw {
        case .expired:
            chain = try asking.sub.sign(asking.request) { $0.until = -1 } + asking.sub.pem
            isExpected = { if case .expired(let subject) = $0 { subject.contains("SN-1") } else { false } }
        case .notYetValid:
            chain = try asking.sub.sign(asking.request) { $0.from = 1 } + asking.sub.pem
            isExpected = { if case .notYetValid = $0 { true } else { false } }
        case .expiredBetween:
            let old = try asking.root.below("Old", until: -1)
            chain = try old.sign(asking.request) + old.pem
            isExpected = { if case .expired(let subject) = $0 { subject.contains("Old") } else { false } }
        case .foreignRoot:
            chain = try foreign.sign(asking.request) + foreign.pem
            isExpected = { if case .untrusted(_, let issuer, _) = $0 { issuer.contains("Foreign") } else { false } }
        case .gap:
            chain = try asking.sub.sign(asking.request)
            isExpected = { if case .untrusted(_, let issuer, _) = $0 { issuer.contains("Sub") } else { false } }
        case .otherKey:
            chain = try TestAuthority(.init(name: "SN-1"), by: asking.root).pem
            isExpected = { if case .otherKey = $0 { true } else { false } }
        case .wrongName:
            chain = try asking.root.sign(asking.request) { $0.name = "SN-2" }
            isExpected = { if case .wrongName(_, "SN-1") = $0 { true } else { false } }
        case .noOrganization:
            chain = try asking.root.sign(asking.request) { $0.organization = nil }
            isExpected = { if case .noOrganization = $0 { true } else { false } }
        case .oldDigest:
            chain = try asking.root.sign(asking.request) { $0.digest = EVP_sha1() }
            isExpected = { if case .chainRefused = $0 { true } else { false } }
        case .notAuthority:
            let station = try TestAuthority(.init(name: "Station"), by: asking.root)
            chain = try station.sign(asking.request) + station.pem
            isExpected = { if case .chainRefused = $0 { true } else { false } }
        case .garbage:
            chain = String(repeating: "x", count: 1 << 20)
            isExpected = { if case .tooLong = $0 { true } else { false } }
        case .empty:
            chain = ""
            isExpected = { if case .wrongCount = $0 { true } else { false } }
        case .truncated:
            chain = String(try asking.root.sign(asking.request).dropLast(60))
            isExpected = { if case .notPEM = $0 { true } else { false } }
        }
        let before = asking.made.files
        do {
            try asking.adopt(chain, at: now)
            Issue.record("taken")
        } catch {
            #expect(isExpected(error), "\(error)")
            #expect(!"\(error)".isEmpty && !error.isOurs)
        }
        #expect(asking.made.files == before)
    }

    @Test func `only the request made last can be answered`() throws {
        let asking = try Asking()
        let first = try asking.root.sign(asking.request)
        _ = try asking.store.makeKey(for: .chargingStationCertificate, Self.subject)
        #expect(throws: KeyFault.self) { try asking.adopt(first) }
        let other = try TestStore()
        #expect(throws: KeyFault.nothingRequested(purpose: "ChargingStationCertificate")) {
            try other.store.adopt(first, for: .chargingStationCertificate, commonName: nil, at: noon)
        }
    }

    @Test func `without a root there is nobody who could vouch`() throws {
        let made = try TestStore()
        let root = try TestAuthority.root("Root")
        let request = try made.store.makeKey(for: .chargingStationCertificate, Self.subject)
        #expect(throws: KeyFault.noRoot(kind: "CSMS root certificate")) {
            try made.store.adopt(try root.sign(request), for: .chargingStationCertificate, commonName: nil, at: noon)
        }
    }

    /// A02.FR.10, A02.FR.29.
    @Test func `a renewed certificate that did not connect is discarded, the former stays`() throws {
        let asking = try Asking()
        try asking.adopt(try asking.root.sign(asking.request))
        try asking.store.settleStationCertificate(keepsRenewed: true)
        let former = asking.made.read(KeyStore.own(.chargingStationCertificate))
        let again = try asking.store.makeKey(for: .chargingStationCertificate, Self.subject)
        try asking.adopt(try asking.root.sign(again))
        try asking.store.settleStationCertificate(keepsRenewed: false)
        #expect(asking.made.read(KeyStore.own(.chargingStationCertificate)) == former)
        #expect(!asking.made.files.contains(KeyStore.renewed))
    }

    /// A02.FR.15, A02.FR.27, A03.FR.15.
    @Test(arguments: [CertificateSigningUseEnumType.v2GCertificate, .v2G20Certificate])
    func `a certificate for cars is in use at once, the newest alone, and names its root next time`(
        purpose: CertificateSigningUseEnumType
    ) throws {
        let asking = try Asking(purpose)
        try asking.store.adopt(
            try asking.sub.sign(asking.request) + asking.sub.pem, for: purpose, commonName: nil, at: noon)
        let first = asking.made.read(KeyStore.own(purpose))
        #expect(asking.store.vehicleIdentityFile(purpose) != nil)
        let again = try asking.store.makeKey(for: purpose, Self.subject)
        #expect(
            try asking.store.signingRoot(for: purpose)
                == asking.root.certificate.hashData(issuedBy: asking.root.certificate))
        try asking.store.adopt(try asking.sub.sign(again) + asking.sub.pem, for: purpose, commonName: nil, at: noon)
        #expect(asking.made.read(KeyStore.own(purpose)) != first)
    }

    /// A02.FR.05, A03.FR.05.
    @Test func `no report about keys ever holds a private key`() throws {
        let asking = try Asking()
        let chain = try asking.root.sign(asking.request)
        let tasks: [KeyTask] = [
            .makeKey(.v2GCertificate, Self.subject), .inspect, .list(reply: MessageID("1"), []),
            .adopt(reply: MessageID("1"), .chargingStationCertificate, chain: chain, commonName: "SN-1"),
        ]
        for task in tasks {
            let report = try #require(asking.store.carryOut(task, at: noon).report)
            #expect(!"\(report)".contains("PRIVATE"))
        }
    }
}
