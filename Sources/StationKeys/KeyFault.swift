// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Why something about keys or certificates could not be done, with what to do about it. Names in it come from
/// certificates and are free of control characters.
package enum KeyFault: Error, Hashable, Sendable {
    /// More than `most` bytes of what should be `what`.
    case tooLong(what: String, bytes: Int, most: Int)
    case notPEM(what: String, words: String)
    /// There is no certificate in it, or more than one where one is wanted.
    case wrongCount(what: String, found: Int, wanted: String)
    /// Nothing of the kind that must have signed is installed.
    case noRoot(kind: String)
    case untrusted(subject: String, issuer: String, kind: String)
    case expired(subject: String)
    case notYetValid(subject: String)
    case chainRefused(subject: String, words: String)
    /// The certificate is for another key than the one that was made last.
    case otherKey(subject: String)
    /// Nothing was asked for that could have been signed.
    case nothingRequested(purpose: String)
    case wrongName(subject: String, wanted: String)
    case noOrganization(subject: String)
    /// Less than 112 bits of strength.
    case weakKey(subject: String, bits: Int)
    case notAnAuthority(subject: String)
    case notSignedByFormer(subject: String)
    case full(most: Int)
    case signatureWrong(subject: String)
    case signatureUnreadable
    case statusRefused(words: String)
    case fileFailed(path: String, words: String)
    case openSSLFailed(doing: String, words: String)
}

extension KeyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let what, let bytes, let most):
            "\(what) has \(bytes) bytes; \(most) is the most that is read."
        case .notPEM(let what, let words): "\(what) cannot be read: \(words). Is it a whole certificate in PEM form?"
        case .wrongCount(let what, let found, let wanted):
            "\(what) holds \(found) certificates, and \(wanted) is wanted."
        case .noRoot(let kind):
            "No \(kind) is installed that could vouch for it. Send the root with InstallCertificate first."
        case .untrusted(let subject, let issuer, let kind):
            "\(subject) is signed by “\(issuer)”, which leads to no \(kind) that is installed. "
                + "Are the certificates in between part of the chain, and is its root installed?"
        case .expired(let subject): "\(subject) has expired. Is our clock right?"
        case .notYetValid(let subject): "\(subject) is not valid yet. Is our clock right?"
        case .chainRefused(let subject, let words): "\(subject) is not acceptable: \(words)."
        case .otherKey(let subject):
            "\(subject) is for another key than the one requested last. A newer request may have taken its place; sign that."
        case .nothingRequested(let purpose): "There is no open request for a \(purpose). Trigger one first."
        case .wrongName(let subject, let wanted): "\(subject) does not name “\(wanted)” as its common name."
        case .noOrganization(let subject): "\(subject) names no organisation (A00.FR.509)."
        case .weakKey(let subject, let bits):
            "The key of \(subject) has a strength of \(bits) bits; 112 are needed (A00.FR.501)."
        case .notAnAuthority(let subject):
            "\(subject) is not a certificate authority, so nothing can be checked against it."
        case .notSignedByFormer(let subject):
            "\(subject) is not signed by the root it would replace (AdditionalRootCertificateCheck)."
        case .full(let most): "\(most) certificates are installed already. Delete one first."
        case .signatureWrong(let subject): "The signature does not fit the file and the certificate \(subject)."
        case .signatureUnreadable: "The signature is not Base64."
        case .statusRefused(let words): "The OCSP response is not usable: \(words)."
        case .fileFailed(let path, let words):
            "“\(path)” failed: \(words). Does the state directory exist, and may we write there?"
        case .openSSLFailed(let doing, let words): "OpenSSL failed \(doing): \(words)."
        }
    }

    /// Whether it is our own disk or library that failed, and not what was sent.
    package var isOurs: Bool {
        switch self {
        case .fileFailed, .openSSLFailed: true
        case .tooLong, .notPEM, .wrongCount, .noRoot, .untrusted, .expired, .notYetValid, .chainRefused, .otherKey,
            .nothingRequested, .wrongName, .noOrganization, .weakKey, .notAnAuthority, .notSignedByFormer, .full,
            .signatureWrong, .signatureUnreadable, .statusRefused:
            false
        }
    }
}
