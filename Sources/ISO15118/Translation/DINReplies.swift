// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIDIN
import Electricity

// Answers of DIN SPEC 70121, as the station writes them.

extension DINMessages {
    static func frame(_ reply: Reply, _ header: StationHeader) throws(EXIError) -> V2GTPFrame {
        try frame(header.sessionID, body(reply, header))
    }

    static func frame(_ sessionID: [UInt8], _ body: DIN.BodyElement) throws(EXIError) -> V2GTPFrame {
        let message = DIN.V2G_Message(header: .init(sessionID: sessionID), body: .init(bodyElement: body))
        return V2GTPFrame(type: .exi, payload: try DIN.Document.v2g_Message(message).encode())
    }

    private static func body(_ reply: Reply, _ header: StationHeader) -> DIN.BodyElement {
        let code = code(reply.code)
        switch reply.body {
        case .sessionSetup:
            return .sessionSetupRes(
                // One zero byte: the station has no number of the old kind (DIN 91286).
                .init(responseCode: code, evseid: [0], dateTimeNow: header.time.seconds))
        case .serviceDiscovery: return .serviceDiscoveryRes(discovery(code, header))
        case .serviceDetail(let service): return .serviceDetailRes(.init(responseCode: code, serviceID: service))
        case .serviceSelection: return .servicePaymentSelectionRes(.init(responseCode: code))
        // DIN SPEC 70121 has none, or none spoken here; the machine never gets there.
        case .authorizationSetup, .scheduleExchange, .paymentDetails, .certificate:
            return .contractAuthenticationRes(.init(responseCode: code, evseProcessing: .finished))
        case .authorization(let processing):
            return .contractAuthenticationRes(.init(responseCode: code, evseProcessing: self.processing(processing)))
        case .chargeParameters(_, let processing):
            return .chargeParameterDiscoveryRes(parameters(code, processing, header))
        case .cableCheck(let processing):
            return .cableCheckRes(
                .init(
                    responseCode: code, dc_EVSEStatus: dcStatus(header), evseProcessing: self.processing(processing)))
        case .preCharge(let present):
            return .preChargeRes(
                .init(responseCode: code, dc_EVSEStatus: dcStatus(header), evsePresentVoltage: .init(present)))
        case .powerDelivery: return .powerDeliveryRes(.init(responseCode: code, evseStatus: status(header)))
        case .chargeLoop(let loop): return self.loop(code, loop, header)
        case .meterConfirmation: return .meteringReceiptRes(.init(responseCode: code, ac_EVSEStatus: acStatus(header)))
        case .weldingDetection(let present):
            return .weldingDetectionRes(
                .init(responseCode: code, dc_EVSEStatus: dcStatus(header), evsePresentVoltage: .init(present)))
        case .sessionStop: return .sessionStopRes(.init(responseCode: code))
        }
    }

    private static func discovery(_ code: DIN.ResponseCode, _ header: StationHeader) -> DIN.ServiceDiscoveryRes {
        .init(
            responseCode: code, paymentOptions: .init(paymentOption: [.externalPayment]),
            chargeService: .init(
                serviceTag: .init(serviceID: StationMachine.chargeService, serviceCategory: .evCharging),
                freeService: header.offer.isFree, energyTransferType: .dc_extended))
    }

    private static func parameters(
        _ code: DIN.ResponseCode, _ processing: Processing, _ header: StationHeader
    ) -> DIN.ChargeParameterDiscoveryRes {
        let offer = header.offer
        let evse = DIN.DC_EVSEChargeParameter(
            dc_EVSEStatus: dcStatus(header), evseMaximumCurrentLimit: .init(offer.current.upper),
            evseMaximumPowerLimit: .init(offer.power.upper), evseMaximumVoltageLimit: .init(offer.highestVoltage),
            evseMinimumCurrentLimit: .init(Current.zero), evseMinimumVoltageLimit: .init(offer.lowestVoltage),
            evsePeakCurrentRipple: .init(Current.zero))
        return .init(
            responseCode: code, evseProcessing: self.processing(processing),
            saSchedules: .saScheduleList(.init(saScheduleTuple: header.offered.map(tuple))),
            evseChargeParameter: .dc_EVSEChargeParameter(evse))
    }

    /// In whole watts up to 32,767. The limits that count are in the loop.
    private static func tuple(_ tuple: ScheduleTuple) -> DIN.SAScheduleTuple {
        let entries = tuple.olderSteps.map { start, length, power in
            DIN.PMaxScheduleEntry(
                timeInterval: .relativeTimeInterval(.init(start: start, duration: length)),
                pMax: Int16(clamping: power.milli / 1_000))
        }
        return .init(
            saScheduleTupleID: Int16(tuple.id),
            pMaxSchedule: .init(pMaxScheduleID: Int16(tuple.id), pMaxScheduleEntry: entries))
    }

