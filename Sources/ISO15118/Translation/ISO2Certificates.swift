// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import Electricity

// Certificates and signatures in ISO 15118-2: what a backend gave, what the car asks and reads.

extension ISO2Messages {
    static func relayed(
        _ message: [UInt8], _ action: CertificateRequest.Action, _ sessionID: [UInt8]
    ) -> (bytes: [UInt8], isFailure: Bool)? {
        do throws(EXIError) {
            guard case .v2g_Message(var found) = try ISO2.Document.decode(message) else { return nil }
            let code: ISO2.ResponseCode
            switch (found.body.bodyElement, action) {
            case (.certificateInstallationRes(let body)?, .install): code = body.responseCode
            case (.certificateUpdateRes(let body)?, .update): code = body.responseCode
            case (_, .install), (_, .update): return nil
            }
            let isFailure = Answer.verdict(code.description).isFailure
            guard found.header.sessionID != sessionID else { return (message, isFailure) }
            found.header.sessionID = sessionID
            return (try ISO2.Document.v2g_Message(found).encode(), isFailure)
        } catch {
            return nil
        }
    }

    // MARK: The car asks

    static func chain(_ chain: CertificateChain) -> ISO2.CertificateChain {
        .init(
            certificate: chain.leaf,
            subCertificates: chain.authorities.isEmpty ? nil : .init(certificate: chain.authorities))
    }

    static func certificate(_ wish: CertificateRequest, _ roots: [RootIdentifier]) -> ISO2.BodyElement {
        let list = ISO2.ListOfRootCertificateIDs(
            rootCertificateID: roots.prefix(20).map(XMLSignature.X509IssuerSerial.init))
        switch wish.action {
        case .install:
            return .certificateInstallationReq(
                .init(id: "id1", oemProvisioningCert: wish.signer.leaf, listOfRootCertificateIDs: list))
        case .update:
            return .certificateUpdateReq(
                .init(
                    id: "id1", contractSignatureCertChain: chain(wish.signer),
                    eMAID: wish.prioritizedAccounts.first ?? "", listOfRootCertificateIDs: list))
        }
    }

    static func receipt(_ receipt: MeterReceipt) -> ISO2.MeteringReceiptReq {
        .init(
            id: "id1", sessionID: receipt.sessionID, saScheduleTupleID: 1,
            meterInfo: .init(
                meterID: receipt.meterID, meterReading: receipt.charged_Wh, sigMeterReading: receipt.meterSignature,
                tMeter: receipt.meterTime))
    }

    /// Of those messages the standard wants signed, by whoever the car has for it.
    static func signature(
        _ body: ISO2.BodyElement, _ signer: VehicleSigner?
    ) throws(EXIError) -> XMLSignature.Signature? {
        guard let signer else { return nil }
        switch body {
        case .authorizationReq(let body): return try signer.sign(body.id, ISO2.Fragment.authorizationReq(body))
        case .certificateInstallationReq(let body):
            return try signer.sign(body.id, ISO2.Fragment.certificateInstallationReq(body))
        case .certificateUpdateReq(let body): return try signer.sign(body.id, ISO2.Fragment.certificateUpdateReq(body))
        case .meteringReceiptReq(let body): return try signer.sign(body.id, ISO2.Fragment.meteringReceiptReq(body))
        case .authorizationRes, .cableCheckReq, .cableCheckRes, .certificateInstallationRes, .certificateUpdateRes,
            .chargeParameterDiscoveryReq, .chargeParameterDiscoveryRes, .chargingStatusReq, .chargingStatusRes,
            .currentDemandReq, .currentDemandRes, .meteringReceiptRes, .paymentDetailsReq, .paymentDetailsRes,
            .paymentServiceSelectionReq, .paymentServiceSelectionRes, .powerDeliveryReq, .powerDeliveryRes,
            .preChargeReq, .preChargeRes, .serviceDetailReq, .serviceDetailRes, .serviceDiscoveryReq,
            .serviceDiscoveryRes, .sessionSetupReq, .sessionSetupRes, .sessionStopReq, .sessionStopRes,
            .weldingDetectionReq, .weldingDetectionRes:
            return nil
        }
    }

