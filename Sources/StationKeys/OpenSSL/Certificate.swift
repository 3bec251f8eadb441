// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import OCPP21

/// An X.509 certificate. Never changes once it is read.
package final class Certificate {
    let x509: OpaquePointer

    /// Takes it over.
    init(owning x509: OpaquePointer) { self.x509 = x509 }

    /// One that somebody else owns too.
    init(sharing x509: OpaquePointer) {
        X509_up_ref(x509)
        self.x509 = x509
    }

    deinit { X509_free(x509) }

    /// The longest text that is looked at; messages hold 10,000 characters.
    static let longestText = 65_536
    static let mostInText = 10

    /// All certificates of a PEM text (A00.FR.507) in their order. What stands between them is passed over, private keys too.
    package static func all(in text: [UInt8], what: String) throws(KeyFault) -> [Certificate] {
        guard text.count <= longestText else { throw .tooLong(what: what, bytes: text.count, most: longestText) }
        let paper = try Paper(text)
        var found: [Certificate] = []
        ERR_clear_error()
        // An encrypted one must fail, not ask at the terminal.
        while let x509 = PEM_read_bio_X509(paper.bio, nil, { _, _, _, _ in 0 }, nil) {
            found.append(Certificate(owning: x509))
            guard found.count <= mostInText else {
                throw .wrongCount(what: what, found: found.count, wanted: "at most \(mostInText)")
            }
        }
        // Not to find another beginning is how a good text ends.
        let code = ERR_peek_last_error()
        guard ERR_GET_REASON(code) == PEM_R_NO_START_LINE else {
            throw .notPEM(what: what, words: OpenSSLWords.take())
        }
        ERR_clear_error()
        guard !found.isEmpty else { throw .wrongCount(what: what, found: 0, wanted: "at least one") }
        return found
    }

    package static func one(in text: [UInt8], what: String) throws(KeyFault) -> Certificate {
        let found = try all(in: text, what: what)
        guard found.count == 1, let first = found.first else {
            throw .wrongCount(what: what, found: found.count, wanted: "one")
        }
        return first
    }

    package var pem: [UInt8] {
        get throws(KeyFault) {
            let paper = try Paper()
            guard PEM_write_bio_X509(paper.bio, x509) == 1 else {
                throw .openSSLFailed(doing: "writing a certificate", words: OpenSSLWords.take())
            }
            return paper.bytes
        }
    }

    // MARK: Names

    package var subject: String { Self.text(X509_get_subject_name(x509)) }
    package var issuer: String { Self.text(X509_get_issuer_name(x509)) }
    package var commonName: String? { entry(NID_commonName) }
    package var organization: String? { entry(NID_organizationName) }

    private static func text(_ name: OpaquePointer?) -> String {
        guard let paper = try? Paper(), openssl_print_name(paper.bio, name) >= 0 else { return "unnamed" }
        return paper.text
    }

    private func entry(_ nid: Int32) -> String? {
        let name = X509_get_subject_name(x509)
        let place = X509_NAME_get_index_by_NID(name, nid, -1)
        guard place >= 0, let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, place)) else { return nil }
        var utf8: UnsafeMutablePointer<UInt8>?
        let count = ASN1_STRING_to_UTF8(&utf8, value)
        guard count >= 0, let utf8 else { return nil }
        defer { openssl_free_bytes(utf8) }
        return String(decoding: UnsafeBufferPointer(start: utf8, count: Int(count)), as: UTF8.self)
    }

    // MARK: Properties

    /// Seconds since 1970; the ends of time for dates that cannot be read.
    package var validFrom: Int64 { CertificateTime.seconds(X509_get0_notBefore(x509)) ?? .max }
    package var validUntil: Int64 { CertificateTime.seconds(X509_get0_notAfter(x509)) ?? .min }
    package func isValid(at seconds: Int64) -> Bool { validFrom <= seconds && seconds <= validUntil }

    package var isAuthority: Bool { X509_check_ca(x509) > 0 }
    /// Bits of a symmetric key that would be as hard to find.
    package var strength: Int { Int(EVP_PKEY_get_security_bits(X509_get0_pubkey(x509))) }

    /// Whether `other` signed it: by name and by signature.
    package func isSigned(by other: Certificate) -> Bool {
        defer { ERR_clear_error() }
        return X509_NAME_cmp(X509_get_issuer_name(x509), X509_get_subject_name(other.x509)) == 0
            && X509_verify(x509, X509_get0_pubkey(other.x509)) == 1
    }

    package func isSame(as other: Certificate) -> Bool { X509_cmp(x509, other.x509) == 0 }

    /// Where to ask OCSP.
    package var responder: String? {
        guard let text = openssl_copy_responder(x509) else { return nil }
        defer { openssl_free_text(text) }
        return String(cString: text)
    }

    /// A name for its file.
    var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard X509_digest(x509, EVP_sha256(), &digest, &count) == 1 else { return "unknown" }
        return Hexadecimal.text(digest.prefix(Int(count)).prefix(16))
    }
}

enum CertificateTime {
    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
        return Int64(days) * 86_400 + Int64(seconds)
    }
}

enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
