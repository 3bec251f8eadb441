// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP16
import OCPP21
import Testing

@testable import StationFaces

@Suite struct Configuration16Tests {
    /// Answers every variable with a value of its name, but what `other` says.
    private func answer(
        _ request: OCPP21.StationRequest, _ other: [String: OCPP21.GetVariableStatusEnumType] = [:],
        values: [String: String] = [:]
    ) -> OCPP21.StationResponse? {
        guard case .getVariables(let request) = request else { return nil }
        let results = request.getVariableData.map { data in
            let status = other[data.variable.name] ?? .accepted
            return OCPP21.GetVariableResultType(
                attributeStatus: status, component: data.component, variable: data.variable,
                attributeValue: status == .accepted ? values[data.variable.name] ?? data.variable.name : nil)
        }
        return .getVariables(.init(getVariableResult: results))
    }

    @Test func `all keys are asked for in messages of the size the station takes`() throws {
        var settings = StationConversation.Settings()
        settings.itemsPerMessage = 7
        settings.evses = [1, 2]
        settings.mostDischarge = 11_000
        var bench = FaceBench(.v16, settings: settings)
        var events = bench.receive(#"[2,"c","GetConfiguration",{}]"#)
        while let request = events.asked {
            guard case .getVariables(let variables) = request else { return }
            #expect(variables.getVariableData.count <= 7)
            events = bench.answer("c", try #require(answer(request)))
        }
        let keys = try JSON.parse(try #require(events.payload))["configurationKey"]?.items ?? []
        let values = Dictionary(
            keys.map { ($0["key"]?.text ?? "", $0["value"]?.text ?? "") }, uniquingKeysWith: { first, _ in first })
        #expect(values.count == ConfigurationKey.all.count)
        #expect(values["NumberOfConnectors"] == "2" && values["V2XMaxDischargeW"] == "11000")
        #expect(values["V2XSetpointWatchdog"] == "300")
        #expect(values["ConnectorPhaseRotation"] == "0.Unknown,1.Unknown,2.Unknown")
        #expect(values["HeartbeatInterval"] == "HeartbeatInterval")
        #expect(values["TransactionMessageAttempts"] == "MessageAttempts")
    }

    @Test func `keys are found without regard to case, unknown ones are named`() throws {
        var bench = FaceBench(.v16)
        let payload = #"{"key":["heartbeatinterval","HeartbeatInterval","Nonsense","V2XMaxDischargeW","CpoName"]}"#
        guard let request = bench.ask("GetConfiguration", payload) else { throw CancellationError() }
        #expect(
            request.text
                == #"GetVariables {"getVariableData":[{"component":{"name":"OCPPCommCtrlr"},"variable":{"name":"HeartbeatInterval"}},"#
                + #"{"component":{"name":"SecurityCtrlr"},"variable":{"name":"OrganizationName"}}]}"#)
        let response = try #require(
            answer(request, ["OrganizationName": .unknownVariable], values: ["HeartbeatInterval": "60"]))
        #expect(
            bench.reply(response)
                == #"{"configurationKey":[{"key":"HeartbeatInterval","readonly":false,"value":"60"}],"#
                + #""unknownKey":["Nonsense","V2XMaxDischargeW","CpoName"]}"#)
    }

    @Test func `a password may be written and is never shown, and rates have their words of 1.6`() throws {
        var bench = FaceBench(.v16)
        let payload =
            #"{"key":["AuthorizationKey","ChargingScheduleAllowedChargingRateUnit","V2XSupportedOperationModes"]}"#
        guard let request = bench.ask("GetConfiguration", payload) else { throw CancellationError() }
        #expect(request.text.contains(#"{"component":{"evse":{"id":1},"name":"V2XChargingCtrlr"}"#))
        let response = try #require(answer(request, ["BasicAuthPassword": .rejected], values: ["RateUnit": "A,W"]))
        #expect(
            bench.reply(response) == #"{"configurationKey":[{"key":"AuthorizationKey","readonly":false},"#
                + #"{"key":"ChargingScheduleAllowedChargingRateUnit","readonly":true,"value":"Current,Power"},"#
                + #"{"key":"V2XSupportedOperationModes","readonly":true,"value":"SupportedOperationModes"}]}"#)
    }

    @Test func `more keys than are allowed are refused`() {
        var bench = FaceBench(.v16)
        let keys = (0...Configuration16.mostKeys).map { "\"k\($0)\"" }.joined(separator: ",")
        let events = bench.receive(#"[2,"c","GetConfiguration",{"key":[\#(keys)]}]"#)
        #expect(events.frames.first?.hasPrefix(#"[4,"c","OccurenceConstraintViolation""#) == true)
    }

    @Test(arguments: [
        ("Accepted", "Accepted"), ("Rejected", "Rejected"), ("UnknownComponent", "NotSupported"),
        ("UnknownVariable", "NotSupported"), ("NotSupportedAttributeType", "NotSupported"),
        ("RebootRequired", "RebootRequired"),
    ])
    func `a change is set as a variable, and its status has a word`(_ status: String, _ reply: String) throws {
        var bench = FaceBench(.v16)
        let place = #""component":{"name":"SampledDataCtrlr"},"variable":{"name":"TxUpdatedInterval"}"#
        let (asked, answered) = try bench.exchange(
            "ChangeConfiguration", #"{"key":"MeterValueSampleInterval","value":"30"}"#,
            [#"{"setVariableResult":[{"attributeStatus":"\#(status)",\#(place)}]}"#])
        #expect(asked == [#"SetVariables {"setVariableData":[{"attributeValue":"30",\#(place)}]}"#])
        #expect(answered == #"{"status":"\#(reply)"}"#)
    }

    @Test(arguments: [
        ("Nonsense", "NotSupported"), ("NumberOfConnectors", "Rejected"), ("ChargeProfileMaxStackLevel", "Rejected"),
    ])
    func `what cannot be changed is not asked`(_ key: String, _ status: String) throws {
        var bench = FaceBench(.v16)
        let (asked, reply) = try bench.exchange("ChangeConfiguration", #"{"key":"\#(key)","value":"1"}"#, [])
        #expect(asked == [] && reply == #"{"status":"\#(status)"}"#)
    }

    @Test func `no two keys have one name`() {
        #expect(Set(ConfigurationKey.all.map { $0.name.lowercased() }).count == ConfigurationKey.all.count)
    }
}
