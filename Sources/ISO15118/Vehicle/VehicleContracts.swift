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
    /// Whether the car is paid for at the station where contracts are not taken.
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

    mutating func heard(_ answer: Answer) { challenge = answer.challenge ?? challenge }

    /// ISO 15118-2, after the selection of services.
    var next: Request.Kind {
        guard isByContract else { return .authorization }
        return wish == .none ? .paymentDetails : .certificate
    }

    /// ISO 15118-2.
    var selection: Selection {
        let charge = StationMachine.chargeService
        guard isByContract else { return .payment(.external, services: [charge]) }
        return .payment(
            .contract, services: wish == .none ? [charge] : [charge, StationMachine.certificateService])
    }
}

extension VehicleSession {
    /// After the station has said what it takes.
    mutating func choosePayment(_ answer: Answer, at now: Instant) -> [VehicleOutput] {
        let isISO20 = standard?.isISO20 == true
        payment.isByContract = false
        payment.wish = .none
        guard let contracts else { return ask(request(isISO20 ? .authorization : .serviceSelection), at: now) }
        let wish = answer.offersCertificates ? contracts.wish : .none
        let canPay = contracts.paying != nil || wish == .install
        guard answer.payments.contains(.contract), canPay else {
            guard contracts.fallsBack else { return end(.contractNotOffered) }
            return ask(request(isISO20 ? .authorization : .serviceSelection), at: now)
        }
        payment.isByContract = true
        // ISO 15118-20 knows no update: a new contract is installed.
        payment.wish = isISO20 && wish == .update ? .install : wish
        switch (isISO20, payment.wish) {
        case (true, .none): return ask(request(.authorization), at: now)
        case (true, .install), (true, .update): return ask(request(.certificate), at: now)
        case (false, .none): return ask(request(.serviceSelection), at: now)
        case (false, .install), (false, .update): return ask(request(.serviceDetail), at: now)
        }
    }

    /// A contract has come, or is still on its way.
    mutating func received(_ answer: Answer, at now: Instant) -> [VehicleOutput] {
        switch answer.processing {
        case .ongoing, .waitingForCustomer: return rest(before: .certificate, at: now)
        case .finished: break
        }
        guard let offered = answer.certificate else { return end(.contractRefused(.nothing)) }
        do throws(Refusal) {
            try install(offered)
            payment.wish = .none
            contracts?.wish = .none
            let next: Request.Kind = standard?.isISO20 == true ? .authorization : .paymentDetails
            return [.installed(shownContract)] + ask(request(next), at: now)
        } catch {
            return end(.contractRefused(error.fault))
        }
    }

    private struct Refusal: Error { let fault: InstallationFault }

    private mutating func install(_ offered: Answer.CertificateOffer) throws(Refusal) {
        guard let contracts, let provisioning = contracts.provisioning, let standard else {
            throw Refusal(fault: .nothing)
        }
        let cryptography = contracts.cryptography
        switch cryptography.judge(offered.service, .provisioningService, at: time) {
        case .valid: break
        case let verdict: throw Refusal(fault: .service(verdict))
        }
        guard
            offered.signature?.isValid(
                by: offered.service.leaf, in: standard, acceptsOlder: false, cryptography) == true
        else { throw Refusal(fault: .signature) }
        switch cryptography.judge(offered.contract.chain, .contract, at: time) {
        // The roots of mobility operators are nothing a car needs to know.
        case .valid, .unknownRoot: break
        case let verdict: throw Refusal(fault: .contract(verdict))
        }
        guard let key = opened(offered, provisioning, cryptography), cryptography.owns(key, offered.contract.chain.leaf)
        else { throw Refusal(fault: .key) }
        // ISO 15118-20 has the account in the certificate alone.
        var contract = offered.contract
        if contract.emaid.isEmpty { contract.emaid = cryptography.commonName(of: contract.chain.leaf) ?? "" }
        self.contracts?.paying = .init(contract: contract, key: key)
    }

    private func opened(
        _ offered: Answer.CertificateOffer, _ provisioning: VehicleContracts.Provisioning,
        _ cryptography: any ContractCryptography
    ) -> (any ContractKey)? {
        guard standard?.isISO20 == true else {
            return provisioning.key.open(offered.encryptedKey, from: offered.publicKey)
        }
        guard let name = cryptography.commonName(of: provisioning.chain.leaf) else { return nil }
        return provisioning.key.open(
            offered.encryptedKey, from: offered.publicKey, for: offered.contract.chain.leaf, provisioningID: name)
    }

    // MARK: What the car says

    var shownContract: Contract {
        contracts?.paying?.contract ?? Contract(emaid: "", chain: CertificateChain(leaf: []))
    }

    var proof: ContractProof {
        var challenge = payment.challenge
        if contracts?.fault == .wrongChallenge, !challenge.isEmpty { challenge[0] ^= 0xFF }
        return ContractProof(challenge: challenge, contract: shownContract.chain, signature: nil)
    }

    var certificateRequest: CertificateRequest {
        let updates = payment.wish == .update
        let signer = updates ? shownContract.chain : contracts?.provisioning?.chain
        var request = CertificateRequest(
            action: updates ? .update : .install, standard: standard ?? .iso2, message: [],
            signer: signer ?? CertificateChain(leaf: []), signature: nil)
        request.mostChains = 1
        if updates { request.prioritizedAccounts = [shownContract.emaid] }
        return request
    }

    /// Confirms what the meter showed where the station wants that and a contract pays.
    func receipt(after answer: Answer) -> MeterReceipt? {
        guard answer.wantsReceipt || answer.notice == .confirmMeter, payment.isByContract, var receipt = answer.meter
        else { return nil }
        if contracts?.fault == .wrongReceipt { receipt.charged_Wh += 1_000 }
        return receipt
    }

    func signer(of request: Request) -> VehicleSigner? {
        guard let contracts else { return nil }
        let key: (any ContractKey)?
        switch request {
        case .authorization(.contract), .meterConfirmation: key = contracts.paying?.key
        case .certificate(let wish): key = wish.action == .update ? contracts.paying?.key : contracts.provisioning?.key
        case .sessionSetup, .authorizationSetup, .authorization(.external), .paymentDetails, .serviceDiscovery,
            .serviceDetail, .serviceSelection, .chargeParameters, .scheduleExchange, .cableCheck, .preCharge,
            .powerDelivery, .chargeLoop, .weldingDetection, .sessionStop, .unsupported:
            key = nil
        }
        return key.map {
            VehicleSigner(
                cryptography: contracts.cryptography, key: $0, roots: contracts.roots,
                spoils: contracts.fault == .wrongSignature)
        }
    }
}
