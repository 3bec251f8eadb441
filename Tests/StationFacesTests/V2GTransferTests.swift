// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import JSONText
import OCPP
import OCPP21
import Testing

@testable import StationFaces

@Suite struct V2GTransferTests {
    private static let alarm = NotifyDERAlarmRequest(controlType: .freqDroop, timestamp: noon)

    private func transfer(_ name: String, _ data: String, vendor: String = "org.sluice") -> String {
        JSON.object([
            .init("vendorId", .string(vendor)), .init("messageId", .string(name)), .init("data", .string(data)),
        ]).compact
    }

    @Test(arguments: [OCPPVersion.v16, .v201])
    func `a message of 2.1 comes in and its answer goes out as text`(_ version: OCPPVersion) throws {
        var bench = FaceBench(version)
        let request = bench.ask(
            "DataTransfer",
            transfer("UpdateDynamicSchedule", #"{"chargingProfileId":3,"scheduleUpdate":{"setpoint":-5000}}"#))
        #expect(request?.text == #"UpdateDynamicSchedule {"chargingProfileId":3,"scheduleUpdate":{"setpoint":-5000}}"#)
        #expect(
            bench.reply(.updateDynamicSchedule(.init(status: .accepted)))
                == #"{"status":"Accepted","data":"{\"status\":\"Accepted\"}"}"#)
    }

    @Test func `2_0_1 may send an object and gets one`() throws {
        var bench = FaceBench(.v201)
        let payload =
            #"{"vendorId":"org.sluice","messageId":"AFRRSignal","data":{"timestamp":"2026-03-01T12:00:00Z","signal":3}}"#
        #expect(bench.ask("DataTransfer", payload) == .afrrSignal(.init(timestamp: noon, signal: 3)))
        #expect(
            bench.reply(.afrrSignal(.init(status: .accepted))) == #"{"status":"Accepted","data":{"status":"Accepted"}}"#
        )
    }

    @Test(arguments: TransferExtension.v2g.asked.map(\.name))
    func `every message of the extension is read`(_ name: String) throws {
        let action = try #require(TransferExtension.v2g.asked.first { $0.name == name }?.action)
        let vector = try #require(try Vector.all("ocpp21").first { $0.message == action.word + "Request" })
        var bench = FaceBench(.v16)
        #expect(bench.ask("DataTransfer", transfer(name, vector.tree.compact))?.action == action)
    }

    @Test func `a transaction may be named by the backend's number`() throws {
        var bench = FaceBench(.v16)
        try bench.runTransaction()
        let profile =
            #"{"evseId":1,"chargingProfile":{"id":1,"stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Dynamic","#
            + #""transactionId":"17","chargingSchedule":[{"id":1,"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0}]}]}}"#
        for data in [profile, profile.replacing(#""transactionId":"17","#, with: "")] {
            let request = bench.ask("DataTransfer", transfer("SetChargingProfile21", data))
            #expect(request?.text.contains(#""transactionId":"t""#) == true)
            _ = bench.reply(.setChargingProfile(.init(status: .accepted)))
        }
    }

    @Test func `what is wrong inside is rejected with the reason`() throws {
        var bench = FaceBench(.v16)
        let bad = bench.receive(#"[2,"c","DataTransfer",\#(transfer("AFRRSignal", "{}"))]"#)
        #expect(
            bad.payload?.hasPrefix(#"{"status":"Rejected","data":"{\"errorCode\":\"OccurrenceConstraintViolation\""#)
                == true)
        let unknown = bench.receive(#"[2,"d","DataTransfer",\#(transfer("Reset", "{}"))]"#)
        #expect(unknown.payload == #"{"status":"UnknownMessageId"}"#)
        #expect(bad.asked == nil && unknown.asked == nil)
    }

    @Test func `a refusal of the station is a rejected transfer`() throws {
        var bench = FaceBench(.v16)
        _ = bench.ask("DataTransfer", transfer("ClearDERControl", #"{"isDefault":true}"#))
        let events = bench.refuse("c", Refusal(.notSupported, "no"))
        #expect(
            events.payload
                == #"{"status":"Rejected","data":"{\"errorCode\":\"NotSupported\",\"errorDescription\":\"no\"}"}"#)
    }

    @Test func `the transfers of others pass`() throws {
        var bench = FaceBench(.v16)
        let request = bench.ask("DataTransfer", transfer("AFRRSignal", "x", vendor: "com.example"))
        #expect(request?.action == .dataTransfer)
        #expect(bench.reply(.dataTransfer(.init(status: .unknownVendorId))) == #"{"status":"UnknownVendorId"}"#)
    }

    @Test(arguments: [OCPPVersion.v16, .v201])
    func `the station tells once the backend has shown that it listens, also after a restart`(_ version: OCPPVersion)
        throws
    {
        var bench = FaceBench(version)
        #expect(bench.call(.notifyDERAlarm(Self.alarm)) == [.failed(.notifyDERAlarm(Self.alarm), .notInThisVersion)])
        _ = bench.ask("DataTransfer", transfer("GetDERControl", #"{"requestId":1}"#))
        var later = FaceBench(version, memory: bench.memory)
        let said = later.say(.notifyDERAlarm(Self.alarm)) ?? ""
        #expect(
            try said.normalMessage
                == "DataTransfer \(try JSON.parse(transfer("NotifyDERAlarm", #"{"controlType":"FreqDroop","timestamp":"2026-03-01T12:00:00Z"}"#)).normal.compact)"
        )
        #expect(
            later.hear(#"{"status":"Accepted"}"#) == [.answered(.notifyDERAlarm(Self.alarm), .notifyDERAlarm(.init()))])
        _ = later.say(.notifyDERAlarm(Self.alarm))
        #expect(
            later.hear(#"{"status":"UnknownVendorId"}"#) == [.failed(.notifyDERAlarm(Self.alarm), .notInThisVersion)])
        #expect(later.call(.notifyDERAlarm(Self.alarm)) == [.failed(.notifyDERAlarm(Self.alarm), .notInThisVersion)])
    }

    @Test func `what the backend does not want is said as its version has it`() throws {
        var bench = FaceBench(.v201)
        _ = bench.ask("DataTransfer", transfer("GetDERControl", #"{"requestId":1}"#))
        let needs = try OCPP21.CSMSRequest(
            #"NotifyEVChargingNeeds {"evseId":1,"chargingNeeds":{"requestedEnergyTransfer":"DC_BPT"}}"#)
        #expect(bench.say(needs)?.hasPrefix("DataTransfer") == true)
        let next = bench.hear(#"{"status":"UnknownMessageId"}"#)
        #expect(next.said == #"NotifyEVChargingNeeds {"chargingNeeds":{"requestedEnergyTransfer":"DC"},"evseId":1}"#)
        #expect(bench.hear(#"{"status":"Accepted"}"#).response?.text == #"{"status":"Accepted"}"#)
        #expect(bench.say(needs)?.hasPrefix("NotifyEVChargingNeeds") == true)
    }

    @Test func `a transfer that is cut off has failed as what it carries`() throws {
        var bench = FaceBench(.v16)
        _ = bench.ask("DataTransfer", transfer("GetDERControl", #"{"requestId":1}"#))
        _ = bench.say(.notifyDERAlarm(Self.alarm))
        #expect(bench.face.disconnect() == [.failed(.notifyDERAlarm(Self.alarm), .timedOut)])
    }
}
