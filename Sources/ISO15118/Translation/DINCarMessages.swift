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
        case .serviceSelection(.payment(let payment, let services)):
            return .servicePaymentSelectionReq(
                .init(
                    selectedPaymentOption: payment == .contract ? .contract : .externalPayment,
                    selectedServiceList: .init(selectedService: services.map { .init(serviceID: $0.id) })))
        case .authorization: return .contractAuthenticationReq(.init())
        case .chargeParameters(let service, let needs): return parameters(service, needs, status)
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
                    chargingProfile: delivery.profile.map(profile),
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

    private static func parameters(
        _ service: EnergyService, _ needs: EVNeeds, _ status: DIN.DC_EVStatus
    ) -> DIN.BodyElement {
        guard service.transfer == .dc else { return parametersOfAC(needs) }
        let car = DIN.DC_EVChargeParameter(
            dc_EVStatus: status, evMaximumCurrentLimit: .init((needs.current ?? .zero).upper),
            evMaximumPowerLimit: needs.power.map { .init($0.upper) },
            evMaximumVoltageLimit: .init(needs.highestVoltage ?? .zero))
        return .chargeParameterDiscoveryReq(
            .init(evRequestedEnergyTransferType: .dc_extended, evChargeParameter: .dc_EVChargeParameter(car)))
    }

    /// The schema has them, although the standard charges with direct current only.
    private static func parametersOfAC(_ needs: EVNeeds) -> DIN.BodyElement {
        let car = DIN.AC_EVChargeParameter(
            departureTime: needs.departure.map { UInt32(clamping: $0.milliseconds / 1_000) } ?? 0,
            eAmount: .init(needs.targetEnergy ?? .zero), evMaxVoltage: .init(Voltage.volts(230)),
            evMaxCurrent: .init((needs.current ?? .zero).upper), evMinCurrent: .init(needs.leastCurrent ?? .zero))
        return .chargeParameterDiscoveryReq(
            .init(
                evRequestedEnergyTransferType: needs.phases == 1 ? .ac_single_phase_core : .ac_three_phase_core,
                evChargeParameter: .ac_EVChargeParameter(car)))
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
