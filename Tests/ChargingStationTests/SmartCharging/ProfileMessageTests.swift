// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct ProfileReportTests {
    @Test func `a composite schedule is that of the commands, for one EVSE and for the station`() {
        var bench = StationBench()
        bench.boot()
        bench.set(Wire.profile(1, .txDefaultProfile, [Wire.limit(6_000), Wire.limit(2_000, from: 60)]), on: 0)
        bench.set(Wire.profile(2, .chargingStationMaxProfile, .absolute, [Wire.limit(10_000)]), on: 0)
        func ask(_ evse: Int, _ unit: ChargingRateUnitEnumType? = nil) -> GetCompositeScheduleResponse? {
            var request = GetCompositeScheduleRequest(duration: 100, evseId: evse)
            request.chargingRateUnit = unit
            guard case .getCompositeSchedule(let response)? = bench.ask(.getCompositeSchedule(request)).answer else {
                return nil
            }
            return response
        }
        func text(_ response: GetCompositeScheduleResponse?) -> [String] {
            response?.schedule?.chargingSchedulePeriod.map { "\($0.startPeriod): \($0.limit?.description ?? "-")" }
                ?? []
        }
        // K08.FR.02, K08.FR.06.
        #expect(text(ask(1)) == ["0: 6000", "60: 2000"])
        // K08.FR.03: twice 6 kW under the maximum of 10 kW.
        #expect(text(ask(0)) == ["0: 10000", "60: 4000"])
        // 400 V of direct current.
        #expect(text(ask(1, .a)) == ["0: 15", "60: 5"])
        // K08.FR.05.
        #expect(ask(9)?.status == .rejected)
    }

    @Test func `reports tell of one source at one place each, and which is the last`() {
        var bench = StationBench()
        bench.boot()
        bench.set(Wire.profile(1, .txDefaultProfile, [Wire.limit(1)]), on: 1)
        bench.set(Wire.profile(2, .txDefaultProfile, [Wire.limit(2)]), on: 2)
        bench.set(Wire.profile(3, .chargingStationMaxProfile, .absolute, [Wire.limit(3)]), on: 0)
        _ = bench.handle(
            .external(ExternalSignal(source: .energyManager, limits: PowerLimits(from: .watts(-5), to: .watts(4)))))
        func ask(_ evse: Int?, _ change: (inout ChargingProfileCriterionType) -> Void = { _ in }) -> [String] {
            var criteria = ChargingProfileCriterionType()
            change(&criteria)
            var request = GetChargingProfilesRequest(requestId: 5, chargingProfile: criteria)
            request.evseId = evse
            let (answer, rest) = bench.ask(.getChargingProfiles(request))
            guard case .getChargingProfiles(let response)? = answer else { return ["no answer"] }
            let reports = bench.calls(in: rest).compactMap { call -> String? in
                guard case .reportChargingProfiles(let report) = call, report.requestId == 5 else { return nil }
                let ids = report.chargingProfile.map { String($0.id) }.joined(separator: ",")
                return "\(report.evseId) \(report.chargingLimitSource) \(ids)" + (report.tbc == true ? " …" : "")
            }
            #expect((response.status == .noProfiles) == reports.isEmpty)
            return reports
        }
        // K09.FR.01, K09.FR.02, K09.FR.06.
        #expect(ask(nil) == ["0 CSO 3 …", "0 EMS -2 …", "1 CSO 1 …", "2 CSO 2"])
        // K09.FR.04, K09.FR.05.
        #expect(ask(0) == ["0 CSO 3 …", "0 EMS -2"])
        #expect(ask(2) == ["2 CSO 2"])
        #expect(ask(nil) { $0.chargingLimitSource = ["EMS"] } == ["0 EMS -2"])
        #expect(ask(nil) { $0.chargingProfileId = [1, 3] } == ["0 CSO 3 …", "1 CSO 1"])
        #expect(ask(1) { $0.chargingProfileId = [2] } == [])
        #expect(ask(nil) { $0.stackLevel = 8 } == [])
    }

    @Test func `a report of many long profiles comes in parts`() {
        var bench = StationBench()
        bench.boot()
        let periods = (0..<800).map { Wire.limit(1_000 + $0 % 2, from: $0) }
        for level in 0..<3 { bench.set(Wire.profile(level, .txDefaultProfile, level: level, periods)) }
        let (_, rest) = bench.ask(
            .getChargingProfiles(
                GetChargingProfilesRequest(requestId: 1, chargingProfile: ChargingProfileCriterionType())))
        #expect(bench.calls(in: rest).count == 3)
    }
}

