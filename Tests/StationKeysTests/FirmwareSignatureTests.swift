// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import Foundation
import OCPP
import OCPP21
import Testing

@testable import StationKeys

/// Keys and signatures come from the `openssl` program.
@Suite struct FirmwareSignatureTests {
    private struct Signed {
        let made = Result { try TestStore() }
        let store: KeyStore
        let folder: TestFolder
        /// A minute ahead: the certificates are yet to be made.
        let now = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + 60_000)
        let certificate: String
        let file: String

        init(_ key: [String]) throws {
            let made = try self.made.get()
            (store, folder) = (made.store, made.folder)
            try folder.openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "20",
                "-subj", "/O=Maker/CN=Maker Root", "-keyout", "root.key", "-out", "root.pem")
            let root = try String(contentsOfFile: folder.path + "/root.pem", encoding: .utf8)
            try store.install(root, as: .manufacturerRootCertificate, replaces: false, most: 40, at: now)
            let making = Process()
            making.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
            making.arguments =
                ["req", "-nodes", "-subj", "/O=Maker/CN=Signer", "-keyout", folder.path + "/signer.key"]
                + ["-out", folder.path + "/signer.csr"] + key
            making.standardError = FileHandle.nullDevice
            try making.run()
            making.waitUntilExit()
            try folder.openssl(
                "x509", "-req", "-in", "signer.csr", "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "7",
                "-days", "10", "-out", "signer.pem")
            certificate = try String(contentsOfFile: folder.path + "/signer.pem", encoding: .utf8)
            // Longer than what is read at once, and no multiple of it.
            file = folder.path + "/firmware"
            try Data((0..<200_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: URL(fileURLWithPath: file))
        }

        func sign(_ options: [String]) throws -> String {
            let signing = Process()
            signing.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
            signing.arguments =
                ["dgst", "-sha256", "-sign", folder.path + "/signer.key", "-out", folder.path + "/signature"]
                + options + [file]
            try signing.run()
            signing.waitUntilExit()
            return try Data(contentsOf: URL(fileURLWithPath: folder.path + "/signature")).base64EncodedString()
        }

        func check(_ signature: String) throws(KeyFault) {
            try store.checkFirmware(file, signature: signature, certificate: certificate, at: now)
        }
    }

    private static let rsa = ["-newkey", "rsa:2048"]
    private static let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]

    /// L01.FR.04, L01.FR.12.
    @Test(arguments: [
        (rsa, ["-sigopt", "rsa_padding_mode:pss"]),
        (rsa, ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:20"]),
        (rsa, []), (curve, []),
    ])
    func `a signature fits the whole file, and no other`(key: [String], options: [String]) throws {
        let signed = try Signed(key)
        let signature = try signed.sign(options)
        try signed.check(signature)
        let handle = try #require(FileHandle(forWritingAtPath: signed.file))
        try handle.seek(toOffset: 200_002)
        try handle.write(contentsOf: Data([0]))
        try handle.close()
        #expect(throws: KeyFault.self) { try signed.check(signature) }
    }

    @Test func `what is no signature is refused in words`() throws {
        let signed = try Signed(Self.curve)
        let good = try signed.sign([])
        for signature in ["", "§", "AAAA", String(good.dropLast(4)), String(repeating: "A", count: 800)] {
            #expect(throws: KeyFault.self) { try signed.check(signature) }
        }
        #expect(throws: KeyFault.self) {
            try signed.store.checkFirmware(
                signed.folder.path + "/missing", signature: good, certificate: signed.certificate, at: signed.now)
        }
    }

    /// L01.FR.21, L01.FR.22.
    @Test func `only the manufacturer's own signing certificates count, while they are valid`() throws {
        let signed = try Signed(Self.curve)
        try signed.store.checkSigningCertificate(signed.certificate, at: signed.now)
        #expect(throws: KeyFault.self) {
            try signed.store.checkSigningCertificate(signed.certificate, at: signed.now + .seconds(11 * 86_400))
        }
        #expect(throws: KeyFault.self) {
            try signed.store.checkSigningCertificate(signed.certificate, at: WallTime(milliseconds: 0))
        }
        let other = try TestStore()
        try other.store.install(
            try TestAuthority.root("Other").pem, as: .manufacturerRootCertificate, replaces: false, most: 40, at: noon)
        #expect(throws: KeyFault.self) {
            try other.store.checkSigningCertificate(signed.certificate, at: signed.now)
        }
        // A root of another kind vouches for nothing here.
        let root = try String(contentsOfFile: signed.folder.path + "/root.pem", encoding: .utf8)
        let mixed = try TestStore()
        try mixed.store.install(root, as: .csmsRootCertificate, replaces: false, most: 40, at: signed.now)
        #expect(throws: KeyFault.noRoot(kind: "root certificate of the manufacturer")) {
            try mixed.store.checkSigningCertificate(signed.certificate, at: signed.now)
        }
    }
}
