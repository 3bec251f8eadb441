// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// How an open link ended.
package enum LinkEnd: Hashable, Sendable {
    /// The backend closed it as it should; 1005 where it gave no code.
    case closedByBackend(code: UInt16, reason: String)
    case closedByUs(code: UInt16)
    /// We closed it because of what came in.
    case misbehaved(Misbehaviour)
    /// Nothing came in after a ping.
    case silent(after: Duration)
    /// The messages that came in were not taken fast enough.
    case overrun(unread: Int)
    /// The connection broke without a close frame (1006).
    case lost(words: String)
}

extension LinkEnd: CustomStringConvertible {
    package var description: String {
        switch self {
        case .closedByBackend(let code, let reason):
            "closed by the backend, code \(code)" + (reason.isEmpty ? "" : ": \(reason)")
        case .closedByUs(let code): "closed by ourselves, code \(code)"
        case .misbehaved(let misbehaviour): "closed with code \(misbehaviour.code): \(misbehaviour.words)"
        case .silent(let after): "the backend was silent for \(after) after a ping"
        case .overrun(let unread): "closed: \(unread) messages of the backend waited to be read"
        case .lost(let words): "the connection broke: \(words)"
        }
    }
}

/// What the backend did that ends a WebSocket, with the code to close it with (RFC 6455, 7.4.1).
package struct Misbehaviour: Error, Hashable, Sendable {
    package let code: UInt16
    package let words: String

    static func broke(_ words: String) -> Misbehaviour { .init(code: 1002, words: words) }
    static let notText = Misbehaviour(code: 1003, words: "a binary message; OCPP is text")
    static let notUTF8 = Misbehaviour(code: 1007, words: "text that is not UTF-8")
    static func tooBig(_ limit: Int) -> Misbehaviour {
        .init(code: 1009, words: "a message of more than \(limit) bytes")
    }
}

/// Why a message was not sent.
package enum LinkFault: Error, Hashable, Sendable, CustomStringConvertible {
    case notConnected
    /// The backend takes nothing; `waiting` bytes are queued.
    case queueFull(waiting: Int)

    package var description: String {
        switch self {
        case .notConnected: "There is no link to the backend now."
        case .queueFull(let waiting): "The backend takes no messages: \(waiting) bytes wait to be sent."
        }
    }
}

/// What bounds a link.
package struct LinkBounds: Hashable, Sendable {
    /// The largest message taken, in bytes, after inflation.
    package var message = 1 << 20
    /// Messages taken from the wire and not yet read.
    package var unreadMessages = 16
    /// Bytes of messages waiting to be sent.
    package var unsentBytes = 1 << 20
    /// From the first packet to the accepted WebSocket.
    package var opening = Duration.seconds(30)
    /// Between two pings (WebSocketPingInterval); zero sends none.
    package var pingInterval = Duration.seconds(30)
    /// What may pass after a ping before anything comes in.
    package var pongPatience = Duration.seconds(10)
    /// What the backend may take to answer a close frame.
    package var closing = Duration.seconds(5)

    package init() {}
}
