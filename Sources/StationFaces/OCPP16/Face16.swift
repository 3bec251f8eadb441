// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import OCPP
import OCPP16
import OCPP21

/// OCPP 1.6 with its security whitepaper. One message of 2.1 may be several here, or none; they go one after the other.
struct Face16: Face {
    typealias Asked = OCPP16.StationRequest
    typealias Said = OCPP16.CSMSRequest

    let settings: StationConversation.Settings
    private var conversation: Conversation<Asked, Said>
    private var open: OpenCall?
    private var pending: [MessageID: PendingAnswer] = [:]

    var transactions: TransactionNumbers
    var connectors: ConnectorStates
    var local: LocalKeys
    /// The id the station gave its last certificate request, which 1.6 does not carry.
    var certificateRequest: Int?
    /// Requests of ours towards the station that 1.6 gives no id have one below zero, so that what comes of them is known again.
    var lastOwnID = 0
    var remoteStarts = 0
    /// What a triggered status without request id is said as.
    var triggeredUnsigned = (log: false, firmware: false)
    /// The state of the whole station, where it is still to be said.
    var wholeStation: OCPP16.ChargePointStatusEnumType?
    /// How the last reset was asked for, for the reason transactions end with.
    var lastReset: OCPP16.ResetEnumType?

    init(idPrefix: String, settings: StationConversation.Settings, memory: [String: [UInt8]]) {
        self.settings = settings
        conversation = Conversation(idPrefix: idPrefix, settings: .init(settings))
        transactions = TransactionNumbers(memory: memory)
        connectors = ConnectorStates(transactions)
        local = LocalKeys(memory: memory)
        certificateRequest = memory[Self.certificateRequestKey].flatMap { Int(String(decoding: $0, as: UTF8.self)) }
    }

    static let certificateRequestKey = "face16/certificate-request"

    var canCall: Bool { open == nil && conversation.canCall }
    var deadline: Instant? { conversation.deadline }

    mutating func receive(_ frame: [UInt8], at now: Instant) -> [Event] {
        conversation.handle(frame, at: now).flatMap { event($0, at: now) }
    }

    mutating func advance(to now: Instant) -> [Event] {
        conversation.advance(to: now).flatMap { event($0, at: now) }
    }

    mutating func disconnect() -> [Event] {
        pending = [:]
        _ = conversation.disconnect()
        guard let call = open.take() else { return [] }
        return call.owesNothing ? [.answered(call.request, call.response)] : [.failed(call.request, .timedOut)]
    }

    private mutating func event(_ output: Conversation<Asked, Said>.Output, at now: Instant) -> [Event] {
        switch output {
        case .transmit(let frame): [.transmit(frame)]
        case .asked(let id, let request): asked(id, request)
        case .told: []
        case .answered(_, let response): answered(response, at: now)
        case .refused(_, let refusal): failed(.refused(refusal), at: now)
        case .unusable(_, let refusal): failed(.unusable(refusal), at: now)
        case .timedOut: failed(.timedOut, at: now)
        case .resultRejected(let id, _): [.notice("the answer to “\(id)” was of no use")]
        case .peerMisbehaved(let text): [.misbehaved(text)]
        case .close(let code): [.close(code)]
        }
    }

    // MARK: Calls of ours

    struct OpenCall {
        let request: OCPP21.CSMSRequest
        /// What is left to say, the one on its way first.
        var parts: [Part]
        /// What the station will hear.
        var response: OCPP21.CSMSResponse

        /// Whether only statuses are left, which are renewed anyhow.
        var owesNothing: Bool { parts.allSatisfy(\.isStatus) }
    }

    mutating func call(_ request: OCPP21.CSMSRequest, at now: Instant) -> [Event] {
        guard canCall else { return [.failed(request, .timedOut)] }
        guard let saying = saying(request) else { return [.failed(request, .notInThisVersion)] }
        open = OpenCall(request: request, parts: saying.parts, response: saying.response)
        return saying.kept + proceed(at: now)
    }

    /// Says the next part; when none is left, the call is answered.
    private mutating func proceed(at now: Instant) -> [Event] {
        var notices: [Event] = []
        while let call = open, let part = call.parts.first {
            if let message = message(part) {
                do { return notices + [.transmit(try conversation.call(message, at: now).frame)] } catch {
                    notices.append(.notice(error.description))
                    guard part.isStatus else {
                        open = nil
                        let refusal = Refusal(.internalError, error.description)
                        return notices + [.failed(call.request, .unusable(refusal))]
                    }
                }
            }
            open?.parts.removeFirst()
        }
        guard let call = open.take() else { return notices }
        return notices + [.answered(call.request, call.response)]
    }

    private mutating func answered(_ response: OCPP16.CSMSResponse, at now: Instant) -> [Event] {
        guard var call = open, let part = call.parts.first else { return [] }
        call.parts.removeFirst()
        let kept = hear(response, of: part, &call)
        open = call
        return kept + proceed(at: now)
    }

    private mutating func failed(_ failure: CallFailure, at now: Instant) -> [Event] {
        guard let call = open, let part = call.parts.first else { return [] }
        guard part.isStatus else {
            open = nil
            return [.failed(call.request, failure)]
        }
        open?.parts.removeFirst()
        return proceed(at: now)
    }

    // MARK: Calls of the backend

    /// What the station is being asked for the backend.
    struct PendingAnswer {
        let request: OCPP16.StationRequest
        /// What is still to be asked.
        var steps: [OCPP21.StationRequest]
        var answers: [OCPP21.StationResponse] = []
    }

    /// What becomes of a message of the backend.
    enum Asking {
        /// The station is asked one after the other.
        case steps([OCPP21.StationRequest])
        /// The face knows the answer.
        case known(OCPP16.StationResponse, kept: [Event] = [])
        case refused(Refusal)
    }

    private mutating func asked(_ id: MessageID, _ request: OCPP16.StationRequest) -> [Event] {
        switch asking(request) {
        case .steps(let steps):
            pending[id] = PendingAnswer(request: request, steps: steps)
            return step(id)
        case .known(let response, let kept): return kept + reply(id, response)
        case .refused(let refusal): return refuse(id, refusal)
        }
    }

    /// Asks the next thing, or answers with what has come together.
    private mutating func step(_ id: MessageID) -> [Event] {
        guard var answer = pending[id] else { return [] }
        if let next = answer.steps.first {
            answer.steps.removeFirst()
            pending[id] = answer
            return [.asked(id, next)]
        }
        pending[id] = nil
        switch concluded(answer) {
        case .steps(let steps):
            pending[id] = PendingAnswer(request: answer.request, steps: steps, answers: answer.answers)
            return step(id)
        case .known(let response, let kept): return kept + reply(id, response)
        case .refused(let refusal): return refuse(id, refusal)
        }
    }

    mutating func answer(_ id: MessageID, _ response: OCPP21.StationResponse) -> [Event] {
        guard pending[id] != nil else { return [.notice("Nobody waits for an answer to “\(id)”.")] }
        pending[id]?.answers.append(response)
        return step(id)
    }

    mutating func refuse(_ id: MessageID, _ refusal: Refusal) -> [Event] {
        pending[id] = nil
        do { return [.transmit(try conversation.refuse(id, refusal))] } catch { return [.notice(error.description)] }
    }

    private mutating func reply(_ id: MessageID, _ response: OCPP16.StationResponse) -> [Event] {
        do { return [.transmit(try conversation.answer(id, response))] } catch {
            return [.notice(error.description)] + refuse(id, Refusal(.internalError, error.description))
        }
    }
}
