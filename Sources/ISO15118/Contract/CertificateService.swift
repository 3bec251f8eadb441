// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The car's wish for a contract certificate. The station passes it on as it came and does not decide about it.
public struct CertificateRequest: Hashable, Sendable {
    public enum Action: Hashable, Sendable { case install, update }

    public var action: Action
    public var standard: Standard
    /// The whole message in EXI, signature included, as backends want it (OCPP's Get15118EVCertificate).
    public var message: [UInt8]
    /// Who signed it: the certificate of the car, or of the contract that is to be renewed.
    public var signer: CertificateChain
    public var signature: MessageSignature?
    /// ISO 15118-20.
    public var mostChains: UInt8?
    public var prioritizedAccounts: [String] = []

    public init(
        action: Action, standard: Standard, message: [UInt8], signer: CertificateChain, signature: MessageSignature?
    ) {
        self.action = action
        self.standard = standard
        self.message = message
        self.signer = signer
        self.signature = signature
    }

    /// The namespace backends want named with the message.
    public var schema: String {
        switch standard {
        case .din, .iso2: standard.namespace
        case .iso20AC, .iso20DC: "urn:iso:std:iso:15118:-20:CommonMessages"
        }
    }
}

/// What came back for the car.
public enum CertificateResult: Hashable, Sendable {
    /// The answer for the car in EXI, as the backend gave it.
    case response([UInt8])
    /// The backend refused, or cannot be asked.
    case unavailable
}

/// What the car shows to prove that the contract is its own.
public struct ContractProof: Hashable, Sendable {
    public var challenge: [UInt8]
    /// In ISO 15118-20 with the proof; before, it came with the payment details.
    public var contract: CertificateChain?
    public var signature: MessageSignature?

    public init(challenge: [UInt8], contract: CertificateChain? = nil, signature: MessageSignature?) {
        self.challenge = challenge
        self.contract = contract
        self.signature = signature
    }
}

/// The car's confirmation of what the meter showed.
public struct MeterReceipt: Hashable, Sendable {
    public var sessionID: [UInt8]
    public var meterID: String
    /// Whole watt-hours, as messages have it.
    public var charged_Wh: UInt64
    public var discharged_Wh: UInt64?
    /// Of the meter itself, and its time in seconds since 1970; sent back as they were shown.
    public var meterSignature: [UInt8]?
    public var meterTime: Int64?
    public var signature: MessageSignature?

    public init(
        sessionID: [UInt8], meterID: String, charged_Wh: UInt64, discharged_Wh: UInt64? = nil,
        signature: MessageSignature? = nil
    ) {
        self.sessionID = sessionID
        self.meterID = meterID
        self.charged_Wh = charged_Wh
        self.discharged_Wh = discharged_Wh
        self.signature = signature
    }

    func confirms(_ reading: MeterReading, in sessionID: [UInt8]) -> Bool {
        self.sessionID == sessionID && meterID == String(reading.meterID.prefix(32))
            && charged_Wh == UInt64(clamping: reading.charged.milli / 1_000)
            && (discharged_Wh ?? UInt64(clamping: reading.discharged.milli / 1_000))
                == UInt64(clamping: reading.discharged.milli / 1_000)
    }
}
