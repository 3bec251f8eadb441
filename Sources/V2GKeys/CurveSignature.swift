// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import ISO15118

// Signatures as messages have them, by keys of OpenSSL's. ECDSA's r and s stand behind one another there, in DER here.

enum CurveSignature {
    /// Whether a key is of the profile's curve.
    static func fits(_ key: OpaquePointer, _ profile: SignatureProfile) -> Bool { self.profile(of: key) == profile }

    static func profile(of key: OpaquePointer) -> SignatureProfile? {
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_ED448: return .ed448
        case EVP_PKEY_EC: break
        case _: return nil
        }
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1 else { return nil }
        let text = String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return SignatureProfile.allCases.first { $0.curve == text }
    }

    static func isValid(
        _ signature: [UInt8], of bytes: [UInt8], by key: OpaquePointer, _ profile: SignatureProfile
    ) -> Bool {
        guard signature.count == profile.signatureLength, fits(key, profile), let context = EVP_MD_CTX_new() else {
            return false
        }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard let wire = profile == .ed448 ? signature : der(signature),
            EVP_DigestVerifyInit(context, nil, profile.digest, nil, key) == 1
        else { return false }
        return EVP_DigestVerify(context, wire, wire.count, bytes, bytes.count) == 1
    }

    static func sign(_ bytes: [UInt8], by key: OpaquePointer, _ profile: SignatureProfile) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var length = 0
        guard EVP_DigestSignInit(context, nil, profile.digest, nil, key) == 1,
            EVP_DigestSign(context, nil, &length, bytes, bytes.count) == 1
        else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, bytes, bytes.count) == 1 else { return nil }
        signature.removeLast(signature.count - length)
        return profile == .ed448 ? signature : raw(signature, half: profile.signatureLength / 2)
    }

    private static func der(_ raw: [UInt8]) -> [UInt8]? {
        let half = raw.count / 2
        guard let pair = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(pair) }
        let r = BN_bin2bn(raw, Int32(half), nil)
        let s = BN_bin2bn(Array(raw[half...]), Int32(half), nil)
        // The pair owns both from here on.
        guard r != nil, s != nil, ECDSA_SIG_set0(pair, r, s) == 1 else {
            BN_free(r)
            BN_free(s)
            return nil
        }
        let count = i2d_ECDSA_SIG(pair, nil)
        guard count > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        return bytes.withUnsafeMutableBufferPointer { buffer in
            var at = buffer.baseAddress
            return i2d_ECDSA_SIG(pair, &at) == count
        } ? bytes : nil
    }

    private static func raw(_ der: [UInt8], half: Int) -> [UInt8]? {
        let pair: OpaquePointer? = der.withUnsafeBufferPointer { bytes in
            var at = bytes.baseAddress
            return d2i_ECDSA_SIG(nil, &at, bytes.count)
        }
        guard let pair else { return nil }
        defer { ECDSA_SIG_free(pair) }
        var r = [UInt8](repeating: 0, count: half)
        var s = [UInt8](repeating: 0, count: half)
        guard BN_bn2binpad(ECDSA_SIG_get0_r(pair), &r, Int32(half)) == half,
            BN_bn2binpad(ECDSA_SIG_get0_s(pair), &s, Int32(half)) == half
        else { return nil }
        return r + s
    }
}

extension SignatureProfile {
    /// OpenSSL's name of the curve; Ed448 is no curve to it but a kind of key.
    var curve: String? {
        switch self {
        case .p256: "prime256v1"
        case .p521: "secp521r1"
        case .ed448: nil
        }
    }

    /// Ed448 hashes by itself.
    var digest: OpaquePointer? {
        switch self {
        case .p256: EVP_sha256()
        case .p521: EVP_sha512()
        case .ed448: nil
        }
    }
}
