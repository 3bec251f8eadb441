// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText

extension Conversation {
    /// Takes one text frame. Never traps and never waits, whatever it holds.
    @inlinable
    public mutating func handle(_ frame: [UInt8], at now: Instant) -> [Output] {
        guard frame.count <= settings.longestFrame else {
            return [.peerMisbehaved("a frame of \(frame.count) bytes"), .close(1009)]
        }
        var reader = JSONReader(frame, deepest: PayloadReader.deepest)
        guard let type = Self.type(&reader), let id = Self.id(&reader) else {
            // 1.6 has no word for it, so nothing is answered there.
            let report = Output.peerMisbehaved("a frame without message type and id")
            let refusal = Refusal(.rpcFrameworkError, "no message type and id of 1 to 36 characters could be read")
            return Self.version == .v16
                ? [report] : [report, .transmit(Self.errorFrame(.callError, .unreadable, refusal))]
        }
        switch MessageType(rawValue: type) {
        case .call: return asked(id, &reader)
        case .callResult: return answered(id, &reader)
        case .callError: return refused(id, &reader)
        case .callResultError where Self.version >= .v21:
            return [.resultRejected(id, Self.refusal(&reader))]
        case .send where Self.version >= .v21: return told(id, &reader)
        case .callResultError, .send, nil: return unknownType(type, id)
        }
    }

    // MARK: The frame

    @inlinable
    static func type(_ reader: inout JSONReader) -> Int? {
        var isFirst = true
        guard (try? reader.kind()) == .array, (try? reader.beginArray()) != nil,
            (try? reader.hasItem(&isFirst)) == true, (try? reader.kind()) == .number
        else { return nil }
        return try? reader.number().integer
    }

    @inlinable
    static func id(_ reader: inout JSONReader) -> MessageID? {
        guard next(&reader), (try? reader.kind()) == .string, let text = try? reader.string(),
            !text.isEmpty,
            text.utf8.count <= MessageID.longest || text.unicodeScalars.count <= MessageID.longest
        else { return nil }
        return MessageID(text)
    }

    /// Whether a further element of the frame follows.
    @inlinable
    static func next(_ reader: inout JSONReader) -> Bool {
        var isFirst = false
        return (try? reader.hasItem(&isFirst)) == true
    }

    /// Whether the frame ends here, as it must.
    @inlinable
    static func ends(_ reader: inout JSONReader) -> Bool {
        var isFirst = false
        return (try? reader.hasItem(&isFirst)) == false && (try? reader.end()) != nil
    }

    /// Text and code of CALLERROR and CALLRESULTERROR, as far as they can be read.
    @inlinable
    static func refusal(_ reader: inout JSONReader) -> Refusal {
        guard next(&reader), let code = try? reader.string() else { return Refusal(.genericError, "") }
        let description = next(&reader) ? try? reader.string() : nil
        return Refusal(ErrorCode(received: code), description ?? "")
    }

    // MARK: Calls of the peer

    @inlinable
    mutating func asked(_ id: MessageID, _ reader: inout JSONReader) -> [Output] {
        guard Self.next(&reader), let word = try? reader.rawText() else {
            return refuse(id, Refusal(.rpcFrameworkError, "a CALL names its action third"))
        }
        guard let action = Self.action(word, reader, Incoming.Action.self) else { return notOurs(id, word, reader) }
        guard !Incoming.isUnanswered(action) else {
            return refuse(id, Refusal(.rpcFrameworkError, "\(action.word) goes as SEND"))
        }
        guard !unanswered.contains(where: { $0.id == id }) else {
            // 4.2.3, 2: a message with the same id is being handled already.
            let code: ErrorCode = Self.version == .v16 ? .genericError : .rpcFrameworkError
            return refuse(id, Refusal(code, "a call with this id is being handled"))
        }
        guard unanswered.count < settings.mostUnanswered else {
            return refuse(id, Refusal(.genericError, "\(unanswered.count) calls wait for their answer"))
        }
        guard Self.next(&reader) else {
            return refuse(id, Refusal(.rpcFrameworkError, "a CALL has its payload fourth"))
        }
        do {
            let request = try Self.payload(&reader) { (payload) throws(Violation) in
                try Incoming.read(action, from: &payload)
            }
            guard Self.ends(&reader) else {
                return refuse(id, Refusal(.rpcFrameworkError, "a CALL ends after its payload"))
            }
            unanswered.append(Asked(id: id, action: action))
            return [.asked(id, request)]
        } catch {
            return refuse(id, Self.refusal(of: error, in: reader.bytes))
        }
    }

