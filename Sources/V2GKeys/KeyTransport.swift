// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import ISO15118

// How the key of a contract travels to a car: a secret agreed with the key from the car's factory, and a cipher with it.

/// A contract's key, closed for one car.
public struct SealedKey: Hashable, Sendable {
    /// Of the pair made for this transport alone: an uncompressed point.
    public var publicKey: [UInt8]
    public var encrypted: [UInt8]
}

extension PrivateKey {
    /// IV of 16 bytes and the number of 32: blocks of the cipher, so that nothing is padded.
    public func open(_ encrypted: [UInt8], from publicKey: [UInt8]) -> (any ContractKey)? {
        guard profile == .p256, encrypted.count == 48,
            let session = KeyTransport.sessionKey(self, publicKey, bytes: 16),
            let scalar = KeyTransport.cbc(
                Array(encrypted[16...]), key: session, iv: Array(encrypted[..<16]), seals: false)
        else { return nil }
        return PrivateKey(scalar: scalar, .p256)
    }

    /// IV of 12 bytes, the number of 66 and a tag of 16 ([V2G20-2499]). The 56 bytes the standard gives a key of the other
    /// curve ([V2G20-2502]) cannot hold an Ed448 key, which has 57 (RFC 8032): that is not supported.
    public func open(
        _ encrypted: [UInt8], from publicKey: [UInt8], for contract: [UInt8], provisioningID: String
    ) -> (any ContractKey)? {
        guard profile == .p521, encrypted.count == 94,
            let session = KeyTransport.sessionKey(self, publicKey, bytes: 32),
            let authenticated = KeyTransport.authenticated(contract, provisioningID),
            let scalar = KeyTransport.openGCM(encrypted, key: session, authenticated: authenticated),
            // The seven bits beyond the curve's 521 have to be zero ([V2G20-2678]).
            let first = scalar.first, first & 0xFE == 0
        else { return nil }
        return PrivateKey(scalar: scalar, .p521)
    }

    /// The other side of both: what an operator does for a car. It is here for benches and tests.
    /// - Parameter car: The certificate from the car's factory.
    public func sealed(for car: [UInt8]) -> SealedKey? {
        guard profile == .p256, let scalar, let (ephemeral, session) = KeyTransport.begin(car, .p256, bytes: 16),
            let iv = KeyTransport.random(16),
            let text = KeyTransport.cbc(scalar, key: session, iv: iv, seals: true)
        else { return nil }
        return SealedKey(publicKey: ephemeral, encrypted: iv + text)
    }

    public func sealed(for car: [UInt8], contract: [UInt8], provisioningID: String) -> SealedKey? {
        guard profile == .p521, let scalar, let (ephemeral, session) = KeyTransport.begin(car, .p521, bytes: 32),
            let authenticated = KeyTransport.authenticated(contract, provisioningID), let iv = KeyTransport.random(12),
            let text = KeyTransport.sealGCM(scalar, key: session, iv: iv, authenticated: authenticated)
        else { return nil }
        return SealedKey(publicKey: ephemeral, encrypted: iv + text)
    }
}

enum KeyTransport {
    /// The one-step derivation of NIST SP 800-56A with the hash of the curve's profile; algorithm 1, from “U” to “V” ([V2G2-818]).
    private static let parties: [UInt8] = [0x01, 0x55, 0x56]

    static func sessionKey(_ own: PrivateKey, _ publicKey: [UInt8], bytes: Int) -> [UInt8]? {
        guard let secret = agreed(own.key, publicKey) else { return nil }
        let input = [0, 0, 0, 1] + secret + parties
        let digest = ContractTrust().digest(input, own.profile.hash)
        return digest.count >= bytes ? Array(digest.prefix(bytes)) : nil
    }

