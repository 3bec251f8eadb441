// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import OCPP
import OCPP16
import OCPP21

struct Face16: Face {
    init(idPrefix: String, settings: StationConversation.Settings, memory: [String: [UInt8]]) {}
    var canCall: Bool { true }
    var deadline: Instant? { nil }
    mutating func receive(_ frame: [UInt8], at now: Instant) -> [Event] { [] }
    mutating func call(_ request: OCPP21.CSMSRequest, at now: Instant) -> [Event] { [] }
    mutating func answer(_ id: MessageID, _ response: OCPP21.StationResponse) -> [Event] { [] }
    mutating func refuse(_ id: MessageID, _ refusal: Refusal) -> [Event] { [] }
    mutating func advance(to now: Instant) -> [Event] { [] }
    mutating func disconnect() -> [Event] { [] }
}
