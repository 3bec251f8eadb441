// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import OCPP
import OCPP21

/// One connection to a backend, in whatever version was negotiated, as messages of OCPP 2.1. It opens nothing and knows no clock.
///
/// One call at a time: `call` only while `canCall`. Each call ends with exactly one `answered` or `failed`, even if the version
/// needs several messages for it, or none.
package struct StationConversation: Sendable {
    package enum Event: Equatable, Sendable {
        /// Send this as one text frame.
        case transmit([UInt8])
        /// Wants exactly one `answer` or `refuse`. A face that needs several answers for one message of its version asks
        /// again with the same id.
        case asked(MessageID, StationRequest)
        case answered(CSMSRequest, CSMSResponse)
        case failed(CSMSRequest, CallFailure)
        /// What the face must remember through restarts, on disk before anything after it leaves; nil forgets. Given to
        /// the next conversation with this backend as `memory`.
        case keep(key: String, [UInt8]?)
        /// The peer broke a rule; whoever logs security events raises InvalidMessages.
        case misbehaved(String)
        /// For the log: the peer rejects an answer of ours, or a message of ours could not be said.
        case notice(String)
        /// Close the connection with this WebSocket code.
        case close(UInt16)
    }

    package struct Settings: Sendable {
        /// How long a call waits for its answer.
        package var timeout: Interval = .seconds(30)
        /// Longer frames end the connection with code 1009. At most the 1 MiB of the link.
        package var longestFrame = 1 << 20
        /// 1.6 knows connectors by number, not EVSEs; each EVSE is the connector of its number.
        package var evses: [Int] = [1]
        /// What 1.6 announces in SupportedFeatureProfiles.
        package var featureProfiles = [
            "Core", "FirmwareManagement", "LocalAuthListManagement", "Reservation", "SmartCharging", "RemoteTrigger",
        ]
        /// Variables that are asked for at once, as ItemsPerMessage[GetVariables] has it.
        package var itemsPerMessage = 20
        /// 1.6, LocalAuthListMaxLength and MaxChargingProfilesInstalled.
        package var longestLocalList = 1_000
        package var mostProfiles = 100
        /// 1.6, V2XMaxDischargeW: watts at the connector that can deliver most; nil where none can.
        package var mostDischarge: Int?
        package init() {}
    }

    private var face: any Face
    private var transfer: TransferredMessages
    private let version: OCPPVersion
    /// What a data transfer carries, while it is on its way.
    private var carried: CSMSRequest?
    /// When something was last heard or asked for.
    private var now = Instant.distantPast

    /// - Parameters:
    ///   - idPrefix: At most 20 characters, different for every connection this station ever makes (part 4, 4.1.4).
    ///   - memory: What `keep` said on earlier connections to this backend.
    package init(
        version: OCPPVersion, idPrefix: String, settings: Settings = Settings(), memory: [String: [UInt8]] = [:]
    ) {
        self.version = version
        transfer = TransferredMessages(version, memory: memory)
        face =
            switch version {
            case .v16: Face16(idPrefix: idPrefix, settings: settings, memory: memory)
            case .v201: DirectFace<Translation201>(idPrefix: idPrefix, settings: settings)
            case .v21: DirectFace<SameVersion>(idPrefix: idPrefix, settings: settings)
            }
    }

    /// Whether `call` may be used now.
    package var canCall: Bool { face.canCall }
    /// When `advance` has something to say.
    package var deadline: Instant? { face.deadline }

    /// Takes one text frame. Never traps and never waits, whatever it holds.
    package mutating func receive(_ frame: [UInt8], at now: Instant) -> [Event] {
        self.now = now
        return pass(face.receive(frame, at: now))
    }

    /// - Precondition: `canCall`, except for what goes as SEND (NotifyPeriodicEventStream).
    package mutating func call(_ request: CSMSRequest, at now: Instant) -> [Event] {
        if version < .v21, let inside = transfer.wrapped(request) {
            carried = request
            return pass(face.call(.dataTransfer(inside), at: now))
        }
        return pass(face.call(request, at: now))
    }

    package mutating func answer(_ id: MessageID, _ response: StationResponse) -> [Event] {
        pass(face.answer(id, transfer.answer(id, response)))
    }

    package mutating func refuse(_ id: MessageID, _ refusal: Refusal) -> [Event] {
        if let response = transfer.refusal(id, refusal) { return pass(face.answer(id, response)) }
        return pass(face.refuse(id, refusal))
    }

    /// Ends a call that waited too long.
    package mutating func advance(to now: Instant) -> [Event] { pass(face.advance(to: now)) }

    /// The connection is gone: the open call counts as not sent, and nobody waits for answers any more.
    package mutating func disconnect() -> [Event] {
        transfer.forgetAsked()
        return pass(face.disconnect())
    }

    /// Looks into data transfers of the versions that lack messages.
    private mutating func pass(_ events: [Event]) -> [Event] {
        guard version < .v21 else { return events }
        return events.flatMap { event -> [Event] in
            switch event {
            case .asked(let id, .dataTransfer(let request)): asked(id, request, event)
            case .answered(.dataTransfer, .dataTransfer(let response)): answered(response, event)
            case .failed(.dataTransfer, let failure): [carried.take().map { .failed($0, failure) } ?? event]
            case .answered, .failed, .asked, .transmit, .keep, .misbehaved, .notice, .close: [event]
            }
        }
    }

    private mutating func asked(_ id: MessageID, _ request: DataTransferRequest, _ event: Event) -> [Event] {
        switch transfer.unwrapped(id, request) {
        case .other: [event]
        case .inside(.setChargingProfile(let profile), let kept):
            kept + [.asked(id, .setChargingProfile(face.completed(profile)))]
        case .inside(let inside, let kept): kept + [.asked(id, inside)]
        case .unusable(let response, let text): [.misbehaved(text)] + face.answer(id, .dataTransfer(response))
        }
    }

    private mutating func answered(_ response: DataTransferResponse, _ event: Event) -> [Event] {
        guard let request = carried.take() else { return [event] }
        if let inside = transfer.response(response, to: request) { return [.answered(request, inside)] }
        // The backend does not want it so; what the version has of it, it gets as ever.
        transfer.decline(request.action)
        return face.call(request, at: now)
    }
}

/// How one version is spoken. What is said of `StationConversation` holds for it.
protocol Face: Sendable {
    typealias Event = StationConversation.Event
    var canCall: Bool { get }
    var deadline: Instant? { get }
    mutating func receive(_ frame: [UInt8], at now: Instant) -> [Event]
    mutating func call(_ request: CSMSRequest, at now: Instant) -> [Event]
    mutating func answer(_ id: MessageID, _ response: StationResponse) -> [Event]
    mutating func refuse(_ id: MessageID, _ refusal: Refusal) -> [Event]
    mutating func advance(to now: Instant) -> [Event]
    mutating func disconnect() -> [Event]
    /// A profile that came as a message of 2.1, with the transaction as the station calls it.
    func completed(_ request: SetChargingProfileRequest) -> SetChargingProfileRequest
}

extension Face {
    func completed(_ request: SetChargingProfileRequest) -> SetChargingProfileRequest { request }
}