@Suite struct DynamicScheduleTests {
    private func update(_ bench: inout StationBench, _ id: Int, _ watts: Int) -> String {
        var update = ChargingScheduleUpdateType()
        update.setpoint = DecimalNumber(watts)
        guard
            case .updateDynamicSchedule(let response)? = bench.ask(
                .updateDynamicSchedule(UpdateDynamicScheduleRequest(chargingProfileId: id, scheduleUpdate: update))
            ).answer
        else { return "no answer" }
        return response.statusInfo?.reasonCode ?? response.status.word
    }

    @Test func `an update acts at once, and without one the watchdog falls back to the next level`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.limit(4_000)]))
        bench.set(
            Wire.profile(2, .txProfile, level: 1, .dynamic, for: "T", [Wire.setpoint(-1_000)]) {
                $0.chargingSchedule[0].duration = 60
            })
        #expect(bench.command().text == "-10000…11000 @ -1000")
        _ = bench.wait(.seconds(30))
        // K28.FR.06, K28.FR.09.
        #expect(update(&bench, 2, -2_000) == "Accepted")
        #expect(bench.command().text == "-10000…11000 @ -2000")
        _ = bench.wait(.seconds(59))
        #expect(bench.command().setpoint == .watts(-2_000))
        // K28.FR.13, K28.FR.15.
        _ = bench.wait(.seconds(1))
        #expect(bench.command().text == "0…4000")
        // K28.FR.14.
        #expect(update(&bench, 2, 3_000) == "Accepted")
        #expect(bench.command().text == "-10000…11000 @ 3000")
        // A setpoint is not written.
        #expect(bench.kept["profile/2"] == nil)
    }

    @Test func `what is not dynamic, or would not fit its mode, is refused`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.limit(4_000)]))
        bench.set(Wire.profile(2, .txProfile, level: 1, .dynamic, for: "T", [Wire.limit(2_000)]))
        // K28.FR.11.
        #expect(update(&bench, 1, 5) == "InvalidProfile")
        #expect(update(&bench, 9, 5) == "InvalidProfile")
        // ChargingOnly knows no setpoint, least of all one that discharges.
        #expect(update(&bench, 2, -5) == "InvalidSchedule")
        #expect(bench.command().text == "0…2000")
    }

    @Test func `a profile that asks for updates asks at its pace, also where nobody answers`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(
            Wire.profile(2, .txProfile, .dynamic, for: "T", [Wire.setpoint(-1_000)]) { $0.dynUpdateInterval = 20 })
        func pulls(_ outputs: [StationOutput]) -> Int {
            bench.calls(in: outputs).filter { $0.action == .pullDynamicScheduleUpdate }.count
        }
        // K28.FR.10.
        #expect(pulls(bench.wait(.seconds(19))) == 0)
        #expect(pulls(bench.wait(.seconds(1))) == 1)
        #expect(pulls(bench.wait(.seconds(40))) == 2)
        var update = ChargingScheduleUpdateType()
        update.setpoint = 700
        // K28.FR.08.
        _ = bench.handle(
            .answered(
                .pullDynamicScheduleUpdate(PullDynamicScheduleUpdateRequest(chargingProfileId: 2)),
                .pullDynamicScheduleUpdate(
                    PullDynamicScheduleUpdateResponse(status: .accepted, scheduleUpdate: update))))
        #expect(bench.command().setpoint == .watts(700))
        _ = bench.handle(.disconnected)
        #expect(pulls(bench.wait(.seconds(100))) == 0)
    }

    @Test func `an outage ends a profile after its time, while it lasts, and for good if asked`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.limit(4_000)]))
        bench.set(
            Wire.profile(2, .txProfile, level: 1, for: "T", [Wire.setpoint(-1_000)]) { $0.maxOfflineDuration = 30 })
        bench.set(
            Wire.profile(3, .txProfile, level: 2, for: "T", [Wire.setpoint(-3_000)]) {
                ($0.maxOfflineDuration, $0.invalidAfterOfflineDuration) = (10, true)
            })
        _ = bench.handle(.disconnected)
        // K01.FR.101: offline, without waiting for anybody.
        _ = bench.wait(.seconds(9))
        #expect(bench.command().setpoint == .watts(-3_000))
        _ = bench.wait(.seconds(1))
        #expect(bench.command().setpoint == .watts(-1_000))
        _ = bench.wait(.seconds(20))
        #expect(bench.command().text == "0…4000")
        // K01.FR.102.
        _ = bench.handle(.connected(.v21))
        #expect(bench.command().setpoint == .watts(-1_000))
        bench.restart()
        bench.boot()
        #expect(bench.command().setpoint == .watts(-1_000))
    }
}

