// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL

/// SHA-256 by the system's OpenSSL.
final class Digest {
    private let algorithm: OpaquePointer

    /// - Returns: Nil when OpenSSL offers no SHA-256, which its configuration can bring about.
    init?() {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else { return nil }
        self.algorithm = algorithm
    }

    deinit { EVP_MD_free(algorithm) }

    func hash(_ bytes: [UInt8]) -> ChainHash {
        let value = [UInt8](unsafeUninitializedCapacity: ChainHash.size) { buffer, count in
            var length: UInt32 = 0
            let isDone = EVP_Digest(bytes, bytes.count, buffer.baseAddress, &length, algorithm, nil) == 1
            // It fails only for want of a few hundred bytes of memory, of which Swift itself would have died.
            precondition(isDone && length == ChainHash.size, "OpenSSL computes no SHA-256")
            count = ChainHash.size
        }
        return ChainHash(value) ?? .beginning
    }
}
