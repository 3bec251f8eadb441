// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct ChargingNeedsTests {
    private static var needs: ChargingNeedsType {
        var needs = ChargingNeedsType(requestedEnergyTransfer: .dcBPT)
        needs.controlMode = .scheduledControl
        needs.v2xChargingParameters = V2XChargingParametersType()
        return needs
    }

    private func offers(_ outputs: [StationOutput], _ bench: StationBench) -> [[Int]] {
        bench.hostTasks(in: outputs).compactMap {
            if case .offerSchedules(1, let offered) = $0 { offered.map(\.id) } else { nil }
        }
    }

    private func answer(
        _ bench: inout StationBench, _ status: NotifyEVChargingNeedsStatusEnumType,
        _ needs: ChargingNeedsType = ChargingNeedsTests.needs
    ) -> [StationOutput] {
        bench.handle(
            .answered(
                .notifyEVChargingNeeds(NotifyEVChargingNeedsRequest(evseId: 1, chargingNeeds: needs)),
                .notifyEVChargingNeeds(NotifyEVChargingNeedsResponse(status: status))))
    }

    private func ready(_ change: (inout StationSetup) -> Void = { _ in }) -> StationBench {
        var setup = StationBench.setup
        change(&setup)
        var bench = StationBench(setup)
        bench.boot()
        bench.charge()
        return bench
    }

    @Test func `needs go to the backend, and the profile that comes goes to the car`() {
        var bench = ready()
        let outputs = bench.handle(.needs(evse: 1, Self.needs))
        guard case .notifyEVChargingNeeds(let request)? = bench.calls(in: outputs).first else {
            return #expect(Bool(false))
        }
        // K18.FR.01, Q01.FR.03; nothing to date, as it goes out at once.
        #expect(request.evseId == 1 && request.chargingNeeds == Self.needs && request.timestamp == nil)
        #expect(offers(answer(&bench, .accepted), bench) == [])
        var profile = Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-5_000)])
        profile.chargingSchedule.append(profile.chargingSchedule[0])
        (profile.chargingSchedule[0].id, profile.chargingSchedule[1].id) = (11, 12)
        profile.chargingSchedule[1].chargingSchedulePeriod = [Wire.setpoint(4_000)]
        let (answer, rest) = bench.ask(
            .setChargingProfile(SetChargingProfileRequest(evseId: 1, chargingProfile: profile)))
        #expect(answer == .setChargingProfile(SetChargingProfileResponse(status: .accepted)))
        // K18.FR.20, K18.FR.24.
        #expect(offers(rest, bench) == [[11, 12]])
        #expect(bench.command().setpoint == .watts(-5_000))

        // The car chooses the second (K18.FR.10).
        let plan = VehiclePlan(
            ChargingScheduleType(id: 1, chargingRateUnit: .w, chargingSchedulePeriod: [Wire.limit(3_500)]),
            from: DateTime(bench.time.wall), selected: 12)
        let planned = bench.handle(.plan(evse: 1, plan))
        guard case .notifyEVChargingSchedule(let notice)? = bench.calls(in: planned).first else {
            return #expect(Bool(false))
        }
        #expect(notice.selectedChargingScheduleId == 12)
        #expect(bench.command().setpoint == .watts(4_000))
        // K18.FR.14, SC.04: once the backend agrees, the composite counts on it.
        _ = bench.handle(
            .answered(
                .notifyEVChargingSchedule(notice),
                .notifyEVChargingSchedule(NotifyEVChargingScheduleResponse(status: .accepted))))
        guard
            case .getCompositeSchedule(let composite)? = bench.ask(
                .getCompositeSchedule(GetCompositeScheduleRequest(duration: 60, evseId: 1))
            ).answer
        else { return #expect(Bool(false)) }
        #expect(composite.schedule?.chargingSchedulePeriod.first?.limit == 3_500)
    }

    @Test(arguments: [NotifyEVChargingNeedsStatusEnumType.processing, .noChargingProfile])
    func `without a profile to wait for the car gets what there is`(status: NotifyEVChargingNeedsStatusEnumType) {
        var bench = ready()
        _ = bench.handle(.needs(evse: 1, Self.needs))
        // K18.FR.04, K18.FR.05, K19.FR.04.
        #expect(offers(answer(&bench, status), bench) == [[1]])
    }

    @Test func `a profile that does not come in time is not waited for`() {
        var bench = ready()
        _ = bench.handle(.needs(evse: 1, Self.needs))
        _ = answer(&bench, .accepted)
        #expect(offers(bench.wait(.seconds(54)), bench) == [])
        #expect(offers(bench.wait(.seconds(1)), bench) == [[1]])
        // Late, it is negotiated anew (K16.FR.02).
        let (_, rest) = bench.ask(
            .setChargingProfile(
                SetChargingProfileRequest(
                    evseId: 1, chargingProfile: Wire.profile(1, .txProfile, for: "T", [Wire.limit(3_000)]))))
        #expect(offers(rest, bench) == [[1]])
        // The needs that the car then repeats are known (K16.FR.09).
        let repeated = bench.handle(.needs(evse: 1, Self.needs))
        #expect(bench.calls(in: repeated).isEmpty)
        #expect(offers(repeated, bench) == [[1]])
    }

    @Test func `another composite is negotiated anew, the same is not`() {
        var bench = ready()
        _ = bench.handle(.needs(evse: 1, Self.needs))
        _ = answer(&bench, .noChargingProfile)
        func set(_ watts: Int) -> [[Int]] {
            let profile = Wire.profile(1, .txDefaultProfile, [Wire.limit(watts)])
            return offers(
                bench.ask(.setChargingProfile(SetChargingProfileRequest(evseId: 1, chargingProfile: profile))).rest,
                bench)
        }
        #expect(set(4_000) == [[1]])
        #expect(set(4_000) == [])
        #expect(set(50_000) == [[1]])
    }

    @Test func `a car that is led is not bothered by every change`() {
        var bench = ready()
        var needs = Self.needs
        needs.controlMode = .dynamicControl
        _ = bench.handle(.needs(evse: 1, needs))
        _ = answer(&bench, .accepted, needs)
        func set(_ watts: Int) -> [[Int]] {
            let profile = Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(watts)])
            return offers(
                bench.ask(.setChargingProfile(SetChargingProfileRequest(evseId: 1, chargingProfile: profile))).rest,
                bench)
        }
        #expect(set(4_000) == [[1]])
        // K20.FR.04.
        #expect(set(-4_000) == [])
        #expect(bench.command().setpoint == .watts(-4_000))
        // Its own fastest way is not told; the backend's schedule is (K19.FR.10).
        let plan = VehiclePlan(
            ChargingScheduleType(id: 9, chargingRateUnit: .w, chargingSchedulePeriod: [Wire.limit(11_000)]),
            from: DateTime(bench.time.wall))
        guard case .notifyEVChargingSchedule(let notice)? = bench.calls(in: bench.handle(.plan(evse: 1, plan))).first
        else { return #expect(Bool(false)) }
        #expect(notice.chargingSchedule.chargingSchedulePeriod.first?.setpoint == 4_000)
        #expect(notice.selectedChargingScheduleId == 1)
    }

    @Test func `a rejected service ends the transaction, or is negotiated anew where that is possible`() {
        var bench = ready { $0.evses[0].renegotiatesService = true }
        _ = bench.handle(.needs(evse: 1, Self.needs))
        // Q01.FR.05.
        #expect(
            bench.hostTasks(in: answer(&bench, .rejected)) == [.renegotiateService(evse: 1, [.dc])])
        // In ISO 15118-2 it only means that no profile comes (K15.FR.04).
        var older = ChargingNeedsType(requestedEnergyTransfer: .dc)
        older.dcChargingParameters = DCChargingParametersType(evMaxCurrent: 30, evMaxVoltage: 400)
        bench = ready()
        _ = bench.handle(.needs(evse: 1, older))
        #expect(offers(answer(&bench, .rejected, older), bench) == [[1]])
    }

    @Test func `offline the car gets what the station knows, and the backend hears later when it was`() {
        var bench = ready()
        _ = bench.handle(.disconnected)
        let received = DateTime(bench.time.wall)
        // K15.FR.15, K18.FR.15, K19.FR.11.
        #expect(offers(bench.handle(.needs(evse: 1, Self.needs)), bench) == [[1]])
        _ = bench.wait(.seconds(100))
        guard case .notifyEVChargingNeeds(let request)? = bench.calls(in: bench.handle(.connected(.v21))).first else {
            return #expect(Bool(false))
        }
        // K15.FR.20, K18.FR.21.
        #expect(request.timestamp == received)
    }

    @Test func `a mode that discharges is refused for a car that does not`() {
        var bench = ready()
        var needs = Self.needs
        needs.requestedEnergyTransfer = .dc
        _ = bench.handle(.needs(evse: 1, needs))
        // K01.FR.116.
        #expect(bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(1_000)])) == "InvalidOperationMode")
        // A default meets it all the same; then nothing flows back.
        bench.set(Wire.profile(2, .txDefaultProfile, [Wire.setpoint(-1_000)]))
        #expect(bench.command().text == "0…11000 @ 0")
    }

    @Test func `services allowed later are negotiated`() {
        var bench = ready()
        func allow(_ id: String) -> (NotifyAllowedEnergyTransferStatusEnumType?, [HostTask]) {
            let request = NotifyAllowedEnergyTransferRequest(
                transactionId: id, allowedEnergyTransfer: [.dc, .dcBPT, .wpt])
            let (answer, rest) = bench.ask(.notifyAllowedEnergyTransfer(request))
            guard case .notifyAllowedEnergyTransfer(let response)? = answer else { return (nil, []) }
            return (response.status, bench.hostTasks(in: rest))
        }
        // Q02.FR.06.
        #expect(allow("T") == (.accepted, [.renegotiateService(evse: 1, [.dc, .dcBPT])]))
        #expect(allow("X") == (.rejected, []))
    }
}
