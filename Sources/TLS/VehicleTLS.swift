// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL

/// What a station shows its cars and asks of them. One listener serves both generations: TLS 1.2 where only the station
/// proves who it is (ISO 15118-2), and TLS 1.3 where the car does too (ISO 15118-20).
package struct StationTLS: Hashable, Sendable {
    /// P-256.
    package var identity: TLSIdentity
    /// Shown in TLS 1.3 instead: secp521r1 or Ed448.
    package var modernIdentity: TLSIdentity?
    /// Who vouches for cars. Without it no car is asked for a certificate, and none may speak ISO 15118-20.
    package var vehicles: TLSTrust?

    package init(identity: TLSIdentity, modernIdentity: TLSIdentity? = nil, vehicles: TLSTrust? = nil) {
        self.identity = identity
        self.modernIdentity = modernIdentity
        self.vehicles = vehicles
    }
}

extension TLSContext {
    /// For cars that connect to us.
    package convenience init(station: StationTLS) throws(TLSFault) {
        let modern = try TLSContext(
            TLS_server_method(), trust: station.vehicles, kind: .modernVehicle)
        try modern.use(station.modernIdentity ?? station.identity)
        try self.init(TLS_server_method(), trust: nil, kind: .vehicle, modern: modern)
        try use(station.identity)
        // The version is agreed on by now, and no certificate has been chosen or asked for.
        SSL_CTX_set_cert_cb(
            context,
            { session, owner in
                guard SSL_version(session) == TLS1_3_VERSION, let owner else { return 1 }
                let modern = Unmanaged<TLSContext>.fromOpaque(owner).takeUnretainedValue()
                guard SSL_set_SSL_CTX(session, modern.context) != nil else { return 0 }
                if modern.verifiesPeer {
                    SSL_set_verify(session, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
                }
                return 1
            }, Unmanaged.passUnretained(modern).toOpaque())
    }

    /// What a car may speak.
    package enum Generation: Hashable, Sendable, CaseIterable {
        case any
        /// TLS 1.2 only, as cars of ISO 15118-2.
        case older
        /// TLS 1.3 only, as ISO 15118-20 demands.
        case modern
    }

    /// For a car that connects to a station.
    /// - Parameters:
    ///   - trust: the V2G root.
    ///   - identity: shown where the station asks, which it does in TLS 1.3.
    package convenience init(
        vehicleTrusting trust: TLSTrust, identity: TLSIdentity? = nil, speaking generation: Generation = .any
    ) throws(TLSFault) {
        let kind: Kind =
            switch generation {
            case .any: .vehicle
            case .older: .olderVehicle
            case .modern: .modernVehicle
            }
        try self.init(TLS_client_method(), trust: trust, kind: kind)
        if let identity { try use(identity) }
    }

    /// Most bytes of a staple; usual ones have a few thousand.
    static let longestStaple = 16_384

    func show(stapleIn file: String) throws(TLSFault) {
        guard let paper = BIO_new_file(file, "rb") else {
            throw .fileUnusable(purpose: "The OCSP response", file: file, words: OpenSSLErrors.take().words)
        }
        defer { BIO_free(paper) }
        var bytes = [UInt8](repeating: 0, count: Self.longestStaple + 1)
        let count = Int(BIO_read(paper, &bytes, Int32(bytes.count)))
        guard count > 0, count <= Self.longestStaple else {
            throw .fileUnusable(
                purpose: "The OCSP response", file: file,
                words: "it is empty, or longer than \(Self.longestStaple) bytes")
        }
        staple = Array(bytes.prefix(count))
        openssl_when_asked_for_staple(
            context,
            { session, owner in
                guard let owner else { return SSL_TLSEXT_ERR_NOACK }
                let context = Unmanaged<TLSContext>.fromOpaque(owner).takeUnretainedValue()
                return openssl_staple(session, context.staple, context.staple.count)
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
