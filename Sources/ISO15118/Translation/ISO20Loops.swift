// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity

// Parameters and loops of ISO 15118-20, as the station writes them.

extension ISO20Messages {
    static func parameters(
        _ top: ISO20.MessageHeader, _ code: ISO20.ResponseCode, _ service: EnergyService, _ offer: StationOffer
    ) throws(EXIError) -> V2GTPFrame {
        switch service {
        case .dc:
            let limits = ISO20.DC_CPDResEnergyTransferMode(
                evseMaximumChargePower: .init(offer.power.upper), evseMinimumChargePower: .init(offer.leastPower),
                evseMaximumChargeCurrent: .init(offer.current.upper), evseMinimumChargeCurrent: .zero,
                evseMaximumVoltage: .init(offer.highestVoltage), evseMinimumVoltage: .init(offer.lowestVoltage))
            return try dc(
                .dc_ChargeParameterDiscoveryRes(
                    .init(
                        header: top, responseCode: code,
                        dc_CPDResEnergyTransferMode: .dc_CPDResEnergyTransferMode(limits))))
        case .dcBidirectional:
            let limits = ISO20.BPT_DC_CPDResEnergyTransferMode(
                evseMaximumChargePower: .init(offer.power.upper), evseMinimumChargePower: .init(offer.leastPower),
                evseMaximumChargeCurrent: .init(offer.current.upper), evseMinimumChargeCurrent: .zero,
                evseMaximumVoltage: .init(offer.highestVoltage), evseMinimumVoltage: .init(offer.lowestVoltage),
                evseMaximumDischargePower: .init(offer.discharge(-offer.power.lower)),
                evseMinimumDischargePower: .init(offer.discharge(offer.leastPower)),
                evseMaximumDischargeCurrent: .init(offer.discharge(-offer.current.lower)),
                evseMinimumDischargeCurrent: .zero)
            return try dc(
                .dc_ChargeParameterDiscoveryRes(
                    .init(
                        header: top, responseCode: code,
                        dc_CPDResEnergyTransferMode: .bpt_DC_CPDResEnergyTransferMode(limits))))
        case .ac:
            let limits = ISO20.AC_CPDResEnergyTransferMode(
                evseMaximumChargePower: .init(offer.power.upper), evseMinimumChargePower: .init(offer.leastPower),
                evseNominalFrequency: .init(offer.nominalFrequency))
            return try ac(
                .ac_ChargeParameterDiscoveryRes(
                    .init(
                        header: top, responseCode: code,
                        ac_CPDResEnergyTransferMode: .ac_CPDResEnergyTransferMode(limits))))
        case .acBidirectional:
            let limits = ISO20.BPT_AC_CPDResEnergyTransferMode(
                evseMaximumChargePower: .init(offer.power.upper), evseMinimumChargePower: .init(offer.leastPower),
                evseNominalFrequency: .init(offer.nominalFrequency),
                evseMaximumDischargePower: .init(offer.discharge(-offer.power.lower)),
                evseMinimumDischargePower: .init(offer.discharge(offer.leastPower)))
            return try ac(
                .ac_ChargeParameterDiscoveryRes(
                    .init(
                        header: top, responseCode: code,
                        ac_CPDResEnergyTransferMode: .bpt_AC_CPDResEnergyTransferMode(limits))))
        }
    }

    static func loop(
        _ top: ISO20.MessageHeader, _ code: ISO20.ResponseCode, _ loop: LoopReply, _ header: StationHeader
    ) throws(EXIError) -> V2GTPFrame {
        switch loop.service.transfer {
        case .dc:
            return try dc(
                .dc_ChargeLoopRes(
                    .init(
                        header: top, responseCode: code, evseStatus: status(header.notice),
                        meterInfo: loop.meter.map { meter($0) }, evsePresentCurrent: .init(loop.current),
                        evsePresentVoltage: .init(loop.voltage), evsePowerLimitAchieved: loop.isPowerLimited,
                        evseCurrentLimitAchieved: loop.isCurrentLimited,
                        evseVoltageLimitAchieved: loop.isVoltageLimited,
                        clResControlMode: dcMode(loop, header.offer))))
        case .ac:
            return try ac(
                .ac_ChargeLoopRes(
                    .init(
                        header: top, responseCode: code, evseStatus: status(header.notice),
                        meterInfo: loop.meter.map { meter($0) }, clResControlMode: acMode(loop))))
        }
    }

