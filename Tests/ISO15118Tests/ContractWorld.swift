// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
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
        // So that a test sees what became of the contract.
        contracts.fallsBack = false
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
        guard let issue = issue(wish),
            let bytes = try? issue.message(for: wish, sessionID: sessionID, ContractWorld.trust(profile))
        else { return .unavailable }
        return .response(refused(bytes))
    }

    private func issue(_ wish: CertificateRequest) -> ContractIssue? {
        let contract = Contract(emaid: "DESLUC12345678", chain: ContractWorld.chain("contract", profile))
        guard let key = ContractWorld.key("contract", profile), let signing = ContractWorld.key(signer, profile),
            let sealed = wish.standard == .iso2
                ? key.sealed(for: ContractWorld.certificate(sealsFor, profile))
                : key.sealed(
                    for: ContractWorld.certificate(sealsFor, profile), contract: contract.chain.leaf,
                    provisioningID: ContractWorld.trust(profile).commonName(of: wish.signer.leaf) ?? "")
        else { return nil }
        let service = CertificateChain(
            leaf: ContractWorld.certificate(signer, profile),
            authorities: [ContractWorld.certificate("service1", profile)])
        return ContractIssue(
            contract: contract, encryptedKey: sealed.encrypted, publicKey: sealed.publicKey, service: service,
            serviceKey: signing)
    }

    /// ISO 15118-2: the same message with another code.
    private func refused(_ bytes: [UInt8]) -> [UInt8] {
        guard code2 != .ok, case .v2g_Message(var message)? = try? ISO2.Document.decode(bytes),
            case .certificateInstallationRes(var body)? = message.body.bodyElement
        else { return bytes }
        body.responseCode = code2
        message.body.bodyElement = .certificateInstallationRes(body)
        return (try? ISO2.Document.v2g_Message(message).encode()) ?? bytes
    }
}
