// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import OCPP21

extension Certificate {
    /// By what OCPP names a certificate: hashes of its issuer's name (as DER) and of its issuer's public key (the bits
    /// alone, without tag and length), and its serial number. In lower case and without leading zeros, as it is
    /// compared.
    package func hashData(
        issuedBy issuer: Certificate, _ algorithm: HashAlgorithmEnumType = .sha256  // A00.FR.506
    ) -> CertificateHashDataType? {
        guard let name = nameHash(algorithm), let key = issuer.keyHash(algorithm), let serial = serialNumber else {
            return nil
        }
        return CertificateHashDataType(
            hashAlgorithm: algorithm, issuerNameHash: name, issuerKeyHash: key, serialNumber: serial)
    }

    /// - Parameter wanted: In whatever case and with whatever zeros a backend writes it.
    package func isMeant(by wanted: CertificateHashDataType, issuedBy issuer: Certificate) -> Bool {
        guard let own = hashData(issuedBy: issuer, wanted.hashAlgorithm) else { return false }
        return own.issuerNameHash == wanted.issuerNameHash.lowercased()
            && own.issuerKeyHash == wanted.issuerKeyHash.lowercased()
            && own.serialNumber == Self.withoutZeros(wanted.serialNumber.lowercased())
    }

    private func nameHash(_ algorithm: HashAlgorithmEnumType) -> String? {
        Self.digest { X509_NAME_digest(X509_get_issuer_name(x509), algorithm.digest, $0, $1) }
    }

    private func keyHash(_ algorithm: HashAlgorithmEnumType) -> String? {
        Self.digest { X509_pubkey_digest(x509, algorithm.digest, $0, $1) }
    }

    package var serialNumber: String? {
        guard let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), nil) else { return nil }
        defer { BN_free(number) }
        guard let text = BN_bn2hex(number) else { return nil }
        defer { openssl_free_text(text) }
        return Self.withoutZeros(String(cString: text).lowercased())
    }

    private static func withoutZeros(_ digits: String) -> String {
        let rest = digits.drop { $0 == "0" }
        return rest.isEmpty ? "0" : String(rest)
    }

    private static func digest(
        _ compute: (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt32>) -> Int32
    ) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard bytes.withUnsafeMutableBufferPointer({ $0.baseAddress.map { compute($0, &count) } }) == 1 else {
            return nil
        }
        return Hexadecimal.text(bytes.prefix(Int(count)))
    }
}

extension HashAlgorithmEnumType {
    var digest: OpaquePointer? {
        switch self {
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}
