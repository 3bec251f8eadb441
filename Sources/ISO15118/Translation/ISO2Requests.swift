// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import Electricity

// Requests of ISO 15118-2, as the station reads them.

extension ISO2Messages {
    static func request(_ frame: V2GTPFrame) throws(TranslationError) -> (sessionID: [UInt8], request: Request) {
        guard frame.type == .exi else { throw .payloadType(frame.type) }
        let message: ISO2.V2G_Message
        switch try Translation.decoded(ISO2.Document.self, frame) {
        case .v2g_Message(let found): message = found
        }
        guard let body = message.body.bodyElement else { throw .wrongDirection }
        return (message.header.sessionID, try request(body))
    }

    private static func request(_ body: ISO2.BodyElement) throws(TranslationError) -> Request {
        switch body {
        case .sessionSetupReq(let body): .sessionSetup(vehicle: hexadecimal(body.evccid))
        case .serviceDiscoveryReq: .serviceDiscovery
        case .serviceDetailReq(let body): .serviceDetail(body.serviceID)
        case .paymentServiceSelectionReq(let body):
            .serviceSelection(
                .payment(
                    body.selectedPaymentOption == .externalPayment ? .external : .contract,
                    services: body.selectedServiceList.selectedService.map(\.serviceID)))
        case .authorizationReq: .authorization(.external)
        case .chargeParameterDiscoveryReq(let body): parameters(body)
        case .cableCheckReq: .cableCheck
        case .preChargeReq(let body): .preCharge(target: Voltage(body.evTargetVoltage))
        case .powerDeliveryReq(let body): .powerDelivery(delivery(body))
        case .chargingStatusReq: .chargeLoop(ChargeLoop(service: .ac, mode: .scheduled, needs: EVNeeds()))
        case .currentDemandReq(let body): .chargeLoop(loop(body))
        case .meteringReceiptReq: .meterConfirmation
        case .weldingDetectionReq: .weldingDetection
        case .sessionStopReq(let body): .sessionStop(body.chargingSession == .pause ? .pause : .terminate)
        case .certificateInstallationReq: .unsupported("CertificateInstallationReq")
        case .certificateUpdateReq: .unsupported("CertificateUpdateReq")
        case .paymentDetailsReq: .unsupported("PaymentDetailsReq")
        case .authorizationRes, .cableCheckRes, .certificateInstallationRes, .certificateUpdateRes,
            .chargeParameterDiscoveryRes, .chargingStatusRes, .currentDemandRes, .meteringReceiptRes,
            .paymentDetailsRes, .paymentServiceSelectionRes, .powerDeliveryRes, .preChargeRes, .serviceDetailRes,
            .serviceDiscoveryRes, .sessionSetupRes, .sessionStopRes, .weldingDetectionRes:
            throw .wrongDirection
        }
    }

    private static func parameters(_ body: ISO2.ChargeParameterDiscoveryReq) -> Request {
        var needs = EVNeeds()
        switch body.evChargeParameter {
        case .ac_EVChargeParameter(let ev):
            needs.departure = ev.departureTime.map { .seconds(Int($0)) }
            needs.targetEnergy = Energy(ev.eAmount)
            needs.current = CurrentLimits(from: .zero, to: Current(ev.evMaxCurrent))
            needs.leastCurrent = Current(ev.evMinCurrent)
        case .dc_EVChargeParameter(let ev):
            needs.departure = ev.departureTime.map { .seconds(Int($0)) }
            needs.current = CurrentLimits(from: .zero, to: Current(ev.evMaximumCurrentLimit))
            needs.power = ev.evMaximumPowerLimit.map { PowerLimits(from: .zero, to: Power($0)) }
            needs.highestVoltage = Voltage(ev.evMaximumVoltageLimit)
            needs.targetEnergy = ev.evEnergyRequest.map { Energy($0) }
            needs.targetSoC = ev.fullSOC.map { StateOfCharge(wire: $0) }
            needs.soc = StateOfCharge(wire: ev.dc_EVStatus.evresssoc)
        }
        switch body.requestedEnergyTransferMode {
        case .ac_single_phase_core:
            needs.phases = 1
            return .chargeParameters(.ac, needs)
        case .ac_three_phase_core:
            needs.phases = 3
            return .chargeParameters(.ac, needs)
        case .dc_core, .dc_extended, .dc_combo_core, .dc_unique: return .chargeParameters(.dc, needs)
        }
    }

    private static func delivery(_ body: ISO2.PowerDeliveryReq) -> PowerDelivery {
        let progress: PowerDelivery.Progress =
            switch body.chargeProgress {
            case .start: .start
            case .stop: .stop
            case .renegotiate: .renegotiate
            }
        var delivery = PowerDelivery(progress)
        delivery.schedule = UInt32(body.saScheduleTupleID)
        return delivery
    }

    private static func loop(_ body: ISO2.CurrentDemandReq) -> ChargeLoop {
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

func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

/// - Returns: nil unless the text is pairs of hexadecimal digits.
func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
