// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity

// The charge loop of ISO 15118-20, as the car writes it.

extension ISO20Messages {
    static func loop(_ top: ISO20.MessageHeader, _ loop: ChargeLoop) throws(EXIError) -> V2GTPFrame {
        let display = ISO20.DisplayParameters(
            presentSOC: loop.needs.soc?.wire, minimumSOC: loop.needs.minimumSoC?.wire,
            targetSOC: loop.needs.targetSoC?.wire, maximumSOC: loop.needs.maximumSoC?.wire,
            remainingTimeToMinimumSOC: seconds(loop.needs.timeToMinimumSoC),
            remainingTimeToTargetSOC: seconds(loop.needs.timeToTargetSoC),
            remainingTimeToMaximumSOC: seconds(loop.needs.timeToMaximumSoC),
            chargingComplete: loop.needs.isComplete,
            batteryEnergyCapacity: loop.needs.batteryCapacity.map { .init($0) }, inletHot: loop.needs.isInletHot)
        switch loop.service.transfer {
        case .dc:
            return try dc(
                .dc_ChargeLoopReq(
                    .init(
                        header: top, displayParameters: display, meterInfoRequested: loop.wantsMeter,
                        evPresentVoltage: .init(loop.needs.presentVoltage ?? .zero), clReqControlMode: dcMode(loop))))
        case .ac:
            return try ac(
                .ac_ChargeLoopReq(
                    .init(
                        header: top, displayParameters: display, meterInfoRequested: loop.wantsMeter,
                        clReqControlMode: acMode(loop))))
        }
    }

    private static func seconds(_ length: Interval?) -> UInt32? {
        length.map { UInt32(clamping: $0.milliseconds / 1_000) }
    }

    private static func dcMode(_ loop: ChargeLoop) -> ISO20.DC_CLReqControlMode {
        let needs = loop.needs
        let energy = energy(needs)
        let power = needs.power ?? .zero
        let current = needs.current ?? .zero
        let least = ISO20.RationalNumber(needs.leastCharge ?? .zero)
        let highest = ISO20.RationalNumber(needs.highestVoltage ?? .zero)
        let lowest = ISO20.RationalNumber(needs.lowestVoltage ?? .zero)
        let targetCurrent = ISO20.RationalNumber(loop.targetCurrent ?? .zero)
        let targetVoltage = ISO20.RationalNumber(loop.targetVoltage ?? .zero)
        switch (loop.service.isBidirectional, loop.mode) {
        case (false, .scheduled):
            return .scheduled_DC_CLReqControlMode(
                .init(
                    evTargetEnergyRequest: energy.target, evMaximumEnergyRequest: energy.maximum,
                    evMinimumEnergyRequest: energy.minimum, evTargetCurrent: targetCurrent,
                    evTargetVoltage: targetVoltage, evMaximumChargePower: .init(power.upper),
                    evMaximumChargeCurrent: .init(current.upper), evMaximumVoltage: highest, evMinimumVoltage: lowest))
        case (true, .scheduled):
            return .bpt_Scheduled_DC_CLReqControlMode(
                .init(
                    evTargetEnergyRequest: energy.target, evMaximumEnergyRequest: energy.maximum,
                    evMinimumEnergyRequest: energy.minimum, evTargetCurrent: targetCurrent,
                    evTargetVoltage: targetVoltage, evMaximumChargePower: .init(power.upper),
                    evMaximumChargeCurrent: .init(current.upper), evMaximumVoltage: highest, evMinimumVoltage: lowest,
                    evMaximumDischargePower: .init(-power.lower),
                    evMaximumDischargeCurrent: .init(-current.lower)))
        case (false, .dynamic):
            return .dynamic_DC_CLReqControlMode(
                .init(
                    departureTime: departure(needs), evTargetEnergyRequest: energy.target,
                    evMaximumEnergyRequest: energy.maximum, evMinimumEnergyRequest: energy.minimum,
                    evMaximumChargePower: .init(power.upper), evMinimumChargePower: least,
                    evMaximumChargeCurrent: .init(current.upper), evMaximumVoltage: highest, evMinimumVoltage: lowest))
        case (true, .dynamic):
            return .bpt_Dynamic_DC_CLReqControlMode(
                .init(
                    departureTime: departure(needs), evTargetEnergyRequest: energy.target,
                    evMaximumEnergyRequest: energy.maximum, evMinimumEnergyRequest: energy.minimum,
                    evMaximumChargePower: .init(power.upper), evMinimumChargePower: least,
                    evMaximumChargeCurrent: .init(current.upper), evMaximumVoltage: highest, evMinimumVoltage: lowest,
                    evMaximumDischargePower: .init(-power.lower),
                    evMinimumDischargePower: .init(needs.leastDischarge ?? .zero),
                    evMaximumDischargeCurrent: .init(-current.lower),
                    evMaximumV2XEnergyRequest: needs.maximumV2XEnergy.map { .init($0) },
                    evMinimumV2XEnergyRequest: needs.minimumV2XEnergy.map { .init($0) }))
        }
    }

