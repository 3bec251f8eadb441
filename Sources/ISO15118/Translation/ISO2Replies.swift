// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import Electricity

// Answers of ISO 15118-2, as the station writes them.

extension ISO2Messages {
    static func frame(_ reply: Reply, _ header: StationHeader) throws(EXIError) -> V2GTPFrame {
        if case .certificate(_, .relayed(let message)) = reply.body { return V2GTPFrame(type: .exi, payload: message) }
        return try frame(header.sessionID, body(reply, header))
    }

    static func frame(
        _ sessionID: [UInt8], _ body: ISO2.BodyElement, _ signature: XMLSignature.Signature? = nil
    ) throws(EXIError) -> V2GTPFrame {
        let message = ISO2.V2G_Message(
            header: .init(sessionID: sessionID, signature: signature), body: .init(bodyElement: body))
        return V2GTPFrame(type: .exi, payload: try ISO2.Document.v2g_Message(message).encode())
    }

    private static func body(_ reply: Reply, _ header: StationHeader) -> ISO2.BodyElement {
        let code = code(reply.code)
        switch reply.body {
        case .sessionSetup:
            return .sessionSetupRes(
                .init(responseCode: code, evseid: header.offer.evseID, evseTimeStamp: header.time.seconds))
        case .serviceDiscovery(let filter): return .serviceDiscoveryRes(discovery(code, filter, header))
        case .serviceDetail(let service): return .serviceDetailRes(detail(code, service, header))
        case .paymentDetails:
            return .paymentDetailsRes(
                .init(
                    responseCode: code, genChallenge: header.contracts?.challenge ?? Array(repeating: 0, count: 16),
                    evseTimeStamp: header.time.seconds))
        case .certificate(let action, _): return withoutCertificate(code, action)
        case .serviceSelection: return .paymentServiceSelectionRes(.init(responseCode: code))
        // ISO 15118-2 has neither; the machine never gets there.
        case .authorizationSetup, .scheduleExchange:
            return .authorizationRes(.init(responseCode: code, evseProcessing: .finished))
        case .authorization(let processing):
            return .authorizationRes(.init(responseCode: code, evseProcessing: self.processing(processing)))
        case .chargeParameters(let service, let processing):
            return .chargeParameterDiscoveryRes(parameters(code, service, processing, header))
        case .cableCheck(let processing):
            return .cableCheckRes(
                .init(
                    responseCode: code, dc_EVSEStatus: dcStatus(header), evseProcessing: self.processing(processing)))
        case .preCharge(let present):
            return .preChargeRes(
                .init(responseCode: code, dc_EVSEStatus: dcStatus(header), evsePresentVoltage: .init(present)))
        case .powerDelivery: return .powerDeliveryRes(.init(responseCode: code, evseStatus: status(header)))
        case .chargeLoop(let loop): return self.loop(code, loop, header)
        case .meterConfirmation: return .meteringReceiptRes(.init(responseCode: code, evseStatus: status(header)))
        case .weldingDetection(let present):
            return .weldingDetectionRes(
                .init(responseCode: code, dc_EVSEStatus: dcStatus(header), evsePresentVoltage: .init(present)))
        case .sessionStop: return .sessionStopRes(.init(responseCode: code))
        }
    }

    private static func parameters(
        _ code: ISO2.ResponseCode, _ service: EnergyService, _ processing: Processing, _ header: StationHeader
    ) -> ISO2.ChargeParameterDiscoveryRes {
        let offer = header.offer
        let content: ISO2.EVSEChargeParameter =
            switch service.transfer {
            case .ac:
                .ac_EVSEChargeParameter(
                    .init(
                        ac_EVSEStatus: acStatus(header), evseNominalVoltage: .init(offer.nominalVoltage),
                        evseMaxCurrent: .init(header.currentPerPhase(offer.power.upper))))
            case .dc:
                .dc_EVSEChargeParameter(
                    .init(
                        dc_EVSEStatus: dcStatus(header), evseMaximumCurrentLimit: .init(offer.current.upper),
                        evseMaximumPowerLimit: .init(offer.power.upper),
                        evseMaximumVoltageLimit: .init(offer.highestVoltage),
                        evseMinimumCurrentLimit: .init(Current.zero),
                        evseMinimumVoltageLimit: .init(offer.lowestVoltage),
                        evsePeakCurrentRipple: .init(Current.zero)))
            }
        return .init(
            responseCode: code, evseProcessing: self.processing(processing),
            saSchedules: .saScheduleList(.init(saScheduleTuple: header.offered.map(tuple))),
            evseChargeParameter: content)
    }

    /// What holds at the moment is said in the loop.
    private static func tuple(_ tuple: ScheduleTuple) -> ISO2.SAScheduleTuple {
        let entries = tuple.olderSteps.map { start, length, power in
            ISO2.PMaxScheduleEntry(
                timeInterval: .relativeTimeInterval(.init(start: start, duration: length)), pMax: .init(power))
        }
        return .init(saScheduleTupleID: tuple.id, pMaxSchedule: .init(pMaxScheduleEntry: entries))
    }