    /// The station's target becomes the bound in its direction and closes the other, so that a car cannot mistake
    /// the sign; at zero both are closed. The bounds of a direction that is closed are all zero.
    private static func dcMode(_ loop: LoopReply, _ offer: StationOffer) -> ISO20.DC_CLResControlMode {
        let charge = max(loop.target, .zero)
        let discharge = max(-loop.target, .zero)
        let chargeCurrent = charge.isZero ? .zero : offer.current.upper
        let dischargeCurrent = discharge.isZero ? .zero : -offer.current.lower
        let leastCharge = min(offer.leastPower, charge)
        let leastDischarge = min(offer.leastPower, discharge)
        switch (loop.service.isBidirectional, loop.mode) {
        case (false, .scheduled):
            return .scheduled_DC_CLResControlMode(
                .init(
                    evseMaximumChargePower: .init(charge), evseMinimumChargePower: .init(leastCharge),
                    evseMaximumChargeCurrent: .init(chargeCurrent), evseMaximumVoltage: .init(offer.highestVoltage)))
        case (false, .dynamic):
            return .dynamic_DC_CLResControlMode(
                .init(
                    evseMaximumChargePower: .init(charge), evseMinimumChargePower: .init(leastCharge),
                    evseMaximumChargeCurrent: .init(chargeCurrent), evseMaximumVoltage: .init(offer.highestVoltage)))
        case (true, .scheduled):
            return .bpt_Scheduled_DC_CLResControlMode(
                .init(
                    evseMaximumChargePower: .init(charge), evseMinimumChargePower: .init(leastCharge),
                    evseMaximumChargeCurrent: .init(chargeCurrent), evseMaximumVoltage: .init(offer.highestVoltage),
                    evseMaximumDischargePower: .init(offer.discharge(discharge)),
                    evseMinimumDischargePower: .init(offer.discharge(leastDischarge)),
                    evseMaximumDischargeCurrent: .init(offer.discharge(dischargeCurrent)),
                    evseMinimumVoltage: .init(offer.lowestVoltage)))
        case (true, .dynamic):
            return .bpt_Dynamic_DC_CLResControlMode(
                .init(
                    evseMaximumChargePower: .init(charge), evseMinimumChargePower: .init(leastCharge),
                    evseMaximumChargeCurrent: .init(chargeCurrent), evseMaximumVoltage: .init(offer.highestVoltage),
                    evseMaximumDischargePower: .init(offer.discharge(discharge)),
                    evseMinimumDischargePower: .init(offer.discharge(leastDischarge)),
                    evseMaximumDischargeCurrent: .init(offer.discharge(dischargeCurrent)),
                    evseMinimumVoltage: .init(offer.lowestVoltage)))
        }
    }

    /// AC knows a target of its own; positive charges.
    private static func acMode(_ loop: LoopReply) -> ISO20.AC_CLResControlMode {
        let target = ISO20.RationalNumber(loop.target)
        return switch (loop.service.isBidirectional, loop.mode) {
        case (false, .scheduled): .scheduled_AC_CLResControlMode(.init(evseTargetActivePower: target))
        case (false, .dynamic): .dynamic_AC_CLResControlMode(.init(evseTargetActivePower: target))
        case (true, .scheduled): .bpt_Scheduled_AC_CLResControlMode(.init(evseTargetActivePower: target))
        case (true, .dynamic): .bpt_Dynamic_AC_CLResControlMode(.init(evseTargetActivePower: target))
        }
    }

    private static func meter(_ reading: MeterReading) -> ISO20.MeterInfo {
        ISO20.MeterInfo(
            meterID: String(reading.meterID.prefix(32)),
            chargedEnergyReadingWh: UInt64(clamping: reading.charged.milli / 1_000),
            bpt_DischargedEnergyReadingWh: UInt64(clamping: reading.discharged.milli / 1_000),
            meterSignature: reading.signature.map { Array($0.prefix(64)) },
            meterTimestamp: reading.time.map { UInt64(clamping: $0.seconds) })
    }
}
