// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A station's answer as the car reads it.
public struct Answer: Equatable, Sendable {
    public enum Verdict: Equatable, Sendable {
        case ok
        /// The session goes on.
        case warning(String)
        case failed(String)

        var isFailure: Bool {
            switch self {
            case .ok, .warning: false
            case .failed: true
            }
        }
    }

    public var kind: Request.Kind
    public var sessionID: [UInt8]
    public var verdict: Verdict
    public var processing = Processing.finished
    public var notice: Notice?
    public var voltage: Voltage?
    public var current: Current?
    /// What the car may draw and deliver now.
    public var granted: PowerLimits?
    /// What the car shall do, where the station says so.
    public var target: Power?
    /// AC in ISO 15118-2: the same as a current.
    public var currentPerPhase: Current?
    public var nominalVoltage: Voltage?
    /// Offered services, in ISO 15118-20.
    public var services: [UInt16] = []
    public var parameterSets: [ParameterSet] = []
    /// The offered schedules; their times count from when the answer was sent.
    public var schedules: [ScheduleTuple] = []
    /// How the station may be paid, where it says so.
    public var payments: [Payment] = []
    public var offersCertificates = false
    /// To be signed by a car with a contract.
    public var challenge: [UInt8]?
    public var certificate: CertificateOffer?
    /// What the meter shows, as the car would confirm it.
    public var meter: MeterReceipt?
    public var wantsReceipt = false
    /// The car should have its contract's certificate renewed.
    public var certificateExpiresSoon = false

    public struct ParameterSet: Hashable, Sendable {
        public let id: UInt16
        public let mode: ControlMode?
    }

    /// A contract on its way to the car, as it came.
    public struct CertificateOffer: Hashable, Sendable {
        /// Who provides it, and signs for it.
        public var service: CertificateChain
        public var contract: Contract
        public var encryptedKey: [UInt8]
        public var publicKey: [UInt8]
        public var signature: MessageSignature?
    }

    init(_ kind: Request.Kind, _ sessionID: [UInt8], _ verdict: Verdict) {
        self.kind = kind
        self.sessionID = sessionID
        self.verdict = verdict
    }

    /// - Parameter word: The schema's, for the response code.
    init(_ kind: Request.Kind, _ sessionID: [UInt8], word: String) {
        self.init(kind, sessionID, Self.verdict(word))
        certificateExpiresSoon = word == "OK_CertificateExpiresSoon"
    }

    /// The schema's word for a response code tells its class in every standard.
    static func verdict(_ word: String) -> Verdict {
        if word.hasPrefix("OK") { return .ok }
        return word.hasPrefix("WARNING") ? .warning(word) : .failed(word)
    }
}
