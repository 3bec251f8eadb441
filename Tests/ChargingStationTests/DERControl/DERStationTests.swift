// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct DERStationTests {
    private func ready(_ change: (inout StationSetup) -> Void = { _ in }) -> StationBench {
        var setup = StationBench.setup
        setup.evses[0].derByGateway = [.limitMaxDischarge, .freqDroop, .voltWatt, .wattPF]
        setup.evses[0].derByCharger = [.hfMustTrip, .enterService]
        change(&setup)
        var bench = StationBench(setup)
        bench.boot()
        bench.charge()
        return bench
    }

    private func set(_ bench: inout StationBench, _ request: SetDERControlRequest) -> (String, [StationOutput]) {
        let (answer, rest) = bench.ask(.setDERControl(request))
        guard case .setDERControl(let response)? = answer else { return ("no answer", rest) }
        return (response.status.word + (response.supersededIds.map { " " + $0.joined(separator: ",") } ?? ""), rest)
    }

    private func clear(
        _ bench: inout StationBench, isDefault: Bool, _ type: DERControlEnumType? = nil, _ id: String? = nil
    ) -> String {
        var request = ClearDERControlRequest(isDefault: isDefault)
        (request.controlType, request.controlId) = (type, id)
        guard case .clearDERControl(let response)? = bench.ask(.clearDERControl(request)).answer else { return "-" }
        return response.status.word
    }

    private func get(
        _ bench: inout StationBench, isDefault: Bool? = nil, _ type: DERControlEnumType? = nil, _ id: String? = nil
    ) -> (String, [ReportDERControlRequest]) {
        var request = GetDERControlRequest(requestId: 4)
        (request.isDefault, request.controlType, request.controlId) = (isDefault, type, id)
        let (answer, rest) = bench.ask(.getDERControl(request))
        guard case .getDERControl(let response)? = answer else { return ("-", []) }
        let reports = bench.calls(in: rest).compactMap {
            if case .reportDERControl(let report) = $0 { report } else { nil }
        }
        return (response.status.word, reports)
    }

    private func alarms(_ outputs: [StationOutput], _ bench: StationBench) -> [String] {
        bench.calls(in: outputs).compactMap {
            guard case .notifyDERAlarm(let request) = $0 else { return nil }
            return request.controlType.word + (request.gridEventFault.map { " " + $0.word } ?? "")
                + (request.alarmEnded == true ? " ended" : "")
        }
    }

    @Test func `what nobody carries out is not supported, in every message`() {
        var bench = ready()
        // R04.FR.01, R04.FR.36, R04.FR.43.
        #expect(set(&bench, DER.curve("a", .voltVar, .pctMaxVar, [(100, 0)])).0 == "NotSupported")
        #expect(get(&bench, .voltVar).0 == "NotSupported")
        #expect(clear(&bench, isDefault: true, .voltVar) == "NotSupported")
        // A function that the station does not know is not claimed either.
        #expect(set(&bench, DER.curve("a", .wattPF, .notApplicable, [(100, 0)])).0 == "NotSupported")
        // R04.FR.18, R01.FR.01, R01.FR.02.
        #expect(
            bench.station.variables.text(VariableKey("DCDERCtrlr", "ModesSupported", evse: 1))
                == "EnterService,FreqDroop,HFMustTrip,LimitMaxDischarge,VoltWatt")
        for name in [
            "MaxW", "OverExcitedW", "OverExcitedPF", "UnderExcitedW", "UnderExcitedPF", "MaxVA", "MaxVar", "MaxVarNeg",
            "MaxChargeRateW", "MaxChargeRateVA", "ReactiveSusceptance", "InverterManufacturer", "InverterModel",
            "InverterSwVersion", "InverterHwVersion", "ModesSupported",
        ] {
            #expect(bench.station.variables.text(VariableKey("DCDERCtrlr", name, evse: 2)) != nil)
        }
    }

    @Test func `a control acts on a running transaction from the moment it starts, and is told`() {
        var bench = ready()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-8_000)]))
        let start = bench.time.wall + .milliseconds(2_345)
        #expect(set(&bench, DER.limit("a", percent: 30, priority: 1, start: start, seconds: 10)).0 == "Accepted")
        #expect(bench.command().setpoint == .watts(-8_000))
        _ = bench.wait(.milliseconds(2_344))
        #expect(bench.command().setpoint == .watts(-8_000))
        let outputs = bench.wait(.milliseconds(1))
        // Exactly when it was to start; R04.FR.20, R05.FR.01.
        #expect(bench.command().text == "-3000…11000 @ -3000")
        #expect(bench.command().der?.setpoint == .watts(-8_000))
        #expect(
            bench.calls(in: outputs).contains(
                .notifyDERStartStop(
                    NotifyDERStartStopRequest(controlId: "a", started: true, timestamp: DateTime(start)))))
        #expect(alarms(outputs, bench) == ["LimitMaxDischarge"])
        // R04.FR.22, R05.FR.02.
        let after = bench.wait(.seconds(10))
        #expect(bench.command().setpoint == .watts(-8_000))
        #expect(alarms(after, bench) == ["LimitMaxDischarge ended"])
        // R04.FR.10.
        #expect(bench.kept["der/a"] == nil)
    }

    @Test func `a grid event is told once, handed over without an end, and ended`() {
        var bench = ready()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-8_000)]))
        _ = set(&bench, DER.limit("a", percent: 70, priority: 1, isDefault: true))
        func reading(_ hertz: Int64) -> [String] {
            alarms(
                bench.handle(.grid(GridReading(frequency: Frequency(milli: hertz), load: nil, voltage: .volts(230)))),
                bench)
        }
        _ = reading(50_000)
        #expect(set(&bench, DER.droop("b")).0 == "Accepted")
        #expect(reading(50_100) == [])
        // R05.FR.03, R05.FR.04: LimitMaxDischarge was the cause, now it is the droop.
        #expect(reading(50_700) == ["FreqDroop OverFrequency"])
        #expect(bench.command().setpoint == .watts(-5_000))
        #expect(reading(50_800) == [])
        #expect(reading(50_000) == ["LimitMaxDischarge"])
        #expect(clear(&bench, isDefault: true) == "Accepted")
        #expect(bench.command().setpoint == .watts(-8_000))
        #expect(bench.station.der.alarmTold == nil)
    }

    @Test func `controls survive a restart with what became of them`() {
        var bench = ready()
        _ = set(&bench, DER.limit("old", priority: 5, isDefault: true))
        #expect(set(&bench, DER.limit("new", priority: 4, isDefault: true)).0 == "Accepted old")
        _ = set(&bench, DER.limit("soon", priority: 1, start: bench.time.wall + .seconds(60), seconds: 60))
        _ = set(&bench, DER.limit("now", priority: 1))
        let before = bench.station.der.controls
        // R01.FR.03, R02.FR.02, R03.FR.02.
        bench.restart()
        #expect(bench.station.der.controls.sorted { $0.id < $1.id } == before.sorted { $0.id < $1.id })
        bench.boot()
        #expect(bench.calls(in: bench.wait(.seconds(1))).filter { $0.action == .notifyDERStartStop }.isEmpty)
    }

    @Test func `getting and clearing follow what they name`() {
        var bench = ready()
        // R04.FR.30, R04.FR.44.
        #expect(get(&bench).0 == "NotFound")
        #expect(clear(&bench, isDefault: true) == "Accepted")
        _ = set(&bench, DER.limit("a", priority: 5, isDefault: true))
        _ = set(&bench, DER.limit("b", priority: 5, start: bench.time.wall + .seconds(9), seconds: 9))
        _ = set(&bench, DER.droop("c"))
        let enter = EnterServiceType(priority: 0, highVoltage: 253, lowVoltage: 195, highFreq: 50.2, lowFreq: 49.5)
        _ = set(
            &bench,
            SetDERControlRequest(isDefault: true, controlId: "d", controlType: .enterService, enterService: enter))
        // R04.FR.31, R04.FR.33.
        let (status, all) = get(&bench)
        #expect(status == "Accepted" && all.count == 1 && all[0].requestId == 4 && all[0].tbc == nil)
        #expect(all[0].limitMaxDischarge?.map(\.id) == ["a", "b"])
        #expect(all[0].freqDroop?.map(\.id) == ["c"] && all[0].enterService?.map(\.id) == ["d"])
        // R04.FR.34, R04.FR.35, R04.FR.37.
        #expect(get(&bench, isDefault: false, .limitMaxDischarge).1.first?.limitMaxDischarge?.map(\.id) == ["b"])
        #expect(get(&bench, nil, "c").1.first?.freqDroop?.count == 1)
        #expect(get(&bench, isDefault: false, nil, "c").0 == "NotFound")
        // R04.FR.41, R04.FR.42, R04.FR.45, R04.FR.46.
        #expect(clear(&bench, isDefault: false, .freqDroop) == "NotFound")
        #expect(clear(&bench, isDefault: true, nil, "b") == "NotFound")
        #expect(clear(&bench, isDefault: false, nil, "b") == "Accepted")
        #expect(clear(&bench, isDefault: true, .freqDroop) == "Accepted")
        #expect(get(&bench).1.first?.freqDroop == nil)
        #expect(
            bench.kept.keys.filter { $0.hasPrefix("der/") }.sorted()
                == ["der/a", "der/b", "der/c", "der/d"].filter { bench.kept[$0] != nil })
    }

    @Test func `an AC EVSE tells what it can emulate`() {
        let bench = ready { $0.evses[0].supply = .alternating(phases: 3) }
        // R03.FR.03.
        #expect(
            bench.station.variables.text(VariableKey("ACDERCtrlr", "ModesSupported", evse: 1))
                == "EnterService,FreqDroop,HFMustTrip,LimitMaxDischarge,VoltWatt")
    }

    @Test func `a long list comes in parts`() {
        var bench = ready()
        for number in 0..<45 {
            _ = set(
                &bench, DER.limit("\(number)", priority: 5, start: bench.time.wall + .seconds(9 + number), seconds: 1))
        }
        // R04.FR.32.
        #expect(get(&bench).1.map { $0.tbc ?? false } == [true, true, false])
    }

    @Test func `what the charger does is handed to it, and not done a second time`() {
        var bench = ready { $0.evses[0].derByCharger.insert(.limitMaxDischarge) }
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-8_000)]))
        let request = DER.limit("a", percent: 30, priority: 1, isDefault: true)
        let (_, rest) = set(&bench, request)
        // R03.FR.05, R02.FR.03, R03.FR.06.
        #expect(bench.hostTasks(in: rest) == [.applyDERSettings(evse: 1, [request])])
        #expect(bench.command().setpoint == .watts(-8_000))
        #expect(bench.hostTasks(in: bench.handle(.tick)) == [])
        // After a restart the charger may have forgotten.
        bench.restart()
        #expect(bench.hostTasks(in: bench.handle(.tick)) == [.applyDERSettings(evse: 1, [request])])
    }

    @Test func `what the charger turns out not to have is no longer supported`() {
        var bench = ready { $0.evses[0].derByCharger = [.voltVar, .fixedVar] }
        #expect(set(&bench, DER.curve("a", .voltVar, .pctMaxVar, [(95, 10), (105, -10)])).0 == "Accepted")
        let rating = DERCondition.Rating(apparent: 11_000_000, injected: 4_840_000, absorbed: 4_400_000)
        _ = bench.handle(.der(evse: 1, DERCondition(found: [.fixedVar], rating: rating)))
        // R01.FR.01.
        let plate = ["MaxVA", "MaxVar", "MaxVarNeg"].map {
            bench.station.variables.text(VariableKey("DCDERCtrlr", $0, evse: 1))
        }
        #expect(plate == ["11000", "4840", "4400"])
        #expect(
            bench.station.variables.text(VariableKey("DCDERCtrlr", "ModesSupported", evse: 1))
                == "FixedVar,FreqDroop,LimitMaxDischarge,VoltWatt")
        #expect(set(&bench, DER.curve("b", .voltVar, .pctMaxVar, [(95, 10), (105, -10)])).0 == "NotSupported")
    }

    @Test func `what nobody may carry out is refused with the reason`() {
        var bench = ready { $0.evses[0].derRefusals = [.voltVar: "the grid code of this connection sets it"] }
        let (answer, _) = bench.ask(.setDERControl(DER.curve("a", .voltVar, .pctMaxVar, [(100, 0)])))
        guard case .setDERControl(let response)? = answer else {
            Issue.record("no answer")
            return
        }
        #expect(response.status == .notSupported)
        #expect(response.statusInfo?.additionalInfo == "the grid code of this connection sets it")
    }

    @Test func `a control that no register can hold is rejected`() {
        var bench = ready { $0.evses[0].derByCharger = [.voltVar, .fixedVar, .wattVar] }
        var request = DER.curve("a", .voltVar, .pctMaxVar, [(95, 10), (105, -10)])
        request.curve?.hysteresis = HysteresisType()
        #expect(set(&bench, request).0 == "Rejected")
        #expect(set(&bench, DER.curve("b", .voltVar, .pctMaxVar, [(105, 10), (95, -10)])).0 == "Rejected")
        request = DER.curve("c", .wattVar, .pctMaxVar, [(0, 10), (100, -10)])
        request.curve?.responseTime = 3
        #expect(set(&bench, request).0 == "Rejected")
        let available = FixedVarType(priority: 1, setpoint: 10, unit: .pctWAvail)
        #expect(
            set(
                &bench,
                SetDERControlRequest(isDefault: true, controlId: "d", controlType: .fixedVar, fixedVar: available)
            ).0 == "Rejected")
    }

    @Test func `of functions of reactive power the charger is given one, and another when that ends`() {
        var bench = ready { $0.evses[0].derByCharger = [.voltVar, .fixedVar] }
        let fixed = SetDERControlRequest(
            isDefault: true, controlId: "fixed", controlType: .fixedVar,
            fixedVar: FixedVarType(priority: 2, setpoint: 10, unit: .pctMaxVar))
        #expect(bench.hostTasks(in: set(&bench, fixed).1) == [.applyDERSettings(evse: 1, [fixed])])
        var curve = DER.curve("curve", .voltVar, .pctMaxVar, [(95, 10), (105, -10)])
        curve.isDefault = true
        curve.curve?.priority = 3
        // Weaker: it waits.
        #expect(bench.hostTasks(in: set(&bench, curve).1) == [])
        curve.curve?.priority = 2
        #expect(bench.hostTasks(in: set(&bench, curve).1) == [.applyDERSettings(evse: 1, [curve])])
        let (_, rest) = bench.ask(.clearDERControl(ClearDERControlRequest(isDefault: true, controlId: "curve")))
        #expect(bench.hostTasks(in: rest) == [.applyDERSettings(evse: 1, [fixed])])
    }

    @Test func `the backend hears that the charger does not carry a control out, and when it does again`() {
        var bench = ready { $0.evses[0].derByCharger = [.fixedVar] }
        let fixed = SetDERControlRequest(
            isDefault: true, controlId: "fixed", controlType: .fixedVar,
            fixedVar: FixedVarType(priority: 2, setpoint: 10, unit: .pctMaxVar))
        _ = set(&bench, fixed)
        let failure = DERCondition(found: [.fixedVar], failures: [.fixedVar: "“704.VarSet” cannot be written"])
        let told = bench.handle(.der(evse: 1, failure))
        #expect(alarms(told, bench) == ["FixedVar"])
        guard case .notifyDERAlarm(let alarm)? = bench.calls(in: told).first else {
            Issue.record("no alarm")
            return
        }
        #expect(alarm.extraInfo == "“704.VarSet” cannot be written")
        #expect(alarms(bench.handle(.der(evse: 1, failure)), bench) == [])
        #expect(alarms(bench.handle(.der(evse: 1, DERCondition(found: [.fixedVar]))), bench) == ["FixedVar ended"])
    }

    @Test func `a profile with reactive power is for a charger that follows it`() {
        func refusal(_ change: (inout StationSetup) -> Void) -> StatusInfoType? {
            var bench = ready(change)
            let profile = Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-8_000)]) {
                $0.chargingSchedule[0].chargingSchedulePeriod[0].setpointReactive = 1_500
            }
            guard
                case .setChargingProfile(let response)? =
                    bench.ask(.setChargingProfile(SetChargingProfileRequest(evseId: 1, chargingProfile: profile)))
                    .answer
            else { return StatusInfoType(reasonCode: "no answer") }
            guard response.status == .accepted else { return response.statusInfo }
            return bench.command().reactive == ReactivePower(millivars: 1_500_000)
                ? nil : StatusInfoType(reasonCode: "no command")
        }
        #expect(refusal { _ in }?.reasonCode == "UnsupportedParam")
        #expect(refusal { $0.evses[0].takesReactivePower = true } == nil)
    }

    @Test func `a backend that may only read sets and clears no control`() {
        var bench = ready { $0.role = .reading }
        #expect(set(&bench, DER.droop("a")).0 == "Rejected")
        #expect(clear(&bench, isDefault: true) == "Rejected")
    }
}
