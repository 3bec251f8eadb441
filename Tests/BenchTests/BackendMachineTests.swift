// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP
import OCPP16
import OCPP201
import OCPP21
import Testing

@testable import Bench

@Suite struct BackendMachineTests {
    private static let start = Instant(nanoseconds: 0)
    private static let noon = WallTime(milliseconds: 1_772_366_400_000)

    /// A machine with one station and a clock.
    private struct Bench {
        var machine: BackendMachine
        var now = start
        var id = 0

        init(_ script: String = "", _ version: OCPPVersion? = .v21) throws {
            let commands = try script.split(separator: "\n").compactMap { try BackendCommand(String($0)) }
            machine = BackendMachine(script: commands, at: now)
            if let version { first = machine.connected("CP", version, at: now, noon) }
        }
        var first: [BackendMachine.Output] = []

        mutating func hear(_ frame: String) -> [BackendMachine.Output] {
            machine.received(Array(frame.utf8), from: "CP", at: now, noon)
        }
        mutating func ask(_ action: String, _ payload: String) -> [BackendMachine.Output] {
            id += 1
            return hear(#"[2,"s\#(id)","\#(action)",\#(payload)]"#)
        }
        mutating func type(_ line: String) -> [BackendMachine.Output] { machine.command(line, at: now, noon) }
        mutating func pass(_ time: Interval) -> [BackendMachine.Output] {
            now = now + time
            return machine.tick(at: now, noon)
        }
    }

    @Test(arguments: OCPPVersion.allCases)
    func `every message a station may send is answered as the schema wants it`(_ version: OCPPVersion) throws {
        switch version {
        case .v16: try everything(version, OCPP16.CSMSRequest.self)
        case .v201: try everything(version, OCPP201.CSMSRequest.self)
        case .v21: try everything(version, OCPP21.CSMSRequest.self)
        }
    }

    private func everything<Requests: RequestSet>(_ version: OCPPVersion, _: Requests.Type) throws {
        var answers = BackendAnswers()
        for action in Requests.Action.allCases where !Requests.isUnanswered(action) {
            switch answers.answer(action.word, .object([]), in: version, at: Self.noon) {
            case .payload(let text):
                var reader = PayloadReader(Array(text.utf8), version: version)
                #expect(throws: Never.self, "\(action.word)") { try Requests.readResponse(to: action, from: &reader) }
            case .refusal(let code): #expect(code == .notSupported)
            }
        }
    }

    @Test func `a boot is accepted and printed`() throws {
        var bench = try Bench()
        #expect(
            bench.first.lines == [
                #"{"time":"2026-03-01T12:00:00Z","event":"connected","station":"CP","version":"ocpp2.1"}"#
            ])
        let outputs = bench.ask(
            "BootNotification", #"{"chargingStation":{"model":"M","vendorName":"V"},"reason":"PowerUp"}"#)
        #expect(
            outputs.frames == [
                #"[3,"s1",{"currentTime":"2026-03-01T12:00:00Z","interval":300,"status":"Accepted"}]"#
            ])
        #expect(outputs.lines.first?.contains(#""event":"in","station":"CP","action":"BootNotification""#) == true)
    }

    @Test func `a script waits for what it expects, calls, and ends`() throws {
        let script = """
            # a day
            expect BootNotification {"reason":"PowerUp"}
            answer Heartbeat {"currentTime":"2026-01-01T00:00:00Z"}
            remote-start 1 TOKEN
            expect-answer {"status":"Accepted"}
            wait 2s
            quit
            """
        var bench = try Bench(script)
        let boot = bench.ask(
            "BootNotification", #"{"chargingStation":{"model":"M","vendorName":"V"},"reason":"PowerUp"}"#)
        let call = try #require(boot.frames.last)
        #expect(
            call.contains(
                #""RequestStartTransaction",{"evseId":1,"idToken":{"idToken":"TOKEN","type":"Central"},"remoteStartId":1}"#
            ))
        #expect(bench.ask("Heartbeat", "{}").frames == [#"[3,"s2",{"currentTime":"2026-01-01T00:00:00Z"}]"#])
        let id = try #require(call.split(separator: "\"").dropFirst().first)
        #expect(bench.hear(#"[3,"\#(id)",{"status":"Accepted"}]"#).exits == [])
        #expect(bench.pass(.seconds(1)).exits == [])
        #expect(bench.pass(.seconds(1)).exits == [0])
    }

