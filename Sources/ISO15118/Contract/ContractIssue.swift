// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import EXIISO20

/// What a mobility operator and a provisioning service make of a car's wish: the message with a contract for it. It stands
/// in for them on benches and in tests; no station makes contracts.
public struct ContractIssue: Sendable {
    public var contract: Contract
    /// The contract's key, closed for the car.
    public var encryptedKey: [UInt8]
    /// With what it was closed.
    public var publicKey: [UInt8]
    public var service: CertificateChain
    public var serviceKey: any ContractKey

    public init(
        contract: Contract, encryptedKey: [UInt8], publicKey: [UInt8], service: CertificateChain,
        serviceKey: any ContractKey
    ) {
        self.contract = contract
        self.encryptedKey = encryptedKey
        self.publicKey = publicKey
        self.service = service
        self.serviceKey = serviceKey
    }

    /// - Parameter sessionID: Stations put their own in its place.
    /// - Returns: nil if the service's key failed, or the standard has no such message.
    public func message(
        for wish: CertificateRequest, sessionID: [UInt8] = Array(repeating: 0, count: 8),
        _ cryptography: any ContractCryptography
    ) throws(EXIError) -> [UInt8]? {
        switch wish.standard {
        case .din: nil
        case .iso2: try older(wish.action, sessionID, cryptography)
        case .iso20AC, .iso20DC: try newer(sessionID, cryptography)
        }
    }

    private func older(
        _ action: CertificateRequest.Action, _ sessionID: [UInt8], _ cryptography: any ContractCryptography
    ) throws(EXIError) -> [UInt8]? {
        var chain = ISO2Messages.chain(contract.chain)
        chain.id = "id1"
        let key = ISO2.ContractSignatureEncryptedPrivateKey(id: "id2", value: encryptedKey)
        let secret = ISO2.DiffieHellmanPublickey(id: "id3", value: publicKey)
        let account = ISO2.EMAID(id: "id4", value: contract.emaid)
        let elements = try ISO2Messages.signedElements(chain, key, secret, account)
        guard let signature = try MessageSignature.make(over: elements, by: serviceKey, cryptography) else {
            return nil
        }
        let provider = ISO2Messages.chain(service)
        let body: ISO2.BodyElement =
            switch action {
            case .install:
                .certificateInstallationRes(
                    .init(
                        responseCode: .ok, saProvisioningCertificateChain: provider,
                        contractSignatureCertChain: chain, contractSignatureEncryptedPrivateKey: key,
                        dHpublickey: secret, eMAID: account))
            case .update:
                .certificateUpdateRes(
                    .init(
                        responseCode: .ok, saProvisioningCertificateChain: provider,
                        contractSignatureCertChain: chain, contractSignatureEncryptedPrivateKey: key,
                        dHpublickey: secret, eMAID: account))
            }
        return try ISO2Messages.frame(sessionID, body, signature).payload
    }

    private func newer(
        _ sessionID: [UInt8], _ cryptography: any ContractCryptography
    ) throws(EXIError) -> [UInt8]? {
        let data = ISO20.SignedInstallationData(
            id: "id1",
            contractCertificateChain: .init(
                certificate: contract.chain.leaf, subCertificates: .init(certificate: contract.chain.authorities)),
            ecdhCurve: .secp521, dhPublicKey: publicKey,
            encryptedPrivateKey: .secp521_EncryptedPrivateKey(encryptedKey))
        let fragment = try ISO20.CommonMessagesFragment.signedInstallationData(data).encode()
        let element = SignedElement(id: data.id, fragment: fragment)
        guard let signature = try MessageSignature.make(over: [element], by: serviceKey, cryptography) else {
            return nil
        }
        let authorities = service.authorities
        return try ISO20.CommonMessagesDocument.certificateInstallationRes(
            .init(
                header: .init(sessionID: sessionID, timeStamp: 0, signature: signature), responseCode: .ok,
                evseProcessing: .finished,
                cpsCertificateChain: .init(
                    certificate: service.leaf,
                    subCertificates: authorities.isEmpty ? nil : .init(certificate: authorities)),
                signedInstallationData: data, remainingContractCertificateChains: 0)
        ).encode()
    }
}
