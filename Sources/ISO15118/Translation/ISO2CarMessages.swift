// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import Electricity

// ISO 15118-2 from the car's side: requests it writes, answers it reads.

extension ISO2Messages {
    static func frame(_ request: Request, _ header: VehicleHeader) throws(EXIError) -> V2GTPFrame {
        let body = body(request, header)
        return try frame(header.sessionID, body, try signature(body, header.signer))
    }

    private static func body(_ request: Request, _ header: VehicleHeader) -> ISO2.BodyElement {
        let status = ISO2.DC_EVStatus(evReady: true, evErrorCode: .no_ERROR, evresssoc: header.soc.wire)
        switch request {
        case .sessionSetup(let vehicle):
            return .sessionSetupReq(.init(evccid: BinaryText.bytes(hexadecimal: vehicle) ?? []))
        case .serviceDiscovery: return .serviceDiscoveryReq(.init())
        case .serviceDetail(let service): return .serviceDetailReq(.init(serviceID: service))
        case .serviceSelection(.payment(let payment, let services)):
            return .paymentServiceSelectionReq(
                .init(
                    selectedPaymentOption: payment == .contract ? .contract : .externalPayment,
                    selectedServiceList: .init(selectedService: services.map(selected))))
        case .authorization(.external): return .authorizationReq(.init())
        case .authorization(.contract(let proof)):
            return .authorizationReq(.init(id: "id1", genChallenge: proof.challenge))
        case .paymentDetails(let contract):
            return .paymentDetailsReq(
                .init(eMAID: contract.emaid, contractSignatureCertChain: chain(contract.chain)))
        case .certificate(let wish): return certificate(wish, header.signer?.roots ?? [])
        case .meterConfirmation(let receipt): return .meteringReceiptReq(self.receipt(receipt))
        case .chargeParameters(let service, let needs): return parameters(service, needs, status)
        case .cableCheck: return .cableCheckReq(.init(dc_EVStatus: status))
        case .preCharge(let target):
            return .preChargeReq(
                .init(
                    dc_EVStatus: status, evTargetVoltage: .init(target),
                    evTargetCurrent: .init(Current.amperes(1))))
        case .powerDelivery(let delivery):
            let progress: ISO2.ChargeProgress =
                switch delivery.progress {
                case .start: .start
                case .stop, .standby: .stop
                case .renegotiate: .renegotiate
                }
            return .powerDeliveryReq(
                .init(
                    chargeProgress: progress, saScheduleTupleID: UInt8(clamping: delivery.schedule ?? 1),
                    chargingProfile: delivery.profile.map(profile),
                    evPowerDeliveryParameter: header.service.transfer == .dc
                        ? .dc_EVPowerDeliveryParameter(.init(dc_EVStatus: status, chargingComplete: false)) : nil))
        case .chargeLoop(let loop): return self.loop(loop, status)
        case .weldingDetection: return .weldingDetectionReq(.init(dc_EVStatus: status))
        case .sessionStop(let stop):
            return .sessionStopReq(.init(chargingSession: stop == .pause ? .pause : .terminate))
        // What ISO 15118-2 has not, or the simulated car does not ask for.
        case .authorizationSetup, .scheduleExchange, .serviceSelection(.energy), .unsupported:
            return .sessionStopReq(.init(chargingSession: .terminate))
        }
    }

    private static func selected(_ service: ChosenService) -> ISO2.SelectedService {
        .init(serviceID: service.id, parameterSetID: service.parameterSet.map { Int16(clamping: $0) })
    }

    private static func parameters(
        _ service: EnergyService, _ needs: EVNeeds, _ status: ISO2.DC_EVStatus
    ) -> ISO2.BodyElement {
        let departure = needs.departure.map { UInt32(clamping: $0.milliseconds / 1_000) }
        let power = (needs.power ?? .zero).upper
        let current = (needs.current ?? .zero).upper
        switch service.transfer {
        case .ac:
            let phases = needs.phases == 1 ? 1 : 3
            let byPower = Current(milli: power.milli * 1_000 / (Voltage.volts(230) * phases).milli)
            let car = ISO2.AC_EVChargeParameter(
                departureTime: departure, eAmount: .init(needs.targetEnergy ?? .zero),
                evMaxVoltage: .init(Voltage.volts(230)), evMaxCurrent: .init(min(byPower, current)),
                evMinCurrent: .init(needs.leastCurrent ?? .zero))
            return .chargeParameterDiscoveryReq(
                .init(
                    requestedEnergyTransferMode: phases == 1 ? .ac_single_phase_core : .ac_three_phase_core,
                    evChargeParameter: .ac_EVChargeParameter(car)))
        case .dc:
            let car = ISO2.DC_EVChargeParameter(
                departureTime: departure, dc_EVStatus: status, evMaximumCurrentLimit: .init(current),
                evMaximumPowerLimit: .init(power), evMaximumVoltageLimit: .init(needs.highestVoltage ?? .zero),
                evEnergyRequest: needs.targetEnergy.map { .init($0) })
            return .chargeParameterDiscoveryReq(
                .init(requestedEnergyTransferMode: .dc_extended, evChargeParameter: .dc_EVChargeParameter(car)))
        }
    }

    private static func loop(_ loop: ChargeLoop, _ status: ISO2.DC_EVStatus) -> ISO2.BodyElement {
        guard loop.service.transfer == .dc else { return .chargingStatusReq(.init()) }
        return .currentDemandReq(
            .init(
                dc_EVStatus: status, evTargetCurrent: .init(loop.targetCurrent ?? .zero),
                evMaximumVoltageLimit: loop.needs.highestVoltage.map { .init($0) },
                evMaximumCurrentLimit: loop.needs.current.map { .init($0.upper) },
                evMaximumPowerLimit: loop.needs.power.map { .init($0.upper) },
                chargingComplete: loop.needs.isComplete, evTargetVoltage: .init(loop.targetVoltage ?? .zero)))
    }
}
