// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import ChargingStation
import Electricity
import Foundation
import OCPP21
import Testing

@testable import StationKeys

/// The responses come from the `openssl` program.
@Suite struct CertificateStatusTests {
    /// A chain for cars whose two certificates name a responder, valid at the real present, which the responder signs
    /// with.
    private struct Asked {
        let made: TestStore
        let folder: TestFolder
        /// A minute ahead: the certificates are yet to be made.
        let now: WallTime
        let request: OCSPRequestDataType

        init() throws {
            made = try TestStore()
            folder = made.folder
            now = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + 60_000)
            try folder.openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "20",
                "-subj", "/O=V2G/CN=Root", "-keyout", "root.key", "-out", "root.pem")
            let root = try String(contentsOfFile: folder.path + "/root.pem", encoding: .utf8)
            try made.store.install(root, as: .v2GRootCertificate, replaces: false, most: 40, at: now)
            let csr = try made.store.makeKey(for: .v2GCertificate, OwnCertificatesTests.subject)
            _ = try folder.write(csr, to: "request.pem")
            _ = try folder.write("authorityInfoAccess=OCSP;URI:http://ocsp.example/\n", to: "extensions")
            try folder.openssl(
                "x509", "-req", "-in", "request.pem", "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "0x1234",
                "-days", "10", "-extfile", "extensions", "-out", "leaf.pem")
            let leaf = try String(contentsOfFile: folder.path + "/leaf.pem", encoding: .utf8)
            try made.store.adopt(leaf, for: .v2GCertificate, commonName: nil, at: now)
            request = try #require(try made.store.inventory(at: now).statusRequests.first)
        }

        /// In Base64.
        func respond(_ state: String, signer: String = "root", serial: String = "1234", hash: String = "-sha256") throws
            -> String
        {
            let revoked = state == "R" ? "260101000000Z" : ""
            _ = try folder.write("\(state)\t491231235959Z\t\(revoked)\t\(serial)\tunknown\t/CN=SN-1\n", to: "index")
            try folder.openssl(
                "ocsp", hash, "-issuer", "root.pem", "-cert", "leaf.pem", "-no_nonce", "-reqout", "request.der")
            try folder.openssl(
                "ocsp", "-index", "index", "-CA", "root.pem", "-rsigner", "\(signer).pem", "-rkey", "\(signer).key",
                "-reqin", "request.der", "-respout", "response.der", "-ndays", "7", "-noverify")
            return try Data(contentsOf: URL(fileURLWithPath: folder.path + "/response.der")).base64EncodedString()
        }
    }

    /// M06.FR.06.
    @Test func `the responder of a chain is named with the hashes it is asked by`() throws {
        let asked = try Asked()
        #expect(asked.request.responderURL == "http://ocsp.example/" && asked.request.serialNumber == "1234")
        let chain = try #require(try asked.made.store.list([.v2GCertificateChain]).first?.certificateHashData)
        #expect(chain.issuerKeyHash == asked.request.issuerKeyHash)
    }

    /// M06.FR.06, M06.FR.09.
    @Test(arguments: [("V", OCSPVerdict.good), ("R", .revoked)])
    func `a response by the issuer is kept and shown to cars`(state: String, verdict: OCSPVerdict) throws {
        let asked = try Asked()
        let result = try asked.respond(state)
        #expect(try asked.made.store.keepStatus(asked.request, result, at: asked.now) == verdict)
        let kept = try asked.made.store.statuses(of: .v2GCertificate)
        #expect(kept.map { $0.map { Data($0).base64EncodedString() } } == [result])
    }

    @Test func `a responder may name the certificate by another hash, or know nothing of it`() throws {
        let asked = try Asked()
        #expect(
            try asked.made.store.keepStatus(asked.request, try asked.respond("V", hash: "-sha1"), at: asked.now)
                == .good)
        let unknown = try asked.respond("V", serial: "99")
        #expect(try asked.made.store.keepStatus(asked.request, unknown, at: asked.now) == .unknown)
    }

    @Test func `what a stranger signed, what is out of date, and what is no response, is not kept`() throws {
        let asked = try Asked()
        try asked.folder.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "20",
            "-subj", "/O=V2G/CN=Stranger", "-keyout", "stranger.key", "-out", "stranger.pem")
        let good = try asked.respond("V")
        let bad: [(String, WallTime)] = [
            (try asked.respond("V", signer: "stranger"), asked.now), (good, asked.now + .seconds(8 * 86_400)),
            ("", asked.now), ("MA==", asked.now), ("§", asked.now),
            (String(good.prefix(good.count / 8 * 4)), asked.now),
        ]
        for (result, now) in bad {
            #expect(throws: KeyFault.self) { try asked.made.store.keepStatus(asked.request, result, at: now) }
        }
        #expect(try asked.made.store.statuses(of: .v2GCertificate) == [nil])
        var other = asked.request
        other.serialNumber = "1"
        #expect(throws: KeyFault.self) { try asked.made.store.keepStatus(other, good, at: asked.now) }
    }
}