    @Test func `an expectation that is not met ends a script with 1`() throws {
        var bench = try Bench("expect BootNotification --within 3s\nquit")
        #expect(bench.ask("Heartbeat", "{}").exits == [])
        #expect(bench.pass(.seconds(2)).exits == [])
        #expect(bench.pass(.seconds(1)).exits == [1])
    }

    @Test func `another answer than expected ends a script with 1`() throws {
        var bench = try Bench("reset\nexpect-answer {\"status\":\"Accepted\"}\nquit")
        let id = try #require(bench.first.frames.last?.split(separator: "\"").dropFirst().first)
        #expect(bench.hear(#"[3,"\#(id)",{"status":"Rejected"}]"#).exits == [1])
    }

    @Test func `at the keyboard nothing ends it but quit`() throws {
        var bench = try Bench("", nil)
        #expect(bench.type("reset").lines.first?.contains("no station is connected") == true)
        #expect(bench.type("nonsense").lines.first?.contains("there is no such command") == true)
        #expect(bench.type("quit").exits == [0])
    }

    /// The short commands in the versions, in a transaction the backend has heard of.
    @Test(arguments: [
        (
            OCPPVersion.v16, "setpoint 1 -5kW --for 15min",
            #""SetChargingProfile",{"connectorId":1,"csChargingProfiles":{"chargingProfileId":9001,"transactionId":1,"stackLevel":0,"#
                + #""chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","chargingSchedule":{"duration":900,"#
                + #""startSchedule":"2026-03-01T12:00:00Z","chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000}]}}}"#
        ),
        (
            .v201, "setpoint 1 -5kW",
            #""SetChargingProfile",{"evseId":1,"chargingProfile":{"id":9001,"stackLevel":0,"chargingProfilePurpose":"TxProfile","#
                + #""chargingProfileKind":"Absolute","transactionId":"t","chargingSchedule":[{"id":1,"startSchedule":"2026-03-01T12:00:00Z","#
                + #""chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000}]}]}}"#
        ),
        (
            .v21, "setpoint 1 -5kW",
            #""SetChargingProfile",{"evseId":1,"chargingProfile":{"id":9001,"stackLevel":0,"chargingProfilePurpose":"TxProfile","#
                + #""chargingProfileKind":"Dynamic","transactionId":"t","chargingSchedule":[{"id":1,"chargingRateUnit":"W","#
                + #""chargingSchedulePeriod":[{"startPeriod":0,"setpoint":-5000,"operationMode":"CentralSetpoint"}]}]}}"#
        ),
        (.v16, "remote-stop 1", #""RemoteStopTransaction",{"transactionId":1}"#),
        (.v21, "remote-stop 1", #""RequestStopTransaction",{"transactionId":"t"}"#),
        (.v16, "reset hard", #""Reset",{"type":"Hard"}"#),
        (.v21, "reset", #""Reset",{"type":"OnIdle"}"#),
        (.v16, "clear-profiles", #""ClearChargingProfile",{}"#),
        (.v201, "composite 1 1h", #""GetCompositeSchedule",{"duration":3600,"evseId":1}"#),
        (.v16, "composite 1 1h", #""GetCompositeSchedule",{"connectorId":1,"duration":3600}"#),
        (.v16, "trigger MeterValues 1", #""TriggerMessage",{"requestedMessage":"MeterValues","connectorId":1}"#),
        (
            .v21, "trigger StatusNotification 1",
            #""TriggerMessage",{"evse":{"id":1,"connectorId":1},"requestedMessage":"StatusNotification"}"#
        ),
        (.v16, "availability 0 off", #""ChangeAvailability",{"connectorId":0,"type":"Inoperative"}"#),
        (.v21, "availability 0 on", #""ChangeAvailability",{"operationalStatus":"Operative"}"#),
        (.v16, "get HeartbeatInterval", #""GetConfiguration",{"key":["HeartbeatInterval"]}"#),
        (
            .v21, "set OCPPCommCtrlr.MessageTimeout[Default] 30",
            #""SetVariables",{"setVariableData":[{"attributeValue":"30","component":{"name":"OCPPCommCtrlr"},"#
                + #""variable":{"name":"MessageTimeout","instance":"Default"}}]}"#
        ),
        (.v21, #"call ClearCache {}"#, #""ClearCache",{}"#),
    ])
    func `commands are calls of each version`(_ version: OCPPVersion, _ command: String, _ call: String) throws {
        var bench = try Bench("", version)
        begin(&bench, version)
        let frame = bench.type(command).frames.last ?? ""
        #expect(frame.drop { $0 != "," }.dropFirst().drop { $0 != "," }.dropFirst().dropLast() == call)
    }

    private func begin(_ bench: inout Bench, _ version: OCPPVersion) {
        if version == .v16 {
            _ = bench.ask(
                "StartTransaction", #"{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"2026-03-01T12:00:00Z"}"#)
        } else {
            _ = bench.ask(
                "TransactionEvent",
                #"{"eventType":"Started","timestamp":"2026-03-01T12:00:00Z","triggerReason":"Authorized","seqNo":0,"#
                    + #""transactionInfo":{"transactionId":"t"},"evse":{"id":1}}"#)
        }
    }

    @Test func `the next setpoint is an update of the dynamic profile`() throws {
        var bench = try Bench()
        begin(&bench, .v21)
        let frame = bench.type("setpoint 1 -5kW").frames.last ?? ""
        let id = try #require(frame.split(separator: "\"").dropFirst().first)
        _ = bench.hear(#"[3,"\#(id)",{"status":"Accepted"}]"#)
        let next = bench.type("setpoint 1 -6.5kW").frames.last
        #expect(
            next?.contains(#""UpdateDynamicSchedule",{"chargingProfileId":9001,"scheduleUpdate":{"setpoint":-6500}}"#)
                == true)
    }

    @Test func `a profile comes from a file`() throws {
        var bench = try Bench()
        #expect(bench.type("set-profile 1 profile.json").contains(.read("profile.json")))
        let profile =
            #"{"id":1,"stackLevel":0,"chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Relative","#
            + #""chargingSchedule":[{"id":1,"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":1}]}]}"#
        let outputs = bench.machine.fileRead(profile, at: Self.start, Self.noon)
        #expect(outputs.frames.first?.contains(#""SetChargingProfile",{"evseId":1,"chargingProfile":{"id":1"#) == true)
    }

    @Test func `a call that breaks the schema is not made`() throws {
        var bench = try Bench()
        let outputs = bench.type(#"call Reset {"type":"Never"}"#)
        #expect(outputs.frames == [] && outputs.lines.last?.contains(#""event":"failed""#) == true)
    }

    @Test func `what an expectation names must be in the message`() throws {
        let message = try JSON.parse(#"{"a":1.0,"b":[{"c":"x"},{"d":2}],"e":"y"}"#)
        for (pattern, holds) in [
            ("{}", true), (#"{"a":1}"#, true), (#"{"b":[{"d":2}]}"#, true), (#"{"b":[{"d":3}]}"#, false),
            (#"{"e":"y","a":1}"#, true), (#"{"f":1}"#, false), (#"{"e":{}}"#, false),
        ] {
            #expect(message.contains(try JSON.parse(pattern)) == holds, "\(pattern)")
        }
    }
}

extension [BackendMachine.Output] {
    fileprivate var frames: [String] {
        compactMap { output in
            guard case .transmit(_, let frame) = output else { return nil }
            return String(decoding: frame, as: UTF8.self)
        }
    }
    fileprivate var lines: [String] {
        compactMap { output in
            guard case .print(let line) = output else { return nil }
            return line
        }
    }
    fileprivate var exits: [Int32] {
        compactMap { output in
            guard case .finish(let code) = output else { return nil }
            return code
        }
    }
}
