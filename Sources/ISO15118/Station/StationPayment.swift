// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// How a session is paid for, as far as it got.
struct PaymentState: Sendable {
    var isByContract = false
    var mayRequestCertificates = false
    /// The one shown, and found good as far as it can be judged here.
    var contract: Contract?
    /// The account of it that was allowed before a pause.
    var allowed: String?
    var isResumed = false
    /// Whether the car has proven that the contract is its own.
    var isProven = false
    /// The wish for a certificate that waits for its answer, and since when.
    var certificate: (request: CertificateRequest, since: Instant)?
    /// What came for a car that is still to ask again.
    var result: CertificateResult?
    var lastReceipt: Instant?
    /// ISO 15118-20: the car is asked in every answer until it has.
    var wantsConfirmation = false
    /// The reading a receipt was asked for.
    var shown: MeterReading?
}

// Who pays, and whether the car may charge.

extension StationMachine {
    mutating func authorizeExternally(_ request: Request) -> [Output] {
        if payment.isByContract, !standard.isISO20 {
            // A car that waits asks again without its proof; the first time it has to give one ([V2G2-475]).
            return payment.isProven ? authorized(request) : refuse(request, .challengeInvalid)
        }
        // In ISO 15118-20 a car may try a contract first and then this.
        if payment.contract != nil || (payment.isResumed && payment.allowed != nil) { forgetDecision() }
        payment.contract = nil
        payment.allowed = nil
        return askOnce(.authorise(vehicle: vehicle)) + authorized(request)
    }

    /// Whoever decides may have done so before the car got here.
    private mutating func askOnce(_ question: StationOutput) -> [Output] {
        guard !hasAsked, facts.authorisation == .pending else { return [] }
        hasAsked = true
        return [.effect(question)]
    }

    private mutating func forgetDecision() {
        facts.authorisation = .pending
        hasAsked = false
    }

    private mutating func authorized(_ request: Request) -> [Output] {
        switch facts.authorisation {
        case .pending: return [.reply(Reply(.ok, .authorization(.ongoing)))]
        case .waitingForCustomer: return [.reply(Reply(.ok, .authorization(.waitingForCustomer)))]
        case .granted:
            phase = standard.isISO20 ? .serviceDiscovery : .chargeParameters
            return [.reply(Reply(.ok, .authorization(.finished)))]
        case .refused: return refused(payment.contract == nil ? nil : .other, request)
        case .contractRefused(let reason): return refused(reason, request)
        }
    }

    /// ISO 15118-20 lets the car try again; the older standards end.
    private mutating func refused(_ reason: ContractRefusal?, _ request: Request) -> [Output] {
        guard standard.isISO20 else { return refuse(request, reason?.code ?? .failed) }
        return [.reply(Reply(reason?.warning ?? .warningAuthorizationFailed, .authorization(.finished)))]
    }

    // MARK: Contracts

    /// ISO 15118-2: the contract comes before its proof.
    mutating func show(_ contract: Contract, _ request: Request, at now: Instant) -> [Output] {
        let (code, isGood) = judge(contract, at: now)
        guard isGood else { return refuse(request, code) }
        phase = .authorization
        return take(contract) + [.reply(Reply(code, .paymentDetails))]
    }

    private func judge(_ contract: Contract, at now: Instant) -> (code: ReplyCode, isGood: Bool) {
        guard let contracts else { return (.paymentSelectionInvalid, false) }
        guard let name = contracts.cryptography.commonName(of: contract.chain.leaf),
            Contract.isSame(name, contract.emaid)
        else { return (.certificateChainError, false) }
        switch contracts.cryptography.judge(contract.chain, .contract, at: time(at: now)) {
        case .valid(let end):
            return (end < time(at: now) + contracts.renewal ? .certificateExpiresSoon : .ok, true)
        case .expired: return (.certificateExpired, false)
        case .notYetValid: return (standard.isISO20 ? .warningCertificateNotYetValid : .certificateExpired, false)
        case .revoked: return (.certificateRevoked, false)
        case .unknownRoot: return contracts.passesUnknownRoots ? (.ok, true) : (.certificateChainError, false)
        case .broken: return (.certificateChainError, false)
        }
    }

