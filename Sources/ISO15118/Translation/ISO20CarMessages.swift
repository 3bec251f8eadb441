// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity

// Requests of ISO 15118-20, as the car writes them.

extension ISO20Messages {
    static func frame(_ request: Request, _ header: VehicleHeader) throws(EXIError) -> V2GTPFrame {
        let top = Self.header(header.sessionID, header.time)
        switch request {
        case .sessionSetup(let vehicle): return try common(.sessionSetupReq(.init(header: top, evccid: vehicle)))
        case .authorizationSetup: return try common(.authorizationSetupReq(.init(header: top)))
        case .authorization(.contract(let proof)):
            return try common(.authorizationReq(authorization(top, proof, header)))
        case .certificate(let wish): return try common(.certificateInstallationReq(installation(top, wish, header)))
        case .meterConfirmation(let receipt):
            return V2GTPFrame(
                type: .meteringConfirmation, payload: try confirmation(top, receipt, header).encode())
        case .authorization(.external):
            return try common(
                .authorizationReq(
                    .init(
                        header: top, selectedAuthorizationService: .eim,
                        aReqAuthorizationMode: .eim_AReqAuthorizationMode(.init()))))
        case .serviceDiscovery: return try common(.serviceDiscoveryReq(.init(header: top)))
        case .serviceDetail(let service):
            return try common(.serviceDetailReq(.init(header: top, serviceID: service)))
        case .serviceSelection(.energy(let service, let set, let added)):
            return try common(
                .serviceSelectionReq(
                    .init(
                        header: top,
                        selectedEnergyTransferService: .init(serviceID: service, parameterSetID: set),
                        selectedVASList: added.isEmpty
                            ? nil
                            : .init(
                                selectedService: added.map {
                                    .init(serviceID: $0.id, parameterSetID: $0.parameterSet ?? 0)
                                }))))
        case .chargeParameters(let service, let needs): return try parameters(top, service, needs)
        case .scheduleExchange(let mode, let needs):
            return try common(.scheduleExchangeReq(schedule(top, mode, needs)))
        case .cableCheck: return try dc(.dc_CableCheckReq(.init(header: top)))
        case .preCharge(let target):
            return try dc(
                .dc_PreChargeReq(
                    .init(
                        header: top, evProcessing: .ongoing, evPresentVoltage: .zero,
                        evTargetVoltage: .init(target))))
        case .powerDelivery(let delivery): return try common(.powerDeliveryReq(powerDelivery(top, delivery)))
        case .chargeLoop(let loop): return try self.loop(top, loop)
        case .weldingDetection:
            return try dc(.dc_WeldingDetectionReq(.init(header: top, evProcessing: .ongoing)))
        case .sessionStop(let stop): return try common(.sessionStopReq(.init(header: top, chargingSession: word(stop))))
        // What ISO 15118-20 has not, or the simulated car does not ask for.
        case .serviceSelection(.payment), .paymentDetails, .unsupported:
            return try common(.sessionStopReq(.init(header: top, chargingSession: .terminate)))
        }
    }

    private static func word(_ stop: SessionStop) -> ISO20.ChargingSession {
        switch stop {
        case .terminate: .terminate
        case .pause: .pause
        case .renegotiateService: .serviceRenegotiation
        }
    }

