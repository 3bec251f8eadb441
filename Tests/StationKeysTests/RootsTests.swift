// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import Foundation
import OCPP
import OCPP21
import Testing

@testable import StationKeys

@Suite struct RootsTests {
    private func install(
        _ text: String, _ use: InstallCertificateUseEnumType = .csmsRootCertificate, replaces: Bool = false,
        most: Int = 40, in made: TestStore
    ) throws(KeyFault) {
        try made.store.install(text, as: use, replaces: replaces, most: most, at: noon)
    }

    @Test(arguments: InstallCertificateUseEnumType.allCases)
    func `a root is installed, listed by its hash, and deleted by it`(use: InstallCertificateUseEnumType) throws {
        let made = try TestStore()
        let root = try TestAuthority.root("Root")
        try install(root.pem, use, in: made)
        let listed = try made.store.list([])
        #expect(listed.map(\.certificateType) == [use.listed])
        let hash = try #require(listed.first?.certificateHashData)
        #expect(hash == root.certificate.hashData(issuedBy: root.certificate))
        #expect(try made.store.list([.v2GCertificateChain]).isEmpty)
        // M04.FR.07 wants the algorithm of the list; any other is understood all the same.
        let other = try #require(root.certificate.hashData(issuedBy: root.certificate, .sha512))
        #expect(try made.store.delete(other, keepsLastRoot: false) == .deleted)
        #expect(try made.store.list([]).isEmpty)
        #expect(try made.store.delete(hash, keepsLastRoot: false) == .notFound)  // M04.FR.04
    }

    /// M05.FR.17.
    @Test func `installing it again replaces it`() throws {
        let made = try TestStore()
        let root = try TestAuthority.root("Root")
        for _ in 1...3 { try install(root.pem, most: 1, in: made) }
        #expect(try made.store.count() == 1)
    }

    /// M05.FR.06.
    @Test func `there is a bound over all kinds`() throws {
        let made = try TestStore()
        try install(try TestAuthority.root("A").pem, .moRootCertificate, most: 2, in: made)
        try install(try TestAuthority.root("B").pem, .v2GRootCertificate, most: 2, in: made)
        let third = try TestAuthority.root("C").pem
        #expect(throws: KeyFault.full(most: 2)) { try install(third, .oemRootCertificate, most: 2, in: made) }
    }

    /// M05.FR.07, A00.FR.501, A00.FR.503.
    @Test func `what is no root, or not valid now, or weak, is refused`() throws {
        let made = try TestStore()
        let leaf = try TestAuthority(.init(name: "Leaf"), by: try TestAuthority.root("Root"))
        let expired = try TestAuthority.root("Expired", until: -1)
        let future = try TestAuthority.root("Future", from: 1)
        let weak = try TestAuthority(.init(name: "Weak", isAuthority: true), curve: "secp192k1")
        for text in [leaf.pem, expired.pem, future.pem, weak.pem, "", expired.pem + future.pem] {
            #expect(throws: KeyFault.self) { try install(text, in: made) }
        }
        #expect(made.files.isEmpty)
    }

