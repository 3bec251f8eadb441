// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import ChargingStation
import Electricity
import Foundation
import OCPP21
import Testing

@testable import StationKeys

@Suite struct CertificateTests {
    @Test func `names, dates and issuer are read`() throws {
        let root = try TestAuthority.root("Root")
        let leaf = try TestAuthority(.init(name: "SN-1", organization: "Überlandwerk"), by: root).certificate
        #expect(leaf.commonName == "SN-1" && leaf.organization == "Überlandwerk")
        #expect(leaf.validFrom == noon.seconds - 10 * 86_400 && leaf.validUntil == noon.seconds + 300 * 86_400)
        #expect(leaf.isSigned(by: root.certificate) && !root.certificate.isSigned(by: leaf))
        #expect(root.certificate.isAuthority && !leaf.isAuthority)
        #expect(leaf.strength == 128)
    }

    /// A00.FR.507.
    @Test func `a chain is read in its order, with text around it and keys among it`() throws {
        let root = try TestAuthority.root("Root")
        let sub = try root.below("Sub")
        let key = try String(decoding: PrivateKey.make(for: .v2GCertificate).pem, as: UTF8.self)
        let text = "subject=Sub\n" + sub.pem + "\n" + key + root.pem + "the end\n"
        let found = try Certificate.all(in: Array(text.utf8), what: "it")
        #expect(found.map(\.commonName) == ["Sub", "Root"])
    }

    static let damaged: [(String, @Sendable (String) -> String)] = [
        ("cut in the middle", { String($0.prefix($0.count / 2)) }),
        ("without its last line", { String($0.dropLast(27)) }),
        ("a letter changed in the length", { $0.replacingOccurrences(of: "\nMII", with: "\nZII") }),
        ("not Base64", { $0.replacingOccurrences(of: "\nMII", with: "\n§II") }),
        ("nothing", { _ in "" }), ("words", { _ in "no certificate" }),
        (
            "an encrypted block",
            {
                $0.replacingOccurrences(
                    of: "-----\nMII",
                    with: "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nMII"
                )
            }
        ),
        ("a megabyte of garbage", { _ in String(repeating: "garbage ", count: 131_072) }),
        ("a megabyte of beginnings", { _ in String(repeating: "-----BEGIN CERTIFICATE-----\n", count: 38_000) }),
        ("eleven certificates", { String(repeating: $0, count: 11) }),
    ]

    @Test(arguments: damaged.map(\.0))
    func `damaged text is a fault in words, and no trap`(name: String) throws {
        let root = try TestAuthority.root("Root")
        let damage = try #require(Self.damaged.first { $0.0 == name }).1
        #expect(throws: KeyFault.self) { try Certificate.all(in: Array(damage(root.pem).utf8), what: "It") }
        #expect(ERR_peek_error() == 0 || name.contains("certificates"))
    }

    @Test func `every prefix of a certificate is refused without a trap`() throws {
        let bytes = Array(try TestAuthority.root("Root").pem.utf8)
        for length in stride(from: 0, to: bytes.count - 26, by: 7) {
            #expect(throws: KeyFault.self) { try Certificate.all(in: Array(bytes.prefix(length)), what: "It") }
        }
    }

    @Test func `control characters of a name do not reach the log`() throws {
        let root = try TestAuthority(.init(name: "a\u{1b}[31m\nb", isAuthority: true))
        #expect(!root.certificate.subject.unicodeScalars.contains { $0.value < 0x20 })
    }

    /// The second opinion is the `openssl` program's. A00.FR.506.
    @Test(arguments: [
        (HashAlgorithmEnumType.sha256, "-sha256", "00AB12CD34"), (.sha384, "-sha384", "0000000F"),
        (.sha512, "-sha512", "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"),
    ])
    func `hash data are those of OCSP`(algorithm: HashAlgorithmEnumType, option: String, serial: String) throws {
        let folder = try TestFolder()
        let root = try TestAuthority.root("Root")
        let leaf = try TestAuthority(.init(name: "SN-1", serial: serial), by: root)
        _ = try folder.write(root.pem, to: "root.pem")
        _ = try folder.write(leaf.pem, to: "leaf.pem")
        let text = try folder.openssl(
            "ocsp", option, "-issuer", "root.pem", "-cert", "leaf.pem", "-req_text", "-no_nonce"
        ).replacingOccurrences(of: "\\\\\n *", with: "", options: .regularExpression)
        func field(_ name: String) -> String? {
            text.components(separatedBy: name + ": ").dropFirst().first?.components(separatedBy: "\n").first?
                .lowercased()
        }
        let hash = try #require(leaf.certificate.hashData(issuedBy: root.certificate, algorithm))
        #expect(hash.issuerNameHash == field("Issuer Name Hash"))
        #expect(hash.issuerKeyHash == field("Issuer Key Hash"))
        let digits = field("Serial Number")?.drop { $0 == "0" }
        #expect(hash.serialNumber == digits.map(String.init))
        #expect(!hash.serialNumber.hasPrefix("0"))
    }

    @Test func `hash data are recognised in any case and with zeros`() throws {
        let root = try TestAuthority.root("Root")
        let leaf = try TestAuthority(.init(name: "SN-1"), by: root).certificate
        var hash = try #require(leaf.hashData(issuedBy: root.certificate))
        hash.issuerNameHash = hash.issuerNameHash.uppercased()
        hash.serialNumber = "000" + hash.serialNumber.uppercased()
        #expect(leaf.isMeant(by: hash, issuedBy: root.certificate))
        hash.issuerKeyHash = String(hash.issuerKeyHash.reversed())
        #expect(!leaf.isMeant(by: hash, issuedBy: root.certificate))
    }
}

@Suite struct CertificateRequestTests {
    /// A02.FR.03, A00.FR.509, A00.FR.511, A00.FR.512, A00.FR.514.
    @Test(arguments: [
        (CertificateSigningUseEnumType.chargingStationCertificate, "prime256v1", "ecdsa-with-SHA256"),
        (.v2GCertificate, "prime256v1", "ecdsa-with-SHA256"), (.v2G20Certificate, "secp521r1", "ecdsa-with-SHA512"),
    ])
    func `a request names us, is signed by its key, and has the curve of its purpose`(
        purpose: CertificateSigningUseEnumType, curve: String, signature: String
    ) throws {
        let folder = try TestFolder()
        let subject = CertificateSubject(commonName: "SN-1", organization: "Opérateur & Co", country: "FR")
        let request = try PrivateKey.make(for: purpose).request(subject, for: purpose)
        _ = try folder.write(request, to: "request.pem")
        let text = try folder.openssl(
            "req", "-in", "request.pem", "-text", "-noout", "-verify", "-nameopt", "utf8,sep_comma_plus_space")
        #expect(text.contains("CN=SN-1") || text.contains("CN = SN-1"))
        #expect(text.contains("Opérateur & Co") && text.contains(curve) && text.contains(signature))
        #expect(text.contains("Digital Signature") && !text.contains("Extended Key Usage"))
        #expect(text.contains("verify OK"))
        #expect(text.contains("CPO") == (purpose != .chargingStationCertificate))
        #expect(request.unicodeScalars.count <= 5_500, "what the message holds")
    }

    @Test func `two keys are never the same`() throws {
        let keys = try (0..<4).map { _ in try PrivateKey.make(for: .v2GCertificate).pem }
        #expect(Set(keys).count == 4)
    }
}