    private static func parameters(
        _ top: ISO20.MessageHeader, _ service: EnergyService, _ needs: EVNeeds
    ) throws(EXIError) -> V2GTPFrame {
        let power = needs.power ?? .zero
        let current = needs.current ?? .zero
        let least = needs.leastCharge ?? .zero
        switch service {
        case .dc:
            let car = ISO20.DC_CPDReqEnergyTransferMode(
                evMaximumChargePower: .init(power.upper), evMinimumChargePower: .init(least),
                evMaximumChargeCurrent: .init(current.upper), evMinimumChargeCurrent: .zero,
                evMaximumVoltage: .init(needs.highestVoltage ?? .zero),
                evMinimumVoltage: .init(needs.lowestVoltage ?? .zero), targetSOC: needs.targetSoC?.wire)
            return try dc(
                .dc_ChargeParameterDiscoveryReq(
                    .init(header: top, dc_CPDReqEnergyTransferMode: .dc_CPDReqEnergyTransferMode(car))))
        case .dcBidirectional:
            let car = ISO20.BPT_DC_CPDReqEnergyTransferMode(
                evMaximumChargePower: .init(power.upper), evMinimumChargePower: .init(least),
                evMaximumChargeCurrent: .init(current.upper), evMinimumChargeCurrent: .zero,
                evMaximumVoltage: .init(needs.highestVoltage ?? .zero),
                evMinimumVoltage: .init(needs.lowestVoltage ?? .zero), targetSOC: needs.targetSoC?.wire,
                evMaximumDischargePower: .init(-power.lower),
                evMinimumDischargePower: .init(needs.leastDischarge ?? .zero),
                evMaximumDischargeCurrent: .init(-current.lower), evMinimumDischargeCurrent: .zero)
            return try dc(
                .dc_ChargeParameterDiscoveryReq(
                    .init(header: top, dc_CPDReqEnergyTransferMode: .bpt_DC_CPDReqEnergyTransferMode(car))))
        case .ac:
            let car = ISO20.AC_CPDReqEnergyTransferMode(
                evMaximumChargePower: .init(power.upper), evMinimumChargePower: .init(least))
            return try ac(
                .ac_ChargeParameterDiscoveryReq(
                    .init(header: top, ac_CPDReqEnergyTransferMode: .ac_CPDReqEnergyTransferMode(car))))
        case .acBidirectional:
            let car = ISO20.BPT_AC_CPDReqEnergyTransferMode(
                evMaximumChargePower: .init(power.upper), evMinimumChargePower: .init(least),
                evMaximumDischargePower: .init(-power.lower),
                evMinimumDischargePower: .init(needs.leastDischarge ?? .zero))
            return try ac(
                .ac_ChargeParameterDiscoveryReq(
                    .init(header: top, ac_CPDReqEnergyTransferMode: .bpt_AC_CPDReqEnergyTransferMode(car))))
        }
    }

    private static func schedule(
        _ top: ISO20.MessageHeader, _ mode: ControlMode, _ needs: EVNeeds
    ) -> ISO20.ScheduleExchangeReq {
        let target = needs.targetEnergy ?? .zero
        let departure = needs.departure.map { UInt32(clamping: $0.milliseconds / 1_000) }
        let content: ISO20.ScheduleExchangeReq.SEReqControlMode =
            switch mode {
            case .scheduled:
                .scheduled_SEReqControlMode(
                    .init(
                        departureTime: departure, evTargetEnergyRequest: .init(target),
                        evMaximumEnergyRequest: .init(needs.maximumEnergy ?? target),
                        evMinimumEnergyRequest: .init(needs.minimumEnergy ?? target)))
            case .dynamic:
                .dynamic_SEReqControlMode(
                    .init(
                        departureTime: departure ?? 0, minimumSOC: needs.minimumSoC?.wire,
                        targetSOC: needs.targetSoC?.wire, evTargetEnergyRequest: .init(target),
                        evMaximumEnergyRequest: .init(needs.maximumEnergy ?? target),
                        evMinimumEnergyRequest: .init(needs.minimumEnergy ?? target),
                        evMaximumV2XEnergyRequest: needs.maximumV2XEnergy.map { .init($0) },
                        evMinimumV2XEnergyRequest: needs.minimumV2XEnergy.map { .init($0) }))
            }
        return .init(header: top, maximumSupportingPoints: 1_024, seReqControlMode: content)
    }

    private static func powerDelivery(
        _ top: ISO20.MessageHeader, _ delivery: PowerDelivery
    ) -> ISO20.PowerDeliveryReq {
        let progress: ISO20.ChargeProgress =
            switch delivery.progress {
            case .start: .start
            case .stop: .stop
            case .standby: .standby
            case .renegotiate: .scheduleRenegotiation
            }
        return .init(
            header: top, evProcessing: processing(delivery.processing), chargeProgress: progress,
            evPowerProfile: delivery.profile.map(profile),
            bpt_ChannelSelection: delivery.channel.map { $0 == .charge ? .charge : .discharge }
        )
    }
}
