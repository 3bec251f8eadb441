// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL

/// Why a certificate of the peer was refused, as the chain was checked.
struct CertificateRefusal {
    let code: Int32
    let subject: String
    let issuer: String
    let notBefore: String
    let notAfter: String
    let names: String

    init(_ store: OpaquePointer) {
        code = X509_STORE_CTX_get_error(store)
        guard let certificate = X509_STORE_CTX_get_current_cert(store) else {
            (subject, issuer, notBefore, notAfter, names) = ("unknown", "unknown", "unknown", "unknown", "unknown")
            return
        }
        subject = Self.text(X509_get_subject_name(certificate))
        issuer = Self.text(X509_get_issuer_name(certificate))
        notBefore = Self.text(X509_get0_notBefore(certificate))
        notAfter = Self.text(X509_get0_notAfter(certificate))
        names = Self.alternativeNames(of: certificate) ?? subject
    }

    func fault(peer: String, trust: String) -> TLSFault {
        switch code {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED,
            X509_V_ERR_CERT_SIGNATURE_FAILURE:
            .untrusted(peer: peer, subject: subject, issuer: issuer, trust: trust)
        case X509_V_ERR_CERT_HAS_EXPIRED: .expired(peer: peer, subject: subject, on: notAfter)
        case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid(peer: peer, subject: subject, before: notBefore)
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .wrongName(peer: peer, names: names)
        case let other:
            .certificateRefused(
                peer: peer, subject: subject, words: String(cString: X509_verify_cert_error_string(Int(other))))
        }
    }

    static func text(_ name: OpaquePointer?) -> String {
        written { openssl_print_name($0, name) >= 0 } ?? "unnamed"
    }

    private static func text(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        written { ASN1_TIME_print($0, time) == 1 } ?? "an unreadable date"
    }

    private static func alternativeNames(of certificate: OpaquePointer) -> String? {
        let place = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
        guard place >= 0, let names = X509_get_ext(certificate, place) else { return nil }
        return written { X509V3_EXT_print($0, names, 0, 0) == 1 }
    }

    /// What OpenSSL prints, at most 500 bytes of it: it comes from the peer.
    private static func written(_ print: (OpaquePointer) -> Bool) -> String? {
        guard let paper = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(paper) }
        guard print(paper) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 500)
        let count = BIO_read(paper, &bytes, Int32(bytes.count))
        guard count > 0 else { return nil }
        // Control characters would let a certificate write into a terminal.
        return String(decoding: bytes.prefix(Int(count)).filter { $0 >= 0x20 && $0 != 0x7f }, as: UTF8.self)
    }
}
