// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP
import OCPP16
import OCPP201
import OCPP21

/// The backend's side of one connection, in any version: actions by name, payloads as JSON, all held against the schema.
protocol BackendTalk: Sendable {
    var version: OCPPVersion { get }
    var canCall: Bool { get }
    mutating func handle(_ frame: [UInt8], at now: Instant) -> [BackendHeard]
    /// - Returns: The frame, or the fault in words.
    mutating func call(_ action: String, _ payload: String, at now: Instant) -> Result<[UInt8], BackendFault>
    mutating func answer(_ id: MessageID, _ action: String, _ payload: String) -> Result<[UInt8], BackendFault>
    mutating func refuse(_ id: MessageID, _ refusal: Refusal) -> Result<[UInt8], BackendFault>
    mutating func advance(to now: Instant) -> [BackendHeard]
}

struct BackendFault: Error, Equatable, Sendable, CustomStringConvertible {
    let description: String
}

/// What a station made of the connection.
enum BackendHeard: Equatable, Sendable {
    case transmit([UInt8])
    case asked(MessageID, action: String, JSON)
    case told(action: String, JSON)
    case answered(action: String, JSON)
    case refused(action: String, Refusal)
    case timedOut(action: String)
    case misbehaved(String)
    case close(UInt16)
}

func backendTalk(_ version: OCPPVersion, idPrefix: String) -> any BackendTalk {
    switch version {
    case .v16: Talk<OCPP16.CSMSRequest, OCPP16.StationRequest>(idPrefix: idPrefix)
    case .v201: Talk<OCPP201.CSMSRequest, OCPP201.StationRequest>(idPrefix: idPrefix)
    case .v21: Talk<OCPP21.CSMSRequest, OCPP21.StationRequest>(idPrefix: idPrefix)
    }
}

private struct Talk<Incoming: RequestSet, Outgoing: RequestSet>: BackendTalk {
    private var conversation: Conversation<Incoming, Outgoing>
    private var open = ""

    init(idPrefix: String) { conversation = Conversation(idPrefix: idPrefix) }

    var version: OCPPVersion { Incoming.version }
    var canCall: Bool { conversation.canCall }

    mutating func handle(_ frame: [UInt8], at now: Instant) -> [BackendHeard] {
        conversation.handle(frame, at: now).map { heard($0) }
    }

    mutating func advance(to now: Instant) -> [BackendHeard] { conversation.advance(to: now).map { heard($0) } }

    mutating func call(_ action: String, _ payload: String, at now: Instant) -> Result<[UInt8], BackendFault> {
        guard let word = Outgoing.Action(word: action) else {
            return .failure(BackendFault(description: "\(version.subprotocol) asks no station for “\(action)”."))
        }
        let bytes = Array(payload.utf8)
        var reader = PayloadReader(bytes, version: version)
        do {
            let frame = try conversation.call(try Outgoing.read(word, from: &reader), at: now).frame
            open = action
            return .success(frame)
        } catch { return .failure(fault(error, bytes)) }
    }

    mutating func answer(_ id: MessageID, _ action: String, _ payload: String) -> Result<[UInt8], BackendFault> {
        guard let word = Incoming.Action(word: action) else {
            return .failure(BackendFault(description: "No station asks for “\(action)”."))
        }
        let bytes = Array(payload.utf8)
        var reader = PayloadReader(bytes, version: version)
        do {
            return .success(try conversation.answer(id, try Incoming.readResponse(to: word, from: &reader)))
        } catch { return .failure(fault(error, bytes)) }
    }

    mutating func refuse(_ id: MessageID, _ refusal: Refusal) -> Result<[UInt8], BackendFault> {
        do { return .success(try conversation.refuse(id, refusal)) } catch { return .failure(fault(error, [])) }
    }

    private func fault(_ error: any Error, _ bytes: [UInt8]) -> BackendFault {
        if let violation = error as? Violation { return BackendFault(description: violation.description(in: bytes)) }
        return BackendFault(description: "\(error)")
    }

    private func heard(_ output: Conversation<Incoming, Outgoing>.Output) -> BackendHeard {
        switch output {
        case .transmit(let frame): .transmit(frame)
        case .asked(let id, let request): .asked(id, action: request.action.word, tree { request.write(to: &$0) })
        case .told(let request): .told(action: request.action.word, tree { request.write(to: &$0) })
        case .answered(_, let response):
            .answered(action: Outgoing.action(of: response).word, tree { Outgoing.write(response, to: &$0) })
        case .refused(_, let refusal): .refused(action: open, refusal)
        case .unusable(_, let refusal): .refused(action: open, refusal)
        case .timedOut: .timedOut(action: open)
        case .resultRejected(let id, let refusal): .misbehaved("rejects the answer to “\(id)”: \(refusal.description)")
        case .peerMisbehaved(let text): .misbehaved(text)
        case .close(let code): .close(code)
        }
    }

    private func tree(_ write: (inout PayloadWriter) -> Void) -> JSON {
        var writer = PayloadWriter()
        write(&writer)
        return (try? JSON.parse(writer.bytes)) ?? .null
    }
}
