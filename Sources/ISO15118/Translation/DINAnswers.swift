// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIDIN
import Electricity

// Answers of DIN SPEC 70121, as the car reads them.

extension DINMessages {
    static func answer(_ frame: V2GTPFrame) throws(TranslationError) -> Answer {
        guard frame.type == .exi else { throw .payloadType(frame.type) }
        let message: DIN.V2G_Message
        switch try Translation.decoded(DIN.Document.self, frame) {
        case .v2g_Message(let found): message = found
        }
        guard let body = message.body.bodyElement else { throw .wrongDirection }
        let session = message.header.sessionID
        func start(_ kind: Request.Kind, _ code: DIN.ResponseCode) -> Answer {
            Answer(kind, session, Answer.verdict(code.description))
        }
        var answer: Answer
        switch body {
        case .sessionSetupRes(let body): answer = start(.sessionSetup, body.responseCode)
        case .serviceDiscoveryRes(let body): answer = start(.serviceDiscovery, body.responseCode)
        case .serviceDetailRes(let body): answer = start(.serviceDetail, body.responseCode)
        case .servicePaymentSelectionRes(let body): answer = start(.serviceSelection, body.responseCode)
        case .contractAuthenticationRes(let body):
            answer = start(.authorization, body.responseCode)
            answer.processing = processing(body.evseProcessing)
        case .chargeParameterDiscoveryRes(let body):
            answer = start(.chargeParameters, body.responseCode)
            answer.processing = processing(body.evseProcessing)
            read(body, into: &answer)
        case .cableCheckRes(let body):
            answer = start(.cableCheck, body.responseCode)
            answer.processing = processing(body.evseProcessing)
        case .preChargeRes(let body):
            answer = start(.preCharge, body.responseCode)
            answer.voltage = Voltage(body.evsePresentVoltage)
        case .powerDeliveryRes(let body): answer = start(.powerDelivery, body.responseCode)
        case .chargingStatusRes(let body):
            answer = start(.unsupported, body.responseCode)
        case .currentDemandRes(let body):
            answer = start(.chargeLoop, body.responseCode)
            answer.notice = notice(body.dc_EVSEStatus.evseNotification)
            answer.voltage = Voltage(body.evsePresentVoltage)
            answer.current = Current(body.evsePresentCurrent)
            answer.granted = body.evseMaximumPowerLimit.map { PowerLimits(from: .zero, to: Power($0)) }
        case .meteringReceiptRes(let body): answer = start(.meterConfirmation, body.responseCode)
        case .weldingDetectionRes(let body):
            answer = start(.weldingDetection, body.responseCode)
            answer.voltage = Voltage(body.evsePresentVoltage)
        case .sessionStopRes(let body): answer = start(.sessionStop, body.responseCode)
        case .certificateInstallationRes(let body): answer = start(.unsupported, body.responseCode)
        case .certificateUpdateRes(let body): answer = start(.unsupported, body.responseCode)
        case .paymentDetailsRes(let body): answer = start(.unsupported, body.responseCode)
        case .contractAuthenticationReq, .cableCheckReq, .certificateInstallationReq, .certificateUpdateReq,
            .chargeParameterDiscoveryReq, .chargingStatusReq, .currentDemandReq, .meteringReceiptReq,
            .paymentDetailsReq, .servicePaymentSelectionReq, .powerDeliveryReq, .preChargeReq, .serviceDetailReq,
            .serviceDiscoveryReq, .sessionSetupReq, .sessionStopReq, .weldingDetectionReq:
            throw .wrongDirection
        }
        return answer
    }

    private static func read(_ body: DIN.ChargeParameterDiscoveryRes, into answer: inout Answer) {
        answer.schedules = schedules(body.saSchedules)
        switch body.evseChargeParameter {
        case .ac_EVSEChargeParameter: break
        case .dc_EVSEChargeParameter(let evse):
            answer.granted = evse.evseMaximumPowerLimit.map { PowerLimits(from: .zero, to: Power($0)) }
        }
    }

    private static func notice(_ notification: DIN.EVSENotification) -> Notice? {
        switch notification {
        case .none: nil
        case .stopCharging: .terminate
        case .reNegotiation: .renegotiateSchedule
        }
    }

    private static func processing(_ processing: DIN.EVSEProcessing) -> Processing {
        switch processing {
        case .finished: .finished
        case .ongoing: .ongoing
        }
    }
}