    /// A00.FR.502.
    @Test(arguments: [1_024, 2_048])
    func `RSA takes 2048 bits`(bits: Int) throws {
        let made = try TestStore()
        try made.folder.openssl(
            "req", "-x509", "-newkey", "rsa:\(bits)", "-nodes", "-subj", "/O=Operator/CN=Root", "-days", "30",
            "-keyout", "root.key", "-out", "root.pem")
        let root = try String(contentsOfFile: made.folder.path + "/root.pem", encoding: .utf8)
        let now = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + 60_000)
        func install() throws(KeyFault) {
            try made.store.install(root, as: .moRootCertificate, replaces: false, most: 40, at: now)
        }
        guard bits == 1_024 else { return try install() }
        #expect(throws: KeyFault.weakKey(subject: "CN=Root,O=Operator", bits: 80)) { try install() }
    }

    @Test func `the roots of the backend are one file to trust`() throws {
        let made = try TestStore()
        #expect(made.store.trustFile(former: false) == nil)
        let roots = try [TestAuthority.root("A"), TestAuthority.root("B")]
        for root in roots { try install(root.pem, in: made) }
        let trust = made.read("trust.pem")
        #expect(roots.allSatisfy { trust.contains($0.pem) })
        // Made anew if a crash came in between.
        try made.store.folder.remove("trust.pem")
        let again = try KeyStore(at: made.store.folder.path)
        #expect(again.trustFile(former: false) != nil && made.read("trust.pem") == trust)
    }

    /// M05.FR.09, M05.FR.10, M05.FR.11, M05.FR.12, M05.FR.13.
    @Test func `a root that replaces another is signed by it, and the other stays until the new one has connected`()
        throws
    {
        let made = try TestStore()
        let first = try TestAuthority.root("First")
        try install(first.pem, replaces: true, in: made)
        let stranger = try TestAuthority.root("Stranger")
        #expect(throws: KeyFault.notSignedByFormer(subject: stranger.certificate.subject)) {
            try install(stranger.pem, replaces: true, in: made)
        }
        let second = try first.below("Second")
        try install(second.pem, replaces: true, in: made)
        #expect(made.read("trust.pem") == second.pem && made.read("trust-former.pem") == first.pem)
        #expect(made.store.trustFile(former: true)?.hasSuffix("trust-former.pem") == true)
        // A third, before the second has connected: the way back is the one that once did.
        let third = try second.below("Third")
        try install(third.pem, replaces: true, in: made)
        #expect(made.read("trust.pem") == third.pem && made.read("trust-former.pem") == first.pem)
        try made.store.dropFormerRoot()
        #expect(made.store.trustFile(former: true) == made.store.trustFile(former: false))
        #expect(try made.store.count() == 1)
    }

    @Test func `a root signed by another is hashed by that one`() throws {
        let made = try TestStore()
        let first = try TestAuthority.root("First")
        let second = try first.below("Second")
        try install(first.pem, in: made)
        try install(second.pem, in: made)
        let hashes = try made.store.list([.csmsRootCertificate]).map(\.certificateHashData)
        #expect(hashes.contains { $0 == second.certificate.hashData(issuedBy: first.certificate) })
    }

    /// M04.FR.03.
    @Test func `the last root of the backend is not deleted where TLS needs it`() throws {
        let made = try TestStore()
        let root = try TestAuthority.root("Root")
        try install(root.pem, in: made)
        let hash = try #require(root.certificate.hashData(issuedBy: root.certificate))
        guard case .refused = try made.store.delete(hash, keepsLastRoot: true) else {
            Issue.record("deleted")
            return
        }
        try install(try TestAuthority.root("Other").pem, in: made)
        #expect(try made.store.delete(hash, keepsLastRoot: true) == .deleted)
        #expect(!made.read("trust.pem").contains(root.pem))
    }

    /// M03.FR.05, M04.FR.06, M04.FR.08.
    @Test func `a chain for cars is listed under its leaf and goes as a whole; our own certificate never goes`() throws
    {
        let made = try TestStore()
        let root = try TestAuthority.root("Root")
        let sub = try root.below("Sub")
        for use in [InstallCertificateUseEnumType.v2GRootCertificate, .csmsRootCertificate] {
            try install(root.pem, use, in: made)
        }
        for purpose in CertificateSigningUseEnumType.allCases {
            let request = try made.store.makeKey(for: purpose, OwnCertificatesTests.subject)
            let serial = "0\(purpose.rawValue + 1)"
            try made.store.adopt(
                try sub.sign(request) { $0.serial = serial } + sub.pem, for: purpose, commonName: nil, at: noon)
        }
        try made.store.settleStationCertificate(keepsRenewed: true)
        let chains = try made.store.list([.v2GCertificateChain])
        #expect(chains.count == 2)
        #expect(chains.allSatisfy { $0.childCertificateHashData?.count == 1 })
        #expect(chains.map(\.certificateHashData.serialNumber) == ["2", "3"])
        #expect(try made.store.inventory(at: noon).entries == 8)
        var own = try #require(chains.first?.certificateHashData)
        own.serialNumber = "1"
        guard case .refused = try made.store.delete(own, keepsLastRoot: false) else {
            Issue.record("deleted")
            return
        }
        let leaf = try #require(chains.first?.certificateHashData)
        #expect(try made.store.delete(leaf, keepsLastRoot: false) == .deleted)
        #expect(try made.store.list([.v2GCertificateChain]).count == 1)
    }

    /// M05.FR.03, M05.FR.07.
    @Test func `what is sent and wrong is Rejected, what fails here is Failed`() throws {
        let made = try TestStore()
        let reply = MessageID("1")
        func status(_ text: String) -> InstallCertificateStatusEnumType? {
            let task = KeyTask.install(
                reply: reply, .moRootCertificate, certificate: text, replaces: false, most: 40)
            guard case .installed(reply, let status, _, _)? = made.store.carryOut(task, at: noon).report else {
                return nil
            }
            return status
        }
        let root = try TestAuthority.root("Root").pem
        #expect(status("x") == .rejected)
        #expect(status(root) == .accepted)
        try FileManager.default.removeItem(atPath: made.store.folder.path)
        #expect(status(root) == .failed)
    }
}
