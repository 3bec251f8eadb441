// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a car has to pay by contract with, and to get a contract by.
public struct VehicleContracts: Sendable {
    public struct Paying: Sendable {
        public var contract: Contract
        public var key: any ContractKey

        public init(contract: Contract, key: any ContractKey) {
            self.contract = contract
            self.key = key
        }
    }

    /// From the car's factory.
    public struct Provisioning: Sendable {
        public var chain: CertificateChain
        public var key: any ProvisioningKey

        public init(chain: CertificateChain, key: any ProvisioningKey) {
            self.chain = chain
            self.key = key
        }
    }

    public enum Wish: Hashable, Sendable { case none, install, update }

    /// One misbehaviour of a car with a contract.
    public enum Fault: CaseIterable, Hashable, Sendable { case wrongSignature, wrongChallenge, wrongReceipt }

    public var cryptography: any ContractCryptography
    public var paying: Paying?
    public var provisioning: Provisioning?
    /// Those the car trusts, for whoever makes a contract for it.
    public var roots: [RootIdentifier] = []
    public var wish = Wish.none
    /// Whether the car is paid for at the station where contracts are not taken, or in ISO 15118-20 its own is not.
    public var fallsBack = true
    public var fault: Fault?

    public init(
        cryptography: any ContractCryptography, paying: Paying? = nil, provisioning: Provisioning? = nil,
        wish: Wish = .none
    ) {
        self.cryptography = cryptography
        self.paying = paying
        self.provisioning = provisioning
        self.wish = wish
    }
}

/// Why a car does not take a contract that was sent to it.
public enum InstallationFault: Hashable, Sendable {
    /// There was none, or the car has no key to open it.
    case nothing
    /// The certificate of whoever provides it.
    case service(CertificateVerdict)
    case contract(CertificateVerdict)
    case signature
    /// It does not open, or is not the certificate's.
    case key
}

/// Who signs a message, and what a signed message holds beside its request.
struct VehicleSigner: Sendable {
    var cryptography: any ContractCryptography
    var key: any ContractKey
    var roots: [RootIdentifier]
    /// A fault: the signature does not fit.
    var spoils = false
}

/// How a car pays in this session.
struct VehiclePayment: Sendable {
    var isByContract = false
    var wish = VehicleContracts.Wish.none
    var challenge: [UInt8] = []
    /// ISO 15118-2: a car that is told to wait asks on without its proof.
    var isProven = false
    /// ISO 15118-20: the driver may see to it at the station instead.
    var isExternalTaken = false
    var expiresSoon = false

    mutating func heard(_ answer: Answer) {
        challenge = answer.challenge ?? challenge
        if answer.kind == .authorizationSetup { isExternalTaken = answer.payments.contains(.external) }
        expiresSoon = expiresSoon || answer.certificateExpiresSoon
    }

    /// ISO 15118-2, after the selection of services.
    var next: Request.Kind {
        guard isByContract else { return .authorization }
        return wish == .none ? .paymentDetails : .certificate
    }

    /// ISO 15118-2.
    var selection: Selection {
        let charge = ChosenService(StationMachine.chargeService)
        guard isByContract else { return .payment(.external, services: [charge]) }
        return .payment(
            .contract,
            services: wish == .none
                ? [charge]
                : [charge, ChosenService(StationMachine.certificateService, parameterSet: wish == .install ? 1 : 2)])
    }
}
