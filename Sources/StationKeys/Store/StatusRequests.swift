// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import OCPP21

extension OCSPRequestDataType {
    /// What somebody else needs to ask a responder about a certificate.
    /// - Returns: nil where the certificate names no responder, or what it says fits into no message.
    init?(_ certificate: Certificate, issuedBy issuer: Certificate, longestURL: Int) {
        guard let url = certificate.responder, url.unicodeScalars.count <= longestURL,
            let hash = certificate.hashData(issuedBy: issuer), hash.serialNumber.count <= 40
        else { return nil }
        self.init(
            hashAlgorithm: hash.hashAlgorithm, issuerNameHash: hash.issuerNameHash, issuerKeyHash: hash.issuerKeyHash,
            serialNumber: hash.serialNumber, responderURL: url)
    }

    /// What a backend needs to have a contract's status from OCSP (C07.FR.01): its certificate first, then those between it and
    /// its root, as far as they name a responder and their issuer is known. At most four, as many as a message takes.
    /// - Parameters:
    ///   - chain: as a car showed it, DER, leaf first, without the root. Nothing of it need be true.
    ///   - roots: that the station trusts with contracts, DER.
    package static func contract(_ chain: [[UInt8]], roots: [[UInt8]]) -> [OCSPRequestDataType] {
        let chain = chain.prefix(Certificate.mostInText).compactMap(Certificate.init(der:))
        let known = chain + roots.compactMap(Certificate.init(der:))
        let requests = chain.compactMap { certificate in
            known.first { certificate.isSigned(by: $0) }
                .flatMap { OCSPRequestDataType(certificate, issuedBy: $0, longestURL: longestURLInAnyVersion) }
        }
        return Array(requests.prefix(4))
    }

    /// OCPP 2.0.1 takes less than OCPP 2.1 does.
    private static var longestURLInAnyVersion: Int { 512 }
}

extension Certificate {
    /// - Returns: nil for what is no certificate in DER, and nothing but one.
    convenience init?(der bytes: [UInt8]) {
        defer { ERR_clear_error() }
        let x509 = bytes.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var end = bytes.baseAddress
            guard let x509 = d2i_X509(nil, &end, bytes.count) else { return nil }
            guard end == bytes.baseAddress.map({ $0 + bytes.count }) else {
                X509_free(x509)
                return nil
            }
            return x509
        }
        guard let x509 else { return nil }
        self.init(owning: x509)
    }
}