    /// Whoever decides hears of every contract but the one that was allowed before a pause.
    private mutating func take(_ contract: Contract) -> [Output] {
        defer { payment.contract = contract }
        if let allowed = payment.allowed, Contract.isSame(allowed, contract.emaid) { return [] }
        if hasAsked || payment.isResumed, payment.contract?.chain != contract.chain { forgetDecision() }
        return askOnce(.authoriseContract(contract))
    }

    mutating func authorize(_ proof: ContractProof, _ request: Request, at now: Instant) -> [Output] {
        guard let contracts else {
            return standard.isISO20
                ? [.reply(Reply(.warningAuthorizationSelection, .authorization(.finished)))]
                : refuse(request, .paymentSelectionInvalid)
        }
        guard standard.isISO20 else {
            guard payment.isByContract, let contract = payment.contract else { return refuse(request, .sequenceError) }
            if let code = fault(in: proof, by: contract, contracts) { return refuse(request, code) }
            payment.isProven = true
            return authorized(request)
        }
        guard let contract = contract(of: proof, contracts) else {
            return [.reply(Reply(.warningCertificateInvalid, .authorization(.finished)))]
        }
        let (code, isGood) = judge(contract, at: now)
        guard isGood else { return [.reply(Reply(code.warning, .authorization(.finished)))] }
        switch fault(in: proof, by: contract, contracts) {
        case .challengeInvalid?: return [.reply(Reply(.warningChallengeInvalid, .authorization(.finished)))]
        case let code?: return refuse(request, code)
        case nil: break
        }
        payment.isByContract = true
        payment.isProven = true
        let told = take(contract)
        return told + expiring(authorized(request), code)
    }

    /// ISO 15118-20 has no message of its own for the account; it is the leaf's subject.
    private func contract(of proof: ContractProof, _ contracts: StationContracts) -> Contract? {
        guard let chain = proof.contract, let name = contracts.cryptography.commonName(of: chain.leaf) else {
            return nil
        }
        return Contract(emaid: name, chain: chain)
    }

    /// A contract that ends soon is said with what would have been “OK”.
    private func expiring(_ outputs: [Output], _ code: ReplyCode) -> [Output] {
        outputs.map { output in
            guard code == .certificateExpiresSoon, case .reply(let reply) = output, reply.code == .ok else {
                return output
            }
            return .reply(Reply(code, reply.body))
        }
    }

    private func fault(in proof: ContractProof, by contract: Contract, _ contracts: StationContracts) -> ReplyCode? {
        guard proof.challenge == contracts.challenge else { return .challengeInvalid }
        return isSigned(proof.signature, by: contract.chain, contracts) ? nil : .signatureError
    }

    func isSigned(_ signature: MessageSignature?, by chain: CertificateChain, _ contracts: StationContracts) -> Bool {
        signature?.isValid(
            by: chain.leaf, in: standard, acceptsOlder: contracts.acceptsOlderSignatures, contracts.cryptography)
            == true
    }
}

extension ContractRefusal {
    /// In ISO 15118-2.
    var code: ReplyCode {
        switch self {
        case .expired, .notYetValid: .certificateExpired
        case .revoked: .certificateRevoked
        case .chain: .certificateChainError
        case .cancelled: .contractCancelled
        case .notAllowedHere: .certificateNotAllowed
        case .noSuchContract, .unknownProvider: .noCertificate
        case .other: .failed
        }
    }

    /// In ISO 15118-20.
    var warning: ReplyCode {
        switch self {
        case .expired: .warningCertificateExpired
        case .notYetValid: .warningCertificateNotYetValid
        case .revoked: .warningCertificateRevoked
        case .chain: .warningCertificateInvalid
        case .unknownProvider: .warningProviderUnknown
        case .cancelled, .notAllowedHere, .noSuchContract, .other: .warningContractRefused
        }
    }
}

extension ReplyCode {
    /// What a fault of a certificate is called where the car may try again.
    var warning: ReplyCode {
        switch self {
        case .certificateExpired: .warningCertificateExpired
        case .certificateRevoked: .warningCertificateRevoked
        case .certificateChainError: .warningCertificateInvalid
        case let other: other
        }
    }
}