@Suite struct PriorityChargingTests {
    private func use(_ bench: inout StationBench, _ id: String, _ isActive: Bool) -> (
        PriorityChargingStatusEnumType?, [Bool]
    ) {
        let (answer, rest) = bench.ask(
            .usePriorityCharging(UsePriorityChargingRequest(transactionId: id, activate: isActive)))
        guard case .usePriorityCharging(let response)? = answer else { return (nil, []) }
        return (response.status, told(rest, bench))
    }

    private func told(_ outputs: [StationOutput], _ bench: StationBench) -> [Bool] {
        bench.calls(in: outputs).compactMap {
            if case .notifyPriorityCharging(let request) = $0 { request.activated } else { nil }
        }
    }

    @Test func `priority replaces the transaction's profiles but not the maximum`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-5_000)]))
        // K21.FR.01, K21.FR.02.
        #expect(use(&bench, "T", true) == (.noProfile, []))
        #expect(use(&bench, "X", true) == (.rejected, []))
        bench.set(Wire.profile(2, .priorityCharging, [Wire.limit(20_000)]), on: 0)
        bench.set(Wire.profile(3, .chargingStationMaxProfile, .absolute, [Wire.limit(9_000)]), on: 0)
        // K21.FR.03 to K21.FR.05.
        #expect(use(&bench, "T", true) == (.accepted, [true]))
        #expect(bench.command().text == "0…9000")
        #expect(use(&bench, "T", true) == (.accepted, []))
        bench.restart()
        bench.boot()
        #expect(bench.command().text == "0…9000")
        // K21.FR.06 to K21.FR.08.
        #expect(use(&bench, "T", false) == (.accepted, [false]))
        #expect(bench.command().setpoint == .watts(-5_000))
        #expect(use(&bench, "T", false) == (.accepted, []))
    }

    @Test func `the driver may ask at the station, also without a connection`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        // K22.FR.01.
        #expect(bench.hostTasks(in: bench.handle(.priorityCharging(evse: 1, true))) == [.noPriorityCharging(evse: 1)])
        bench.set(Wire.profile(1, .txDefaultProfile, [Wire.limit(2_000)]))
        bench.set(Wire.profile(2, .priorityCharging, [Wire.limit(8_000)]), on: 1)
        _ = bench.handle(.disconnected)
        // K22.FR.02, K22.FR.03.
        let outputs = bench.handle(.priorityCharging(evse: 1, true))
        #expect(told(outputs, bench) == [true])
        #expect(outputs.contains { if case .call(.notifyPriorityCharging, .durable) = $0 { true } else { false } })
        #expect(bench.command().text == "0…8000")
        // K22.FR.04, K22.FR.05.
        #expect(told(bench.handle(.priorityCharging(evse: 1, false)), bench) == [false])
        #expect(bench.command().text == "0…2000")
        _ = bench.handle(.priorityCharging(evse: 1, true))
        _ = bench.finish()
        #expect(bench.station.smart.priority.isEmpty)
    }
}
