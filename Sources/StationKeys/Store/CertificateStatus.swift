// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import Electricity
import OCPP21

/// What an OCSP responder says of a certificate (RFC 6960).
package enum OCSPVerdict: Equatable, Sendable {
    case good
    case revoked
    case unknown
}

extension KeyStore {
    /// Keeps the OCSP response for a certificate of ours, if it is one: signed by its issuer or a responder the issuer
    /// named, and in force (M06.FR.06, M06.FR.09).
    /// - Parameter result: DER in Base64.
    @discardableResult
    package func keepStatus(
        _ request: OCSPRequestDataType, _ result: String, at now: WallTime
    ) throws(KeyFault) -> OCSPVerdict {
        guard let bytes = Base64.bytes(result) else { throw .statusRefused(words: "it is not Base64") }
        let known = try allRoots()
        let wanted = CertificateHashDataType(
            hashAlgorithm: request.hashAlgorithm, issuerNameHash: request.issuerNameHash,
            issuerKeyHash: request.issuerKeyHash, serialNumber: request.serialNumber)
        for purpose in CertificateSigningUseEnumType.forVehicles {
            let chain = try chain(Self.own(purpose))
            for certificate in chain {
                guard let issuer = issuer(of: certificate, in: chain, or: known),
                    certificate.isMeant(by: wanted, issuedBy: issuer)
                else { continue }
                let verdict = try OCSPResponse(bytes).verdict(
                    on: certificate, issuedBy: issuer, through: chain, roots: known, at: now.seconds)
                try folder.write(bytes, to: "status-\(certificate.fingerprint).der")
                return verdict
            }
        }
        throw .statusRefused(words: "it is about no certificate of ours")
    }

    /// What is shown to a car beside our chain (OCSP stapling): a response a certificate, nil where none is kept.
    package func statuses(of purpose: CertificateSigningUseEnumType) throws(KeyFault) -> [[UInt8]?] {
        var found: [[UInt8]?] = []
        for certificate in try chain(Self.own(purpose)) {
            found.append(try folder.read("status-\(certificate.fingerprint).der"))
        }
        return found
    }
}

/// An OCSP response as it came.
struct OCSPResponse: ~Copyable {
    private let response: OpaquePointer
    private let basic: OpaquePointer

    /// A response may be a few minutes ahead of our clock.
    private static let tolerance: Int64 = 300

    init(_ bytes: [UInt8]) throws(KeyFault) {
        ERR_clear_error()
        let parsed = bytes.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var start = bytes.baseAddress
            return d2i_OCSP_RESPONSE(nil, &start, bytes.count)
        }
        guard let parsed else { throw .statusRefused(words: OpenSSLWords.take()) }
        let status = OCSP_response_status(parsed)
        guard status == OCSP_RESPONSE_STATUS_SUCCESSFUL, let basic = OCSP_response_get1_basic(parsed) else {
            OCSP_RESPONSE_free(parsed)
            ERR_clear_error()
            throw .statusRefused(words: String(cString: OCSP_response_status_str(Int(status))))
        }
        (response, self.basic) = (parsed, basic)
    }

    deinit {
        OCSP_BASICRESP_free(basic)
        OCSP_RESPONSE_free(response)
    }

    func verdict(
        on certificate: Certificate, issuedBy issuer: Certificate, through chain: [Certificate], roots: [Certificate],
        at now: Int64
    ) throws(KeyFault) -> OCSPVerdict {
        try checkSignature(chain + [issuer], roots, now)
        // The responder chooses by which hash it names the certificate.
        for digest in [EVP_sha256(), EVP_sha1(), EVP_sha384(), EVP_sha512()] {
            guard let id = OCSP_cert_to_id(digest, certificate.x509, issuer.x509) else { continue }
            defer { OCSP_CERTID_free(id) }
            var status: Int32 = 0
            var reason: Int32 = 0
            var revokedAt: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
            var from: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
            var until: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
            guard OCSP_resp_find_status(basic, id, &status, &reason, &revokedAt, &from, &until) == 1 else { continue }
            try checkTimes(from, until, now)
            switch status {
            case V_OCSP_CERTSTATUS_GOOD: return .good
            case V_OCSP_CERTSTATUS_REVOKED: return .revoked
            case _: return .unknown
            }
        }
        throw .statusRefused(words: "it is about another certificate")
    }

    private func checkSignature(_ others: [Certificate], _ roots: [Certificate], _ now: Int64) throws(KeyFault) {
        guard let store = X509_STORE_new(), let list = openssl_new_list() else {
            throw .openSSLFailed(doing: "checking an OCSP response", words: "no memory")
        }
        defer {
            openssl_free_list(list)
            X509_STORE_free(store)
        }
        for root in roots { X509_STORE_add_cert(store, root.x509) }
        for other in others { openssl_append(list, other.x509) }
        let rules = X509_STORE_get0_param(store)
        X509_VERIFY_PARAM_set_time(rules, time_t(clamping: now))
        X509_VERIFY_PARAM_set_flags(rules, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        ERR_clear_error()
        guard OCSP_basic_verify(basic, list, store, 0) == 1 else { throw .statusRefused(words: OpenSSLWords.take()) }
    }

    private func checkTimes(
        _ from: UnsafePointer<ASN1_GENERALIZEDTIME>?, _ until: UnsafePointer<ASN1_GENERALIZEDTIME>?, _ now: Int64
    ) throws(KeyFault) {
        guard let begin = CertificateTime.seconds(from), begin <= now + Self.tolerance else {
            throw .statusRefused(words: "it is not in force yet")
        }
        guard let until else { return }
        guard let end = CertificateTime.seconds(until), now <= end else {
            throw .statusRefused(words: "it is out of date")
        }
    }
}