    private static func loop(
        _ code: DIN.ResponseCode, _ loop: LoopReply, _ header: StationHeader
    ) -> DIN.BodyElement {
        let charge = max(loop.target, .zero)
        return .currentDemandRes(
            .init(
                responseCode: code, dc_EVSEStatus: dcStatus(header), evsePresentVoltage: .init(loop.voltage),
                evsePresentCurrent: .init(loop.current), evseCurrentLimitAchieved: loop.isCurrentLimited,
                evseVoltageLimitAchieved: loop.isVoltageLimited, evsePowerLimitAchieved: loop.isPowerLimited,
                evseMaximumVoltageLimit: .init(header.offer.highestVoltage),
                evseMaximumCurrentLimit: .init(charge.isZero ? .zero : header.offer.current.upper),
                evseMaximumPowerLimit: .init(charge)))
    }

    private static func status(_ header: StationHeader) -> DIN.EVSEStatus { .dc_EVSEStatus(dcStatus(header)) }

    private static func acStatus(_ header: StationHeader) -> DIN.AC_EVSEStatus {
        .init(
            powerSwitchClosed: false, rcd: false, notificationMaxDelay: 0,
            evseNotification: notification(header.notice))
    }

    private static func dcStatus(_ header: StationHeader) -> DIN.DC_EVSEStatus {
        let words: (DIN.DC_EVSEStatusCode, DIN.IsolationLevel) =
            switch header.condition {
            case .idle: (.evse_NotReady, .invalid)
            case .checkingCable: (.evse_IsolationMonitoringActive, .invalid)
            case .ready: (.evse_Ready, .valid)
            case .shuttingDown: (.evse_Shutdown, .valid)
            case .faulted: (.evse_Malfunction, .fault)
            }
        return .init(
            evseIsolationStatus: words.1,
            evseStatusCode: words.0, notificationMaxDelay: 0, evseNotification: notification(header.notice))
    }

    private static func notification(_ notice: Notice?) -> DIN.EVSENotification {
        switch notice {
        case .terminate?, .pause?: .stopCharging
        // A car can do no more than end and begin anew.
        case .renegotiateSchedule?, .renegotiateService?, .exitStandby?, .confirmMeter?: .none
        case nil: .none
        }
    }

    static func processing(_ processing: Processing) -> DIN.EVSEProcessing {
        switch processing {
        case .finished: .finished
        case .ongoing, .waitingForCustomer: .ongoing
        }
    }

    private static func code(_ code: ReplyCode) -> DIN.ResponseCode {
        switch code {
        case .ok: .ok
        case .newSession: .ok_NewSessionEstablished
        case .oldSession: .ok_OldSessionJoined
        case .certificateExpiresSoon: .ok_CertificateExpiresSoon
        case .warningAuthorizationFailed, .warningAuthorizationSelection, .warningStandbyNotAllowed,
            .warningContractRefused, .warningCertificateExpired, .warningCertificateNotYetValid,
            .warningCertificateRevoked, .warningCertificateInvalid, .warningChallengeInvalid, .warningProviderUnknown,
            .warningNoCertificate, .warningNoContract, .failed, .certificateNotAllowed, .certificateRevoked,
            .contactorError, .pauseNotAllowed, .serviceRenegotiationNotSupported, .scheduleRenegotiationFailed:
            .failed
        case .sequenceError: .failed_SequenceError
        case .unknownSession: .failed_UnknownSession
        case .serviceIDInvalid: .failed_ServiceIDInvalid
        case .serviceSelectionInvalid: .failed_ServiceSelectionInvalid
        case .paymentSelectionInvalid: .failed_PaymentSelectionInvalid
        case .noChargeService: .failed_ServiceSelectionInvalid
        case .wrongEnergyTransfer: .failed_WrongEnergyTransferType
        case .wrongChargeParameter: .failed_WrongChargeParameter
        case .powerDeliveryNotApplied: .failed_PowerDeliveryNotApplied
        case .scheduleSelectionInvalid: .failed_TariffSelectionInvalid
        case .powerProfileInvalid: .failed_ChargingProfileInvalid
        case .signatureError: .failed_SignatureError
        case .challengeInvalid: .failed_ChallengeInvalid
        case .certificateExpired: .failed_CertificateExpired
        case .certificateChainError: .failed_CertChainError
        case .noCertificate: .failed_NoCertificateAvailable
        case .contractCancelled: .failed_ContractCanceled
        case .meterSignatureInvalid: .failed_MeteringSignatureNotValid
        }
    }
}
