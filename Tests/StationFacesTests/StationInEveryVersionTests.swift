// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import JSONText
import OCPP
import OCPP21
import Testing

@testable import StationFaces

/// The one station behind a face, and a backend that takes everything.
private struct Joined {
    var station: Station
    var bench: FaceBench
    var time = StationTime(start, WallTime(milliseconds: 1_772_366_400_000))
    /// What the backend has heard, as “Action payload”.
    var heard: [String] = []
    /// What the station would have the EVSE do.
    var command: EVSECommand?
    private var report = EVSEReport()
    private var waiting: [OCPP21.CSMSRequest] = []
    private let version: OCPPVersion

    init(_ version: OCPPVersion) {
        let ratings = PowerLimits(from: .watts(-10_000), to: .watts(11_000))
        let evse = StationSetup.EVSE(id: 1, supply: .direct(volts: 400), ratings: ratings)
        let setup = StationSetup(
            model: "M", vendor: "V", serialNumber: "S", firmware: "1", evses: [evse], seed: 7)
        station = Station(setup, kept: [:], at: time)
        bench = FaceBench(version)
        self.version = version
    }

    mutating func connect() { feed(.connected(version)) }

    /// The EVSE reports what it reported before, with this changed.
    mutating func report(_ change: (inout EVSEReport) -> Void) {
        change(&report)
        feed(.evse(1, report))
    }

    mutating func feed(_ input: StationInput) {
        _ = carry(station.handle(input, at: time))
        deliver()
    }

    /// Seconds pass one by one.
    mutating func wait(_ seconds: Int) {
        for _ in 0..<seconds {
            time = StationTime(time.monotonic + .seconds(1), time.wall + .seconds(1))
            feed(.tick)
        }
    }

