// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP21

/// Messages of 2.1 inside the data transfers of older versions (docs/ocpp-1.6-v2g.md): the message's name with its payload as JSON,
/// as text or, where the version allows it, as an object. The answer's data is the answer of 2.1.
///
/// The station sends some only after the backend has shown that it knows the extension.
struct V2GTransfer: Sendable {
    static let vendorId = "org.sluice"
    static let memoryKey = "v2g-transfer"

    /// What a backend may ask. SetChargingProfile has a name of its own, so that nobody takes it for the version's.
    static let asked: [(name: String, action: StationRequest.Action)] = [
        ("SetChargingProfile21", .setChargingProfile), ("UpdateDynamicSchedule", .updateDynamicSchedule),
        ("SetDERControl", .setDERControl), ("GetDERControl", .getDERControl), ("ClearDERControl", .clearDERControl),
        ("AFRRSignal", .afrrSignal), ("UsePriorityCharging", .usePriorityCharging),
        ("NotifyAllowedEnergyTransfer", .notifyAllowedEnergyTransfer),
        ("GetCompositeSchedule21", .getCompositeSchedule),
        ("GetVariables", .getVariables), ("SetVariables", .setVariables),
    ]
    /// What the station tells.
    static let told: Set<CSMSRequest.Action> = [
        .notifyDERAlarm, .notifyDERStartStop, .reportDERControl, .notifyEVChargingNeeds, .pullDynamicScheduleUpdate,
        .notifyPriorityCharging,
    ]

    private(set) var isInUse: Bool
    /// What the backend did not take on this connection.
    private var declined: Set<CSMSRequest.Action> = []
    /// What waits for the station's answer; the conversation bounds how many.
    private var waiting: [MessageID: Bool] = [:]

    init(memory: [String: [UInt8]]) { isInUse = memory[Self.memoryKey] != nil }

    enum Unwrapped {
        case other
        case inside(StationRequest, kept: [StationConversation.Event])
        case unusable(DataTransferResponse, String)
    }

    mutating func unwrapped(_ id: MessageID, _ request: DataTransferRequest) -> Unwrapped {
        guard request.vendorId == Self.vendorId else { return .other }
        guard let action = Self.asked.first(where: { $0.name == request.messageId })?.action else {
            return .unusable(
                DataTransferResponse(status: .unknownMessageId),
                "no message “\(request.messageId ?? "")” of the extension")
        }
        let (bytes, isText) = Self.payload(request.data)
        var reader = PayloadReader(bytes, version: .v21)
        do {
            let inside = try StationRequest.read(action, from: &reader)
            waiting[id] = isText
            defer { isInUse = true }
            return .inside(inside, kept: isInUse ? [] : [.keep(key: Self.memoryKey, Array("true".utf8))])
        } catch {
            let refusal = Refusal(error.code(in: .v21), error.description(in: bytes))
            return .unusable(
                DataTransferResponse(status: .rejected, data: Self.data(refusal, asText: isText)), refusal.description)
        }
    }

    /// The answer as the backend wants it: with the message it asked for, or as it is.
    mutating func answer(_ id: MessageID, _ response: StationResponse) -> StationResponse {
        guard let isText = waiting.removeValue(forKey: id) else { return response }
        var writer = PayloadWriter()
        StationRequest.write(response, to: &writer)
        return .dataTransfer(DataTransferResponse(status: .accepted, data: Self.data(writer.bytes, asText: isText)))
    }

    mutating func refusal(_ id: MessageID, _ refusal: Refusal) -> StationResponse? {
        guard let isText = waiting.removeValue(forKey: id) else { return nil }
        return .dataTransfer(DataTransferResponse(status: .rejected, data: Self.data(refusal, asText: isText)))
    }

    mutating func forgetAsked() { waiting = [:] }

    // MARK: Upward

    /// - Returns: Nil where the version's own messages have to do.
    func wrapped(_ request: CSMSRequest) -> DataTransferRequest? {
        guard isInUse, Self.told.contains(request.action), !declined.contains(request.action) else { return nil }
        var writer = PayloadWriter()
        request.write(to: &writer)
        return DataTransferRequest(
            vendorId: Self.vendorId, messageId: request.action.word, data: Self.data(writer.bytes, asText: true))
    }

    /// - Returns: Nil where the backend did not take it, or answers with something else.
    func response(_ response: DataTransferResponse, to request: CSMSRequest) -> CSMSResponse? {
        guard response.status == .accepted else { return nil }
        // Most answers are empty, and a backend may leave them out.
        let bytes = response.data.map { Self.payload($0).bytes } ?? Array("{}".utf8)
        var reader = PayloadReader(bytes, version: .v21)
        return try? CSMSRequest.readResponse(to: request.action, from: &reader)
    }

    mutating func decline(_ action: CSMSRequest.Action) { declined.insert(action) }

    // MARK: Data

    private static func payload(_ data: JSON?) -> (bytes: [UInt8], isText: Bool) {
        guard let data else { return (Array("{}".utf8), true) }
        if let text = data.text { return (Array(text.utf8), true) }
        var writer = JSONWriter()
        writer.tree(data)
        return (writer.bytes, false)
    }

    private static func data(_ bytes: [UInt8], asText: Bool) -> JSON? {
        let text = String(decoding: bytes, as: UTF8.self)
        return asText ? .string(text) : try? JSON.parse(text)
    }

    private static func data(_ refusal: Refusal, asText: Bool) -> JSON? {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("errorCode")
        writer.string(refusal.code.rawValue)
        writer.name("errorDescription")
        writer.string(refusal.description)
        writer.endObject()
        return data(writer.bytes, asText: asText)
    }
}
