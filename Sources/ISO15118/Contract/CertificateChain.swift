// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import Electricity

/// A certificate with those that vouch for it, as a message carries them: DER, without the root.
public struct CertificateChain: Hashable, Sendable {
    public var leaf: [UInt8]
    /// The one that signed the leaf first.
    public var authorities: [[UInt8]]

    public init(leaf: [UInt8], authorities: [[UInt8]] = []) {
        self.leaf = leaf
        self.authorities = authorities
    }

    /// As text for a backend, leaf first (OCPP 2.0.1, AuthorizeRequest.certificate).
    public var pem: String { ([leaf] + authorities).map(Self.pem).joined() }

    private static func pem(_ certificate: [UInt8]) -> String {
        let text = Array(BinaryText.base64(certificate).utf8)
        let lines = stride(from: 0, to: text.count, by: 64).map { start in
            String(decoding: text[start..<min(start + 64, text.count)], as: UTF8.self) + "\n"
        }
        return "-----BEGIN CERTIFICATE-----\n" + lines.joined() + "-----END CERTIFICATE-----\n"
    }
}

/// Whose certificate a chain is about; it decides which roots count.
public enum CertificateRole: Hashable, Sendable {
    /// A contract of a mobility operator: roots of operators and of the V2G.
    case contract
    /// A certificate provisioning service: roots of the V2G.
    case provisioningService
    /// A car as it left the factory: roots of manufacturers.
    case vehicle
}

public enum CertificateVerdict: Hashable, Sendable {
    /// Until when the first of the chain's certificates ends.
    case valid(until: WallTime)
    case expired, notYetValid, revoked
    /// The chain ends at a root nobody told us of; a backend may know it.
    case unknownRoot
    /// A signature, a key, a purpose or the length of the chain is not as it must be; or it is no certificate at all.
    case broken
}

/// A root of trust as certificate requests name it.
public struct RootIdentifier: Hashable, Sendable {
    public var issuer: String
    /// Big-endian.
    public var serial: [UInt8]

    public init(issuer: String, serial: [UInt8]) {
        self.issuer = issuer
        self.serial = serial
    }
}

/// A contract as a car shows it.
public struct Contract: Hashable, Sendable {
    /// E-mobility account identifier, as the car or its certificate writes it.
    public var emaid: String
    public var chain: CertificateChain

    public init(emaid: String, chain: CertificateChain) {
        self.emaid = emaid
        self.chain = chain
    }

    /// Two spellings of one account: hyphens, case and the check digit at the end do not count (ISO 15118-2:2014, C.1).
    static func isSame(_ one: String, _ other: String) -> Bool {
        func core(_ text: String) -> String { String(text.filter { $0 != "-" }.uppercased().prefix(14)) }
        return !core(one).isEmpty && core(one) == core(other)
    }
}

/// Why whoever decides refuses a contract, as far as the standards have words for it.
public enum ContractRefusal: CaseIterable, Hashable, Sendable {
    case expired, notYetValid, revoked, chain, cancelled, notAllowedHere, unknownProvider, noSuchContract, other
}
