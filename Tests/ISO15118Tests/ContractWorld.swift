// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import EXIISO20
import Electricity
import Foundation
import V2GKeys

@testable import ISO15118

/// The throw-away certificates of `V2GKeysTests`, and those who would use them.
enum ContractWorld {
    static let bytes: [String: [UInt8]] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../V2GKeysTests/Vectors/certificates.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var found: [String: [UInt8]] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2, let data = Data(base64Encoded: String(parts[1])) {
                found[String(parts[0])] = [UInt8](data)
            }
        }
        return found
    }()

    static let challenge: [UInt8] = Array(100..<116)

    static func certificate(_ name: String, _ profile: SignatureProfile) -> [UInt8] {
        bytes["\(profile).\(name)"] ?? []
    }

    static func key(_ name: String, _ profile: SignatureProfile) -> PrivateKey? {
        let text = Data(bytes["\(profile).\(name).key"] ?? []).base64EncodedString()
        return PrivateKey(pem: "-----BEGIN PRIVATE KEY-----\n\(text)\n-----END PRIVATE KEY-----\n")
    }

    static func trust(_ profile: SignatureProfile) -> ContractTrust {
        ContractTrust(
            v2gRoots: [certificate("v2g", profile)], operatorRoots: [certificate("operator", profile)],
            vehicleRoots: [certificate("maker", profile)])
    }

    static func chain(_ name: String, _ profile: SignatureProfile) -> CertificateChain {
        let authorities =
            switch name {
            case "service": ["service1"]
            case "car": ["maker1"]
            case _: ["operator2", "operator1"]
            }
        return CertificateChain(
            leaf: certificate(name, profile), authorities: authorities.map { certificate($0, profile) })
    }

    static func station(_ profile: SignatureProfile) -> StationContracts {
        StationContracts(cryptography: trust(profile), challenge: challenge)
    }

    /// A car with a contract of this name.
    static func car(_ name: String = "contract", _ profile: SignatureProfile) -> VehicleContracts {
        var contracts = VehicleContracts(cryptography: trust(profile))
        if let key = key(name, profile), let account = trust(profile).commonName(of: certificate(name, profile)) {
            contracts.paying = .init(contract: Contract(emaid: account, chain: chain(name, profile)), key: key)
        }
        if let key = key("car", profile) { contracts.provisioning = .init(chain: chain("car", profile), key: key) }
        if let root = RootIdentifier(root: certificate("v2g", profile)) { contracts.roots = [root] }
        return contracts
    }

    /// A car without a contract that wants one.
    static func newCar(_ profile: SignatureProfile) -> VehicleContracts {
        var contracts = car("contract", profile)
        contracts.paying = nil
        contracts.wish = .install
        return contracts
    }
}

/// Who makes contracts for cars, behind the station: operator and provisioning service in one.
struct ContractMaker {
    var profile: SignatureProfile
    var signer = "service"
    /// Of another session, as backends may have it.
    var sessionID: [UInt8] = [9, 9, 9, 9, 9, 9, 9, 9]
    var code2 = ISO2.ResponseCode.ok
    var sealsFor = "car"

    func answer(_ wish: CertificateRequest) -> CertificateResult {
        guard let bytes = try? wish.standard == .iso2 ? answer2(wish) : answer20(wish) else { return .unavailable }
        return .response(bytes)
    }

    private var service: CertificateChain {
        CertificateChain(
            leaf: ContractWorld.certificate(signer, profile),
            authorities: [ContractWorld.certificate("service1", profile)])
    }

    private struct NoKey: Error {}

    private func answer2(_ wish: CertificateRequest) throws -> [UInt8] {
        guard let key = ContractWorld.key("contract", profile),
            let sealed = key.sealed(for: ContractWorld.certificate(sealsFor, profile)),
            let signingKey = ContractWorld.key(signer, profile)
        else { throw NoKey() }
        var chain = ISO2Messages.chain(ContractWorld.chain("contract", profile))
        chain.id = "id1"
        let encrypted = ISO2.ContractSignatureEncryptedPrivateKey(id: "id2", value: sealed.encrypted)
        let secret = ISO2.DiffieHellmanPublickey(id: "id3", value: sealed.publicKey)
        let account = ISO2.EMAID(id: "id4", value: "DESLUC12345678")
        let signature = try MessageSignature.make(
            over: try ISO2Messages.signedElements(chain, encrypted, secret, account), by: signingKey,
            ContractWorld.trust(profile))
        let provider = ISO2Messages.chain(service)
        let body: ISO2.BodyElement =
            switch wish.action {
            case .install:
                .certificateInstallationRes(
                    .init(
                        responseCode: code2, saProvisioningCertificateChain: provider,
                        contractSignatureCertChain: chain, contractSignatureEncryptedPrivateKey: encrypted,
                        dHpublickey: secret, eMAID: account))
            case .update:
                .certificateUpdateRes(
                    .init(
                        responseCode: code2, saProvisioningCertificateChain: provider,
                        contractSignatureCertChain: chain, contractSignatureEncryptedPrivateKey: encrypted,
                        dHpublickey: secret, eMAID: account))
            }
        return try ISO2Messages.frame(sessionID, body, signature).payload
    }

    private func answer20(_ wish: CertificateRequest) throws -> [UInt8] {
        let leaf = ContractWorld.certificate("contract", profile)
        guard let key = ContractWorld.key("contract", profile),
            let name = ContractWorld.trust(profile).commonName(of: wish.signer.leaf),
            let sealed = key.sealed(
                for: ContractWorld.certificate(sealsFor, profile), contract: leaf, provisioningID: name),
            let signingKey = ContractWorld.key(signer, profile)
        else { throw NoKey() }
        let chain = ContractWorld.chain("contract", profile)
        let data = ISO20.SignedInstallationData(
            id: "id1",
            contractCertificateChain: .init(
                certificate: chain.leaf, subCertificates: .init(certificate: chain.authorities)),
            ecdhCurve: .secp521, dhPublicKey: sealed.publicKey,
            encryptedPrivateKey: .secp521_EncryptedPrivateKey(sealed.encrypted))
        let fragment = try ISO20.CommonMessagesFragment.signedInstallationData(data).encode()
        let signature = try MessageSignature.make(
            over: [SignedElement(id: "id1", fragment: fragment)], by: signingKey, ContractWorld.trust(profile))
        let document = ISO20.CommonMessagesDocument.certificateInstallationRes(
            .init(
                header: .init(sessionID: sessionID, timeStamp: 1, signature: signature), responseCode: .ok,
                evseProcessing: .finished,
                cpsCertificateChain: .init(
                    certificate: service.leaf, subCertificates: .init(certificate: service.authorities)),
                signedInstallationData: data, remainingContractCertificateChains: 0))
        return try document.encode()
    }
}
