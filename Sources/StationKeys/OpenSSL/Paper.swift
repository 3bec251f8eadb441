// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL

/// A memory buffer of OpenSSL, which most of its functions read from or write to.
struct Paper: ~Copyable {
    let bio: OpaquePointer

    /// - Parameter isSecret: Wipes it when it goes.
    init(isSecret: Bool = false) throws(KeyFault) {
        guard let bio = BIO_new(isSecret ? BIO_s_secmem() : BIO_s_mem()) else {
            throw .openSSLFailed(doing: "making a buffer", words: "no memory")
        }
        self.bio = bio
    }

    /// To read from.
    init(_ bytes: [UInt8]) throws(KeyFault) {
        guard let bio = BIO_new(BIO_s_mem()) else {
            throw .openSSLFailed(doing: "making a buffer", words: "no memory")
        }
        guard bytes.isEmpty || BIO_write(bio, bytes, Int32(clamping: bytes.count)) == bytes.count else {
            BIO_free(bio)
            throw .openSSLFailed(doing: "filling a buffer", words: OpenSSLWords.take())
        }
        self.bio = bio
    }

    deinit { BIO_free(bio) }

    var bytes: [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        let count = openssl_memory(bio, &start)
        guard count > 0, let start else { return [] }
        return start.withMemoryRebound(to: UInt8.self, capacity: count) {
            Array(UnsafeBufferPointer(start: $0, count: count))
        }
    }

    /// At most 300 characters, without control characters: it comes from certificates.
    var text: String {
        String(decoding: bytes.prefix(300).filter { $0 >= 0x20 && $0 != 0x7f }, as: UTF8.self)
    }
}

/// OpenSSL's error queue of this thread.
enum OpenSSLWords {
    /// The first error since the last clearing; the queue is empty afterwards.
    static func take() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return "no reason given" }
        guard let text = ERR_reason_error_string(code) else { return "error \(code)" }
        return String(cString: text)
    }
}

/// Base64 as messages carry it.
enum Base64 {
    /// Spaces and line ends are passed over.
    /// - Returns: Nil if it is something else.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != 0x20 && $0 != 0x0a && $0 != 0x0d }
        guard !digits.isEmpty, digits.count % 4 == 0, digits.count <= 1 << 20 else { return nil }
        let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var bytes = [UInt8](repeating: 0, count: digits.count / 4 * 3)
        let count = EVP_DecodeBlock(&bytes, Array(digits), Int32(digits.count))
        guard count == bytes.count else { return nil }
        return Array(bytes.dropLast(padding))
    }
}
