// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import ISO15118

/// A private key in the memory of this process, of a car or its contract. OpenSSL only reads it once it is made, from any
/// thread. Keys in security modules are keepers of another kind (`ContractKey`).
public final class PrivateKey: ProvisioningKey, @unchecked Sendable {
    let key: OpaquePointer
    public let profile: SignatureProfile

    /// Takes it over.
    init?(owning key: OpaquePointer?) {
        guard let key else { return nil }
        guard let profile = CurveSignature.profile(of: key) else {
            EVP_PKEY_free(key)
            return nil
        }
        self.key = key
        self.profile = profile
    }

    deinit { EVP_PKEY_free(key) }

    /// A new one.
    public convenience init?(_ profile: SignatureProfile) {
        if let curve = profile.curve {
            self.init(owning: openssl_new_ec_key(curve))
        } else {
            self.init(owning: Self.newEd448())
        }
    }

    /// - Parameter scalar: Of a curve of `profile`, big-endian. Ed448 keys are not numbers.
    public convenience init?(scalar: [UInt8], _ profile: SignatureProfile) {
        guard let curve = profile.curve, scalar.count <= profile.signatureLength / 2 else { return nil }
        self.init(owning: openssl_ec_key_of(curve, scalar, Int32(scalar.count)))
        ERR_clear_error()
    }

    /// - Parameters:
    ///   - pem: PKCS#8 or SEC 1; at most 64 KiB.
    ///   - passphrase: Of an encrypted key.
    public convenience init?(pem: String, passphrase: String? = nil) {
        let bytes = Array(pem.utf8)
        guard bytes.count <= 65_536, let paper = BIO_new_mem_buf(bytes, Int32(bytes.count)) else { return nil }
        defer {
            BIO_free(paper)
            ERR_clear_error()
        }
        // Without a passphrase an encrypted key must fail, not ask at the terminal.
        var secret = Array((passphrase ?? "").utf8CString)
        let found = secret.withUnsafeMutableBufferPointer { PEM_read_bio_PrivateKey(paper, nil, nil, $0.baseAddress) }
        self.init(owning: found)
    }

    private static func newEd448() -> OpaquePointer? {
        guard let maker = EVP_PKEY_CTX_new_id(EVP_PKEY_ED448, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(maker) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(maker) == 1, EVP_PKEY_keygen(maker, &key) == 1 else { return nil }
        return key
    }

    public func sign(_ bytes: [UInt8]) -> [UInt8]? { CurveSignature.sign(bytes, by: key, profile) }

    public var publicKey: [UInt8] { Self.publicKey(of: key) }

    static func publicKey(of key: OpaquePointer) -> [UInt8] {
        let count = i2d_PUBKEY(key, nil)
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let written = bytes.withUnsafeMutableBufferPointer { buffer in
            var at = buffer.baseAddress
            return i2d_PUBKEY(key, &at)
        }
        return written == count ? bytes : []
    }

    /// The number of a curve's key, as long as the curve's field; nil for Ed448.
    var scalar: [UInt8]? {
        guard profile.curve != nil else { return nil }
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1, let number else { return nil }
        defer { BN_clear_free(number) }
        var bytes = [UInt8](repeating: 0, count: profile.signatureLength / 2)
        return BN_bn2binpad(number, &bytes, Int32(bytes.count)) == bytes.count ? bytes : nil
    }
}
