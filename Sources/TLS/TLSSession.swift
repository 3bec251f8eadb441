// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import NIOCore

/// One TLS session between two memory buffers: bytes of the wire go in and out on one side, plain bytes on the other.
/// It has no socket, thread or clock. Whoever drives it hands in what arrives, and sends `output` after every call.
package final class TLSSession {
    package enum Role: Hashable, Sendable {
        /// The peer's certificate must be for `host`, a DNS name or an IP address.
        /// A wildcard certificate counts only where allowed (AllowCSMSTLSWildcards of OCPP 2.1).
        case client(host: String, allowsWildcard: Bool = false)
        case server
        /// A car, to a station whose chain ends at the V2G root; a station has no name that its car would know.
        case vehicle
    }

    package enum Version: Hashable, Sendable { case v1_2, v1_3 }

    package enum Reading: Hashable, Sendable {
        /// Nothing more until bytes arrive.
        case waiting
        /// The peer said that it will send no more (close_notify).
        case ended
    }

    /// The most plain bytes that one record holds.
    package static let recordSize = 16_384

    package let peer: String
    private let context: TLSContext
    private let session: OpaquePointer
    /// Owned by the session. Empty between two calls: all that arrives is consumed at once.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private var isHandshaken = false
    private var refusal: CertificateRefusal?

    /// - Parameter peer: who is at the other end, for messages.
    package init(_ role: Role, in context: TLSContext, peer: String) throws(TLSFault) {
        ERR_clear_error()
        guard let session = SSL_new(context.context) else {
            throw .handshakeFailed(peer: peer, words: OpenSSLErrors.take().words)
        }
        guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
            SSL_free(session)
            throw .handshakeFailed(peer: peer, words: "no memory for buffers")
        }
        openssl_never_ends(incoming)
        openssl_never_ends(outgoing)
        SSL_set_bio(session, incoming, outgoing)
        (self.peer, self.context, self.session) = (peer, context, session)
        (self.incoming, self.outgoing) = (incoming, outgoing)
        SSL_set_ex_data(session, 0, Unmanaged.passUnretained(self).toOpaque())
        try assume(role)
    }

    // Frees both buffers too. Nothing can call back into us afterwards.
    deinit { SSL_free(session) }

    private func assume(_ role: Role) throws(TLSFault) {
        switch role {
        case .client(let host, let allowsWildcard):
            SSL_set_connect_state(session)
            try expect(host, allowsWildcard: allowsWildcard)
        case .server: SSL_set_accept_state(session)
        case .vehicle:
            SSL_set_connect_state(session)
            openssl_ask_for_staple(session)
        }
        let demand = context.verifiesPeer ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE
        SSL_set_verify(session, demand) { isGood, store in
            guard isGood != 1, let store,
                let session = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
                let own = SSL_get_ex_data(OpaquePointer(session), 0)
            else { return isGood }
            Unmanaged<TLSSession>.fromOpaque(own).takeUnretainedValue().refusal = CertificateRefusal(store)
            return 0
        }
    }

    private func expect(_ host: String, allowsWildcard: Bool) throws(TLSFault) {
        guard X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) != 1 else { return }
        ERR_clear_error()
        let wildcards = allowsWildcard ? X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS : X509_CHECK_FLAG_NO_WILDCARDS
        SSL_set_hostflags(session, UInt32(wildcards))
        guard SSL_set1_host(session, host) == 1, openssl_set_server_name(session, host) == 1 else {
            throw .handshakeFailed(peer: peer, words: "“\(host)” is no host name (\(OpenSSLErrors.take().words))")
        }
    }

    /// Takes bytes of the wire. `handshake` or `read` must follow.
    package func receive(_ bytes: ByteBuffer) throws(TLSFault) {
        let taken = bytes.withUnsafeReadableBytes { bytes in
            bytes.isEmpty ? 0 : BIO_write(incoming, bytes.baseAddress, Int32(clamping: bytes.count))
        }
        guard Int(taken) == bytes.readableBytes else { throw .broken(peer: peer, words: "no memory for what arrived") }
    }

    /// Goes on with the handshake.
    /// - Returns: whether it is done.
    package func handshake() throws(TLSFault) -> Bool {
        ERR_clear_error()
        let result = SSL_do_handshake(session)
        guard result != 1 else {
            isHandshaken = true
            return true
        }
        guard SSL_get_error(session, result) == SSL_ERROR_WANT_READ else { throw fault() }
        return false
    }

    /// Appends the plain bytes of one record, or says why there are none.
    package func read(into plain: inout ByteBuffer) throws(TLSFault) -> Reading? {
        ERR_clear_error()
        var count = 0
        var result: Int32 = 0
        plain.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.recordSize) { room in
            result = SSL_read_ex(session, room.baseAddress, room.count, &count)
            return result == 1 ? count : 0
        }
        guard result != 1 else { return nil }
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return .waiting
        case SSL_ERROR_ZERO_RETURN: return .ended
        case _: throw fault()
        }
    }

    /// Encrypts all of `plain`.
    package func write(_ plain: ByteBuffer) throws(TLSFault) {
        guard isHandshaken else { throw .notSecure(peer: peer) }
        guard plain.readableBytes > 0 else { return }
        ERR_clear_error()
        var count = 0
        let result = plain.withUnsafeReadableBytes { SSL_write_ex(session, $0.baseAddress, $0.count, &count) }
        // A memory buffer takes all there is, so less than all is a failure.
        guard result == 1, count == plain.readableBytes else { throw fault() }
    }

    /// Says that we will send no more (close_notify).
    package func end() {
        guard isHandshaken else { return }
        ERR_clear_error()
        SSL_shutdown(session)
        ERR_clear_error()
    }

    /// What must go to the wire now; `nil` if nothing must.
    package func output() -> ByteBuffer? {
        let count = Int(openssl_pending(outgoing))
        guard count > 0 else { return nil }
        var bytes = ByteBuffer()
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { room in
            max(0, Int(BIO_read(outgoing, room.baseAddress, Int32(clamping: count))))
        }
        return bytes
    }

    /// E.g. “TLSv1.3, TLS_AES_128_GCM_SHA256”.
    package var agreed: String {
        let suite = SSL_CIPHER_get_name(SSL_get_current_cipher(session)).map { String(cString: $0) } ?? "no cipher"
        return "\(String(cString: SSL_get_version(session))), \(suite)"
    }

    /// Of a session that is secure.
    package var version: Version { SSL_version(session) == TLS1_3_VERSION ? .v1_3 : .v1_2 }

    /// Whom the peer's certificate names; `nil` where it showed none.
    package var peerName: String? {
        SSL_get0_peer_certificate(session).map { CertificateRefusal.text(X509_get_subject_name($0)) }
    }

    /// What the peer said about its certificate's revocation (OCSP, DER), as it came.
    package var staple: [UInt8]? {
        var bytes: UnsafePointer<UInt8>?
        let count = Int(openssl_get_staple(session, &bytes))
        guard let bytes, count > 0 else { return nil }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private func fault() -> TLSFault {
        let error = OpenSSLErrors.take()
        if let refusal { return refusal.fault(peer: peer, trust: context.trust) }
        switch error.reason {
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_UNKNOWN_PROTOCOL: return .notTLS(peer: peer)
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, SSL_R_VERSION_TOO_LOW:
            return .noCommonVersion(peer: peer)
        case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, SSL_R_NO_SHARED_CIPHER, SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
            return .noCommonSuite(peer: peer)
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
            SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
            SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, SSL_R_TLSV1_ALERT_UNKNOWN_CA,
            SSL_R_TLSV1_ALERT_ACCESS_DENIED, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return .ourCertificateRefused(peer: peer, words: error.words)
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return .certificateRefused(peer: peer, subject: "none", words: "a certificate is required here")
        case _:
            return isHandshaken
                ? .broken(peer: peer, words: error.words) : .handshakeFailed(peer: peer, words: error.words)
        }
    }
}