    private static func acMode(_ loop: ChargeLoop) -> ISO20.AC_CLReqControlMode {
        let needs = loop.needs
        let energy = energy(needs)
        let power = needs.power ?? .zero
        let present = ISO20.RationalNumber(needs.presentPower ?? .zero)
        let least = ISO20.RationalNumber(needs.leastCharge ?? .zero)
        switch (loop.service.isBidirectional, loop.mode) {
        case (false, .scheduled):
            return .scheduled_AC_CLReqControlMode(
                .init(
                    evTargetEnergyRequest: energy.target, evMaximumEnergyRequest: energy.maximum,
                    evMinimumEnergyRequest: energy.minimum, evMaximumChargePower: .init(power.upper),
                    evPresentActivePower: present))
        case (true, .scheduled):
            return .bpt_Scheduled_AC_CLReqControlMode(
                .init(
                    evTargetEnergyRequest: energy.target, evMaximumEnergyRequest: energy.maximum,
                    evMinimumEnergyRequest: energy.minimum, evMaximumChargePower: .init(power.upper),
                    evPresentActivePower: present, evMaximumDischargePower: .init(-power.lower)))
        case (false, .dynamic):
            return .dynamic_AC_CLReqControlMode(
                .init(
                    departureTime: departure(needs), evTargetEnergyRequest: energy.target,
                    evMaximumEnergyRequest: energy.maximum, evMinimumEnergyRequest: energy.minimum,
                    evMaximumChargePower: .init(power.upper), evMinimumChargePower: least,
                    evPresentActivePower: present, evPresentReactivePower: .zero))
        case (true, .dynamic):
            return .bpt_Dynamic_AC_CLReqControlMode(
                .init(
                    departureTime: departure(needs), evTargetEnergyRequest: energy.target,
                    evMaximumEnergyRequest: energy.maximum, evMinimumEnergyRequest: energy.minimum,
                    evMaximumChargePower: .init(power.upper), evMinimumChargePower: least,
                    evPresentActivePower: present, evPresentReactivePower: .zero,
                    evMaximumDischargePower: .init(-power.lower),
                    evMinimumDischargePower: .init(needs.leastDischarge ?? .zero),
                    evMaximumV2XEnergyRequest: needs.maximumV2XEnergy.map { .init($0) },
                    evMinimumV2XEnergyRequest: needs.minimumV2XEnergy.map { .init($0) }))
        }
    }

    private static func departure(_ needs: EVNeeds) -> UInt32? {
        needs.departure.map { UInt32(clamping: $0.milliseconds / 1_000) }
    }

    private static func energy(
        _ needs: EVNeeds
    ) -> (target: ISO20.RationalNumber, maximum: ISO20.RationalNumber, minimum: ISO20.RationalNumber) {
        let target = needs.targetEnergy ?? .zero
        return (.init(target), .init(needs.maximumEnergy ?? target), .init(needs.minimumEnergy ?? target))
    }
}
