// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a station answers, in the words of all standards together.
public struct Reply: Hashable, Sendable {
    public var code: ReplyCode
    public var body: Body

    public enum Body: Hashable, Sendable {
        case sessionSetup, authorizationSetup
        case authorization(Processing)
        case paymentDetails
        case certificate(CertificateRequest.Action, CertificateAnswer)
        case serviceDiscovery(ServiceFilter)
        case serviceDetail(UInt16)
        case serviceSelection
        case chargeParameters(EnergyService, Processing)
        case scheduleExchange(ControlMode, Processing)
        case cableCheck(Processing)
        case preCharge(present: Voltage)
        case powerDelivery
        case chargeLoop(LoopReply)
        case meterConfirmation
        case weldingDetection(present: Voltage)
        case sessionStop
    }

    public init(_ code: ReplyCode, _ body: Body) {
        self.code = code
        self.body = body
    }

    /// The answer to a request that is not served, with the code that says why. Members that the schema wants all the same
    /// hold what is harmless: nothing granted, nothing measured.
    /// - Returns: nil where the standard has no answer without certificates.
    static func refusing(_ request: Request, _ code: ReplyCode) -> Reply? {
        switch request {
        case .sessionSetup: Reply(code, .sessionSetup)
        case .authorizationSetup: Reply(code, .authorizationSetup)
        case .authorization: Reply(code, .authorization(.finished))
        case .paymentDetails: Reply(code, .paymentDetails)
        case .certificate(let request): Reply(code, .certificate(request.action, .none))
        case .serviceDiscovery(let filter): Reply(code, .serviceDiscovery(filter))
        case .serviceDetail(let service): Reply(code, .serviceDetail(service))
        case .serviceSelection: Reply(code, .serviceSelection)
        case .chargeParameters(let service, _): Reply(code, .chargeParameters(service, .finished))
        case .scheduleExchange(let mode, _): Reply(code, .scheduleExchange(mode, .finished))
        case .cableCheck: Reply(code, .cableCheck(.finished))
        case .preCharge: Reply(code, .preCharge(present: .zero))
        case .powerDelivery: Reply(code, .powerDelivery)
        case .chargeLoop(let loop): Reply(code, .chargeLoop(LoopReply(service: loop.service, mode: loop.mode)))
        case .meterConfirmation: Reply(code, .meterConfirmation)
        case .weldingDetection: Reply(code, .weldingDetection(present: .zero))
        case .sessionStop: Reply(code, .sessionStop)
        case .unsupported: nil
        }
    }
}

/// What an answer to the wish for a certificate holds beside its code.
public enum CertificateAnswer: Hashable, Sendable {
    /// The backend's message, of the session it is put into.
    case relayed([UInt8])
    /// The car asks again (ISO 15118-20).
    case ongoing
    case none
}

/// One turn of the charge loop, from the station.
public struct LoopReply: Hashable, Sendable {
    public var service: EnergyService
    public var mode: ControlMode
    /// What the car shall do, positive charges; in standards that only know limits, the bound in that direction.
    public var target = Power.zero
    public var current = Current.zero
    public var voltage = Voltage.zero
    public var isPowerLimited = false
    public var isCurrentLimited = false
    public var isVoltageLimited = false
    public var meter: MeterReading?
    /// The car has to confirm the meter's reading before it goes on (ISO 15118-2).
    public var wantsReceipt = false

    public init(service: EnergyService, mode: ControlMode) {
        self.service = service
        self.mode = mode
    }
}

public struct MeterReading: Hashable, Sendable {
    /// At most 32 characters.
    public var meterID: String
    public var charged: Energy
    public var discharged: Energy
    public var time: WallTime?
    /// Of the meter itself, over its reading; at most 64 bytes.
    public var signature: [UInt8]?

    public init(
        meterID: String, charged: Energy, discharged: Energy, time: WallTime? = nil, signature: [UInt8]? = nil
    ) {
        self.signature = signature
        self.meterID = meterID
        self.charged = charged
        self.discharged = discharged
        self.time = time
    }
}

/// The codes used here. Where a standard has no word for one, its translator takes the nearest.
public enum ReplyCode: CaseIterable, Hashable, Sendable {
    case ok, newSession, oldSession, certificateExpiresSoon
    /// ISO 15118-20: the session goes on.
    case warningAuthorizationFailed, warningAuthorizationSelection, warningStandbyNotAllowed
    case warningContractRefused, warningCertificateExpired, warningCertificateNotYetValid, warningCertificateRevoked
    case warningCertificateInvalid, warningChallengeInvalid, warningProviderUnknown, warningNoCertificate
    case warningNoContract
    case failed, sequenceError, unknownSession, serviceIDInvalid, serviceSelectionInvalid, paymentSelectionInvalid
    case noChargeService, wrongEnergyTransfer, wrongChargeParameter, powerDeliveryNotApplied, scheduleSelectionInvalid
    case powerProfileInvalid
    case contactorError, pauseNotAllowed, serviceRenegotiationNotSupported, scheduleRenegotiationFailed
    case signatureError, challengeInvalid, certificateExpired, certificateRevoked, certificateChainError
    case certificateNotAllowed, noCertificate, contractCancelled, meterSignatureInvalid

    /// After any of the others the station ends the session.
    public var isFailure: Bool {
        switch self {
        case .ok, .newSession, .oldSession, .certificateExpiresSoon, .warningAuthorizationFailed,
            .warningAuthorizationSelection, .warningStandbyNotAllowed, .warningContractRefused,
            .warningCertificateExpired, .warningCertificateNotYetValid, .warningCertificateRevoked,
            .warningCertificateInvalid, .warningChallengeInvalid, .warningProviderUnknown, .warningNoCertificate,
            .warningNoContract:
            false
        case .failed, .sequenceError, .unknownSession, .serviceIDInvalid, .serviceSelectionInvalid,
            .paymentSelectionInvalid, .noChargeService, .wrongEnergyTransfer, .wrongChargeParameter,
            .powerDeliveryNotApplied, .scheduleSelectionInvalid, .powerProfileInvalid, .contactorError,
            .pauseNotAllowed,
            .serviceRenegotiationNotSupported, .scheduleRenegotiationFailed, .signatureError, .challengeInvalid,
            .certificateExpired, .certificateRevoked, .certificateChainError, .certificateNotAllowed, .noCertificate,
            .contractCancelled, .meterSignatureInvalid:
            true
        }
    }
}
