// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity

// Answers of ISO 15118-20, as the station writes them.

extension ISO20Messages {
    static func frame(_ reply: Reply, _ header: StationHeader) throws(EXIError) -> V2GTPFrame {
        let top = Self.header(header.sessionID, header.time)
        let code = code(reply.code)
        switch reply.body {
        case .sessionSetup:
            return try common(
                .sessionSetupRes(.init(header: top, responseCode: code, evseid: header.offer.evseID)))
        case .authorizationSetup:
            return try common(.authorizationSetupRes(setUp(top, code, header.contracts)))
        case .authorization(let processing):
            return try common(
                .authorizationRes(
                    .init(header: top, responseCode: code, evseProcessing: Self.processing(processing))))
        // ISO 15118-20 shows the contract together with its proof; the machine never gets there.
        case .paymentDetails:
            return try common(.authorizationRes(.init(header: top, responseCode: code, evseProcessing: .finished)))
        case .certificate(_, .relayed(let message)): return V2GTPFrame(type: .common, payload: message)
        case .certificate(_, let answer):
            return try common(.certificateInstallationRes(withoutCertificate(top, code, answer)))
        case .serviceDiscovery(let filter):
            return try common(.serviceDiscoveryRes(discovery(top, code, filter, header)))
        case .serviceDetail(let service): return try common(.serviceDetailRes(detail(top, code, service, header)))
        case .serviceSelection: return try common(.serviceSelectionRes(.init(header: top, responseCode: code)))
        case .chargeParameters(let service, _): return try parameters(top, code, service, header.offer)
        case .scheduleExchange(let mode, let processing):
            let answer = try common(.scheduleExchangeRes(schedule(top, code, mode, processing, header)))
            return header.isSideStream ? V2GTPFrame(type: .scheduleRenegotiation, payload: answer.payload) : answer
        case .cableCheck(let processing):
            return try dc(
                .dc_CableCheckRes(
                    .init(header: top, responseCode: code, evseProcessing: Self.processing(processing))))
        case .preCharge(let present):
            return try dc(
                .dc_PreChargeRes(.init(header: top, responseCode: code, evsePresentVoltage: .init(present))))
        case .powerDelivery:
            return try common(
                .powerDeliveryRes(.init(header: top, responseCode: code, evseStatus: status(header.notice))))
        case .chargeLoop(let loop): return try self.loop(top, code, loop, header)
        case .meterConfirmation:
            let answer = try common(.meteringConfirmationRes(.init(header: top, responseCode: code)))
            return header.isSideStream ? V2GTPFrame(type: .meteringConfirmation, payload: answer.payload) : answer
        case .weldingDetection(let present):
            return try dc(
                .dc_WeldingDetectionRes(.init(header: top, responseCode: code, evsePresentVoltage: .init(present))))
        case .sessionStop: return try common(.sessionStopRes(.init(header: top, responseCode: code)))
        }
    }

    static func common(_ document: ISO20.CommonMessagesDocument) throws(EXIError) -> V2GTPFrame {
        V2GTPFrame(type: .common, payload: try document.encode())
    }
    static func dc(_ document: ISO20.DCDocument) throws(EXIError) -> V2GTPFrame {
        V2GTPFrame(type: .dc, payload: try document.encode())
    }
    static func ac(_ document: ISO20.ACDocument) throws(EXIError) -> V2GTPFrame {
        V2GTPFrame(type: .ac, payload: try document.encode())
    }

    static func status(_ notice: Notice?) -> ISO20.EVSEStatus? {
        let word: ISO20.EvseNotification? =
            switch notice {
            case .terminate?: .terminate
            case .pause?: .pause
            case .renegotiateSchedule?: .scheduleRenegotiation
            case .renegotiateService?: .serviceRenegotiation
            case .exitStandby?: .exitStandby
            case .confirmMeter?: .meteringConfirmation
            case nil: nil
            }
        return word.map { ISO20.EVSEStatus(notificationMaxDelay: 0, evseNotification: $0) }
    }

    private static func schedule(
        _ top: ISO20.MessageHeader, _ code: ISO20.ResponseCode, _ mode: ControlMode, _ processing: Processing,
        _ header: StationHeader
    ) -> ISO20.ScheduleExchangeRes {
        let content: ISO20.ScheduleExchangeRes.SEResControlMode =
            switch mode {
            case .dynamic: .dynamic_SEResControlMode(.init())
            case .scheduled: .scheduled_SEResControlMode(.init(scheduleTuple: header.offered.map { tuple($0, header) }))
            }
        return .init(
            header: top, responseCode: code, evseProcessing: Self.processing(processing), seResControlMode: content)
    }

    static func code(_ code: ReplyCode) -> ISO20.ResponseCode {
        switch code {
        case .ok: .ok
        case .newSession: .ok_NewSessionEstablished
        case .oldSession: .ok_OldSessionJoined
        case .warningAuthorizationFailed: .warning_EIMAuthorizationFailure
        case .warningAuthorizationSelection: .warning_AuthorizationSelectionInvalid
        case .warningStandbyNotAllowed: .warning_StandbyNotAllowed
        case .certificateExpiresSoon: .ok_CertificateExpiresSoon
        case .warningContractRefused: .warning_GeneralPnCAuthorizationError
        case .warningCertificateExpired, .certificateExpired: .warning_CertificateExpired
        case .warningCertificateNotYetValid: .warning_CertificateNotYetValid
        case .warningCertificateRevoked, .certificateRevoked: .warning_CertificateRevoked
        case .warningCertificateInvalid, .certificateChainError: .warning_CertificateValidationError
        case .warningChallengeInvalid, .challengeInvalid: .warning_ChallengeInvalid
        case .warningProviderUnknown: .warning_eMSPUnknown
        case .warningNoCertificate, .noCertificate: .warning_NoCertificateAvailable
        case .warningNoContract: .warning_NoContractMatchingPCIDFound
        case .signatureError: .failed_SignatureError
        case .meterSignatureInvalid: .failed_MeteringSignatureNotValid
        case .failed, .paymentSelectionInvalid, .certificateNotAllowed, .contractCancelled: .failed
        case .sequenceError: .failed_SequenceError
        case .unknownSession: .failed_UnknownSession
        case .serviceIDInvalid: .failed_ServiceIDInvalid
        case .serviceSelectionInvalid: .failed_ServiceSelectionInvalid
        case .noChargeService: .failed_NoEnergyTransferServiceSelected
        case .wrongEnergyTransfer, .wrongChargeParameter: .failed_WrongChargeParameter
        case .powerDeliveryNotApplied: .failed_PowerDeliveryNotApplied
        case .scheduleSelectionInvalid: .failed_ScheduleSelectionInvalid
        case .powerProfileInvalid: .failed_EVPowerProfileInvalid
        case .contactorError: .failed_ContactorError
        case .pauseNotAllowed: .failed_PauseNotAllowed
        case .serviceRenegotiationNotSupported: .failed_NoServiceRenegotiationSupported
        case .scheduleRenegotiationFailed: .failed_ScheduleRenegotiation
        }
    }
}
