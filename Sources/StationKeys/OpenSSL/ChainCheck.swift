// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL

/// Whether a certificate leads to one of the roots that count (RFC 5280, section 6).
package struct ChainCheck {
    /// What the roots are, for messages: “CSMS root certificate”.
    let kind: String
    let roots: [Certificate]
    /// Seconds since 1970.
    let now: Int64

    /// OpenSSL's name for 112 bits of strength (A00.FR.501): RSA of 2048 bits (A00.FR.502), curves of 224 (A00.FR.503). It leaves
    /// out SHA-1 too (A00.FR.504).
    private static let securityLevel: Int32 = 2

    /// - Returns: From the certificate up to the last one below the root, in order. What else came with it is left out.
    func path(of leaf: Certificate, through others: [Certificate]) throws(KeyFault) -> [Certificate] {
        guard !roots.isEmpty else { throw .noRoot(kind: kind) }
        try checkDates(leaf)
        guard leaf.strength >= 112 else { throw .weakKey(subject: leaf.subject, bits: leaf.strength) }
        guard let store = X509_STORE_new(), let check = X509_STORE_CTX_new(), let list = openssl_new_list() else {
            throw .openSSLFailed(doing: "checking a chain", words: "no memory")
        }
        defer {
            openssl_free_list(list)
            X509_STORE_CTX_free(check)
            X509_STORE_free(store)
            ERR_clear_error()
        }
        for root in roots { X509_STORE_add_cert(store, root.x509) }
        for other in others { openssl_append(list, other.x509) }
        guard X509_STORE_CTX_init(check, store, leaf.x509, list) == 1 else {
            throw .openSSLFailed(doing: "checking a chain", words: OpenSSLWords.take())
        }
        setRules(of: check)
        guard X509_verify_cert(check) == 1 else { throw refusal(check, leaf) }
        let chain = X509_STORE_CTX_get0_chain(check)
        let path = (0..<openssl_count(chain)).compactMap { openssl_at(chain, $0) }.map(Certificate.init(sharing:))
        return Array(path.prefix { certificate in !roots.contains { $0.isSame(as: certificate) } })
    }

    private func setRules(of check: OpaquePointer) {
        let rules = X509_STORE_CTX_get0_param(check)
        X509_VERIFY_PARAM_set_time(rules, time_t(clamping: now))
        // A root that replaced another may be signed by it and end the path all the same (M05.FR.10).
        X509_VERIFY_PARAM_set_flags(rules, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        X509_VERIFY_PARAM_set_auth_level(rules, Self.securityLevel)
        X509_VERIFY_PARAM_set_depth(rules, Int32(Certificate.mostInText))
    }

    func checkDates(_ certificate: Certificate) throws(KeyFault) {
        guard now >= certificate.validFrom else { throw .notYetValid(subject: certificate.subject) }
        guard now <= certificate.validUntil else { throw .expired(subject: certificate.subject) }
    }

    private func refusal(_ check: OpaquePointer, _ leaf: Certificate) -> KeyFault {
        let culprit = X509_STORE_CTX_get_current_cert(check).map(Certificate.init(sharing:)) ?? leaf
        switch X509_STORE_CTX_get_error(check) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return .untrusted(subject: culprit.subject, issuer: culprit.issuer, kind: kind)
        case X509_V_ERR_CERT_HAS_EXPIRED: return .expired(subject: culprit.subject)
        case X509_V_ERR_CERT_NOT_YET_VALID: return .notYetValid(subject: culprit.subject)
        case let other:
            let words = String(cString: X509_verify_cert_error_string(Int(other)))
            return .chainRefused(subject: culprit.subject, words: words)
        }
    }
}
