// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP21

/// What data transfers carry for messages the version has none for (`TransferExtension`). The answer's data is the answer of the message.
struct TransferredMessages: Sendable {
    static let memoryKey = "v2g-transfer"

    private let version: OCPPVersion
    /// Whether the backend has shown that it knows discharging.
    private(set) var isInUse: Bool
    /// What the backend did not take on this connection.
    private var declined: Set<CSMSRequest.Action> = []
    /// What waits for the station's answer; the conversation bounds how many.
    private var waiting: [MessageID: Waiting] = [:]
    private struct Waiting {
        let of: TransferExtension
        let isText: Bool
    }

    init(_ version: OCPPVersion, memory: [String: [UInt8]]) {
        self.version = version
        isInUse = memory[Self.memoryKey] != nil
    }

    enum Unwrapped {
        case other
        case inside(StationRequest, kept: [StationConversation.Event])
        case unusable(DataTransferResponse, String)
    }

    mutating func unwrapped(_ id: MessageID, _ request: DataTransferRequest) -> Unwrapped {
        guard let ours = TransferExtension.of(vendor: request.vendorId, in: version) else { return .other }
        guard let action = ours.asked.first(where: { $0.name == request.messageId })?.action else {
            return .unusable(
                DataTransferResponse(status: .unknownMessageId),
                "no message “\(request.messageId ?? "")” of the extension")
        }
        let (bytes, isText) = Self.payload(request.data)
        var reader = PayloadReader(bytes, version: .v21)
        do {
            let inside = try ours.request(action, &reader)
            waiting[id] = Waiting(of: ours, isText: isText)
            return .inside(inside, kept: ours == .v2g ? notedUse() : [])
        } catch {
            let refusal = Refusal(error.code(in: .v21), error.description(in: bytes))
            return .unusable(
                DataTransferResponse(status: .rejected, data: Self.data(refusal, asText: isText)), refusal.description)
        }
    }

    private mutating func notedUse() -> [StationConversation.Event] {
        defer { isInUse = true }
        return isInUse ? [] : [.keep(key: Self.memoryKey, Array("true".utf8))]
    }

    /// The answer as the backend wants it: with the message it asked for, or as it is.
    mutating func answer(_ id: MessageID, _ response: StationResponse) -> StationResponse {
        guard let waiting = waiting.removeValue(forKey: id) else { return response }
        guard let bytes = waiting.of.bytes(response) else { return .dataTransfer(.init(status: .rejected)) }
        return .dataTransfer(.init(status: .accepted, data: Self.data(bytes, asText: waiting.isText)))
    }

    mutating func refusal(_ id: MessageID, _ refusal: Refusal) -> StationResponse? {
        guard let waiting = waiting.removeValue(forKey: id) else { return nil }
        return .dataTransfer(.init(status: .rejected, data: Self.data(refusal, asText: waiting.isText)))
    }

    mutating func forgetAsked() { waiting = [:] }

    // MARK: Upward

    /// - Returns: Nil where the version's own messages have to do.
    func wrapped(_ request: CSMSRequest) -> DataTransferRequest? {
        guard let ours = carrier(of: request), !declined.contains(request.action), let bytes = ours.bytes(request)
        else { return nil }
        return DataTransferRequest(
            vendorId: ours.vendorId, messageId: request.action.word, data: Self.data(bytes, asText: true))
    }

    private func carrier(of request: CSMSRequest) -> TransferExtension? {
        TransferExtension.allCases.first {
            $0.isNeeded(in: version) && $0.carries(request) && ($0 != .v2g || isInUse)
        }
    }

    /// - Returns: Nil where the backend did not take it, or answers with something else.
    func response(_ response: DataTransferResponse, to request: CSMSRequest) -> CSMSResponse? {
        guard response.status == .accepted else { return nil }
        // Most answers are empty, and a backend may leave them out.
        let bytes = response.data.map { Self.payload($0).bytes } ?? Array("{}".utf8)
        return carrier(of: request)?.response(bytes, to: request)
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
