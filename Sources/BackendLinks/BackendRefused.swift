// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import TLS

/// Why there is no link to a backend, in words with what to do.
package enum BackendRefused: Error, Hashable, Sendable {
    case addressUnusable(String, words: String)
    case identityUnusable(String)
    case passwordUnusable
    case subprotocolsUnusable
    case insecure(BackendAddress)
    case certificateWithoutTLS(BackendAddress)

    case unreachable(BackendAddress, words: String)
    case notSecure(TLSFault)
    /// HTTP 401 or 403.
    case notLetIn(BackendAddress, status: UInt, identity: String)
    /// HTTP 404: the backend is there and knows no such station.
    case unknownHere(BackendAddress, resource: String)
    case status(BackendAddress, status: UInt)
    case notWebSocket(BackendAddress, words: String)
    case noSubprotocol(BackendAddress, offered: [Subprotocol])
    case foreignSubprotocol(BackendAddress, chosen: String, offered: [Subprotocol])
    case foreignExtension(BackendAddress, words: String)
    case timedOut(BackendAddress, after: Duration)
    case cancelled
}

extension BackendRefused: CustomStringConvertible {
    package var description: String {
        switch self {
        case .addressUnusable(let text, let words): "“\(text)” is no address of a backend: \(words)."
        case .identityUnusable(let identity):
            "“\(identity)” cannot be a station's identity: 1 to 48 visible characters, none of them “:”."
        case .passwordUnusable: "The password must hold at least one character and no control characters."
        case .subprotocolsUnusable: "At least one version of OCPP must be offered, and each only once."
        case .insecure(let address):
            "Without a password or a certificate everyone could claim to be this station at \(address). Give one of them; "
                + "for a test, say `allow_insecure: true`."
        case .certificateWithoutTLS(let address):
            "A client certificate needs TLS: write the address \(address) with “wss://”."
        case .unreachable(let address, let words):
            "\(address) cannot be reached: \(words). Does it run, and does the network let us through?"
        case .notSecure(let fault): fault.description
        case .notLetIn(let address, let status, let identity):
            "\(address) does not let “\(identity)” in (HTTP \(status)). Do identity and password match what the backend has?"
        case .unknownHere(let address, let resource):
            "\(address) knows no station at “\(resource)” (HTTP 404). Are the path and the identity right?"
        case .status(let address, let status):
            "\(address) answered with HTTP \(status) instead of a WebSocket. Its operator's log may say why."
        case .notWebSocket(let address, let words):
            "\(address) does not answer as a WebSocket server: \(words). Is it the address for charging stations?"
        case .noSubprotocol(let address, let offered):
            "\(address) accepted none of \(Self.list(offered)). Does it speak another version of OCPP?"
        case .foreignSubprotocol(let address, let chosen, let offered):
            "\(address) chose “\(chosen)”, which is none of \(Self.list(offered))."
        case .foreignExtension(let address, let words):
            "\(address) wants an extension of WebSocket that was not offered: \(words)."
        case .timedOut(let address, let after): "\(address) did not open the link within \(after)."
        case .cancelled: "The attempt was given up by ourselves."
        }
    }

    private static func list(_ offered: [Subprotocol]) -> String {
        offered.map { "“\($0.rawValue)”" }.joined(separator: ", ")
    }

    /// OCPP's name of the security event this must be reported as, if any.
    package var securityEvent: String? {
        switch self {
        case .notSecure(let fault):
            switch fault {
            case .untrusted, .expired, .notYetValid, .wrongName, .certificateRefused: "InvalidCsmsCertificate"
            case .noCommonVersion: "InvalidTLSVersion"
            case .noCommonSuite: "InvalidTLSCipherSuite"
            case .ourCertificateRefused: "FailedToAuthenticateAtCsms"
            case .fileUnusable, .keyDoesNotMatch, .tokenUnusable, .notTLS, .handshakeFailed, .handshakeTimedOut,
                .cutOff,
                .broken, .notSecure:
                nil
            }
        case .notLetIn: "FailedToAuthenticateAtCsms"
        case .addressUnusable, .identityUnusable, .passwordUnusable, .subprotocolsUnusable, .insecure,
            .certificateWithoutTLS, .unreachable, .unknownHere, .status, .notWebSocket, .noSubprotocol,
            .foreignSubprotocol, .foreignExtension, .timedOut, .cancelled:
            nil
        }
    }
}