    @inlinable
    mutating func told(_ id: MessageID, _ reader: inout JSONReader) -> [Output] {
        guard Self.next(&reader), let word = try? reader.rawText(),
            let action = Self.action(word, reader, Incoming.Action.self), Incoming.isUnanswered(action),
            Self.next(&reader)
        else { return [.peerMisbehaved("a SEND “\(id)” of an unknown action")] }
        do {
            let request = try Self.payload(&reader) { (payload) throws(Violation) in
                try Incoming.read(action, from: &payload)
            }
            guard Self.ends(&reader) else { return [.peerMisbehaved("a SEND “\(id)” does not end after its payload")] }
            return [.told(request)]
        } catch {
            return [.peerMisbehaved("a SEND “\(id)”: \(error.description(in: reader.bytes))")]
        }
    }

    /// Known the other way round, or to nobody: NotSupported and NotImplemented (4.3).
    @inlinable
    func notOurs(_ id: MessageID, _ word: RawText, _ reader: JSONReader) -> [Output] {
        let text = (try? reader.string(word)) ?? ""
        if Self.action(word, reader, Outgoing.Action.self) != nil {
            return refuse(id, Refusal(.notSupported, "\(text) is not asked in this direction"))
        }
        return refuse(id, Refusal(.notImplemented, "“\(text)” is no action of \(Self.version.subprotocol)"))
    }

    @inlinable
    func refuse(_ id: MessageID, _ refusal: Refusal) -> [Output] {
        [
            .peerMisbehaved("\(refusal.code.rawValue) “\(id)”: \(refusal.description)"),
            .transmit(Self.errorFrame(.callError, id, refusal)),
        ]
    }

    /// What nobody knows is ignored (4.1.3); 2.x has an error code to say so.
    @inlinable
    func unknownType(_ type: Int, _ id: MessageID) -> [Output] {
        let refusal = Refusal(.messageTypeNotSupported, "message type \(type)")
        if Self.version == .v16 { return [.peerMisbehaved(refusal.description)] }
        return refuse(id, refusal)
    }

    // MARK: Answers to ours

    @inlinable
    mutating func answered(_ id: MessageID, _ reader: inout JSONReader) -> [Output] {
        guard let call = open, call.id == id else {
            return [.peerMisbehaved("an answer to “\(id)”, which waits for none")]
        }
        open = nil
        let refusal: Refusal
        if Self.next(&reader) {
            do {
                let response = try Self.payload(&reader) { (payload) throws(Violation) in
                    try Outgoing.readResponse(to: call.action, from: &payload)
                }
                if Self.ends(&reader) { return [.answered(id, response)] }
                refusal = Refusal(.rpcFrameworkError, "a CALLRESULT ends after its payload")
            } catch {
                refusal = Self.refusal(of: error, in: reader.bytes)
            }
        } else {
            refusal = Refusal(.rpcFrameworkError, "a CALLRESULT has its payload third")
        }
        guard Self.version >= .v21 else { return [.unusable(id, refusal)] }
        return [.unusable(id, refusal), .transmit(Self.errorFrame(.callResultError, id, refusal))]
    }

    @inlinable
    mutating func refused(_ id: MessageID, _ reader: inout JSONReader) -> [Output] {
        guard let call = open, call.id == id else {
            return [.peerMisbehaved("an error for “\(id)”, which waits for none")]
        }
        open = nil
        return [.refused(id, Self.refusal(&reader))]
    }

    // MARK: Payloads

    @inlinable
    static func action<Action: OCPPWord>(_ word: RawText, _ reader: JSONReader, _: Action.Type) -> Action? {
        let words = Action.words
        for index in words.indices where reader.isEqual(word, words[index]) {
            return Action(rawValue: UInt8(truncatingIfNeeded: index))
        }
        return nil
    }

    @inlinable
    static func payload<Value>(
        _ reader: inout JSONReader, _ read: (inout PayloadReader) throws(Violation) -> Value
    ) throws(Violation) -> Value {
        // An action without arguments may say null instead of {} (4.1.5).
        if (try? reader.kind()) == .null, (try? reader.null()) != nil {
            var payload = PayloadReader(Array("{}".utf8), version: version)
            return try read(&payload)
        }
        var payload = PayloadReader(reader, version: version)
        let value = try read(&payload)
        reader = payload.json
        return value
    }

    @inlinable
    static func refusal(of violation: Violation, in frame: [UInt8]) -> Refusal {
        Refusal(violation.code(in: version), violation.description(in: frame))
    }
}
