// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import Electricity
import ISO15118

/// Contracts judged with OpenSSL, and the roots that count for each kind of certificate.
public struct ContractTrust: ContractCryptography {
    /// Of the V2G, DER: they vouch for provisioning services, and for operators that derive from them.
    public var v2gRoots: [[UInt8]]
    /// Of mobility operators.
    public var operatorRoots: [[UInt8]]
    /// Of manufacturers.
    public var vehicleRoots: [[UInt8]]
    /// Whether a certificate was revoked, where somebody knows: by an OCSP response, by a list. The arguments are the certificate
    /// and its issuer, if that came with it.
    public var isRevoked: (@Sendable (_ certificate: [UInt8], _ issuer: [UInt8]?) -> Bool)?

    public init(v2gRoots: [[UInt8]] = [], operatorRoots: [[UInt8]] = [], vehicleRoots: [[UInt8]] = []) {
        self.v2gRoots = v2gRoots
        self.operatorRoots = operatorRoots
        self.vehicleRoots = vehicleRoots
    }

    public func digest(_ bytes: [UInt8], _ algorithm: DigestAlgorithm) -> [UInt8] {
        let kind = algorithm == .sha256 ? EVP_sha256() : EVP_sha512()
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        // Without memory for a context there is no digest, and an empty one equals none that a peer sends.
        guard EVP_Digest(bytes, bytes.count, &result, &count, kind, nil) == 1 else { return [] }
        return Array(result.prefix(Int(count)))
    }

    public func isSignature(
        _ signature: [UInt8], of bytes: [UInt8], by certificate: [UInt8], _ profile: SignatureProfile
    ) -> Bool {
        guard let found = X509(certificate), found.maySign, let key = found.key else { return false }
        return CurveSignature.isValid(signature, of: bytes, by: key, profile)
    }

    public func commonName(of certificate: [UInt8]) -> String? { X509(certificate)?.commonName }

    public func owns(_ key: any ContractKey, _ certificate: [UInt8]) -> Bool {
        guard let found = X509(certificate), let half = found.key else { return false }
        return !key.publicKey.isEmpty && PrivateKey.publicKey(of: half) == key.publicKey
    }

    // MARK: Chains

    /// Authorities between leaf and root: two in every PKI of the standards (ISO 15118-2:2014, annex E).
    static let mostAuthorities = 2

    public func judge(_ chain: CertificateChain, _ role: CertificateRole, at time: WallTime) -> CertificateVerdict {
        guard chain.authorities.count <= Self.mostAuthorities, let leaf = X509(chain.leaf), plays(leaf, role) else {
            return .broken
        }
        let authorities = chain.authorities.compactMap(X509.init)
        guard authorities.count == chain.authorities.count else { return .broken }
        let verdict = ChainVerdict(leaf, authorities, roots: roots(for: role).compactMap(X509.init), at: time).verdict
        guard case .valid = verdict else { return verdict }
        return hasRevoked(chain) ? .revoked : verdict
    }

    /// A certificate for something else must not pass, although the same root vouches for it.
    private func plays(_ leaf: X509, _ role: CertificateRole) -> Bool {
        guard !leaf.isAuthority, leaf.maySign, let key = leaf.key, CurveSignature.profile(of: key) != nil else {
            return false
        }
        let components = leaf.domainComponents.map { $0.uppercased() }
        return switch role {
        case .provisioningService: components.contains("CPS")
        case .contract, .vehicle: !components.contains("CPS") && !components.contains("CPO")
        }
    }

    private func roots(for role: CertificateRole) -> [[UInt8]] {
        switch role {
        case .contract: operatorRoots + v2gRoots
        case .provisioningService: v2gRoots
        case .vehicle: vehicleRoots + v2gRoots
        }
    }

    private func hasRevoked(_ chain: CertificateChain) -> Bool {
        guard let isRevoked else { return false }
        let all = [chain.leaf] + chain.authorities
        return all.indices.contains { isRevoked(all[$0], $0 + 1 < all.count ? all[$0 + 1] : nil) }
    }
}

/// What OpenSSL says of a chain.
private struct ChainVerdict {
    let verdict: CertificateVerdict

    init(_ leaf: X509, _ authorities: [X509], roots: [X509], at time: WallTime) {
        defer { ERR_clear_error() }
        guard let store = X509_STORE_new(), let check = X509_STORE_CTX_new(), let list = openssl_new_list() else {
            verdict = .broken
            return
        }
        defer {
            openssl_free_list(list)
            X509_STORE_CTX_free(check)
            X509_STORE_free(store)
        }
        for root in roots { X509_STORE_add_cert(store, root.pointer) }
        for authority in authorities { openssl_append(list, authority.pointer) }
        guard X509_STORE_CTX_init(check, store, leaf.pointer, list) == 1 else {
            verdict = .broken
            return
        }
        let rules = X509_STORE_CTX_get0_param(check)
        X509_VERIFY_PARAM_set_time(rules, time_t(time.seconds))
        X509_VERIFY_PARAM_set_depth(rules, Int32(ContractTrust.mostAuthorities))
        guard X509_verify_cert(check) == 1 else {
            verdict = Self.refusal(X509_STORE_CTX_get_error(check))
            return
        }
        let ends = ([leaf] + authorities).map(\.end)
        let first = ends.compactMap(\.self).min()
        verdict =
            ends.contains(nil) ? .broken : first.map { .valid(until: WallTime(milliseconds: $0 * 1_000)) } ?? .broken
    }

    private static func refusal(_ code: Int32) -> CertificateVerdict {
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED: .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            .unknownRoot
        case _: .broken
        }
    }
}
