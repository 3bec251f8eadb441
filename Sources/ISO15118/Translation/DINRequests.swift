// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIDIN
import Electricity

// Requests of DIN SPEC 70121, as the station reads them.

extension DINMessages {
    static func request(_ frame: V2GTPFrame) throws(TranslationError) -> (sessionID: [UInt8], request: Request) {
        guard frame.type == .exi else { throw .payloadType(frame.type) }
        let message: DIN.V2G_Message
        switch try Translation.decoded(DIN.Document.self, frame) {
        case .v2g_Message(let found): message = found
        }
        guard let body = message.body.bodyElement else { throw .wrongDirection }
        return (message.header.sessionID, try request(body))
    }

    private static func request(_ body: DIN.BodyElement) throws(TranslationError) -> Request {
        switch body {
        case .sessionSetupReq(let body): .sessionSetup(vehicle: BinaryText.hexadecimal(body.evccid))
        case .serviceDiscoveryReq: .serviceDiscovery(.all)
        case .serviceDetailReq(let body): .serviceDetail(body.serviceID)
        case .servicePaymentSelectionReq(let body):
            .serviceSelection(
                .payment(
                    body.selectedPaymentOption == .externalPayment ? .external : .contract,
                    services: body.selectedServiceList.selectedService.map { ChosenService($0.serviceID) }))
        case .contractAuthenticationReq: .authorization(.external)
        case .chargeParameterDiscoveryReq(let body): parameters(body)
        case .cableCheckReq: .cableCheck
        case .preChargeReq(let body): .preCharge(target: Voltage(body.evTargetVoltage))
        case .powerDeliveryReq(let body): .powerDelivery(delivery(body))
        case .chargingStatusReq: .unsupported("ChargingStatusReq")
        case .currentDemandReq(let body): .chargeLoop(loop(body))
        case .meteringReceiptReq(let body):
            .meterConfirmation(
                MeterReceipt(
                    sessionID: body.sessionID, meterID: body.meterInfo.meterID,
                    charged_Wh: body.meterInfo.meterReading.map { UInt64(clamping: Energy($0).milli / 1_000) } ?? 0))
        case .weldingDetectionReq: .weldingDetection
        case .sessionStopReq: .sessionStop(.terminate)
        case .certificateInstallationReq: .unsupported("CertificateInstallationReq")
        case .certificateUpdateReq: .unsupported("CertificateUpdateReq")
        case .paymentDetailsReq: .unsupported("PaymentDetailsReq")
        case .contractAuthenticationRes, .cableCheckRes, .certificateInstallationRes, .certificateUpdateRes,
            .chargeParameterDiscoveryRes, .chargingStatusRes, .currentDemandRes, .meteringReceiptRes,
            .paymentDetailsRes, .servicePaymentSelectionRes, .powerDeliveryRes, .preChargeRes, .serviceDetailRes,
            .serviceDiscoveryRes, .sessionSetupRes, .sessionStopRes, .weldingDetectionRes:
            throw .wrongDirection
        }
    }

    private static func parameters(_ body: DIN.ChargeParameterDiscoveryReq) -> Request {
        var needs = EVNeeds()
        switch body.evChargeParameter {
        // There is no AC charging with DIN SPEC 70121; the machine refuses it.
        case .ac_EVChargeParameter: return .chargeParameters(.ac, needs)
        case .dc_EVChargeParameter(let ev):
            needs.current = CurrentLimits(from: .zero, to: Current(ev.evMaximumCurrentLimit))
            needs.power = ev.evMaximumPowerLimit.map { PowerLimits(from: .zero, to: Power($0)) }
            needs.highestVoltage = Voltage(ev.evMaximumVoltageLimit)
            needs.targetEnergy = ev.evEnergyRequest.map { Energy($0) }
            needs.targetSoC = ev.fullSOC.map { StateOfCharge(wire: $0) }
            needs.soc = StateOfCharge(wire: ev.dc_EVStatus.evresssoc)
        }
        switch body.evRequestedEnergyTransferType {
        case .ac_single_phase_core, .ac_three_phase_core: return .chargeParameters(.ac, needs)
        case .dc_core, .dc_extended, .dc_combo_core, .dc_unique: return .chargeParameters(.dc, needs)
        }
    }

    private static func delivery(_ body: DIN.PowerDeliveryReq) -> PowerDelivery {
        var delivery = PowerDelivery(body.readyToChargeState ? .start : .stop)
        delivery.schedule = body.chargingProfile.map { UInt32(clamping: $0.saScheduleTupleID) }
        delivery.profile = body.chargingProfile.flatMap(profile)
        return delivery
    }

    private static func loop(_ body: DIN.CurrentDemandReq) -> ChargeLoop {
        var loop = ChargeLoop(service: .dc, mode: .scheduled, needs: EVNeeds())
        loop.targetCurrent = Current(body.evTargetCurrent)
        loop.targetVoltage = Voltage(body.evTargetVoltage)
        loop.needs.power = body.evMaximumPowerLimit.map { PowerLimits(from: .zero, to: Power($0)) }
        loop.needs.current = body.evMaximumCurrentLimit.map { CurrentLimits(from: .zero, to: Current($0)) }
        loop.needs.highestVoltage = body.evMaximumVoltageLimit.map { Voltage($0) }
        loop.needs.soc = StateOfCharge(wire: body.dc_EVStatus.evresssoc)
        loop.needs.isComplete = body.chargingComplete
        return loop
    }
}
