// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import JSONText
import OCPP
import OCPP16
import OCPP201
import OCPP21

/// A least or fullest instance of a message, made from the schema by scripts/generate-ocpp.
struct Vector {
    let message: String
    let payload: JSON

    /// The name without “Request” and “Response”.
    var action: String {
        for ending in ["Request", "Response"] where message.hasSuffix(ending) {
            return String(message.dropLast(ending.count))
        }
        return message
    }
    var isResponse: Bool { message.hasSuffix("Response") }
    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.tree(payload)
        return writer.bytes
    }

    static func all(_ version: OCPPVersion) throws -> [Vector] {
        let name =
            switch version {
            case .v16: "ocpp16"
            case .v201: "ocpp201"
            case .v21: "ocpp21"
            }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/\(name).jsonl")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let json = try JSON.parse(String(line))
            guard let message = json["message"]?.text, let payload = json["payload"] else { return nil }
            return Vector(message: message, payload: payload)
        }
    }
}

/// Reads a payload as the message it is and writes it again; throws what the schema does not allow.
func rewritten(_ bytes: [UInt8], as vector: Vector, in version: OCPPVersion) throws -> [UInt8]? {
    switch version {
    case .v16:
        try rewritten(bytes, vector, OCPP16.StationRequest.self) ?? rewritten(bytes, vector, OCPP16.CSMSRequest.self)
    case .v201:
        try rewritten(bytes, vector, OCPP201.StationRequest.self) ?? rewritten(bytes, vector, OCPP201.CSMSRequest.self)
    case .v21:
        try rewritten(bytes, vector, OCPP21.StationRequest.self) ?? rewritten(bytes, vector, OCPP21.CSMSRequest.self)
    }
}

private func rewritten<Requests: RequestSet>(
    _ bytes: [UInt8], _ vector: Vector, _: Requests.Type
) throws(Violation) -> [UInt8]? {
    guard let action = Requests.Action(word: vector.action) else { return nil }
    var reader = PayloadReader(bytes, version: Requests.version)
    var writer = PayloadWriter()
    if vector.isResponse {
        Requests.write(try Requests.readResponse(to: action, from: &reader), to: &writer)
    } else {
        try Requests.read(action, from: &reader).write(to: &writer)
    }
    return writer.bytes
}

extension JSON {
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
