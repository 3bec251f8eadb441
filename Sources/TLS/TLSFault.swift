// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Why a TLS session could not be made or ended early, in words with what to do.
package enum TLSFault: Error, Hashable, Sendable {
    /// A file of the configuration that cannot be used, e.g. (“the certificate authority”, path, “No such file”).
    case fileUnusable(purpose: String, file: String, words: String)
    case keyDoesNotMatch(certificateFile: String, keyFile: String)
    /// `hasEngine`: whether this system can speak to tokens at all.
    case tokenUnusable(key: String, hasEngine: Bool, words: String)
    /// The chain ends at nobody we trust. `trust` says where we looked.
    case untrusted(peer: String, subject: String, issuer: String, trust: String)
    case expired(peer: String, subject: String, on: String)
    case notYetValid(peer: String, subject: String, before: String)
    /// `names` is what the certificate is for.
    case wrongName(peer: String, names: String)
    case certificateRefused(peer: String, subject: String, words: String)
    /// The peer did not take our certificate, or wants one.
    case ourCertificateRefused(peer: String, words: String)
    case noCommonVersion(peer: String)
    case noCommonSuite(peer: String)
    case notTLS(peer: String)
    case handshakeFailed(peer: String, words: String)
    case handshakeTimedOut(peer: String, after: Duration)
    /// The connection ended without close_notify: what was received last may be incomplete.
    case cutOff(peer: String)
    case broken(peer: String, words: String)
    /// Our own mistake: bytes were written before the handshake was done, or after the end.
    case notSecure(peer: String)
}

extension TLSFault {
    static func keyDoesNotMatch(_ identity: TLSIdentity) -> TLSFault {
        .keyDoesNotMatch(
            certificateFile: identity.certificateFile, keyFile: TokenKey(identity.keyFile)?.shown ?? identity.keyFile)
    }
}

extension TLSFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fileUnusable(let purpose, let file, let words):
            "\(purpose) “\(file)” cannot be used: \(words). Is it a readable file in PEM form?"
        case .keyDoesNotMatch(let certificateFile, let keyFile):
            "The private key “\(keyFile)” does not belong to the certificate “\(certificateFile)”."
        case .tokenUnusable(_, false, let words):
            "Keys in PKCS#11 tokens need the package libengine-pkcs11-openssl, which cannot be used: \(words)."
        case .tokenUnusable(let key, true, let words):
            "The private key “\(key)” cannot be used: \(words). Is the token there and registered with p11-kit (or its module named by "
                + "PKCS11_MODULE_PATH), and does pin-value or pin-source hold its PIN?"
        case .untrusted(let peer, let subject, let issuer, let trust):
            "The certificate of \(peer) (\(subject)) is signed by nobody we trust: its issuer “\(issuer)” is not in \(trust). "
                + "Add the certificate of that authority there if it is yours."
        case .expired(let peer, let subject, let date):
            "The certificate of \(peer) (\(subject)) expired on \(date). It must be renewed there; or is our clock wrong?"
        case .notYetValid(let peer, let subject, let date):
            "The certificate of \(peer) (\(subject)) is not valid before \(date). Is our clock wrong?"
        case .wrongName(let peer, let names):
            "The certificate shown by \(peer) is for \(names). Is the address right? It must be written as in the certificate."
        case .certificateRefused(let peer, let subject, let words):
            "The certificate of \(peer) (\(subject)) is not acceptable: \(words)."
        case .ourCertificateRefused(let peer, let words):
            "\(peer) did not accept our certificate (\(words)). "
                + "Is one configured, and does the other side trust the authority that signed it?"
        case .noCommonVersion(let peer):
            "\(peer) speaks no version of TLS that we allow; 1.2 is the oldest."
        case .noCommonSuite(let peer):
            "\(peer) and we have no cipher suite in common. OCPP demands ECDHE-ECDSA or RSA with AES-GCM; "
                + "ISO 15118-2 demands ECDHE-ECDSA with AES-128-CBC."
        case .notTLS(let peer):
            "\(peer) does not answer in TLS. Is it the right port, or should the address begin with “ws://”?"
        case .handshakeFailed(let peer, let words): "The TLS handshake with \(peer) failed: \(words)."
        case .handshakeTimedOut(let peer, let after): "\(peer) did not finish the TLS handshake within \(after)."
        case .cutOff(let peer): "\(peer) ended the connection without saying so (no close_notify)."
        case .broken(let peer, let words): "The TLS session with \(peer) broke: \(words)."
        case .notSecure(let peer): "Nothing can be sent to \(peer) outside a TLS session."
        }
    }
}
