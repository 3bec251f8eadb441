// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP

/// What a friendly backend answers: everybody may, everything is noted. A script can say otherwise, action by action.
struct BackendAnswers: Sendable {
    enum Answer: Equatable, Sendable {
        case payload(String)
        case refusal(ErrorCode)
    }

    /// What a script said.
    private var told: [String: Answer] = [:]
    /// Numbers of transactions in 1.6.
    private var lastNumber = 0

    mutating func set(_ action: String, _ answer: Answer) { told[action] = answer }

    mutating func answer(_ action: String, _ payload: JSON, in version: OCPPVersion, at now: WallTime) -> Answer {
        if let answer = told[action] { return answer }
        let time = JSON.string(now.text).compact
        switch action {
        case "BootNotification":
            return .payload(#"{"status":"Accepted","currentTime":\#(time),"interval":300}"#)
        case "Heartbeat": return .payload(#"{"currentTime":\#(time)}"#)
        case "Authorize":
            return .payload(
                version == .v16 ? #"{"idTagInfo":{"status":"Accepted"}}"# : #"{"idTokenInfo":{"status":"Accepted"}}"#)
        case "StartTransaction":
            lastNumber += 1
            return .payload(#"{"idTagInfo":{"status":"Accepted"},"transactionId":\#(lastNumber)}"#)
        case "TransactionEvent":
            return .payload(payload["idToken"] == nil ? "{}" : #"{"idTokenInfo":{"status":"Accepted"}}"#)
        case "DataTransfer", "SignCertificate", "NotifyEVChargingSchedule", "OpenPeriodicEventStream":
            return .payload(#"{"status":"Accepted"}"#)
        // “Accepted” would promise a profile, for which a car under schedules waits.
        case "NotifyEVChargingNeeds": return .payload(#"{"status":"Processing"}"#)
        case "PullDynamicScheduleUpdate": return .payload(#"{"status":"Rejected"}"#)
        case "GetCertificateStatus": return .payload(#"{"status":"Failed"}"#)
        case "Get15118EVCertificate": return .payload(#"{"status":"Failed","exiResponse":""}"#)
        case "GetCertificateChainStatus", "VatNumberValidation": return .refusal(.notSupported)
        case _: return .payload("{}")
        }
    }
}

extension JSON {
    var compact: String {
        var writer = JSONWriter()
        writer.tree(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Whether all that `pattern` says is so: members it names, items it lists.
    func contains(_ pattern: JSON) -> Bool {
        switch (self, pattern) {
        case (.object(let members), .object(let wanted)):
            wanted.allSatisfy { want in members.contains { $0.key == want.key && $0.value.contains(want.value) } }
        case (.array(let items), .array(let wanted)):
            wanted.allSatisfy { want in items.contains { $0.contains(want) } }
        case (.number(let text), .number(let wanted)):
            DecimalNumber(text: text) == DecimalNumber(text: wanted)
        case (_, _): self == pattern
        }
    }
}