    // MARK: The car reads

    static func meter(_ info: ISO2.MeterInfo?, _ sessionID: [UInt8]) -> MeterReceipt? {
        guard let info else { return nil }
        var receipt = MeterReceipt(sessionID: sessionID, meterID: info.meterID, charged_Wh: info.meterReading ?? 0)
        receipt.meterSignature = info.sigMeterReading
        receipt.meterTime = info.tMeter
        return receipt
    }

    static func offered(
        _ body: ISO2.CertificateInstallationRes, _ signature: XMLSignature.Signature?
    ) throws(TranslationError) -> Answer.CertificateOffer {
        try offered(
            body.saProvisioningCertificateChain, body.contractSignatureCertChain,
            body.contractSignatureEncryptedPrivateKey, body.dHpublickey, body.eMAID, signature)
    }

    static func offered(
        _ body: ISO2.CertificateUpdateRes, _ signature: XMLSignature.Signature?
    ) throws(TranslationError) -> Answer.CertificateOffer {
        try offered(
            body.saProvisioningCertificateChain, body.contractSignatureCertChain,
            body.contractSignatureEncryptedPrivateKey, body.dHpublickey, body.eMAID, signature)
    }

    private static func offered(
        _ service: ISO2.CertificateChain, _ contract: ISO2.CertificateChain,
        _ key: ISO2.ContractSignatureEncryptedPrivateKey, _ secret: ISO2.DiffieHellmanPublickey, _ account: ISO2.EMAID,
        _ signature: XMLSignature.Signature?
    ) throws(TranslationError) -> Answer.CertificateOffer {
        do throws(EXIError) {
            return .init(
                service: chain(service), contract: Contract(emaid: account.value, chain: chain(contract)),
                encryptedKey: key.value, publicKey: secret.value,
                signature: try signature.map { found throws(EXIError) in
                    try MessageSignature(found, over: try signedElements(contract, key, secret, account))
                })
        } catch {
            throw .exi(error)
        }
    }

    /// The four parts of an installation that whoever provides it signs ([V2G2-771]).
    static func signedElements(
        _ contract: ISO2.CertificateChain, _ key: ISO2.ContractSignatureEncryptedPrivateKey,
        _ secret: ISO2.DiffieHellmanPublickey, _ account: ISO2.EMAID
    ) throws(EXIError) -> [SignedElement] {
        [
            SignedElement(
                id: contract.id ?? "", fragment: try ISO2.Fragment.contractSignatureCertChain(contract).encode()),
            SignedElement(id: key.id, fragment: try ISO2.Fragment.contractSignatureEncryptedPrivateKey(key).encode()),
            SignedElement(id: secret.id, fragment: try ISO2.Fragment.dHpublickey(secret).encode()),
            // The schema has two elements of this name, which makes this fragment's grammar one of its own.
            SignedElement(
                id: account.id,
                fragment: try ISO2.Fragment.eMAID(.init(id: account.id, value: account.value)).encode()),
        ]
    }
}

extension XMLSignature.X509IssuerSerial {
    init(_ root: RootIdentifier) {
        self.init(x509IssuerName: root.issuer, x509SerialNumber: WideInteger(magnitude: root.serial))
    }
}

extension VehicleSigner {
    func sign(_ id: String?, _ fragment: some EXIBody) throws(EXIError) -> XMLSignature.Signature? {
        guard let id else { return nil }
        let element = SignedElement(id: id, fragment: try fragment.encode())
        var signature = try MessageSignature.make(over: [element], by: key, cryptography)
        if spoils, let last = signature?.signatureValue.value.indices.last {
            signature?.signatureValue.value[last] ^= 1
        }
        return signature
    }
}
