// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import JSONText
import OCPP
import OCPP16
import OCPP201
import OCPP21

@testable import StationFaces

let start = Instant(nanoseconds: 0)
let noon = DateTime(WallTime(milliseconds: 1_772_366_400_000))

/// A conversation and what it sent, read by the other side of the same version.
struct FaceBench {
    var face: StationConversation
    var memory: [String: [UInt8]]
    private let version: OCPPVersion

    init(_ version: OCPPVersion, memory: [String: [UInt8]] = [:], settings: StationConversation.Settings = .init()) {
        self.version = version
        self.memory = memory
        face = StationConversation(version: version, idPrefix: "x", settings: settings, memory: memory)
    }

    mutating func receive(_ text: String, at now: Instant = start) -> [StationConversation.Event] {
        noticed(face.receive(Array(text.utf8), at: now))
    }
    mutating func call(_ request: OCPP21.CSMSRequest, at now: Instant = start) -> [StationConversation.Event] {
        noticed(face.call(request, at: now))
    }
    mutating func answer(_ id: String, _ response: OCPP21.StationResponse) -> [StationConversation.Event] {
        noticed(face.answer(MessageID(id), response))
    }
    mutating func refuse(_ id: String, _ refusal: Refusal) -> [StationConversation.Event] {
        noticed(face.refuse(MessageID(id), refusal))
    }

    private mutating func noticed(_ events: [StationConversation.Event]) -> [StationConversation.Event] {
        for case .keep(let key, let bytes) in events { memory[key] = bytes }
        return events
    }

    /// What the backend asks, and what the station hears of it.
    mutating func ask(_ action: String, _ payload: String = "{}", id: String = "c") -> OCPP21.StationRequest? {
        receive(#"[2,"\#(id)","\#(action)",\#(payload)]"#).asked
    }

    /// The answer on the wire to what was asked with this id.
    mutating func reply(_ response: OCPP21.StationResponse, id: String = "c") -> String? {
        answer(id, response).payload
    }

    /// A call, and what goes over the wire, as “Action payload”.
    mutating func say(_ request: OCPP21.CSMSRequest) -> String? { call(request).said }

    /// Answers the call that is open.
    mutating func hear(_ payload: String) -> [StationConversation.Event] {
        count += 1
        return receive(#"[3,"x-\#(count)",\#(payload)]"#)
    }
    private var count = 0
}

extension [StationConversation.Event] {
    var frames: [String] {
        compactMap { event in
            guard case .transmit(let frame) = event else { return nil }
            return String(decoding: frame, as: UTF8.self)
        }
    }
    /// The first thing asked.
    var asked: OCPP21.StationRequest? {
        for case .asked(_, let request) in self { return request }
        return nil
    }
    var response: OCPP21.CSMSResponse? {
        for case .answered(_, let response) in self { return response }
        return nil
    }
    var failure: String? {
        for case .failed(_, let failure) in self { return "\(failure)" }
        return nil
    }
    /// The payload of the CALLRESULT that leaves.
    var payload: String? {
        guard let frame = frames.first, let json = try? JSON.parse(frame), json.items?.first?.integer == 3 else {
            return frames.first
        }
        return json.items?.last?.compact
    }
    /// Action and payload of the CALL that leaves.
    var said: String? {
        guard let frame = frames.first, let items = (try? JSON.parse(frame))?.items, items.count == 4 else {
            return nil
        }
        return "\(items[2].text ?? "") \(items[3].compact)"
    }
}

/// A message made from the schemas, as the tests of room OCPP have them.
struct Vector: Sendable {
    let message: String
    let bytes: [UInt8]
    let tree: JSON

    var action: String { String(message.dropLast(message.hasSuffix("Request") ? 7 : 8)) }
    var isResponse: Bool { message.hasSuffix("Response") }

    static func all(_ name: String) throws -> [Vector] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "OCPPTests/Vectors/\(name).jsonl")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let json = try JSON.parse(String(line))
            guard let message = json["message"]?.text, let payload = json["payload"] else { return nil }
            let tree = name == "ocpp201" ? payload.sensible : payload
            var writer = JSONWriter()
            writer.tree(tree)
            return Vector(message: message, bytes: writer.bytes, tree: tree)
        }
    }
}

extension JSON {
    var compact: String {
        var writer = JSONWriter()
        writer.tree(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// With 1 for every whole number that 2.0.1 forgot to forbid: an id below zero, seven phases.
    var sensible: JSON {
        switch self {
        case .null, .boolean, .string: self
        case .number(let text): .number(Int(text).map { $0 < 0 || $0 == 7 || $0 == Int32.max } == true ? "1" : text)
        case .array(let items): .array(items.map(\.sensible))
        case .object(let members): .object(members.map { Member($0.key, $0.value.sensible) })
        }
    }

    /// Without the order of members and the spelling of numbers.
    var normal: JSON {
        switch self {
        case .null, .boolean, .string: self
        case .number(let text): .number(DecimalNumber(text: text)?.description ?? text)
        case .array(let items): .array(items.map(\.normal))
        case .object(let members):
            .object(members.map { Member($0.key, $0.value.normal) }.sorted { $0.key < $1.key })
        }
    }
}
