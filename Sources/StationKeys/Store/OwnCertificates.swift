// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import ChargingStation
import Electricity
import OCPP
import OCPP21

extension KeyStore {
    /// Makes a new key pair, keeps the key and returns the request for its certificate in PEM (A02.FR.02, A02.FR.03).
    package func makeKey(
        for purpose: CertificateSigningUseEnumType, _ subject: CertificateSubject
    ) throws(KeyFault) -> String {
        let key = try PrivateKey.make(for: purpose)
        let request = try key.request(subject, for: purpose)
        try write(secret: key.pem, to: Self.requested(purpose))
        return request
    }

    /// Takes a signed chain into use (A02.FR.06): it must lead to a root of the right kind, be valid now and strong
    /// enough, name us and its owner, and belong to the key that was requested last. The station's own certificate has
    /// to prove itself first.
    /// - Parameter name: What its common name must be (A00.FR.511).
    package func adopt(
        _ text: String, for purpose: CertificateSigningUseEnumType, commonName name: String?, at now: WallTime
    ) throws(KeyFault) {
        let chain = try Certificate.all(in: Array(text.utf8), what: "The \(purpose.word)")
        guard let leaf = chain.first else { throw .wrongCount(what: purpose.word, found: 0, wanted: "one") }
        guard let secret = try folder.read(Self.requested(purpose)), let key = try PrivateKey.first(in: secret) else {
            throw .nothingRequested(purpose: purpose.word)
        }
        guard key.belongs(to: leaf) else { throw .otherKey(subject: leaf.subject) }
        let use = purpose.rootUse
        let check = ChainCheck(kind: use.words, roots: try roots(use).map(\.certificate), now: now.seconds)
        let path = try check.path(of: leaf, through: Array(chain.dropFirst()))
        if let name, leaf.commonName != name { throw .wrongName(subject: leaf.subject, wanted: name) }
        guard leaf.organization?.isEmpty == false else { throw .noOrganization(subject: leaf.subject) }
        var bytes = try key.pem
        for certificate in path { bytes += try certificate.pem }
        // Of several for one purpose only the newest is in use (A02.FR.15).
        try write(secret: bytes, to: purpose == .chargingStationCertificate ? Self.renewed : Self.own(purpose))
        try folder.remove(Self.requested(purpose))
    }

    /// A02.FR.10: of two certificates the one that connected stays.
    package func settleStationCertificate(keepsRenewed: Bool) throws(KeyFault) {
        guard folder.exists(Self.renewed) else { return }
        guard keepsRenewed else { return try folder.remove(Self.renewed) }
        try folder.move(Self.renewed, to: Self.own(.chargingStationCertificate))
    }

    private func write(secret bytes: [UInt8], to name: String) throws(KeyFault) {
        var bytes = bytes
        defer { bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        try folder.write(bytes, to: name)
    }

    /// The root that signs our certificates, to name it in a request (A02.FR.27): the one of the present chain, else
    /// the only one there is.
    package func signingRoot(for purpose: CertificateSigningUseEnumType) throws(KeyFault) -> CertificateHashDataType? {
        let roots = try roots(purpose.rootUse).map(\.certificate)
        let last = try chain(Self.own(purpose)).last
        let root = last.flatMap { last in roots.first { last.isSigned(by: $0) } } ?? (roots.count == 1 ? roots[0] : nil)
        return root.flatMap { root in root.hashData(issuedBy: roots.first { root.isSigned(by: $0) } ?? root) }
    }
}

extension CertificateSigningUseEnumType {
    /// Which roots may have signed it.
    var rootUse: InstallCertificateUseEnumType {
        switch self {
        case .chargingStationCertificate: .csmsRootCertificate
        case .v2GCertificate, .v2G20Certificate: .v2GRootCertificate
        }
    }
}
