// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIDIN
import Electricity

// DIN SPEC 70121 from the car's side: requests it writes, answers it reads.

extension DINMessages {
    static func frame(_ request: Request, _ header: VehicleHeader) throws(EXIError) -> V2GTPFrame {
        try frame(header.sessionID, body(request, header))
    }

    private static func body(_ request: Request, _ header: VehicleHeader) -> DIN.BodyElement {
        let status = DIN.DC_EVStatus(evReady: true, evErrorCode: .no_ERROR, evresssoc: header.soc.wire)
        switch request {
        case .sessionSetup(let vehicle):
            return .sessionSetupReq(.init(evccid: BinaryText.bytes(hexadecimal: vehicle) ?? []))
        case .serviceDiscovery: return .serviceDiscoveryReq(.init())
        case .serviceDetail(let service): return .serviceDetailReq(.init(serviceID: service))
        case .serviceSelection(.payment(_, let services)):
            return .servicePaymentSelectionReq(
                .init(
                    selectedPaymentOption: .externalPayment,
                    selectedServiceList: .init(selectedService: services.map { .init(serviceID: $0.id) })))
        case .authorization: return .contractAuthenticationReq(.init())
        case .chargeParameters(_, let needs): return parameters(needs, status)
        case .cableCheck: return .cableCheckReq(.init(dc_EVStatus: status))
        case .preCharge(let target):
            return .preChargeReq(
                .init(
                    dc_EVStatus: status, evTargetVoltage: .init(target),
                    evTargetCurrent: .init(Current.amperes(1))))
        case .powerDelivery(let delivery):
            return .powerDeliveryReq(
                .init(
                    readyToChargeState: delivery.progress == .start,
                    evPowerDeliveryParameter: .dc_EVPowerDeliveryParameter(
                        .init(dc_EVStatus: status, chargingComplete: false))))
        case .chargeLoop(let loop): return self.loop(loop, status)
        case .weldingDetection: return .weldingDetectionReq(.init(dc_EVStatus: status))
        case .sessionStop: return .sessionStopReq(.init())
        // What DIN SPEC 70121 has not, or the simulated car does not ask for.
        case .authorizationSetup, .paymentDetails, .certificate, .scheduleExchange, .serviceSelection(.energy),
            .meterConfirmation, .unsupported:
            return .sessionStopReq(.init())
        }
    }

    private static func parameters(_ needs: EVNeeds, _ status: DIN.DC_EVStatus) -> DIN.BodyElement {
        let car = DIN.DC_EVChargeParameter(
            dc_EVStatus: status, evMaximumCurrentLimit: .init((needs.current ?? .zero).upper),
            evMaximumPowerLimit: needs.power.map { .init($0.upper) },
            evMaximumVoltageLimit: .init(needs.highestVoltage ?? .zero))
        return .chargeParameterDiscoveryReq(
            .init(evRequestedEnergyTransferType: .dc_extended, evChargeParameter: .dc_EVChargeParameter(car)))
    }

    private static func loop(_ loop: ChargeLoop, _ status: DIN.DC_EVStatus) -> DIN.BodyElement {
        .currentDemandReq(
            .init(
                dc_EVStatus: status, evTargetCurrent: .init(loop.targetCurrent ?? .zero),
                evMaximumVoltageLimit: loop.needs.highestVoltage.map { .init($0) },
                evMaximumCurrentLimit: loop.needs.current.map { .init($0.upper) },
                evMaximumPowerLimit: loop.needs.power.map { .init($0.upper) },
                chargingComplete: loop.needs.isComplete, evTargetVoltage: .init(loop.targetVoltage ?? .zero)))
    }
}
