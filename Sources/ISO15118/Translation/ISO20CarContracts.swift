// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity

// What contracts add to ISO 15118-20, as the car writes and reads it.

extension ISO20Messages {
    static func authorization(
        _ top: ISO20.MessageHeader, _ proof: ContractProof, _ header: VehicleHeader
    ) throws(EXIError) -> ISO20.AuthorizationReq {
        let chain = proof.contract ?? CertificateChain(leaf: [])
        let mode = ISO20.PnC_AReqAuthorizationMode(
            id: "id1", genChallenge: proof.challenge,
            contractCertificateChain: .init(
                certificate: chain.leaf, subCertificates: .init(certificate: chain.authorities)))
        let signature = try header.signer?.sign(mode.id, ISO20.CommonMessagesFragment.pnC_AReqAuthorizationMode(mode))
        return .init(
            header: top.signed(signature), selectedAuthorizationService: .pnC,
            aReqAuthorizationMode: .pnC_AReqAuthorizationMode(mode))
    }

    static func installation(
        _ top: ISO20.MessageHeader, _ wish: CertificateRequest, _ header: VehicleHeader
    ) throws(EXIError) -> ISO20.CertificateInstallationReq {
        let authorities = wish.signer.authorities
        let chain = ISO20.SignedCertificateChain(
            id: "id1", certificate: wish.signer.leaf,
            subCertificates: authorities.isEmpty ? nil : .init(certificate: authorities))
        let signature = try header.signer?.sign(
            chain.id, ISO20.CommonMessagesFragment.oemProvisioningCertificateChain(chain))
        let roots = (header.signer?.roots ?? []).prefix(20).map(XMLSignature.X509IssuerSerial.init)
        let accounts = wish.prioritizedAccounts
        return .init(
            header: top.signed(signature), oemProvisioningCertificateChain: chain,
            listOfRootCertificateIDs: .init(rootCertificateID: roots),
            maximumContractCertificateChains: wish.mostChains ?? 1,
            prioritizedEMAIDs: accounts.isEmpty ? nil : .init(emaid: accounts))
    }

    static func confirmation(
        _ top: ISO20.MessageHeader, _ receipt: MeterReceipt, _ header: VehicleHeader
    ) throws(EXIError) -> ISO20.CommonMessagesDocument {
        let data = ISO20.SignedMeteringData(
            id: "id1", sessionID: receipt.sessionID,
            meterInfo: .init(
                meterID: receipt.meterID, chargedEnergyReadingWh: receipt.charged_Wh,
                bpt_DischargedEnergyReadingWh: receipt.discharged_Wh, meterSignature: receipt.meterSignature,
                meterTimestamp: receipt.meterTime.map { UInt64(clamping: $0) }),
            smdtControlMode: .dynamic_SMDTControlMode(.init()))
        let signature = try header.signer?.sign(data.id, ISO20.CommonMessagesFragment.signedMeteringData(data))
        return .meteringConfirmationReq(.init(header: top.signed(signature), signedMeteringData: data))
    }

    // MARK: The car reads

    static func read(_ body: ISO20.AuthorizationSetupRes, into answer: inout Answer) {
        answer.payments = body.authorizationServices.map { $0 == .pnC ? .contract : .external }
        answer.offersCertificates = body.certificateInstallationService
        switch body.asResAuthorizationMode {
        case .pnC_ASResAuthorizationMode(let mode): answer.challenge = mode.genChallenge
        case .eim_ASResAuthorizationMode: break
        }
    }

    static func offered(
        _ body: ISO20.CertificateInstallationRes
    ) throws(TranslationError) -> Answer.CertificateOffer? {
        let data = body.signedInstallationData
        let key: [UInt8]
        switch (data.ecdhCurve, data.encryptedPrivateKey) {
        case (.secp521, .secp521_EncryptedPrivateKey(let value)), (.x448, .x448_EncryptedPrivateKey(let value)):
            key = value
        // For a security module, which the simulated car has not; or a key of another curve than its secret.
        case (_, .tpm_EncryptedPrivateKey), (.secp521, .x448_EncryptedPrivateKey),
            (.x448, .secp521_EncryptedPrivateKey):
            return nil
        }
        let chain = CertificateChain(
            leaf: data.contractCertificateChain.certificate,
            authorities: data.contractCertificateChain.subCertificates.certificate)
        let service = body.cpsCertificateChain
        return .init(
            service: CertificateChain(
                leaf: service.certificate, authorities: service.subCertificates?.certificate ?? []),
            // The account is the certificate's subject.
            contract: Contract(emaid: "", chain: chain), encryptedKey: key, publicKey: data.dhPublicKey,
            signature: try signature(body.header, .signedInstallationData(data), data.id))
    }

    static func meter(_ info: ISO20.MeterInfo?, _ sessionID: [UInt8]) -> MeterReceipt? {
        guard let info else { return nil }
        var receipt = MeterReceipt(
            sessionID: sessionID, meterID: info.meterID, charged_Wh: info.chargedEnergyReadingWh,
            discharged_Wh: info.bpt_DischargedEnergyReadingWh)
        receipt.meterSignature = info.meterSignature
        receipt.meterTime = info.meterTimestamp.map { Int64(clamping: $0) }
        return receipt
    }
}

extension ISO20.MessageHeader {
    func signed(_ signature: XMLSignature.Signature?) -> Self {
        var header = self
        header.signature = signature
        return header
    }
}
