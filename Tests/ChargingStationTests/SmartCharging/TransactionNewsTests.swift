// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

/// What smart charging and V2X add to the events of a transaction.
@Suite struct TransactionNewsTests {
    private func ready(_ change: (inout StationSetup) -> Void = { _ in }) -> StationBench {
        var setup = StationBench.setup
        change(&setup)
        var bench = StationBench(setup)
        bench.boot()
        bench.charge()
        return bench
    }

    private func events(_ outputs: [StationOutput], _ bench: StationBench) -> [TransactionEventRequest] {
        bench.calls(in: outputs).compactMap { if case .transactionEvent(let event) = $0 { event } else { nil } }
    }

    private func set(_ bench: inout StationBench, _ profile: ChargingProfileType) -> [TransactionEventRequest] {
        events(
            bench.ask(.setChargingProfile(SetChargingProfileRequest(evseId: 1, chargingProfile: profile))).rest, bench)
    }

    @Test func `a change of the operation mode is an event with the mode`() {
        var bench = ready()
        // K01.FR.110.
        let first = set(&bench, Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-1), Wire.limit(5, from: 60)]))
        #expect(first.map(\.triggerReason) == [.operationModeChanged])
        #expect(first.first?.transactionInfo.operationMode == .centralSetpoint)
        #expect(set(&bench, Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-2), Wire.limit(5, from: 60)])) == [])
        let next = events(bench.wait(.seconds(60)), bench).filter { $0.triggerReason == .operationModeChanged }
        #expect(next.map(\.transactionInfo.operationMode) == [.chargingOnly])
    }

    @Test func `a rate that an external system changes is an event, a small change is none`() {
        var bench = ready()
        func signal(_ watts: Int?) -> [TriggerReasonEnumType] {
            let limits = watts.map { PowerLimits(from: .zero, to: .watts($0)) }
            return events(bench.handle(.external(ExternalSignal(source: .grid, limits: limits))), bench).map(
                \.triggerReason)
        }
        // K11.FR.04, K13.FR.03.
        #expect(signal(4_000) == [.chargingRateChanged])
        #expect(signal(4_100) == [])
        #expect(signal(nil) == [.chargingRateChanged])
        // What the backend changes itself it knows.
        #expect(set(&bench, Wire.profile(1, .txProfile, for: "T", [Wire.limit(1_000)])) == [])
    }

    @Test func `a service that the backend rejects ends the transaction`() {
        var bench = ready()
        var needs = ChargingNeedsType(requestedEnergyTransfer: .dcBPT)
        needs.v2xChargingParameters = V2XChargingParametersType()
        _ = bench.handle(.needs(evse: 1, needs))
        let ended = events(
            bench.handle(
                .answered(
                    .notifyEVChargingNeeds(NotifyEVChargingNeedsRequest(evseId: 1, chargingNeeds: needs)),
                    .notifyEVChargingNeeds(NotifyEVChargingNeedsResponse(status: .rejected)))), bench)
        // Q01.FR.06, K18.FR.23, K19.FR.16.
        #expect(ended.map(\.eventType) == [.ended])
        #expect(ended.map(\.triggerReason) == [.abnormalCondition])
        #expect(ended.first?.transactionInfo.stoppedReason == .reqEnergyTransferRejected)
        #expect(bench.station.evses[0].transaction == nil)
    }

    @Test func `a sleeping EVSE says so in every event`() {
        var bench = ready { $0.evses[0].canSleep = true }
        var idle = Wire.mode(.idle)
        idle.evseSleep = true
        _ = set(&bench, Wire.profile(1, .txProfile, for: "T", [idle]))
        bench.station.updateTransaction(evse: 1, because: .trigger)
        // Q10.FR.04.
        #expect(events(bench.handle(.tick), bench).map(\.evseSleep) == [true])
    }

    @Test func `a token is named with the car where it may discharge`() {
        var bench = ready { $0.evses[0].speaksISO15118 = true }
        bench.station.evses[0].report.evccID = "0102"
        bench.station.evses[0].transaction?.unreported.idToken = IdTokenType(idToken: "CARD", type: "ISO14443")
        bench.station.updateTransaction(evse: 1, because: .authorized)
        // Q01.FR.02.
        let token = events(bench.handle(.tick), bench).first?.idToken
        #expect(token?.additionalInfo == [AdditionalInfoType(additionalIdToken: "0102", type: "EVCCID")])
    }

    @Test func `the device model tells what is possible`() {
        var bench = ready { $0.evses[1].ratings = PowerLimits(from: .zero, to: .watts(11_000)) }
        func list(_ component: String, _ name: String, _ evse: Int) -> [String] {
            bench.station.variables.list(VariableKey(component, name, evse: evse))
        }
        // Q01.FR.31, Q07.FR.01, Q08.FR.20; by both names.
        for name in ["SupportedOperationModes", "V2XSupportedOperationModes"] {
            #expect(Set(list("V2XChargingCtrlr", name, 1)) == Set(OperationMode.allCases.map(\.rawValue)))
        }
        // Q01.FR.32.
        #expect(list("V2XChargingCtrlr", "SupportedEnergyTransferModes", 1) == ["DC", "DC_BPT"])
        #expect(list("V2XChargingCtrlr", "SupportedOperationModes", 2) == [])
        #expect(bench.set(Wire.profile(1, .txDefaultProfile, [Wire.setpoint(1)]), on: 2) == "InvalidOperationMode")
        _ = bench.set(Wire.profile(1, .txDefaultProfile, [Wire.limit(1)]), on: 2)
        #expect(bench.station.variables.text(SmartChargingVariables.entries) == "1")
    }

    @Test func `limits per phase count by the least where the car cannot be told each`() {
        var setup = StationBench.setup
        setup.evses[0].supply = .alternating(phases: 3)
        var bench = StationBench(setup)
        bench.boot()
        bench.charge()
        var needs = ChargingNeedsType(requestedEnergyTransfer: .acBPT)
        var powers = V2XChargingParametersType()
        (powers.maxChargePower, powers.maxChargePower_L2, powers.maxChargePower_L3) = (3_000, 3_000, 3_000)
        needs.v2xChargingParameters = powers
        _ = bench.handle(.needs(evse: 1, needs))
        var period = Wire.limit(3_000)
        (period.limit_L2, period.limit_L3) = (2_000, 1_000)
        #expect(bench.set(Wire.profile(1, .txProfile, for: "T", [period])) == "Accepted")
        #expect(bench.command().text == "0…6000")
        // K01.FR.147: the session fell back to the control pilot.
        bench.station.smart.vehicles[1]?.needs.v2xChargingParameters = nil
        _ = bench.handle(.tick)
        #expect(bench.command().text == "0…3000")
    }
}