    /// The backend asks; its answer on the wire.
    mutating func ask(_ action: String, _ payload: String = "{}") -> String? {
        let events = bench.receive(#"[2,"c","\#(action)",\#(payload)]"#, at: time.monotonic)
        var frames = events.frames
        for case .asked(let id, let request) in events {
            frames += carry(station.handle(.asked(id, request), at: time))
        }
        deliver()
        guard let frame = frames.first else { return nil }
        return (try? JSON.parse(frame))?.items?.dropFirst(2).first?.compact
    }

    private mutating func carry(_ outputs: [StationOutput]) -> [String] {
        outputs.flatMap { output -> [String] in
            switch output {
            case .call(let request, _):
                waiting.append(request)
                return []
            case .answer(let id, let response): return answered(bench.answer(id.text, response))
            case .refuse(let id, let refusal): return answered(bench.refuse(id.text, refusal))
            case .command(_, let command):
                self.command = command
                return []
            case .keep, .host, .reconnect, .notice: return []
            }
        }
    }

    /// The face may ask on.
    private mutating func answered(_ events: [StationConversation.Event]) -> [String] {
        var frames = events.frames
        for case .asked(let id, let request) in events {
            frames += carry(station.handle(.asked(id, request), at: time))
        }
        return frames
    }

    private mutating func deliver() {
        while !waiting.isEmpty {
            var events = bench.call(waiting.removeFirst(), at: time.monotonic)
            while let said = events.said {
                heard.append(said)
                events = bench.hear(answer(to: said))
            }
            for event in events {
                switch event {
                case .answered(let request, let response):
                    _ = carry(station.handle(.answered(request, response), at: time))
                case .failed(let request, let failure):
                    _ = carry(station.handle(.failed(request, failure), at: time))
                case .transmit, .asked, .keep, .misbehaved, .notice, .close: break
                }
            }
        }
    }

    private func answer(to said: String) -> String {
        let now = #""currentTime":"2026-03-01T12:00:00Z""#
        switch said.prefix(while: { $0 != " " }) {
        case "BootNotification": return #"{"status":"Accepted",\#(now),"interval":300}"#
        case "Heartbeat": return "{\(now)}"
        case "Authorize":
            return version == .v16 ? #"{"idTagInfo":{"status":"Accepted"}}"# : #"{"idTokenInfo":{"status":"Accepted"}}"#
        case "StartTransaction": return #"{"idTagInfo":{"status":"Accepted"},"transactionId":17}"#
        case _: return "{}"
        }
    }

    /// The heard messages of these actions, shortened to a word that says what they are.
    func story(_ actions: Set<String>) -> [String] {
        heard.compactMap { said in
            let action = String(said.prefix { $0 != " " })
            guard actions.contains(action), let payload = try? JSON.parse(String(said.dropFirst(action.count + 1)))
            else {
                return nil
            }
            guard action == "StatusNotification" else { return action }
            return "\(payload["connectorId"]?.integer ?? -1) \(payload["status"]?.text ?? "")"
        }
    }
}

@Suite struct StationInEveryVersionTests {
    @Test(arguments: [
        (OCPPVersion.v16, #"{"chargePointVendor":"V","chargePointModel":"M""#), (.v201, #""reason":"PowerUp""#),
        (.v21, #""reason":"PowerUp""#),
    ])
    func `the station boots in every version`(_ version: OCPPVersion, _ said: String) throws {
        var joined = Joined(version)
        joined.connect()
        #expect(joined.heard.first?.hasPrefix("BootNotification") == true && joined.heard.first?.contains(said) == true)
    }

    @Test func `a day in 1_6: a remote start, a setpoint and a remote stop`() throws {
        var joined = Joined(.v16)
        joined.connect()
        joined.report { $0.imported = .wattHours(1_000) }
        #expect(joined.story(["StatusNotification"]) == ["0 Available", "1 Available"])
        joined.heard = []

        #expect(joined.ask("RemoteStartTransaction", #"{"connectorId":1,"idTag":"CARD"}"#) == #"{"status":"Accepted"}"#)
        joined.report { $0.connector = .occupied }
        joined.wait(2)
        joined.report { $0.flow = .charging }
        let story = joined.story(["StartTransaction", "StatusNotification"])
        #expect(story.contains("StartTransaction") && story.last == "1 Charging", "\(joined.heard)")
        let start = joined.heard.first { $0.hasPrefix("StartTransaction") } ?? ""
        #expect(start.contains(#""connectorId":1,"idTag":"CARD","meterStart":1000"#), "\(start)")

        let profile =
            #"{"connectorId":1,"csChargingProfiles":{"chargingProfileId":3,"transactionId":17,"stackLevel":0,"chargingProfilePurpose":"TxProfile","#
            + #""chargingProfileKind":"Absolute","chargingSchedule":{"chargingRateUnit":"W","startSchedule":"2026-03-01T12:00:00Z","#
            + #""chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000.0}]}}}"#
        #expect(joined.ask("SetChargingProfile", profile) == #"{"status":"Accepted"}"#)
        #expect(joined.command?.setpoint == .watts(-5_000))
        let composite = joined.ask("GetCompositeSchedule", #"{"connectorId":1,"duration":60,"chargingRateUnit":"W"}"#)
        #expect(
            composite?.contains(#""chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000"#) == true,
            "\(composite ?? "")")

        joined.heard = []
        joined.report { $0.imported = .wattHours(1_500) }
        #expect(joined.ask("RemoteStopTransaction", #"{"transactionId":17}"#) == #"{"status":"Accepted"}"#)
        joined.report { $0.flow = .none }
        joined.wait(2)
        joined.report { $0.connector = .available }
        joined.wait(2)
        let stop = joined.heard.first { $0.hasPrefix("StopTransaction") } ?? ""
        #expect(
            stop.contains(#""meterStop":1500"#) && stop.contains(#""transactionId":17,"reason":"Remote""#),
            "\(joined.heard)")
        #expect(joined.story(["StatusNotification"]).last == "1 Available", "\(joined.heard)")
        #expect(joined.bench.memory.isEmpty)
    }

    /// A running transaction in 1.6.
    private func charging() -> Joined {
        var joined = Joined(.v16)
        joined.connect()
        joined.report { $0.imported = .wattHours(1_000) }
        _ = joined.ask("RemoteStartTransaction", #"{"connectorId":1,"idTag":"CARD"}"#)
        joined.report { $0.connector = .occupied }
        joined.wait(2)
        joined.report { $0.flow = .charging }
        return joined
    }

    @Test func `a setpoint of 1_6 ends when the link has been gone for the watchdog's time`() throws {
        var joined = charging()
        _ = joined.ask("ChangeConfiguration", #"{"key":"V2XSetpointWatchdog","value":"60"}"#)
        let profile =
            #"{"connectorId":1,"csChargingProfiles":{"chargingProfileId":3,"stackLevel":0,"chargingProfilePurpose":"TxProfile","#
            + #""chargingProfileKind":"Relative","chargingSchedule":{"chargingRateUnit":"W","#
            + #""chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000}]}}}"#
        #expect(joined.ask("SetChargingProfile", profile) == #"{"status":"Accepted"}"#)
        #expect(joined.command?.setpoint == .watts(-5_000))
        joined.feed(.disconnected)
        joined.wait(50)
        #expect(joined.command?.setpoint == .watts(-5_000))
        joined.wait(20)
        #expect(joined.command?.setpoint == nil)
    }

    @Test func `a dynamic setpoint of 2_1 moves the car over 1_6`() throws {
        var joined = charging()
        func transfer(_ name: String, _ data: String) -> String {
            JSON.object([
                .init("vendorId", .string("org.sluice")), .init("messageId", .string(name)),
                .init("data", .string(data)),
            ]).compact
        }
        let profile =
            #"{"evseId":1,"chargingProfile":{"id":7,"stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Dynamic","#
            + #""chargingSchedule":[{"id":1,"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"#
            + #""operationMode":"CentralSetpoint","setpoint":-3000}]}]}}"#
        let accepted = #"{"status":"Accepted","data":"{\"status\":\"Accepted\"}"}"#
        #expect(joined.ask("DataTransfer", transfer("SetChargingProfile21", profile)) == accepted)
        #expect(joined.command?.setpoint == .watts(-3_000))
        let update = #"{"chargingProfileId":7,"scheduleUpdate":{"setpoint":-4000}}"#
        #expect(joined.ask("DataTransfer", transfer("UpdateDynamicSchedule", update)) == accepted)
        #expect(joined.command?.setpoint == .watts(-4_000))
    }

    @Test func `a profile in 1_6 replaces the one of its level`() throws {
        var joined = Joined(.v16)
        joined.connect()
        for id in [3, 4] {
            let profile =
                #"{"connectorId":1,"csChargingProfiles":{"chargingProfileId":\#(id),"stackLevel":0,"chargingProfilePurpose":"TxDefaultProfile","#
                + #""chargingProfileKind":"Relative","chargingSchedule":{"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":\#(id)000}]}}}"#
            #expect(joined.ask("SetChargingProfile", profile) == #"{"status":"Accepted"}"#, "\(id)")
        }
        #expect(joined.ask("ClearChargingProfile", #"{"id":3}"#) == #"{"status":"Unknown"}"#)
        #expect(joined.ask("ClearChargingProfile", #"{"id":4}"#) == #"{"status":"Accepted"}"#)
    }

    @Test func `a connector's default stands beside that of all`() throws {
        var joined = Joined(.v16)
        joined.connect()
        for connector in [0, 1] {
            let profile =
                #"{"connectorId":\#(connector),"csChargingProfiles":{"chargingProfileId":\#(connector + 3),"stackLevel":0,"#
                + #""chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Relative","chargingSchedule":{"chargingRateUnit":"W","#
                + #""chargingSchedulePeriod":[{"startPeriod":0,"limit":\#(connector + 1)000}]}}}"#
            #expect(joined.ask("SetChargingProfile", profile) == #"{"status":"Accepted"}"#, "\(connector)")
        }
        let composite = joined.ask("GetCompositeSchedule", #"{"connectorId":1,"duration":60,"chargingRateUnit":"W"}"#)
        #expect(composite?.contains(#"{"startPeriod":0,"limit":2000"#) == true, "\(composite ?? "")")
    }

    @Test(arguments: ["ChargePointMaxProfile", "TxDefaultProfile"])
    func `an absolute schedule without a start is taken as 1_6 means it`(_ purpose: String) throws {
        var joined = Joined(.v16)
        joined.connect()
        let profile =
            #"{"connectorId":0,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,"chargingProfilePurpose":"\#(purpose)","#
            + #""chargingProfileKind":"Absolute","chargingSchedule":{"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":3000}]}}}"#
        #expect(joined.ask("SetChargingProfile", profile) == #"{"status":"Accepted"}"#)
        let composite = joined.ask("GetCompositeSchedule", #"{"connectorId":1,"duration":60,"chargingRateUnit":"W"}"#)
        #expect(composite?.contains(#"{"startPeriod":0,"limit":3000"#) == true, "\(composite ?? "")")
    }

    /// Keys whose variable an EVSE's or the site's hardware may lack.
    private static let optional: Set = ["V2XMaxDischargeW", "MaxEnergyOnInvalidId", "ISO15118PnCEnabled"]

    @Test func `configuration of 1_6 is the device model of the station`() throws {
        var joined = Joined(.v16)
        joined.connect()
        let answer = try JSON.parse(joined.ask("GetConfiguration") ?? "")
        let keys = answer["configurationKey"]?.items?.compactMap { $0["key"]?.text } ?? []
        let missing = Set(ConfigurationKey.all.map(\.name)).subtracting(keys).subtracting(Self.optional)
        #expect(missing == [])
        #expect(
            joined.ask("ChangeConfiguration", #"{"key":"MeterValueSampleInterval","value":"30"}"#)
                == #"{"status":"Accepted"}"#)
        #expect(
            joined.ask("GetConfiguration", #"{"key":["MeterValueSampleInterval"]}"#)
                == #"{"configurationKey":[{"key":"MeterValueSampleInterval","readonly":false,"value":"30"}]}"#)
    }
}
