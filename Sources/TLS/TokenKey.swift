// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL

/// A private key that stays in a PKCS#11 token, named by its URI (RFC 7512); the PIN is in `pin-value` or in the file of `pin-source`.
struct TokenKey {
    private let uri: String

    /// - Returns: Nil where the text is no such URI, but a file.
    init?(_ text: String) {
        guard text.hasPrefix("pkcs11:") else { return nil }
        uri = text
    }

    /// Without the PIN, for messages.
    var shown: String { String(uri.prefix { $0 != "?" }) }

    /// To be freed by the caller. Blocks for as long as the token takes.
    func load() throws(TLSFault) -> OpaquePointer {
        ERR_clear_error()
        var hasEngine: Int32 = 0
        guard let key = openssl_token_key(uri, &hasEngine) else {
            throw .tokenUnusable(key: shown, hasEngine: hasEngine != 0, words: OpenSSLErrors.take().words)
        }
        return key
    }
}
