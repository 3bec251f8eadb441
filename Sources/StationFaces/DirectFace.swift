// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import OCPP
import OCPP21

/// A version whose messages stand one to one for those of 2.1.
protocol Translation: Sendable {
    associatedtype Asked: RequestSet
    associatedtype Said: RequestSet
    /// - Throws: What 2.1 does not allow; the peer is refused with it.
    static func raised(_ request: Asked) throws(NotRaised) -> StationRequest?
    static func raised(_ response: Said.Response, to request: CSMSRequest) throws(NotRaised) -> CSMSResponse
    /// Nil where the version has no such message, or no word for a field it must have.
    static func lowered(_ request: CSMSRequest) -> Said?
    static func lowered(_ response: StationResponse) -> Asked.Response?
}

/// What 2.1 does not allow.
struct NotRaised: Error { let refusal: Refusal }

enum SameVersion: Translation {
    static func raised(_ request: StationRequest) -> StationRequest? { request }
    static func raised(_ response: CSMSResponse, to request: CSMSRequest) -> CSMSResponse { response }
    static func lowered(_ request: CSMSRequest) -> CSMSRequest? { request }
    static func lowered(_ response: StationResponse) -> StationResponse? { response }
}

struct DirectFace<Version: Translation>: Face {
    private var conversation: Conversation<Version.Asked, Version.Said>
    /// What waits for its answer, as it was given to `call`.
    private var open: CSMSRequest?

    init(idPrefix: String, settings: StationConversation.Settings) {
        conversation = Conversation(idPrefix: idPrefix, settings: .init(settings))
    }

    var canCall: Bool { conversation.canCall }
    var deadline: Instant? { conversation.deadline }

    mutating func receive(_ frame: [UInt8], at now: Instant) -> [Event] { events(conversation.handle(frame, at: now)) }
    mutating func advance(to now: Instant) -> [Event] { events(conversation.advance(to: now)) }
    mutating func disconnect() -> [Event] { events(conversation.disconnect()) }

    mutating func call(_ request: CSMSRequest, at now: Instant) -> [Event] {
        guard let lowered = Version.lowered(request) else { return [.failed(request, .notInThisVersion)] }
        do {
            let frame = try conversation.call(lowered, at: now).frame
            // A SEND is done once it is on its way; the answer is what nobody reads.
            if Version.Said.isUnanswered(lowered.action) { return [.transmit(frame)] }
            open = request
            return [.transmit(frame)]
        } catch {
            return [.notice(error.description), .failed(request, failure(error))]
        }
    }

    /// What breaks the schema will break it again, so it counts as acted upon; an open call as not sent.
    private func failure(_ error: NotSent) -> CallFailure {
        switch error {
        case .callIsOpen, .nobodyAsked, .anotherAction: .timedOut
        case .violation(let text): .unusable(Refusal(.internalError, text))
        }
    }

    mutating func answer(_ id: MessageID, _ response: StationResponse) -> [Event] {
        guard let lowered = Version.lowered(response) else {
            return refuse(id, Refusal(.internalError, "no answer of \(Version.Asked.version.subprotocol) says this"))
        }
        do { return [.transmit(try conversation.answer(id, lowered))] } catch {
            guard case .nobodyAsked = error else {
                return [.notice(error.description)] + refuse(id, Refusal(.internalError, error.description))
            }
            return [.notice(error.description)]
        }
    }

    mutating func refuse(_ id: MessageID, _ refusal: Refusal) -> [Event] {
        do { return [.transmit(try conversation.refuse(id, refusal))] } catch { return [.notice(error.description)] }
    }

    private mutating func events(_ outputs: [Conversation<Version.Asked, Version.Said>.Output]) -> [Event] {
        outputs.flatMap { event($0) }
    }

    private mutating func event(_ output: Conversation<Version.Asked, Version.Said>.Output) -> [Event] {
        switch output {
        case .transmit(let frame): [.transmit(frame)]
        case .asked(let id, let request): asked(id, request)
        case .told: [.misbehaved("a SEND, which no backend has")]
        case .answered(_, let response): answered(response)
        case .refused(_, let refusal): failed(.refused(refusal))
        case .unusable(_, let refusal): failed(.unusable(refusal))
        case .timedOut: failed(.timedOut)
        case .resultRejected(let id, let refusal):
            [.notice("the answer to “\(id)” was of no use: \(refusal.description)")]
        case .peerMisbehaved(let text): [.misbehaved(text)]
        case .close(let code): [.close(code)]
        }
    }

    private mutating func asked(_ id: MessageID, _ request: Version.Asked) -> [Event] {
        do {
            if let raised = try Version.raised(request) { return [.asked(id, raised)] }
            return refuse(id, Refusal(.notSupported, "not supported"))
        } catch {
            return [.misbehaved(error.refusal.description)] + refuse(id, error.refusal)
        }
    }

    private mutating func answered(_ response: Version.Said.Response) -> [Event] {
        guard let request = open.take() else { return [] }
        do { return [.answered(request, try Version.raised(response, to: request))] } catch {
            return [.misbehaved(error.refusal.description), .failed(request, .unusable(error.refusal))]
        }
    }

    private mutating func failed(_ failure: CallFailure) -> [Event] { open.take().map { [.failed($0, failure)] } ?? [] }
}

extension Conversation.Settings {
    init(_ settings: StationConversation.Settings) {
        self.init()
        timeout = settings.timeout
        longestFrame = settings.longestFrame
    }
}
