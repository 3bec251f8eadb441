// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import ChargingStation
import OCPP21

/// A private key of ours. It is written to our own files and nowhere else (A02.FR.05).
final class PrivateKey {
    let key: OpaquePointer

    private init(owning key: OpaquePointer) { self.key = key }
    deinit { EVP_PKEY_free(key) }

    /// A new one, of the curve the purpose wants: P-256 for OCPP and ISO 15118-2, P-521 for ISO 15118-20.
    static func make(for purpose: CertificateSigningUseEnumType) throws(KeyFault) -> PrivateKey {
        ERR_clear_error()
        guard let key = openssl_new_ec_key(purpose.curve) else {
            throw .openSSLFailed(doing: "making a key", words: OpenSSLWords.take())
        }
        return PrivateKey(owning: key)
    }

    /// - Returns: Nil if there is none in the text.
    static func first(in text: [UInt8]) throws(KeyFault) -> PrivateKey? {
        let paper = try Paper(text)
        defer { ERR_clear_error() }
        return PEM_read_bio_PrivateKey(paper.bio, nil, { _, _, _, _ in 0 }, nil).map(PrivateKey.init)
    }

    var pem: [UInt8] {
        get throws(KeyFault) {
            let paper = try Paper(isSecret: true)
            guard PEM_write_bio_PKCS8PrivateKey(paper.bio, key, nil, nil, 0, nil, nil) == 1 else {
                throw .openSSLFailed(doing: "writing a key", words: OpenSSLWords.take())
            }
            return paper.bytes
        }
    }

    func belongs(to certificate: Certificate) -> Bool {
        defer { ERR_clear_error() }
        return EVP_PKEY_eq(X509_get0_pubkey(certificate.x509), key) == 1
    }

    /// A request for a certificate of this key (RFC 2986) in PEM (A02.FR.03).
    func request(_ subject: CertificateSubject, for purpose: CertificateSigningUseEnumType) throws(KeyFault) -> String {
        ERR_clear_error()
        guard let request = X509_REQ_new() else {
            throw .openSSLFailed(doing: "making a request", words: OpenSSLWords.take())
        }
        defer { X509_REQ_free(request) }
        // A00.FR.512; A00.FR.514: no extended key usage.
        let usage = purpose == .chargingStationCertificate ? "digitalSignature" : "digitalSignature,keyAgreement"
        guard X509_REQ_set_version(request, 0) == 1,
            write(subject, of: purpose, to: X509_REQ_get_subject_name(request)),
            X509_REQ_set_pubkey(request, key) == 1,
            openssl_add_extension(request, NID_key_usage, "critical," + usage) == 1,
            X509_REQ_sign(request, key, purpose.digest) > 0
        else { throw .openSSLFailed(doing: "making a request", words: OpenSSLWords.take()) }
        let paper = try Paper()
        guard PEM_write_bio_X509_REQ(paper.bio, request) == 1 else {
            throw .openSSLFailed(doing: "writing a request", words: OpenSSLWords.take())
        }
        return String(decoding: paper.bytes, as: UTF8.self)
    }

    private func write(
        _ subject: CertificateSubject, of purpose: CertificateSigningUseEnumType, to name: OpaquePointer?
    ) -> Bool {
        func add(_ field: String, _ value: String) -> Bool {
            X509_NAME_add_entry_by_txt(
                name, field, MBSTRING_UTF8, Array(value.utf8), Int32(clamping: value.utf8.count), -1, 0) == 1
        }
        guard add("CN", subject.commonName), add("O", subject.organization) else { return false }
        if let country = subject.country, !add("C", country) { return false }
        // ISO 15118-2, annex F: a certificate of a charging station says so by its domain component.
        return purpose == .chargingStationCertificate || add("DC", "CPO")
    }
}

private let MBSTRING_UTF8: Int32 = 0x1000

extension CertificateSigningUseEnumType {
    fileprivate var curve: String {
        switch self {
        case .chargingStationCertificate, .v2GCertificate: "P-256"
        case .v2G20Certificate: "P-521"
        }
    }

    fileprivate var digest: OpaquePointer? {
        switch self {
        case .chargingStationCertificate, .v2GCertificate: EVP_sha256()
        case .v2G20Certificate: EVP_sha512()
        }
    }
}
