// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL

/// The time-based one-time password of a payment code, algorithm “v1” (OCPP 2.1, C25).
package enum OneTimePassword {
    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

    /// - Parameters:
    ///   - seconds: Since 1970.
    ///   - validity: Of one password, in seconds.
    /// - Returns: Nil for parameters that make none.
    package static func v1(secret: String, at seconds: Int64, validity: Int, length: Int) -> String? {
        guard validity > 0, length > 0, seconds >= 0, !secret.isEmpty else { return nil }
        let interval = UInt64(seconds) / UInt64(validity)
        let message = (0..<8).reversed().map { UInt8(truncatingIfNeeded: interval >> (8 * UInt64($0))) }
        let key = Array(secret.utf8)
        var hash = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard HMAC(EVP_sha256(), key, Int32(clamping: key.count), message, message.count, &hash, &count) != nil,
            count == 32
        else { return nil }
        let offset = Int(hash[31] & 0x0f)
        return String((0..<length).map { alphabet[Int(hash[(offset + $0) % 32]) % alphabet.count] })
    }
}