    private static func agreed(_ own: OpaquePointer, _ publicKey: [UInt8]) -> [UInt8]? {
        guard let peer = EVP_PKEY_new(), let agreement = EVP_PKEY_CTX_new(own, nil) else { return nil }
        defer {
            EVP_PKEY_free(peer)
            EVP_PKEY_CTX_free(agreement)
            ERR_clear_error()
        }
        // A point that is not on the curve is refused here.
        guard EVP_PKEY_copy_parameters(peer, own) == 1,
            EVP_PKEY_set1_encoded_public_key(peer, publicKey, publicKey.count) == 1,
            EVP_PKEY_derive_init(agreement) == 1, EVP_PKEY_derive_set_peer(agreement, peer) == 1
        else { return nil }
        var length = 0
        guard EVP_PKEY_derive(agreement, nil, &length) == 1 else { return nil }
        var secret = [UInt8](repeating: 0, count: length)
        guard EVP_PKEY_derive(agreement, &secret, &length) == 1, length == secret.count else { return nil }
        return secret
    }

    static func begin(_ car: [UInt8], _ profile: SignatureProfile, bytes: Int) -> (point: [UInt8], key: [UInt8])? {
        guard let certificate = X509(car), let theirs = certificate.key, CurveSignature.fits(theirs, profile),
            let own = PrivateKey(profile), let point = point(of: theirs), let mine = self.point(of: own.key),
            let session = sessionKey(own, point, bytes: bytes)
        else { return nil }
        return (mine, session)
    }

    private static func point(of key: OpaquePointer) -> [UInt8]? {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = EVP_PKEY_get1_encoded_public_key(key, &bytes)
        guard count > 0, let bytes else { return nil }
        defer { openssl_free_bytes(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// The car's identifier without separators, and the identifier of the contract's key in hexadecimal, both in capitals ([V2G20-2492]).
    static func authenticated(_ contract: [UInt8], _ provisioningID: String) -> [UInt8]? {
        guard let identifier = X509(contract)?.keyIdentifier else { return nil }
        let digits = Array("0123456789ABCDEF".utf8)
        let name = provisioningID.uppercased().utf8.filter {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        }
        return name + identifier.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    static func random(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return RAND_bytes(&bytes, Int32(count)) == 1 ? bytes : nil
    }

    // MARK: Ciphers

    static func cbc(_ text: [UInt8], key: [UInt8], iv: [UInt8], seals: Bool) -> [UInt8]? {
        guard let cipher = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(cipher) }
        guard EVP_CipherInit_ex(cipher, EVP_aes_128_cbc(), nil, key, iv, seals ? 1 : 0) == 1,
            EVP_CIPHER_CTX_set_padding(cipher, 0) == 1
        else { return nil }
        return run(cipher, text)
    }

    static func sealGCM(_ text: [UInt8], key: [UInt8], iv: [UInt8], authenticated: [UInt8]) -> [UInt8]? {
        guard let cipher = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(cipher) }
        var count: Int32 = 0
        var tag = [UInt8](repeating: 0, count: 16)
        guard EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), nil, key, iv, 1) == 1,
            EVP_CipherUpdate(cipher, nil, &count, authenticated, Int32(authenticated.count)) == 1,
            let sealed = run(cipher, text),
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1
        else { return nil }
        return sealed + tag
    }

    static func openGCM(_ sealed: [UInt8], key: [UInt8], authenticated: [UInt8]) -> [UInt8]? {
        guard sealed.count > 28, let cipher = EVP_CIPHER_CTX_new() else { return nil }
        defer {
            EVP_CIPHER_CTX_free(cipher)
            ERR_clear_error()
        }
        var count: Int32 = 0
        var tag = Array(sealed.suffix(16))
        guard EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), nil, key, Array(sealed.prefix(12)), 0) == 1,
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, 16, &tag) == 1,
            EVP_CipherUpdate(cipher, nil, &count, authenticated, Int32(authenticated.count)) == 1
        else { return nil }
        return run(cipher, Array(sealed.dropFirst(12).dropLast(16)))
    }

    private static func run(_ cipher: OpaquePointer, _ text: [UInt8]) -> [UInt8]? {
        var result = [UInt8](repeating: 0, count: text.count + 16)
        var count: Int32 = 0
        var rest: Int32 = 0
        guard EVP_CipherUpdate(cipher, &result, &count, text, Int32(text.count)) == 1,
            result[Int(count)...].withUnsafeMutableBufferPointer({ EVP_CipherFinal_ex(cipher, $0.baseAddress, &rest) })
                == 1
        else { return nil }
        return Array(result.prefix(Int(count + rest)))
    }
}
