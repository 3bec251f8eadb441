// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL

/// Whom we trust to vouch for a peer.
package enum TLSTrust: Hashable, Sendable {
    /// The authorities the system trusts (`/etc/ssl/certs`).
    case system
    /// The authorities in a PEM file, and no others.
    case file(String)
}

/// A certificate chain, leaf first, in a PEM file, and its private key, in one or in a PKCS#11 token.
package struct TLSIdentity: Hashable, Sendable {
    package let certificateFile: String
    /// Or the URI of a key in a token; see `TokenKey`.
    package let keyFile: String
    /// A responder's word that the leaf is not revoked (OCSP, DER), shown to peers that ask for it.
    package let stapleFile: String?

    package init(certificateFile: String, keyFile: String, stapleFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.stapleFile = stapleFile
    }
}

/// What all sessions of one kind share: versions, suites, trust, our own certificate.
/// The files are read here and only here; a new certificate needs a new context.
package final class TLSContext: @unchecked Sendable {
    /// Set up in the initialiser and only read after it, which OpenSSL allows from any thread.
    let context: OpaquePointer
    /// Where trust comes from, for messages.
    let trust: String
    let verifiesPeer: Bool
    /// What a session of TLS 1.3 goes on with instead; see `StationTLS`.
    let modern: TLSContext?
    var staple: [UInt8] = []

    deinit { SSL_CTX_free(context) }

    init(_ method: OpaquePointer?, trust: TLSTrust?, kind: Kind = .backend, modern: TLSContext? = nil) throws(TLSFault)
    {
        ERR_clear_error()
        guard let context = SSL_CTX_new(method) else {
            throw .handshakeFailed(peer: "OpenSSL", words: OpenSSLErrors.take().words)
        }
        self.context = context
        self.modern = modern
        verifiesPeer = trust != nil
        switch trust {
        case .system: self.trust = "the system's authorities"
        case .file(let file): self.trust = "“\(file)”"
        case nil: self.trust = modern?.trust ?? "nothing"
        }
        try harden(kind)
        switch trust {
        case .system: SSL_CTX_set_default_verify_paths(context)
        case .file(let file):
            guard SSL_CTX_load_verify_file(context, file) == 1 else {
                throw .fileUnusable(purpose: "The certificate authority", file: file, words: OpenSSLErrors.take().words)
            }
        case nil: break
        }
    }

    /// For connections we make. The peer must prove who it is.
    /// - Parameter identity: shown if the peer asks for it (OCPP security profile 3).
    package convenience init(clientTrusting trust: TLSTrust, identity: TLSIdentity? = nil) throws(TLSFault) {
        try self.init(TLS_client_method(), trust: trust)
        if let identity { try use(identity) }
    }

    /// For connections made to us.
    /// - Parameter trust: whose clients we let in; `nil` asks for no certificate.
    package convenience init(serverAs identity: TLSIdentity, trustingClientsOf trust: TLSTrust? = nil) throws(TLSFault)
    {
        try self.init(TLS_server_method(), trust: trust)
        try use(identity)
    }

    private func harden(_ kind: Kind) throws(TLSFault) {
        openssl_set_strict(context)
        if kind.groups != nil { openssl_never_resume(context) }
        guard openssl_set_versions(context, kind.oldest, kind.newest) == 1,
            SSL_CTX_set_cipher_list(context, kind.suites) == 1,
            SSL_CTX_set_ciphersuites(context, kind.suites13) == 1,
            kind.groups.map({ openssl_set_groups(context, $0) == 1 }) ?? true
        else { throw .handshakeFailed(peer: "OpenSSL", words: OpenSSLErrors.take().words) }
        // An encrypted key must fail, not ask at the terminal.
        SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
    }

    func use(_ identity: TLSIdentity) throws(TLSFault) {
        guard SSL_CTX_use_certificate_chain_file(context, identity.certificateFile) == 1 else {
            let words = OpenSSLErrors.take().words
            throw .fileUnusable(purpose: "Our certificate", file: identity.certificateFile, words: words)
        }
        let isTaken =
            if let key = TokenKey(identity.keyFile) { try take(key) } else {
                SSL_CTX_use_PrivateKey_file(context, identity.keyFile, SSL_FILETYPE_PEM) == 1
            }
        guard isTaken else {
            let error = OpenSSLErrors.take()
            guard error.reason != X509_R_KEY_VALUES_MISMATCH else { throw .keyDoesNotMatch(identity) }
            throw .fileUnusable(purpose: "Our private key", file: identity.keyFile, words: error.words)
        }
        guard SSL_CTX_check_private_key(context) == 1 else {
            ERR_clear_error()
            throw .keyDoesNotMatch(identity)
        }
        if let file = identity.stapleFile { try show(stapleIn: file) }
    }

    /// - Returns: Whether it belongs to the certificate; the reason is in OpenSSL's queue.
    private func take(_ token: TokenKey) throws(TLSFault) -> Bool {
        let key = try token.load()
        defer { EVP_PKEY_free(key) }
        return SSL_CTX_use_PrivateKey(context, key) == 1
    }
}

/// OpenSSL's error queue of this thread.
enum OpenSSLErrors {
    /// The first error queued since the last clearing, which is the cause; the queue is empty afterwards.
    static func take() -> (reason: Int32, words: String) {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return (0, "no reason given") }
        // Errors of the system (a missing file) carry errno instead of a reason.
        let reason = ERR_GET_REASON(code)
        if let text = ERR_reason_error_string(code) { return (reason, String(cString: text)) }
        if let text = strerror(reason) { return (reason, String(cString: text)) }
        return (reason, "error \(code)")
    }
}
