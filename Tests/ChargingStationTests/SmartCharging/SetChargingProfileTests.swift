// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct SetChargingProfileTests {
    @Test func `a profile is obeyed in the moment it is accepted, and says why`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        #expect(bench.command().text == "0…11000")
        let (_, outputs) = bench.ask(
            .setChargingProfile(
                SetChargingProfileRequest(
                    evseId: 1,
                    chargingProfile: Wire.profile(7, .txProfile, level: 2, for: "T", [Wire.setpoint(-5_000)]))))
        let commands = outputs.compactMap { if case .command(1, let command) = $0 { command } else { nil } }
        // K01.FR.04, K01.FR.07.
        #expect(commands.map(\.text) == ["-10000…11000 @ -5000"])
        #expect(commands.first?.origin == "profile 7, TxProfile, level 2")
        #expect(commands.first?.mode == .centralSetpoint)
    }

    @Test func `the station comes back by itself when the next period begins`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.limit(6_000), Wire.limit(3_000, from: 60)]))
        #expect(bench.command().until == bench.time.seconds + 60)
        _ = bench.wait(.milliseconds(59_999))
        #expect(bench.command().text == "0…6000")
        _ = bench.wait(.milliseconds(1))
        #expect(bench.command().text == "0…3000")
    }

    @Test(
        arguments: [
            (9, Wire.profile(1, .txDefaultProfile, [Wire.limit(1)]), "UnknownEvse"),
            (1, Wire.profile(1, .txProfile, for: "other", [Wire.limit(1)]), "TxNotFound"),
            (1, Wire.profile(1, .chargingStationExternalConstraints, [Wire.limit(1)]), "InvalidProfile"),
            (0, Wire.profile(1, .chargingStationMaxProfile, .absolute, [Wire.setpoint(1)]), "InvalidOperationMode"),
            (1, Wire.profile(1, .txDefaultProfile, level: 11, [Wire.limit(1)]), "InvalidStackLevel"),
            (1, Wire.profile(1, .txDefaultProfile, [Wire.limit(1)]) { $0.dynUpdateInterval = 3 }, "InvalidProfile"),
            (
                1, Wire.profile(1, .txDefaultProfile, .dynamic, [Wire.limit(1), Wire.limit(2, from: 9)]),
                "InvalidSchedule"
            ),
            (1, Wire.profile(1, .txDefaultProfile, [Wire.mode(.localLoadBalancing)]), "MissingDevModelInfo"),
            (1, Wire.profile(1, .txDefaultProfile, [Wire.mode(.localFrequency)]), "NoFreqWattCurve"),
            (
                1,
                Wire.profile(1, .txProfile, for: "T", [Wire.limit(1)]) {
                    $0.chargingSchedule[0].chargingSchedulePeriod[0].limit = nil
                    $0.chargingSchedule[0].chargingSchedulePeriod[0].limit_L2 = 3
                }, "PhaseConflict"
            ),
            // The car has reported no powers of single phases (K01.FR.144).
            (
                1,
                Wire.profile(1, .txProfile, for: "T", [Wire.limit(1)]) {
                    $0.chargingSchedule[0].chargingSchedulePeriod[0].limit_L2 = 3
                }, "PhaseConflict"
            ),
            // It has not even said that it could choose (K01.FR.34).
            (
                1,
                Wire.profile(1, .txProfile, for: "T", [Wire.limit(1)]) {
                    $0.chargingSchedule.append($0.chargingSchedule[0])
                }, "InvalidSchedule"
            ),
        ] as [(Int, ChargingProfileType, String)])
    func `what cannot be is refused with its reason`(evse: Int, profile: ChargingProfileType, reason: String) {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        #expect(bench.set(profile, on: evse) == reason)
        #expect(bench.station.smart.store.profiles.installed.isEmpty)
    }

    @Test func `a backend that may only read sets and clears nothing`() {
        var setup = StationBench.setup
        setup.role = .reading
        var bench = StationBench(setup)
        bench.boot()
        bench.charge()
        #expect(bench.set(Wire.profile(1, .txDefaultProfile, [Wire.limit(1)])) == "NotEnabled")
        #expect(bench.station.evses[0].command == nil)
    }

    @Test func `without authorisation nothing may flow, whatever the profiles say`() {
        var bench = StationBench()
        bench.boot()
        bench.set(Wire.profile(1, .txDefaultProfile, [Wire.setpoint(-5_000)]))
        #expect(!bench.command().mayTransfer)
        #expect(bench.command().setpoint == nil)
        bench.charge()
        #expect(bench.command().mayTransfer)
        #expect(bench.command().text == "-10000…11000 @ -5000")
    }

    @Test func `switched off, smart charging knows no messages and no limits`() {
        var bench = StationBench()
        bench.boot()
        bench.set(Wire.profile(1, .txDefaultProfile, [Wire.limit(1_000)]))
        bench.charge()
        bench.setVariable(SmartChargingVariables.enabled, "false")
        // K01.FR.29.
        let (answer, rest) = bench.ask(.clearChargingProfile(ClearChargingProfileRequest()))
        #expect(answer == nil)
        #expect(rest.contains { if case .refuse(_, let refusal) = $0 { refusal.code == .notSupported } else { false } })
        #expect(bench.command().text == "-10000…11000")
    }

    @Test func `a persistent profile set too fast is refused with the time to wait`() {
        var bench = StationBench()
        bench.boot()
        bench.setVariable(SmartChargingVariables.updateRateLimit, "10")
        let profile = Wire.profile(1, .txDefaultProfile, [Wire.limit(1_000)])
        #expect(bench.set(profile) == "Accepted")
        _ = bench.wait(.seconds(4))
        guard
            case .setChargingProfile(let response)? = bench.ask(
                .setChargingProfile(SetChargingProfileRequest(evseId: 1, chargingProfile: profile))
            ).answer
        else { return #expect(Bool(false)) }
        // K01.FR.56, K01.FR.57.
        #expect(
            response.statusInfo
                == StatusInfoType(reasonCode: "RateLimitExceeded", additionalInfo: "6 seconds before retry"))
        _ = bench.wait(.seconds(6))
        #expect(bench.set(profile) == "Accepted")
    }

    @Test func `a transaction takes its profiles with it, and the default counts again`() {
        var bench = StationBench()
        bench.boot()
        bench.set(Wire.profile(1, .txDefaultProfile, [Wire.limit(6_000)]))
        bench.charge()
        bench.set(Wire.profile(2, .txProfile, for: "T", [Wire.limit(3_000)]))
        #expect(bench.command().text == "0…3000")
        // K02.FR.05.
        let outputs = bench.finish()
        #expect(outputs.contains(.keep(key: "profile/2", nil)))
        #expect(bench.command().text == "0…6000")
    }

    @Test func `profiles survive a restart, with what became of them, and dynamic ones of a transaction do not`() {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        bench.set(Wire.profile(1, .chargingStationMaxProfile, .absolute, [Wire.limit(9_000)]), on: 0)
        bench.set(
            Wire.profile(2, .txDefaultProfile, [Wire.limit(6_000), Wire.limit(5_000, from: 90)]) {
                $0.chargingSchedule[0].randomizedDelay = 600
            })
        bench.set(Wire.profile(3, .txProfile, for: "T", [Wire.limit(3_000)]))
        bench.set(Wire.profile(4, .txProfile, level: 3, .dynamic, for: "T", [Wire.limit(2_000)]))
        let before = bench.station.smart.store.profiles
        // K01.FR.27, K01.FR.55.
        #expect(
            bench.kept.filter { $0.key.hasPrefix("profile/") }.keys.sorted() == ["profile/1", "profile/2", "profile/3"])
        bench.restart()
        let after = bench.station.smart.store.profiles
        #expect(
            after.installed.sorted { $0.profile.id < $1.profile.id } == before.installed.filter { $0.profile.id < 4 })
        _ = bench.handle(.tick)
        #expect(bench.command().text == "0…3000")
        // A profile whose transaction did not survive goes.
        bench.station.evses[0].transaction = nil
        bench.restart()
        _ = bench.handle(.tick)
        #expect(bench.station.smart.store.profiles.installed.map(\.profile.id).sorted() == [1, 2])
    }

    @Test func `a profile that cannot be read is forgotten, with a word`() {
        var bench = StationBench()
        bench.kept = ["profile/5": Array("{".utf8)]
        bench.restart()
        #expect(
            bench.handle(.tick).contains {
                if case .notice(let text) = $0 { text.contains("profile/5") } else { false }
            })
    }

    @Test func `the profile of a remote start is checked before and counts from the start`() {
        var bench = StationBench()
        bench.boot()
        let profile = Wire.profile(1, .txProfile, [Wire.limit(4_000)])
        // K05.FR.02, K05.FR.05.
        #expect(bench.station.refusal(ofRemote: profile, evse: 1) == nil)
        #expect(
            bench.station.refusal(ofRemote: Wire.profile(1, .txDefaultProfile, [Wire.limit(1)]), evse: 1)?.reasonCode
                == "InvalidProfile")
        #expect(bench.station.refusal(ofRemote: Wire.profile(1, .txProfile, [Wire.limit(1, from: 5)]), evse: 1) != nil)
        bench.charge()
        // K05.FR.03.
        bench.station.installRemoteProfile(profile, evse: 1, transaction: "T")
        _ = bench.handle(.tick)
        #expect(bench.command().text == "0…4000")
    }

    @Test func `clearing selects by id or by all that is said, and never what others have set`() {
        var bench = StationBench()
        bench.boot()
        bench.set(Wire.profile(1, .txDefaultProfile, [Wire.limit(1)]), on: 1)
        bench.set(Wire.profile(2, .txDefaultProfile, [Wire.limit(2)]), on: 2)
        _ = bench.handle(.external(ExternalSignal(source: .grid, limits: PowerLimits(from: .zero, to: .watts(3)))))
        func clear(_ id: Int?, _ criteria: ClearChargingProfileType? = nil) -> ClearChargingProfileStatusEnumType? {
            let request = ClearChargingProfileRequest(chargingProfileId: id, chargingProfileCriteria: criteria)
            guard case .clearChargingProfile(let response)? = bench.ask(.clearChargingProfile(request)).answer else {
                return nil
            }
            return response.status
        }
        // K10.FR.01, K10.FR.03, K10.FR.04, K10.FR.08, K10.FR.09.
        #expect(clear(9) == .unknown)
        #expect(clear(-1) == .unknown)
        var criteria = ClearChargingProfileType()
        criteria.evseId = 2
        #expect(clear(nil, criteria) == .accepted)
        #expect(clear(nil, criteria) == .unknown)
        #expect(clear(1) == .accepted)
        #expect(clear(nil) == .unknown)
        #expect(bench.station.smart.store.profiles.installed.map(\.profile.id) == [-1])
    }

    @Test func `delays are drawn for each transaction by itself`() {
        var bench = StationBench()
        bench.boot()
        bench.set(
            Wire.profile(1, .txDefaultProfile, [Wire.limit(6_000), Wire.limit(0, from: 10)]) {
                $0.chargingSchedule[0].randomizedDelay = 10_000
            }, on: 0)
        bench.charge("A", on: 1)
        bench.charge("B", on: 2)
        // K01.FR.92, K01.FR.93.
        let delays = bench.station.smart.store.profiles.installed[0].delays
        #expect(delays.keys.sorted() == [1, 2])
        #expect(delays[1] != delays[2] && delays[1]?.first == 0)
        _ = bench.finish(on: 1)
        #expect(bench.station.smart.store.profiles.installed[0].delays.keys.sorted() == [2])
    }
}
