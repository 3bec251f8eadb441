// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI

/// A part of a message that is signed, in EXI by the fragment grammar of the message's own schemas.
public struct SignedElement: Hashable, Sendable {
    public var id: String
    public var fragment: [UInt8]

    public init(id: String, fragment: [UInt8]) {
        self.id = id
        self.fragment = fragment
    }
}

/// A signature as it came in a message's header, with the parts of the message it has to cover.
public struct MessageSignature: Hashable, Sendable {
    public struct Reference: Hashable, Sendable {
        public var uri: String
        public var transforms: [String]
        public var digestMethod: String
        public var digest: [UInt8]
    }

    public var elements: [SignedElement]
    public var references: [Reference]
    public var canonicalization: String
    public var method: String
    /// What is signed: SignedInfo in EXI, by the fragment grammar of XML Signature alone.
    public var signedInfo: [UInt8]
    public var value: [UInt8]

    /// The only canonical form of V2G messages; there is no canonical XML.
    static let canonicalEXI = "http://www.w3.org/TR/canonical-exi/"
    /// A certificate installation signs four elements, no message more.
    static let mostReferences = 4

    /// - Parameter elements: What the standard wants signed in this message.
    init(_ signature: XMLSignature.Signature, over elements: [SignedElement]) throws(EXIError) {
        let info = signature.signedInfo
        self.elements = elements
        references = info.reference.map { reference in
            Reference(
                uri: reference.uri ?? "", transforms: reference.transforms?.transform.map(\.algorithm) ?? [],
                digestMethod: reference.digestMethod.algorithm, digest: reference.digestValue)
        }
        canonicalization = info.canonicalizationMethod.algorithm
        method = info.signatureMethod.algorithm
        signedInfo = try XMLSignature.Fragment.signedInfo(info).encode()
        value = signature.signatureValue.value
    }

    /// Whether it covers exactly its elements and the key of `certificate` made it.
    func isValid(
        by certificate: [UInt8], in standard: Standard, acceptsOlder: Bool = false,
        _ cryptography: any ContractCryptography
    ) -> Bool {
        guard let profile = SignatureProfile.named(method), profile.isAllowed(in: standard, acceptsOlder: acceptsOlder),
            canonicalization == Self.canonicalEXI, value.count == profile.signatureLength,
            covers(elements, profile.hash, cryptography)
        else { return false }
        return cryptography.isSignature(value, of: signedInfo, by: certificate, profile)
    }

    private func covers(
        _ elements: [SignedElement], _ hash: DigestAlgorithm, _ cryptography: any ContractCryptography
    ) -> Bool {
        guard !elements.isEmpty, references.count == elements.count, references.count <= Self.mostReferences,
            Set(elements.map(\.id)).count == elements.count
        else { return false }
        return elements.allSatisfy { element in
            references.contains { reference in
                // One transform at most, and EXI is the only one ([V2G2-767]).
                reference.uri == "#" + element.id && reference.transforms.allSatisfy { $0 == Self.canonicalEXI }
                    && reference.digestMethod == hash.method
                    && reference.digest == cryptography.digest(element.fragment, hash)
            }
        }
    }

    /// - Returns: nil if the key's keeper failed.
    static func make(
        over elements: [SignedElement], by key: any ContractKey, _ cryptography: any ContractCryptography
    ) throws(EXIError) -> XMLSignature.Signature? {
        let hash = key.profile.hash
        let info = XMLSignature.SignedInfo(
            canonicalizationMethod: .init(algorithm: canonicalEXI),
            signatureMethod: .init(algorithm: key.profile.method),
            reference: elements.map { element in
                .init(
                    uri: "#" + element.id, transforms: .init(transform: [.init(algorithm: canonicalEXI)]),
                    digestMethod: .init(algorithm: hash.method),
                    digestValue: cryptography.digest(element.fragment, hash))
            })
        let signed = try XMLSignature.Fragment.signedInfo(info).encode()
        return key.sign(signed).map { .init(signedInfo: info, signatureValue: .init(value: $0)) }
    }
}
