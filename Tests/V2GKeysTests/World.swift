// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118

@testable import V2GKeys

/// The throw-away certificates beside this file, by name.
enum World {
    static let bytes: [String: [UInt8]] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/certificates.txt")
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

    /// 2030, between the dates of all good certificates.
    static let now = WallTime(milliseconds: 1_900_000_000_000)

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

    static func contract(_ name: String = "contract", _ profile: SignatureProfile) -> CertificateChain {
        CertificateChain(
            leaf: certificate(name, profile),
            authorities: [certificate("operator2", profile), certificate("operator1", profile)])
    }

    static func service(_ name: String = "service", _ profile: SignatureProfile) -> CertificateChain {
        CertificateChain(leaf: certificate(name, profile), authorities: [certificate("service1", profile)])
    }
}
