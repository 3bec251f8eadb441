// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import JSONText
import OCPP
import OCPP201
import OCPP21
import Testing

@testable import StationFaces

@Suite struct DirectFaceTests {
    @Test(arguments: [OCPPVersion.v21, .v201])
    func `a call is answered, and the next may go`(_ version: OCPPVersion) {
        var bench = FaceBench(version)
        #expect(bench.say(.heartbeat(.init())) == "Heartbeat {}")
        #expect(!bench.face.canCall && bench.face.deadline == start + .seconds(30))
        let answer = bench.receive(#"[3,"x-1",{"currentTime":"2026-03-01T12:00:00Z"}]"#)
        #expect(answer == [.answered(.heartbeat(.init()), .heartbeat(.init(currentTime: noon)))])
        #expect(bench.face.canCall && bench.face.deadline == nil)
    }

    @Test(arguments: [OCPPVersion.v21, .v201])
    func `a call that is refused, unanswered or cut off has failed, once`(_ version: OCPPVersion) {
        var bench = FaceBench(version)
        _ = bench.call(.heartbeat(.init()))
        let refusal = Refusal(.internalError, "no")
        #expect(
            bench.receive(#"[4,"x-1","InternalError","no",{}]"#) == [.failed(.heartbeat(.init()), .refused(refusal))])
        _ = bench.call(.heartbeat(.init()))
        #expect(bench.face.advance(to: start + .seconds(30)) == [.failed(.heartbeat(.init()), .timedOut)])
        _ = bench.call(.heartbeat(.init()))
        #expect(bench.face.disconnect() == [.failed(.heartbeat(.init()), .timedOut)])
        #expect(bench.face.disconnect() == [])
    }

    @Test func `an unusable answer counts as acted upon`() {
        var bench = FaceBench(.v21)
        _ = bench.call(.heartbeat(.init()))
        #expect(bench.receive(#"[3,"x-1",{"currentTime":7}]"#).failure?.hasPrefix("unusable") == true)
    }

    @Test(arguments: [OCPPVersion.v21, .v201])
    func `a request is answered or refused with its id`(_ version: OCPPVersion) {
        var bench = FaceBench(version)
        #expect(bench.ask("ClearCache") == .clearCache(.init()))
        #expect(bench.reply(.clearCache(.init(status: .accepted))) == #"{"status":"Accepted"}"#)
        #expect(bench.ask("ClearCache", id: "d") == .clearCache(.init()))
        #expect(
            bench.refuse("d", Refusal(.notSupported, "no")).frames == [#"[4,"d","NotSupported","no",{}]"#])
        #expect(bench.answer("d", .clearCache(.init(status: .accepted))).frames == [])
    }

    @Test func `a SEND goes while a call is open, and has no answer`() {
        var bench = FaceBench(.v21)
        _ = bench.call(.heartbeat(.init()))
        let stream = NotifyPeriodicEventStream(data: [.init(t: 0, v: "1")], id: 1, pending: 0, basetime: noon)
        #expect(bench.call(.notifyPeriodicEventStream(stream)).frames.first?.hasPrefix("[6,") == true)
        #expect(!bench.face.canCall)
    }

    @Test func `what breaks the schema does not leave and is not repeated`() {
        var bench = FaceBench(.v21)
        let csr = String(repeating: "x", count: 5_501)
        let events = bench.call(.signCertificate(.init(csr: csr)))
        #expect(events.frames == [] && events.failure?.hasPrefix("unusable") == true)
        #expect(bench.face.canCall)
    }

    // MARK: 2.0.1

    @Test func `what 2.0.1 does not have is not said`() {
        var bench = FaceBench(.v201)
        let alarm = NotifyDERAlarmRequest(controlType: .freqDroop, timestamp: noon)
        #expect(bench.call(.notifyDERAlarm(alarm)) == [.failed(.notifyDERAlarm(alarm), .notInThisVersion)])
    }

    @Test func `every message of a backend of 2.0.1 is read in 2.1 with nothing lost`() throws {
        var count = 0
        for vector in try Vector.all("ocpp201") where try raise(vector, count: &count) {}
        #expect(count == 2 * (40 + 25))
    }

    private func raise(_ vector: Vector, count: inout Int) throws -> Bool {
        var old = PayloadReader(vector.bytes, version: .v201)
        var writer = PayloadWriter()
        if !vector.isResponse, let action = OCPP201.StationRequest.Action(word: vector.action) {
            let raised = try Translation201.raised(try OCPP201.StationRequest.read(action, from: &old))
            try #require(raised != nil, "\(vector.action)")
            raised?.write(to: &writer)
        } else if vector.isResponse, let action = OCPP201.CSMSRequest.Action(word: vector.action) {
            let response = try OCPP201.CSMSRequest.readResponse(to: action, from: &old)
            let asked = try #require(try request(vector.action))
            OCPP21.CSMSRequest.write(try Translation201.raised(response, to: asked), to: &writer)
        } else {
            return false
        }
        count += 1
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(try JSON.parse(text).normal == vector.tree.normal, "\(vector.message)")
        return true
    }

    /// Any request of this action.
    private func request(_ action: String) throws -> OCPP21.CSMSRequest? {
        guard let word = OCPP21.CSMSRequest.Action(word: action),
            let vector = try Vector.all("ocpp21").first(where: { $0.message == action + "Request" })
        else { return nil }
        var reader = PayloadReader(vector.bytes, version: .v21)
        return try OCPP21.CSMSRequest.read(word, from: &reader)
    }

    @Test func `every message of the station that 2.0.1 knows is said so that 2.0.1 can read it`() throws {
        var lowered: Set<String> = []
        for vector in try Vector.all("ocpp21") { if try lower(vector) { lowered.insert(vector.message) } }
        let expected =
            OCPP201.CSMSRequest.Action.allCases.map { $0.word + "Request" }
            + OCPP201.StationRequest.Action.allCases.map { $0.word + "Response" }
        #expect(Set(expected).subtracting(lowered) == [])
    }

    private func lower(_ vector: Vector) throws -> Bool {
        var reader = PayloadReader(vector.bytes, version: .v21)
        var writer = PayloadWriter()
        if !vector.isResponse, let action = OCPP21.CSMSRequest.Action(word: vector.action) {
            guard let old = Translation201.lowered(try OCPP21.CSMSRequest.read(action, from: &reader)) else {
                return false
            }
            old.write(to: &writer)
            var check = PayloadReader(writer.bytes, version: .v201)
            #expect(try OCPP201.CSMSRequest.read(old.action, from: &check) == old)
        } else if vector.isResponse, let action = OCPP21.StationRequest.Action(word: vector.action) {
            let response = try OCPP21.StationRequest.readResponse(to: action, from: &reader)
            guard let old = Translation201.lowered(response) else { return false }
            OCPP201.StationRequest.write(old, to: &writer)
            var check = PayloadReader(writer.bytes, version: .v201)
            #expect(
                try OCPP201.StationRequest.readResponse(to: OCPP201.StationRequest.action(of: old), from: &check) == old
            )
        } else {
            return false
        }
        return true
    }

    @Test func `a transaction event is said in 2.0.1 whatever its reason`() throws {
        for reason in OCPP21.TriggerReasonEnumType.allCases {
            let event = TransactionEventRequest(
                eventType: .updated, timestamp: noon, triggerReason: reason, seqNo: 1,
                transactionInfo: .init(transactionId: "t", stoppedReason: .reqEnergyTransferRejected))
            #expect(Translation201.lowered(.transactionEvent(event)) != nil, "\(reason.word)")
        }
        let event = TransactionEventRequest(
            eventType: .updated, timestamp: noon, triggerReason: .operationModeChanged, seqNo: 1,
            transactionInfo: .init(transactionId: "t", operationMode: .centralSetpoint),
            idToken: .init(idToken: "+49123", type: "DirectPayment"))
        var bench = FaceBench(.v201)
        #expect(
            bench.say(.transactionEvent(event)) == "TransactionEvent "
                + #"{"eventType":"Updated","timestamp":"2026-03-01T12:00:00Z","triggerReason":"ChargingRateChanged","seqNo":1,"#
                + #""transactionInfo":{"transactionId":"t"},"idToken":{"idToken":"+49123","type":"Local"}}"#)
    }

    @Test func `a setpoint shows as the limit in a composite of 2.0.1`() {
        var bench = FaceBench(.v201)
        _ = bench.ask("GetCompositeSchedule", #"{"duration":60,"evseId":1}"#)
        let period = OCPP21.ChargingSchedulePeriodType(
            startPeriod: 0, limit: 11_000, dischargeLimit: -11_000, setpoint: -5_000, operationMode: .centralSetpoint)
        let schedule = OCPP21.CompositeScheduleType(
            evseId: 1, duration: 60, scheduleStart: noon, chargingRateUnit: .w, chargingSchedulePeriod: [period])
        let reply = bench.reply(.getCompositeSchedule(.init(status: .accepted, schedule: schedule)))
        #expect(
            reply?.contains(#""chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000}]"#) == true, "\(reply ?? "")")
    }

    @Test func `a number below zero, where 2.1 has none, is refused`() {
        var bench = FaceBench(.v201)
        let events = bench.receive(#"[2,"c","CancelReservation",{"reservationId":-1}]"#)
        #expect(events.asked == nil && events.frames.first?.hasPrefix(#"[4,"c","PropertyConstraintViolation""#) == true)
    }
}
