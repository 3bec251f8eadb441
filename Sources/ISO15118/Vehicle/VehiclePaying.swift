// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

// How the car pays by contract, and gets one.

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

    /// A warning lets the session go on; the car does so only where it has another way to pay.
    mutating func warned(_ kind: Request.Kind, _ word: String, _ answer: Answer, at now: Instant) -> [VehicleOutput] {
        let isAboutPayment = kind == .authorization || kind == .certificate
        guard isAboutPayment, payment.isByContract, payment.isExternalTaken, contracts?.fallsBack == true,
            answer.sessionID == sessionID
        else { return end(.refused(kind, word)) }
        payment.isByContract = false
        return ask(request(.authorization), at: now)
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
