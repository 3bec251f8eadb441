// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity

// What contracts add to ISO 15118-20, as the station reads and writes it.

extension ISO20Messages {
    static func authorization(_ body: ISO20.AuthorizationReq) throws(TranslationError) -> Authorization {
        switch (body.selectedAuthorizationService, body.aReqAuthorizationMode) {
        case (.eim, _): return .external
        case (.pnC, .pnC_AReqAuthorizationMode(let mode)):
            let chain = CertificateChain(
                leaf: mode.contractCertificateChain.certificate,
                authorities: mode.contractCertificateChain.subCertificates.certificate)
            // Signed is the mode and not the message.
            let signature = try signature(body.header, .pnC_AReqAuthorizationMode(mode), mode.id)
            return .contract(ContractProof(challenge: mode.genChallenge, contract: chain, signature: signature))
        case (.pnC, .eim_AReqAuthorizationMode):
            return .contract(ContractProof(challenge: [], contract: nil, signature: nil))
        }
    }

    static func installation(
        _ body: ISO20.CertificateInstallationReq, _ message: [UInt8]
    ) throws(TranslationError) -> CertificateRequest {
        let chain = body.oemProvisioningCertificateChain
        var request = CertificateRequest(
            action: .install, standard: .iso20DC, message: message,
            signer: CertificateChain(leaf: chain.certificate, authorities: chain.subCertificates?.certificate ?? []),
            // Signed is the car's chain: the message has no identifier.
            signature: try signature(body.header, .oemProvisioningCertificateChain(chain), chain.id))
        request.mostChains = body.maximumContractCertificateChains
        request.prioritizedAccounts = body.prioritizedEMAIDs?.emaid ?? []
        return request
    }

    static func receipt(_ body: ISO20.MeteringConfirmationReq) throws(TranslationError) -> MeterReceipt {
        let data = body.signedMeteringData
        return MeterReceipt(
            sessionID: data.sessionID, meterID: data.meterInfo.meterID,
            charged_Wh: data.meterInfo.chargedEnergyReadingWh,
            discharged_Wh: data.meterInfo.bpt_DischargedEnergyReadingWh,
            signature: try signature(body.header, .signedMeteringData(data), data.id))
    }

    static func signature(
        _ header: ISO20.MessageHeader, _ fragment: ISO20.CommonMessagesFragment, _ id: String
    ) throws(TranslationError) -> MessageSignature? {
        guard let signature = header.signature else { return nil }
        do throws(EXIError) {
            return try MessageSignature(signature, over: [SignedElement(id: id, fragment: try fragment.encode())])
        } catch {
            throw .exi(error)
        }
    }

    static func setUp(
        _ top: ISO20.MessageHeader, _ code: ISO20.ResponseCode, _ contracts: StationContracts?
    ) -> ISO20.AuthorizationSetupRes {
        guard let contracts else {
            return .init(
                header: top, responseCode: code, authorizationServices: [.eim], certificateInstallationService: false,
                asResAuthorizationMode: .eim_ASResAuthorizationMode(.init()))
        }
        // The schema has room for 128 providers.
        let providers = Array(contracts.providers.prefix(128))
        let mode = ISO20.PnC_ASResAuthorizationMode(
            genChallenge: contracts.challenge,
            supportedProviders: providers.isEmpty ? nil : .init(providerID: providers))
        return .init(
            header: top, responseCode: code, authorizationServices: [.pnC, .eim],
            certificateInstallationService: contracts.installsCertificates,
            asResAuthorizationMode: .pnC_ASResAuthorizationMode(mode))
    }

    /// The schema wants all members even where there is nothing to give.
    static func withoutCertificate(
        _ top: ISO20.MessageHeader, _ code: ISO20.ResponseCode, _ answer: CertificateAnswer
    ) -> ISO20.CertificateInstallationRes {
        let chain = ISO20.ContractCertificateChain(certificate: [0], subCertificates: .init(certificate: [[0]]))
        let data = ISO20.SignedInstallationData(
            id: "id1", contractCertificateChain: chain, ecdhCurve: .secp521, dhPublicKey: [0],
            encryptedPrivateKey: .secp521_EncryptedPrivateKey(Array(repeating: 0, count: 94)))
        return .init(
            header: top, responseCode: code, evseProcessing: answer == .ongoing ? .ongoing : .finished,
            cpsCertificateChain: .init(certificate: [0]), signedInstallationData: data,
            remainingContractCertificateChains: 0)
    }

    /// A backend's answer, put into this session.
    static func relayed(_ message: [UInt8], _ sessionID: [UInt8]) -> (bytes: [UInt8], isFailure: Bool)? {
        do throws(EXIError) {
            switch try ISO20.CommonMessagesDocument.decode(message) {
            case .certificateInstallationRes(var body):
                let isFailure = Answer.verdict(body.responseCode.description).isFailure
                guard body.header.sessionID != sessionID else { return (message, isFailure) }
                body.header.sessionID = sessionID
                return (try ISO20.CommonMessagesDocument.certificateInstallationRes(body).encode(), isFailure)
            case .authorizationReq, .authorizationRes, .authorizationSetupReq, .authorizationSetupRes,
                .certificateInstallationReq, .meteringConfirmationReq, .meteringConfirmationRes, .powerDeliveryReq,
                .powerDeliveryRes, .scheduleExchangeReq, .scheduleExchangeRes, .serviceDetailReq, .serviceDetailRes,
                .serviceDiscoveryReq, .serviceDiscoveryRes, .serviceSelectionReq, .serviceSelectionRes,
                .sessionSetupReq, .sessionSetupRes, .sessionStopReq, .sessionStopRes, .vehicleCheckInReq,
                .vehicleCheckInRes, .vehicleCheckOutReq, .vehicleCheckOutRes:
                return nil
            }
        } catch {
            return nil
        }
    }
}
