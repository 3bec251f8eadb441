// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import Electricity

// Answers of ISO 15118-2, as the car reads them.

extension ISO2Messages {
    static func answer(_ frame: V2GTPFrame) throws(TranslationError) -> Answer {
        guard frame.type == .exi else { throw .payloadType(frame.type) }
        let message: ISO2.V2G_Message
        switch try Translation.decoded(ISO2.Document.self, frame) {
        case .v2g_Message(let found): message = found
        }
        guard let body = message.body.bodyElement else { throw .wrongDirection }
        let session = message.header.sessionID
        func start(_ kind: Request.Kind, _ code: ISO2.ResponseCode) -> Answer {
            Answer(kind, session, word: code.description)
        }
        var answer: Answer
        switch body {
        case .sessionSetupRes(let body): answer = start(.sessionSetup, body.responseCode)
        case .serviceDiscoveryRes(let body):
            answer = start(.serviceDiscovery, body.responseCode)
            answer.payments = body.paymentOptionList.paymentOption.map { $0 == .contract ? .contract : .external }
            answer.offersCertificates =
                body.serviceList?.service.contains { $0.serviceID == StationMachine.certificateService } == true
        case .serviceDetailRes(let body): answer = start(.serviceDetail, body.responseCode)
        case .paymentServiceSelectionRes(let body): answer = start(.serviceSelection, body.responseCode)
        case .authorizationRes(let body):
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
            answer = start(.chargeLoop, body.responseCode)
            answer.notice = notice(body.ac_EVSEStatus.evseNotification)
            answer.currentPerPhase = body.evseMaxCurrent.map { Current($0) }
            answer.meter = meter(body.meterInfo, session)
            answer.wantsReceipt = body.receiptRequired == true
        case .currentDemandRes(let body):
            answer = start(.chargeLoop, body.responseCode)
            answer.notice = notice(body.dc_EVSEStatus.evseNotification)
            answer.voltage = Voltage(body.evsePresentVoltage)
            answer.current = Current(body.evsePresentCurrent)
            answer.granted = body.evseMaximumPowerLimit.map { PowerLimits(from: .zero, to: Power($0)) }
            answer.meter = meter(body.meterInfo, session)
            answer.wantsReceipt = body.receiptRequired == true
        case .meteringReceiptRes(let body): answer = start(.meterConfirmation, body.responseCode)
        case .weldingDetectionRes(let body):
            answer = start(.weldingDetection, body.responseCode)
            answer.voltage = Voltage(body.evsePresentVoltage)
        case .sessionStopRes(let body): answer = start(.sessionStop, body.responseCode)
        case .certificateInstallationRes(let body):
            answer = start(.certificate, body.responseCode)
            answer.certificate = try offered(body, message.header.signature)
        case .certificateUpdateRes(let body):
            answer = start(.certificate, body.responseCode)
            answer.certificate = try offered(body, message.header.signature)
        case .paymentDetailsRes(let body):
            answer = start(.paymentDetails, body.responseCode)
            answer.challenge = body.genChallenge
        case .authorizationReq, .cableCheckReq, .certificateInstallationReq, .certificateUpdateReq,
            .chargeParameterDiscoveryReq, .chargingStatusReq, .currentDemandReq, .meteringReceiptReq,
            .paymentDetailsReq, .paymentServiceSelectionReq, .powerDeliveryReq, .preChargeReq, .serviceDetailReq,
            .serviceDiscoveryReq, .sessionSetupReq, .sessionStopReq, .weldingDetectionReq:
            throw .wrongDirection
        }
        return answer
    }

    private static func read(_ body: ISO2.ChargeParameterDiscoveryRes, into answer: inout Answer) {
        answer.schedules = schedules(body.saSchedules)
        switch body.evseChargeParameter {
        case .ac_EVSEChargeParameter(let evse):
            answer.currentPerPhase = Current(evse.evseMaxCurrent)
            answer.nominalVoltage = Voltage(evse.evseNominalVoltage)
        case .dc_EVSEChargeParameter(let evse):
            answer.granted = PowerLimits(from: .zero, to: Power(evse.evseMaximumPowerLimit))
        }
    }

    private static func notice(_ notification: ISO2.EVSENotification) -> Notice? {
        switch notification {
        case .none: nil
        case .stopCharging: .terminate
        case .reNegotiation: .renegotiateSchedule
        }
    }

    private static func processing(_ processing: ISO2.EVSEProcessing) -> Processing {
        switch processing {
        case .finished: .finished
        case .ongoing: .ongoing
        case .ongoing_WaitingForCustomerInteraction: .waitingForCustomer
        }
    }
}
