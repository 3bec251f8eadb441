// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import TLS

/// Why a file did not get through, with what to do about it.
package enum TransferFault: Error, Hashable, Sendable {
    case protocolUnsupported(String)
    case addressUnusable(String, words: String)
    case unreachable(TransferAddress, words: String)
    case notSecure(TLSFault)
    /// HTTP 401 or 403.
    case notLetIn(TransferAddress, status: Int)
    /// Any other answer that is no success.
    case status(TransferAddress, status: Int)
    case redirected(TransferAddress, status: Int)
    case tooLong(TransferAddress, most: Int)
    /// The answer ended before its end.
    case cutOff(TransferAddress, received: Int)
    case notHTTP(TransferAddress, words: String)
    case silent(TransferAddress, after: Duration)
    case tooSlow(TransferAddress, after: Duration)
    case fileFailed(path: String, words: String)
    case cancelled
}

extension TransferFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .protocolUnsupported(let text): "“\(text)” names no protocol we have; HTTP and HTTPS are offered."
        case .addressUnusable(let text, let words): "“\(text)” is no address of a file: \(words)."
        case .unreachable(let address, let words): "\(address) cannot be reached: \(words). Does the server run?"
        case .notSecure(let fault): fault.description
        case .notLetIn(let address, let status):
            "\(address) does not let us in (HTTP \(status)). Are name and password part of the address, and right?"
        case .status(let address, let status): "\(address) answered with HTTP \(status). The server's log may say why."
        case .redirected(let address, let status):
            "\(address) points elsewhere (HTTP \(status)), which is not followed (N01.FR.30). Give the final address."
        case .tooLong(let address, let most): "\(address) is longer than \(most) bytes, which is the most we take."
        case .cutOff(let address, let received): "\(address) broke off after \(received) bytes."
        case .notHTTP(let address, let words): "\(address) does not answer in HTTP: \(words)."
        case .silent(let address, let after): "Nothing moved to or from \(address) for \(after)."
        case .tooSlow(let address, let after): "\(address) did not get done within \(after)."
        case .fileFailed(let path, let words): "“\(path)” failed: \(words). Is there room, and may we write there?"
        case .cancelled: "The transfer was given up by ourselves."
        }
    }

    /// Whether the same attempt may go better later.
    package var isWorthRepeating: Bool {
        switch self {
        case .protocolUnsupported, .addressUnusable, .redirected, .tooLong, .cancelled: false
        case .unreachable, .notSecure, .notLetIn, .status, .cutOff, .notHTTP, .silent, .tooSlow, .fileFailed: true
        }
    }
}
