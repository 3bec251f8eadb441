// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP201
import OCPP21

/// OCPP 2.0.1. What a backend says there is read by 2.1 as it is, for 2.1 took nothing away; it only refuses numbers below zero where
/// 2.0.1 forgot to. What the station says loses what 2.0.1 does not know (`Generated`).
enum Translation201: Translation {
    static func raised(_ request: OCPP201.StationRequest) throws(NotRaised) -> OCPP21.StationRequest? {
        guard let action = OCPP21.StationRequest.Action(word: request.action.word) else { return nil }
        var writer = PayloadWriter()
        request.write(to: &writer)
        return try read(writer.bytes) { (reader) throws(Violation) in
            try OCPP21.StationRequest.read(action, from: &reader)
        }
    }

    static func raised(
        _ response: OCPP201.CSMSResponse, to request: OCPP21.CSMSRequest
    ) throws(NotRaised) -> OCPP21.CSMSResponse {
        var writer = PayloadWriter()
        OCPP201.CSMSRequest.write(response, to: &writer)
        return try read(writer.bytes) { (reader) throws(Violation) in
            try OCPP21.CSMSRequest.readResponse(to: request.action, from: &reader)
        }
    }

    static func lowered(_ request: OCPP21.CSMSRequest) -> OCPP201.CSMSRequest? { OCPP201.CSMSRequest(request) }
    static func lowered(_ response: OCPP21.StationResponse) -> OCPP201.StationResponse? {
        OCPP201.StationResponse(response)
    }

    private static func read<Value>(
        _ bytes: [UInt8], _ value: (inout PayloadReader) throws(Violation) -> Value
    ) throws(NotRaised) -> Value {
        var reader = PayloadReader(bytes, version: .v21)
        do { return try value(&reader) } catch {
            throw NotRaised(refusal: Refusal(error.code(in: .v201), error.description(in: bytes)))
        }
    }
}
