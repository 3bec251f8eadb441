// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The mathematics that sessions with contracts need, and the roots they trust. Every function's answer depends on its
/// arguments alone, so that a session stays a value; the room `V2GKeys` has one made of OpenSSL.
public protocol ContractCryptography: Sendable {
    func digest(_ bytes: [UInt8], _ algorithm: DigestAlgorithm) -> [UInt8]
    /// - Parameters:
    ///   - signature: As messages carry it (`SignatureProfile.signatureLength`).
    ///   - certificate: DER.
    /// - Returns: false also where the certificate's key is of another kind.
    func isSignature(
        _ signature: [UInt8], of bytes: [UInt8], by certificate: [UInt8], _ profile: SignatureProfile
    ) -> Bool
    func judge(_ chain: CertificateChain, _ role: CertificateRole, at time: WallTime) -> CertificateVerdict
    /// The subject's common name: the account of a contract, the provisioning identifier of a car.
    func commonName(of certificate: [UInt8]) -> String?
    /// Whether the key of a certificate has the other half in `key`.
    func owns(_ key: any ContractKey, _ certificate: [UInt8]) -> Bool
}

/// A private key that stays where it is.
public protocol ContractKey: Sendable {
    var profile: SignatureProfile { get }
    /// - Returns: As messages carry it; nil if the key's keeper failed.
    func sign(_ bytes: [UInt8]) -> [UInt8]?
    /// The public half, in DER (SubjectPublicKeyInfo).
    var publicKey: [UInt8] { get }
}

/// The key a car got in its factory: it also opens the keys of contracts that are sent to it.
public protocol ProvisioningKey: ContractKey {
    /// ISO 15118-2: ECDH on secp256r1, AES-128-CBC ([V2G2-818]).
    func open(_ encrypted: [UInt8], from publicKey: [UInt8]) -> (any ContractKey)?
    /// ISO 15118-20: ECDH on secp521r1, AES-256-GCM ([V2G20-2505]).
    /// - Parameter contract: The certificate the key belongs to; its key identifier is authenticated too ([V2G20-2492]).
    func open(
        _ encrypted: [UInt8], from publicKey: [UInt8], for contract: [UInt8], provisioningID: String
    ) -> (any ContractKey)?
}

/// What a station needs to take contracts for payment. There is none without TLS, and none without a root of trust.
public struct StationContracts: Sendable {
    public var cryptography: any ContractCryptography
    /// 16 random bytes for this session alone, which the car has to sign.
    public var challenge: [UInt8]
    /// Whether a backend can be asked for certificates.
    public var installsCertificates = true
    /// Whether a chain that ends at a root unknown here is left to whoever decides (OCPP's CentralContractValidation).
    public var passesUnknownRoots = false
    /// From one signed receipt of the meter to the next; nil: none is asked for.
    public var receiptInterval: Interval?
    /// Of mobility operators, for the car's choice (ISO 15118-20); empty: any.
    public var providers: [String] = []
    /// How long before its end a car is told to renew its contract certificate.
    public var renewal = Interval.seconds(30 * 86_400)
    public var acceptsOlderSignatures = false

    public init(cryptography: any ContractCryptography, challenge: [UInt8]) {
        self.cryptography = cryptography
        self.challenge = challenge
    }
}
