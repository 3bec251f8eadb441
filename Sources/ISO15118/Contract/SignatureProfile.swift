// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The ways V2G messages are signed: curve, hash, and the identifiers by which a signature names them.
public enum SignatureProfile: CaseIterable, Hashable, Sendable {
    /// ECDSA on secp256r1 with SHA-256 (ISO 15118-2:2014, 7.9.2.4).
    case p256
    /// ECDSA on secp521r1 with SHA-512 (ISO 15118-20:2022, [V2G20-2674]).
    case p521
    /// EdDSA on Edwards448 (ISO 15118-20:2022, [V2G20-2319]).
    case ed448

    public var hash: DigestAlgorithm {
        switch self {
        case .p256: .sha256
        case .p521, .ed448: .sha512
        }
    }

    /// Of the value in the message: r and s behind one another, not DER; Ed448 as RFC 8032 has it.
    public var signatureLength: Int {
        switch self {
        case .p256: 64
        case .p521: 132
        case .ed448: 114
        }
    }

    /// The algorithm's name in `SignatureMethod` (RFC 9231).
    var method: String {
        switch self {
        case .p256: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
        case .p521: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"
        case .ed448: "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448"
        }
    }

    static func named(_ method: String) -> SignatureProfile? { allCases.first { $0.method == method } }

    /// - Parameter acceptsOlder: Some implementations sign ISO 15118-20 as the older standard does (PyPI iso15118
    ///   0.31.2), which the standard does not allow.
    func isAllowed(in standard: Standard, acceptsOlder: Bool) -> Bool {
        switch (self, standard.isISO20) {
        case (.p256, true): acceptsOlder
        case (.p256, false), (.p521, true), (.ed448, true): true
        case (.p521, false), (.ed448, false): false
        }
    }
}

public enum DigestAlgorithm: Hashable, Sendable {
    case sha256, sha512

    /// The algorithm's name in `DigestMethod` (XML Encryption).
    var method: String {
        switch self {
        case .sha256: "http://www.w3.org/2001/04/xmlenc#sha256"
        case .sha512: "http://www.w3.org/2001/04/xmlenc#sha512"
        }
    }
}
