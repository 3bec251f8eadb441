// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import JSONText
import OCPP
import OCPP16
import OCPP21
import Testing

@testable import StationFaces

@Suite struct Transactions16Tests {
    /// An event with what the cases differ in.
    private func event(
        _ type: String, _ reason: String = "ChargingStateChanged", state: String? = nil, token: String? = nil,
        evse: Int? = nil, wh: String? = nil, offline: Bool = false, stopped: String? = nil, minute: Int = 0,
        context: String = "Sample.Periodic"
    ) throws -> OCPP21.CSMSRequest {
        var info = #""transactionId":"t""#
        if let state { info += #","chargingState":"\#(state)""# }
        if let stopped { info += #","stoppedReason":"\#(stopped)""# }
        let time = "2026-03-01T12:\(minute < 10 ? "0" : "")\(minute):00Z"
        var text =
            #"{"eventType":"\#(type)","timestamp":"\#(time)","triggerReason":"\#(reason)","seqNo":0,"transactionInfo":{\#(info)}"#
        if let token { text += #","idToken":{"idToken":"\#(token)","type":"ISO14443"}"# }
        if let evse { text += #","evse":{"id":\#(evse)}"# }
        if offline { text += #","offline":true"# }
        if let wh {
            text +=
                #","meterValue":[{"timestamp":"\#(time)","sampledValue":[{"value":\#(wh),"context":"\#(context)"}]}]"#
        }
        return try .init("TransactionEvent \(text)}")
    }

    /// Calls, and answers everything that is said; what was said.
    private func run(
        _ bench: inout FaceBench, _ request: OCPP21.CSMSRequest,
        start: String = #"{"idTagInfo":{"status":"Accepted"},"transactionId":17}"#
    ) -> (said: [String], heard: String?) {
        var events = bench.call(request)
        var said: [String] = []
        while let message = events.said {
            said.append(message)
            events = bench.hear(message.hasPrefix("StartTransaction") ? start : "{}")
        }
        return (said, events.response?.text)
    }

    @Test func `a day of a transaction in 1.6`() throws {
        var bench = FaceBench(.v16)
        // The car first: 1.6 prepares.
        var step = run(&bench, try event("Started", "CablePluggedIn", state: "EVConnected", evse: 1, wh: "1000"))
        #expect(
            step.said == [
                #"StatusNotification {"connectorId":1,"errorCode":"NoError","status":"Preparing","timestamp":"2026-03-01T12:00:00Z"}"#
            ])
        #expect(step.heard == "{}")
        // The token: now it begins.
        step = run(&bench, try event("Updated", "Authorized", token: "CARD", minute: 1))
        #expect(
            step.said == [
                #"StartTransaction {"connectorId":1,"idTag":"CARD","meterStart":1000,"timestamp":"2026-03-01T12:01:00Z"}"#,
                #"StatusNotification {"connectorId":1,"errorCode":"NoError","status":"SuspendedEVSE","timestamp":"2026-03-01T12:01:00Z"}"#,
            ])
        #expect(step.heard == #"{"idTokenInfo":{"status":"Accepted"}}"#)
        step = run(&bench, try event("Updated", state: "Charging", minute: 2))
        #expect(step.said.map { $0.contains(#""status":"Charging""#) } == [true])
        step = run(&bench, try event("Updated", "MeterValuePeriodic", wh: "1500", minute: 3))
        #expect(
            step.said == [
                #"MeterValues {"connectorId":1,"transactionId":17,"meterValue":[{"timestamp":"2026-03-01T12:03:00Z","#
                    + #""sampledValue":[{"value":"1500","context":"Sample.Periodic"}]}]}"#
            ])
        // Nothing 1.6 could tell.
        step = run(&bench, try event("Updated", "OperationModeChanged", minute: 4))
        #expect(step.said == [] && step.heard == "{}")
        step = run(
            &bench,
            try event(
                "Ended", "StopAuthorized", state: "EVConnected", token: "CARD", wh: "2000", stopped: "Local", minute: 5,
                context: "Transaction.End"))
        #expect(
            step.said == [
                #"StopTransaction {"idTag":"CARD","meterStop":2000,"timestamp":"2026-03-01T12:05:00Z","transactionId":17,"#
                    + #""transactionData":[{"timestamp":"2026-03-01T12:05:00Z","sampledValue":[{"value":"2000","context":"Transaction.End"}]}]}"#,
                #"StatusNotification {"connectorId":1,"errorCode":"NoError","status":"Finishing","timestamp":"2026-03-01T12:05:00Z"}"#,
            ])
        #expect(bench.memory.isEmpty)
    }

    @Test func `a token without a car begins nothing, the car then does`() throws {
        var bench = FaceBench(.v16)
        let first = run(&bench, try event("Started", "Authorized", state: "Idle", token: "CARD", evse: 1, wh: "7"))
        #expect(first.said.map { $0.contains("Preparing") } == [true])
        let second = run(&bench, try event("Updated", "CablePluggedIn", state: "EVConnected", wh: "8", minute: 1))
        #expect(second.said.first?.contains(#""meterStart":8"#) == true)
        // Although this event has no token, the backend's word on it comes with its answer.
        #expect(second.heard == #"{"idTokenInfo":{"status":"Accepted"}}"#)
    }

    @Test func `a transaction nobody was authorised for does not exist in 1.6`() throws {
        var bench = FaceBench(.v16)
        _ = run(&bench, try event("Started", "CablePluggedIn", state: "EVConnected", evse: 1))
        let end = run(&bench, try event("Ended", "EVCommunicationLost", state: "Idle", stopped: "EVDisconnected"))
        #expect(end.said == [] && end.heard == "{}")
        #expect(bench.memory.isEmpty)
    }

    @Test func `a token no car follows leaves the connector available`() throws {
        var bench = FaceBench(.v16)
        let available = try OCPP21.CSMSRequest(
            #"StatusNotification {"timestamp":"2026-03-01T12:00:00Z","connectorStatus":"Available","evseId":1,"connectorId":1}"#
        )
        _ = run(&bench, available)
        let begin = run(&bench, try event("Started", "RemoteStart", state: "Idle", token: "CARD", evse: 1)).said
        #expect(begin.map { $0.contains(#""status":"Preparing""#) } == [true])
        let end = run(&bench, try event("Ended", "EVConnectTimeout", state: "Idle", stopped: "Timeout")).said
        #expect(end.map { $0.contains(#""status":"Available""#) } == [true])
    }

    @Test func `the number survives a restart, and what waited in the outbox gets it`() throws {
        var bench = FaceBench(.v16)
        let started = try event(
            "Started", "Authorized", state: "Charging", token: "CARD", evse: 2, wh: "5", offline: true)
        #expect(run(&bench, started).said.map { $0.prefix(16) } == ["StartTransaction"])
        var later = FaceBench(.v16, memory: bench.memory)
        let updated = try event("Updated", "MeterValuePeriodic", wh: "6", offline: true, minute: 1)
        #expect(run(&later, updated).said.first?.contains(#""connectorId":2,"transactionId":17"#) == true)
        let ended = try event("Ended", "EVDeparted", wh: "7", offline: true, stopped: "EVDisconnected", minute: 2)
        #expect(run(&later, ended).said.first?.contains(#""reason":"EVDisconnected""#) == true)
        #expect(later.memory.isEmpty)
    }

    @Test func `a start that was never answered is repeated with its own time and reading`() throws {
        var bench = FaceBench(.v16)
        let started = try event("Started", "Authorized", state: "Charging", token: "CARD", evse: 1, wh: "5")
        _ = bench.call(started)
        #expect(bench.face.advance(to: start + .seconds(30)) == [.failed(started, .timedOut)])
        var later = FaceBench(.v16, memory: bench.memory)
        let ended = try event("Ended", "StopAuthorized", wh: "9", stopped: "Local", minute: 9)
        let said = run(&later, ended).said
        #expect(said.first?.contains(#""meterStart":5,"timestamp":"2026-03-01T12:00:00Z""#) == true)
        #expect(
            said.dropFirst().first?.contains(#""meterStop":9,"timestamp":"2026-03-01T12:09:00Z","transactionId":17"#)
                == true)
    }

    @Test func `a repeated event does not begin twice, and hears what was said of the token`() throws {
        var bench = FaceBench(.v16)
        let power =
            #"{"timestamp":"2026-03-01T12:00:00Z","sampledValue":[{"value":7,"measurand":"Power.Active.Import","unitOfMeasure":{"unit":"W"}}]}"#
        let started = try OCPP21.CSMSRequest(
            #"TransactionEvent {"eventType":"Started","timestamp":"2026-03-01T12:00:00Z","triggerReason":"Authorized","seqNo":0,"#
                + #""meterValue":[\#(power)],"transactionInfo":{"transactionId":"t","chargingState":"Charging"},"evse":{"id":1},"#
                + #""idToken":{"idToken":"CARD","type":"ISO14443"}}"#)
        _ = bench.call(started)
        #expect(
            bench.hear(#"{"idTagInfo":{"status":"Blocked"},"transactionId":17}"#).said?.hasPrefix("MeterValues") == true
        )
        #expect(bench.face.disconnect() == [.failed(started, .timedOut)])
        var later = FaceBench(.v16, memory: bench.memory)
        let again = run(&later, started)
        #expect(again.said.map { $0.prefix(11) } == ["MeterValues", "StatusNotif"])
        #expect(again.heard == #"{"idTokenInfo":{"status":"Blocked"}}"#)
    }

    @Test func `an end that comes once more is answered and says nothing`() throws {
        var bench = FaceBench(.v16)
        try bench.runTransaction()
        let ended = try event("Ended", "StopAuthorized", state: "EVConnected", token: "CARD", stopped: "Local")
        #expect(run(&bench, ended).said.first?.hasPrefix("StopTransaction") == true)
        let again = run(&bench, ended)
        #expect(again.said == [] && again.heard == "{}" && bench.memory.isEmpty)
    }

    @Test func `a lost status does not make an event fail`() throws {
        var bench = FaceBench(.v16)
        let started = try event("Started", "Authorized", state: "Charging", token: "CARD", evse: 1)
        _ = bench.call(started)
        #expect(
            bench.hear(#"{"idTagInfo":{"status":"Accepted"},"transactionId":17}"#).said?.hasPrefix("Status") == true)
        #expect(bench.face.disconnect().response?.text == #"{"idTokenInfo":{"status":"Accepted"}}"#)
    }

    @Test func `what was recorded offline is no status`() throws {
        var bench = FaceBench(.v16)
        let started = try event("Started", "Authorized", state: "Charging", token: "CARD", evse: 1, offline: true)
        #expect(run(&bench, started).said.map { $0.prefix(16) } == ["StartTransaction"])
    }

    @Test(
        arguments: [
            ("Local", "StopAuthorized", nil), ("Remote", "RemoteStop", "Remote"),
            ("DeAuthorized", "Deauthorized", "DeAuthorized"),
            ("EmergencyStop", "AbnormalCondition", "EmergencyStop"), ("PowerLoss", "AbnormalCondition", "PowerLoss"),
            ("Reboot", "AbnormalCondition", "Reboot"), ("SOCLimitReached", "EnergyLimitReached", "Other"),
            ("ImmediateReset", "ResetCommand", "SoftReset"), ("Other", "UnlockCommand", "UnlockCommand"),
            ("EVDisconnected", "EVDeparted", "EVDisconnected"), ("MasterPass", "StopAuthorized", "Other"),
        ] as [(String, String, String?)])
    func `every reason has its word`(_ stopped: String, _ trigger: String, _ reason: String?) throws {
        var bench = FaceBench(.v16)
        try bench.runTransaction()
        let end = run(&bench, try event("Ended", trigger, stopped: stopped)).said.first ?? ""
        let payload = try JSON.parse(String(end.drop { $0 != "{" }))
        #expect(payload["reason"]?.text == reason)
    }

    @Test func `a hard reset is the reason of what it ends`() throws {
        var bench = FaceBench(.v16)
        try bench.runTransaction()
        _ = try bench.exchange("Reset", #"{"type":"Hard"}"#, [#"{"status":"Accepted"}"#])
        let end = run(&bench, try event("Ended", "ResetCommand", stopped: "ImmediateReset")).said.first
        #expect(end?.contains(#""reason":"HardReset""#) == true)
    }

    @Test(arguments: [
        ("Charging", "Charging"), ("SuspendedEV", "SuspendedEV"), ("SuspendedEVSE", "SuspendedEVSE"),
        ("EVConnected", "SuspendedEVSE"), ("Idle", "Finishing"),
    ])
    func `the states of a running transaction`(_ charging: String, _ status: String) throws {
        var bench = FaceBench(.v16)
        try bench.runTransaction()
        let said = run(&bench, try event("Updated", state: charging)).said
        // Charging has been said at the start.
        #expect(said.map { $0.contains(#""status":"\#(status)""#) } == (charging == "Charging" ? [] : [true]))
    }

    @Test func `the connector is finishing until the car is gone`() throws {
        var bench = FaceBench(.v16)
        try bench.runTransaction()
        _ = run(&bench, try event("Ended", "StopAuthorized", stopped: "Local"))
        for (reported, said) in [("Occupied", "Finishing"), ("Available", "Available"), ("Occupied", "Preparing")] {
            let status = try OCPP21.CSMSRequest(
                #"StatusNotification {"timestamp":"2026-03-01T12:00:00Z","connectorStatus":"\#(reported)","evseId":1,"connectorId":1}"#
            )
            #expect(run(&bench, status).said.first?.contains(#""status":"\#(said)""#) == true, "\(reported)")
        }
    }

    @Test func `the reading of the register counts in whole Wh whatever its unit`() throws {
        for (value, unit, wh) in [
            ("5.5", #"{"unit":"kWh"}"#, 5_500), ("5", #"{"unit":"Wh","multiplier":3}"#, 5_000), ("1499.9", "{}", 1_499),
        ] {
            let value = OCPP21.MeterValueType(
                sampledValue: [
                    .init(value: try #require(DecimalNumber(text: value)), unitOfMeasure: try unit.unit),
                    .init(value: 9, measurand: .energyActiveImportRegister, phase: .l1),
                ], timestamp: noon)
            #expect([value].importedWh == wh)
        }
    }

    @Test func `transactions whose end got lost are forgotten from the oldest on`() throws {
        var numbers = TransactionNumbers(memory: [:])
        var kept: Set<String> = []
        for count in 0..<(TransactionNumbers.most + 10) {
            for case .keep(let key, let bytes) in numbers.set("t\(count)", .init(evse: 1, number: count)) {
                if bytes == nil { kept.remove(key) } else { kept.insert(key) }
            }
        }
        #expect(numbers.records.count == TransactionNumbers.most && kept.count == TransactionNumbers.most)
        #expect(numbers.id(of: 9) == nil && numbers.id(of: 10) == "t10")
    }
}

extension String {
    fileprivate var unit: OCPP21.UnitOfMeasureType {
        get throws {
            var reader = PayloadReader(Array(utf8), version: .v21)
            return try OCPP21.UnitOfMeasureType(from: &reader)
        }
    }
}
