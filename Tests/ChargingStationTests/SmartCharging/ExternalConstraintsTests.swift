// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct ExternalConstraintsTests {
    private func signal(
        _ source: ExternalSignal.Source, _ watts: ClosedRange<Int>?, setpoint: Int? = nil
    ) -> StationInput {
        .external(
            ExternalSignal(
                source: source,
                limits: watts.map { PowerLimits(from: .watts($0.lowerBound), to: .watts($0.upperBound)) },
                setpoint: setpoint.map { .watts($0) }))
    }

    private func told(_ outputs: [StationOutput], _ bench: StationBench) -> [String] {
        bench.calls(in: outputs).compactMap { call in
            switch call {
            case .notifyChargingLimit(let request):
                let limit = request.chargingLimit
                let rate = request.chargingSchedule?.first?.chargingSchedulePeriod.first?.limit?.description ?? "-"
                return "\(limit.chargingLimitSource)\(limit.isLocalGeneration == true ? " generation" : "") \(rate)"
            case .clearedChargingLimit(let request): return "\(request.chargingLimitSource) cleared"
            case _: return nil
            }
        }
    }

    @Test func `a limit from outside binds at once and is told, and its release too`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        // K11.FR.01, K11.FR.02, K11.FR.03, K11.FR.05, K29.FR.04, Q06.FR.02, Q06.FR.11.
        #expect(told(bench.handle(signal(.energyManager, -500...3_000)), bench) == ["EMS 3000"])
        #expect(bench.command().text == "0…3000")
        let profile = bench.station.smart.store.messages[-2]
        // K11.FR.06.
        #expect(profile?.chargingProfilePurpose == .chargingStationExternalConstraints)
        // K01.FR.82: below any id of the backend.
        #expect(profile?.chargingProfileKind == .dynamic && profile?.id == -2)
        #expect(profile?.chargingSchedule[0].chargingSchedulePeriod[0].operationMode == .externalLimits)
        // K13.FR.01, K13.FR.02.
        #expect(told(bench.handle(signal(.energyManager, nil)), bench) == ["EMS cleared"])
        #expect(bench.command().text == "0…11000")
    }

    @Test func `changes below the significance bind but are not told, however many of them`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.setVariable(SmartChargingVariables.limitChangeSignificance, "10")
        _ = bench.handle(signal(.grid, 0...5_000))
        // SC.03; K29.FR.05, Q06.FR.05, Q06.FR.07.
        #expect(told(bench.handle(signal(.grid, 0...5_400)), bench) == [])
        #expect(bench.command().text == "0…5400")
        // Together they are more than a tenth of what was told.
        #expect(told(bench.handle(signal(.grid, 0...5_600)), bench) == ["SO 5600"])
    }

    @Test func `the strictest of several counts, whoever says it`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-9_000)]))
        _ = bench.handle(signal(.grid, -8_000...3_000))
        _ = bench.handle(signal(.energyManager, -2_000...9_000))
        #expect(bench.command().text == "-2000…3000 @ -2000")
        _ = bench.handle(signal(.energyManager, nil))
        #expect(bench.command().text == "-8000…3000 @ -8000")
    }

    @Test func `limits that are held below the commands are told and shown, and cut no command`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-9_000)]))
        let command = bench.command().text
        let limits = PowerLimits(from: .watts(-2_000), to: .watts(3_000))
        let outputs = bench.handle(.external(ExternalSignal(source: .grid, limits: limits, isHeldBelow: true)))
        #expect(bench.command().text == command)
        // K12.FR.02; K11.FR.04.
        #expect(told(outputs, bench) == ["SO 3000"])
        #expect(bench.events(in: outputs).map(\.triggerReason) == [.chargingRateChanged])
        let ask = StationRequest.getCompositeSchedule(GetCompositeScheduleRequest(duration: 60, evseId: 1))
        guard case .getCompositeSchedule(let answer) = bench.ask(ask).answer else {
            Issue.record("no composite schedule")
            return
        }
        #expect(answer.schedule?.chargingSchedulePeriod.first?.setpoint == -2_000)
    }

    @Test func `a signal ends at its time by itself`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        var signal = ExternalSignal(source: .grid, limits: PowerLimits(from: .zero, to: .watts(2_000)))
        signal.expiresAt = bench.time.seconds + 10
        _ = bench.handle(.external(signal))
        #expect(bench.command().text == "0…2000")
        #expect(told(bench.wait(.seconds(10)), bench) == ["SO cleared"])
        #expect(bench.command().text == "0…11000")
    }

    @Test func `what came without a connection is told once there is one`() {
        var bench = StationBench()
        // K12.FR.02, K12.FR.03, K12.FR.05.
        #expect(told(bench.handle(signal(.grid, 0...2_000)), bench) == [])
        #expect(told(bench.boot(), bench) == ["SO 2000"])
        _ = bench.handle(.disconnected)
        _ = bench.handle(signal(.grid, nil))
        #expect(told(bench.handle(.connected(.v21)), bench) == ["SO cleared"])
    }

    @Test func `local generation comes on top, is told apart and there only once`() {
        var bench = StationBench()
        bench.boot()
        bench.set(Wire.profile(1, .txDefaultProfile, [Wire.limit(5_000)]), on: 0)
        bench.charge("A", on: 1)
        var signal = ExternalSignal(source: .energyManager, limits: PowerLimits(from: .zero, to: .watts(2_000)))
        signal.isLocalGeneration = true
        // K27.FR.01, K27.FR.03, K27.FR.04, K27.FR.05.
        #expect(told(bench.handle(.external(signal)), bench) == ["EMS generation 2000"])
        #expect(bench.command().text == "0…7000")
        bench.charge("B", on: 2)
        #expect(bench.command(1).limits.upper + bench.command(2).limits.upper == .watts(12_000))
    }

    @Test func `not allowed to constrain, an external system is heard only where the backend asks for it`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.setVariable(SmartChargingVariables.externalProfilesDisallowed, "true")
        // K11.FR.07, Q06.FR.08.
        #expect(told(bench.handle(signal(.energyManager, 0...3_000)), bench) == [])
        #expect(bench.command().text == "0…11000")
        bench.set(Wire.profile(1, .txProfile, .dynamic, for: "T", [Wire.mode(.externalLimits)]))
        // K29.FR.03, Q05.FR.02.
        #expect(bench.command().text == "0…3000")
        _ = bench.wait(.seconds(5))
        _ = bench.handle(signal(.energyManager, -4_000...2_000))
        #expect(bench.command().text == "-4000…2000")
        // Q05.FR.04, Q05.FR.06, K29.FR.06.
        #expect(bench.station.smart.store.messages[1]?.dynUpdateTime?.time == bench.time.wall)
    }

    @Test func `a profile led from outside runs out without news and comes back with them`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.limit(4_000)]))
        bench.set(
            Wire.profile(2, .txProfile, level: 1, .dynamic, for: "T", [Wire.mode(.externalSetpoint)]) {
                $0.chargingSchedule[0].duration = 30
            })
        _ = bench.handle(signal(.energyManager, nil, setpoint: -700))
        #expect(bench.command().setpoint == .watts(-700))
        // Q05.FR.07, K29.FR.07.
        _ = bench.wait(.seconds(30))
        #expect(bench.command().text == "0…4000")
        // Q05.FR.08, K29.FR.08, Q06.FR.41.
        _ = bench.handle(signal(.energyManager, nil, setpoint: -800))
        #expect(bench.command().setpoint == .watts(-800))
    }

    @Test func `signals are not heeded where they are switched off`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.setVariable(SmartChargingVariables.externalSignals, "false")
        _ = bench.handle(signal(.energyManager, 0...3_000))
        #expect(bench.command().text == "0…11000")
    }

    @Test(arguments: [("ExternalControl", 2_000), ("ExternalSystem", 2_000), ("CSMS", -5_000)])
    func `of two setpoints the priority decides`(priority: String, watts: Int) {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.setVariable(SmartChargingVariables.setpointPriority, priority)
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-5_000)]))
        // Q06.FR.04, Q06.FR.06, Q06.FR.20, Q06.FR.21, Q06.FR.22.
        _ = bench.handle(signal(.energyManager, -9_000...9_000, setpoint: 2_000))
        #expect(bench.command().setpoint == .watts(watts))
    }
}

