// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What relates an answer to its request: 1 to 36 characters (part 4, 4.1.4).
public struct MessageID: Hashable, Sendable, CustomStringConvertible {
    public let text: String
    public init(_ text: String) { self.text = text }
    public var description: String { text }

    @usableFromInline static let longest = 36
    /// Stands for an id that could not be read (OCPP 2.1 part 4, 4.2.3).
    @usableFromInline static let unreadable = MessageID("-1")
}

/// What a CALLERROR or CALLRESULTERROR said.
public struct Refusal: Equatable, Sendable {
    public let code: ErrorCode
    public let description: String

    public init(_ code: ErrorCode, _ description: String) {
        self.code = code
        self.description = description
    }
}

/// One party's side of an OCPP-J connection: frames in, frames and decisions out. It opens nothing and knows no clock.
///
/// A station is `Conversation<OCPP21.StationRequest, OCPP21.CSMSRequest>`, a backend the same the other way round. One call of
/// ours is open at a time (part 4, 4.1.1); calls of the peer are answered meanwhile, in any order. Everything that leaves
/// is read again first, so that nothing goes out that a schema forbids.
public struct Conversation<Incoming: RequestSet, Outgoing: RequestSet>: Sendable {
    public enum Output: Equatable, Sendable {
        /// Send this as one text frame.
        case transmit([UInt8])
        /// Wants `answer` or `refuse`.
        case asked(MessageID, Incoming)
        /// A SEND: wants nothing.
        case told(Incoming)
        /// The open call was answered; the next may go.
        case answered(MessageID, Outgoing.Response)
        /// The open call was answered with CALLERROR.
        case refused(MessageID, Refusal)
        /// The open call's answer breaks the schema: it was processed by the peer, but what came of it is unknown.
        case unusable(MessageID, Refusal)
        /// No answer in time: the call counts as not sent.
        case timedOut(MessageID)
        /// The peer could not use an answer of ours (CALLRESULTERROR). To be logged, never repeated.
        case resultRejected(MessageID, Refusal)
        /// The peer broke a rule; whoever logs security events raises InvalidMessages.
        case peerMisbehaved(String)
        /// Close the connection with this WebSocket code.
        case close(UInt16)
    }

    public struct Settings: Sendable {
        /// How long a call waits for its answer.
        public var timeout: Interval = .seconds(30)
        /// Longer frames end the connection with code 1009.
        public var longestFrame = 1 << 20
        /// Calls of the peer that wait for our answer at once. The peer may have one (4.1.1); some have more.
        public var mostUnanswered = 16
        public init() {}
    }

    @usableFromInline
    struct OpenCall: Sendable {
        @usableFromInline let id: MessageID
        @usableFromInline let action: Outgoing.Action
        @usableFromInline let deadline: Instant

        @usableFromInline
        init(id: MessageID, action: Outgoing.Action, deadline: Instant) {
            self.id = id
            self.action = action
            self.deadline = deadline
        }
    }
    @usableFromInline
    struct Asked: Sendable {
        @usableFromInline let id: MessageID
        @usableFromInline let action: Incoming.Action

        @usableFromInline
        init(id: MessageID, action: Incoming.Action) {
            self.id = id
            self.action = action
        }
    }

    @usableFromInline var settings: Settings
    @usableFromInline var open: OpenCall?
    @usableFromInline var unanswered: [Asked] = []
    @usableFromInline let idPrefix: String
    @usableFromInline var count = 0

    /// - Parameter idPrefix: At most 20 characters, different for every connection this station ever makes: a message id must
    ///   differ from all before (4.1.4).
    @inlinable
    public init(idPrefix: String, settings: Settings = Settings()) {
        self.idPrefix = String(idPrefix.prefix(20))
        self.settings = settings
    }

    @inlinable static var version: OCPPVersion { Incoming.version }

    /// Whether `call` may be used now.
    @inlinable public var canCall: Bool { open == nil }
    /// When `advance` has something to say.
    @inlinable public var deadline: Instant? { open?.deadline }

    @inlinable
    mutating func nextID() -> MessageID {
        count += 1
        return MessageID(idPrefix + "-" + String(count))
    }

    /// Ends a call that waited too long.
    @inlinable
    public mutating func advance(to now: Instant) -> [Output] {
        guard let call = open, now >= call.deadline else { return [] }
        open = nil
        return [.timedOut(call.id)]
    }

    /// The connection is gone: the open call counts as not sent, and nobody waits for our answers any more.
    @inlinable
    public mutating func disconnect() -> [Output] {
        unanswered = []
        guard let call = open else { return [] }
        open = nil
        return [.timedOut(call.id)]
    }
}