    private static func loop(
        _ code: ISO2.ResponseCode, _ loop: LoopReply, _ header: StationHeader
    ) -> ISO2.BodyElement {
        let charge = max(loop.target, .zero)
        switch loop.service.transfer {
        case .ac:
            return .chargingStatusRes(
                .init(
                    responseCode: code, evseid: header.offer.evseID, saScheduleTupleID: header.selected ?? 1,
                    evseMaxCurrent: .init(header.currentPerPhase(charge)), meterInfo: loop.meter.map { meter($0) },
                    receiptRequired: loop.wantsReceipt, ac_EVSEStatus: acStatus(header)))
        case .dc:
            return .currentDemandRes(
                .init(
                    responseCode: code, dc_EVSEStatus: dcStatus(header), evsePresentVoltage: .init(loop.voltage),
                    evsePresentCurrent: .init(loop.current), evseCurrentLimitAchieved: loop.isCurrentLimited,
                    evseVoltageLimitAchieved: loop.isVoltageLimited, evsePowerLimitAchieved: loop.isPowerLimited,
                    evseMaximumVoltageLimit: .init(header.offer.highestVoltage),
                    evseMaximumCurrentLimit: .init(charge.isZero ? .zero : header.offer.current.upper),
                    evseMaximumPowerLimit: .init(charge), evseid: header.offer.evseID,
                    saScheduleTupleID: header.selected ?? 1,
                    meterInfo: loop.meter.map { meter($0) }, receiptRequired: loop.wantsReceipt))
        }
    }

    private static func meter(_ reading: MeterReading) -> ISO2.MeterInfo {
        .init(
            meterID: String(reading.meterID.prefix(32)), meterReading: UInt64(clamping: reading.charged.milli / 1_000),
            sigMeterReading: reading.signature.map { Array($0.prefix(64)) }, tMeter: reading.time?.seconds)
    }

    private static func status(_ header: StationHeader) -> ISO2.EVSEStatus {
        header.service?.transfer == .ac ? .ac_EVSEStatus(acStatus(header)) : .dc_EVSEStatus(dcStatus(header))
    }

    private static func acStatus(_ header: StationHeader) -> ISO2.AC_EVSEStatus {
        .init(
            notificationMaxDelay: 0, evseNotification: notification(header.notice), rcd: header.condition == .faulted)
    }

    private static func dcStatus(_ header: StationHeader) -> ISO2.DC_EVSEStatus {
        let words: (ISO2.DC_EVSEStatusCode, ISO2.IsolationLevel) =
            switch header.condition {
            case .idle: (.evse_NotReady, .invalid)
            case .checkingCable: (.evse_IsolationMonitoringActive, .invalid)
            case .ready: (.evse_Ready, .valid)
            case .shuttingDown: (.evse_Shutdown, .valid)
            case .faulted: (.evse_Malfunction, .fault)
            }
        return .init(
            notificationMaxDelay: 0, evseNotification: notification(header.notice), evseIsolationStatus: words.1,
            evseStatusCode: words.0)
    }

    private static func notification(_ notice: Notice?) -> ISO2.EVSENotification {
        switch notice {
        case .terminate?, .pause?: .stopCharging
        case .renegotiateSchedule?, .renegotiateService?: .reNegotiation
        case .exitStandby?, .confirmMeter?, nil: .none
        }
    }

    static func processing(_ processing: Processing) -> ISO2.EVSEProcessing {
        switch processing {
        case .finished: .finished
        case .ongoing: .ongoing
        case .waitingForCustomer: .ongoing_WaitingForCustomerInteraction
        }
    }

    private static func code(_ code: ReplyCode) -> ISO2.ResponseCode {
        switch code {
        case .ok: .ok
        case .newSession: .ok_NewSessionEstablished
        case .oldSession: .ok_OldSessionJoined
        case .certificateExpiresSoon: .ok_CertificateExpiresSoon
        case .warningAuthorizationFailed, .warningAuthorizationSelection, .warningStandbyNotAllowed,
            .warningContractRefused, .warningCertificateExpired, .warningCertificateNotYetValid,
            .warningCertificateRevoked, .warningCertificateInvalid, .warningChallengeInvalid, .warningProviderUnknown,
            .warningNoCertificate, .warningNoContract, .failed, .pauseNotAllowed, .serviceRenegotiationNotSupported,
            .scheduleRenegotiationFailed:
            .failed
        case .sequenceError: .failed_SequenceError
        case .unknownSession: .failed_UnknownSession
        case .serviceIDInvalid: .failed_ServiceIDInvalid
        case .serviceSelectionInvalid: .failed_ServiceSelectionInvalid
        case .paymentSelectionInvalid: .failed_PaymentSelectionInvalid
        case .noChargeService: .failed_NoChargeServiceSelected
        case .wrongEnergyTransfer: .failed_WrongEnergyTransferMode
        case .wrongChargeParameter: .failed_WrongChargeParameter
        case .powerDeliveryNotApplied: .failed_PowerDeliveryNotApplied
        case .scheduleSelectionInvalid: .failed_TariffSelectionInvalid
        case .powerProfileInvalid: .failed_ChargingProfileInvalid
        case .contactorError: .failed_ContactorError
        case .signatureError: .failed_SignatureError
        case .challengeInvalid: .failed_ChallengeInvalid
        case .certificateExpired: .failed_CertificateExpired
        case .certificateRevoked: .failed_CertificateRevoked
        case .certificateChainError: .failed_CertChainError
        case .certificateNotAllowed: .failed_CertificateNotAllowedAtThisEVSE
        case .noCertificate: .failed_NoCertificateAvailable
        case .contractCancelled: .failed_ContractCanceled
        case .meterSignatureInvalid: .failed_MeteringSignatureNotValid
        }
    }
}