@Suite struct StationSharingTests {
    @Test(
        arguments: [
            (10, [20, 20], [20, 20], [5, 5]), (10, [2, 20], [20, 20], [2, 8]), (10, [2, 3], [20, 20], [4, 5]),
            (10, [2, 3], [2, 3], [2, 3]), (0, [2, 3], [5, 5], [0, 0]), (7, [], [], []),
            (7, [9, 1, 1], [9, 1, 1], [5, 1, 1]),
        ] as [(Int64, [Int64], [Int64], [Int64])])
    func `shares are cut to a common height and use up the whole where they may`(
        whole: Int64, wanted: [Int64], most: [Int64], expected: [Int64]
    ) {
        let shares = CommonHeight.shares(of: whole, wanted: wanted, most: most)
        #expect(shares.reduce(0, +) <= whole)
        #expect(zip(shares, most).allSatisfy { $0 <= $1 })
        #expect(shares == expected)
        #expect(zip(shares, wanted).allSatisfy { $0 >= min($1, whole / Int64(max(1, wanted.count))) })
    }

    @Test func `all EVSEs together keep the station's maximum, whatever their cars could`() {
        var bench = StationBench()
        bench.boot()
        bench.set(Wire.profile(1, .chargingStationMaxProfile, .absolute, [Wire.limit(10_000)]), on: 0)
        bench.charge("A", on: 1)
        #expect(bench.command(1).text == "0…10000")
        bench.charge("B", on: 2)
        // K04.FR.01, K04.FR.05, K12.FR.01.
        #expect(bench.command(1).text == "0…5000")
        #expect(bench.command(2).text == "0…5000")
        // A car that takes less leaves more to the other.
        _ = bench.report(1) { $0.offered = PowerLimits(from: .zero, to: .watts(2_000)) }
        #expect(bench.command(2).limits.upper >= .watts(7_000))
        #expect(bench.command(1).limits.upper + bench.command(2).limits.upper <= .watts(10_000))
        _ = bench.finish(on: 2)
        #expect(bench.command(1).text == "0…10000")
    }

    @Test func `an external setpoint is meant for the station as a whole`() {
        var bench = StationBench()
        bench.boot()
        bench.charge("A", on: 1)
        bench.charge("B", on: 2)
        var signal = ExternalSignal(source: .energyManager, limits: nil, setpoint: .watts(-6_000))
        signal.limits = PowerLimits(from: .watts(-8_000), to: .watts(8_000))
        _ = bench.handle(.external(signal))
        // Q06.FR.30, Q06.FR.31.
        #expect(bench.command(1).text == "-4000…4000 @ -3000")
        #expect(bench.command(2).text == "-4000…4000 @ -3000")
    }
}
