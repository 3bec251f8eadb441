// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText

/// Why something of ours does not leave.
public enum NotSent: Error, Equatable, Sendable, CustomStringConvertible {
    /// A call waits for its answer until then.
    case callIsOpen(until: Instant)
    /// The peer did not ask this, or has had its answer.
    case nobodyAsked(MessageID)
    /// The answer belongs to another action.
    case anotherAction(asked: String, answered: String)
    /// The message breaks the schema.
    case violation(String)

    public var description: String {
        switch self {
        case .callIsOpen: "One call waits for its answer. Call again when it is answered or timed out."
        case .nobodyAsked(let id): "Nobody waits for an answer to “\(id)”."
        case .anotherAction(let asked, let answered): "\(asked) was asked, \(answered) answered."
        case .violation(let text): "The message breaks the schema: \(text)"
        }
    }
}

extension Conversation {
    /// A CALL, or a SEND for what is never answered, which may go while a call is open.
    /// - Parameter retry: The id of the call this one repeats; a repetition may keep it (4.1.4).
    @inlinable
    public mutating func call(
        _ request: Outgoing, retry: MessageID? = nil, at now: Instant
    ) throws(NotSent) -> (id: MessageID, frame: [UInt8]) {
        let isSend = Outgoing.isUnanswered(request.action)
        if !isSend, let open { throw .callIsOpen(until: open.deadline) }
        let id = retry ?? nextID()
        var writer = PayloadWriter()
        writer.begin(isSend ? .send : .call, id)
        writer.json.string(Outgoing.Action.words[Int(request.action.rawValue)])
        let start = writer.bytes.count + 1
        request.write(to: &writer)
        let frame = writer.end()
        var check = PayloadReader(frame, version: Self.version, from: start)
        do { _ = try Outgoing.read(request.action, from: &check) } catch {
            throw .violation(error.description(in: frame))
        }
        if !isSend { open = OpenCall(id: id, action: request.action, deadline: now + settings.timeout) }
        return (id, frame)
    }

    /// A CALLRESULT.
    @inlinable
    public mutating func answer(_ id: MessageID, _ response: Incoming.Response) throws(NotSent) -> [UInt8] {
        guard let index = unanswered.firstIndex(where: { $0.id == id }) else { throw .nobodyAsked(id) }
        let action = Incoming.action(of: response)
        guard action == unanswered[index].action else {
            throw .anotherAction(asked: unanswered[index].action.word, answered: action.word)
        }
        var writer = PayloadWriter()
        writer.begin(.callResult, id)
        let start = writer.bytes.count + 1
        Incoming.write(response, to: &writer)
        let frame = writer.end()
        var check = PayloadReader(frame, version: Self.version, from: start)
        do { _ = try Incoming.readResponse(to: action, from: &check) } catch {
            throw .violation(error.description(in: frame))
        }
        unanswered.remove(at: index)
        return frame
    }

    /// A CALLERROR. NotSupported for an action that is known but left out; an unknown one was answered by `handle` already.
    @inlinable
    public mutating func refuse(_ id: MessageID, _ refusal: Refusal) throws(NotSent) -> [UInt8] {
        guard let index = unanswered.firstIndex(where: { $0.id == id }) else { throw .nobodyAsked(id) }
        unanswered.remove(at: index)
        return Self.errorFrame(.callError, id, refusal)
    }

    @inlinable
    static func errorFrame(_ type: MessageType, _ id: MessageID, _ refusal: Refusal) -> [UInt8] {
        var writer = PayloadWriter()
        writer.begin(type, id)
        writer.json.string(refusal.code.text(in: version))
        writer.json.string(String(String.UnicodeScalarView(refusal.description.unicodeScalars.prefix(255))))
        writer.beginObject()
        writer.endObject()
        return writer.end()
    }
}

@usableFromInline
enum MessageType: Int {
    case call = 2
    case callResult = 3
    case callError = 4
    /// Since 2.1.
    case callResultError = 5
    /// Since 2.1.
    case send = 6
}

extension PayloadWriter {
    @usableFromInline
    mutating func begin(_ type: MessageType, _ id: MessageID) {
        json.beginArray()
        json.integer(type.rawValue)
        json.string(id.text)
    }

    @usableFromInline
    mutating func end() -> [UInt8] {
        json.endArray()
        return bytes
    }
}
