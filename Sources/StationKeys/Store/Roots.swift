// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension KeyStore {
    /// Installs a root (M05).
    /// - Parameters:
    ///   - replaces: It must be signed by the CSMS root it replaces, which stays for the time being (M05.FR.10,
    /// M05.FR.11, M05.FR.12).
    ///   - most: Certificates that may be installed, of every kind together (M05.FR.06).
    package func install(
        _ text: String, as use: InstallCertificateUseEnumType, replaces: Bool, most: Int, at now: WallTime
    ) throws(KeyFault) {
        let root = try checkedRoot(text, use, now)
        if replaces, use == .csmsRootCertificate, try !roots(use).isEmpty { return try exchange(root, most: most) }
        let name = Self.root(use, root)
        // M05.FR.17: one that is there already only takes its own place.
        if try !names(of: use).contains(name) { try makeRoom(most) }
        try folder.write(root.pem, to: name)
        try writeTrust()
    }

    /// M05.FR.07.
    private func checkedRoot(_ text: String, _ use: InstallCertificateUseEnumType, _ now: WallTime) throws(KeyFault)
        -> Certificate
    {
        let root = try Certificate.one(in: Array(text.utf8), what: "The \(use.word)")
        try ChainCheck(kind: use.words, roots: [root], now: now.seconds).checkDates(root)
        guard root.isAuthority else { throw .notAnAuthority(subject: root.subject) }
        guard root.strength >= 112 else { throw .weakKey(subject: root.subject, bits: root.strength) }
        return root
    }

    private func makeRoom(_ most: Int) throws(KeyFault) {
        guard try count() < most else { throw .full(most: most) }
    }

    /// The new root takes the place of all others. The way back is the last one that is known to connect: if there is
    /// one from an exchange before, that one.
    private func exchange(_ root: Certificate, most: Int) throws(KeyFault) {
        let present = try roots(.csmsRootCertificate)
        let former = try formerRoot()
        let signers = present.map(\.certificate) + [former].compactMap(\.self)
        if present.contains(where: { $0.certificate.isSame(as: root) }) { return }
        guard let signer = signers.first(where: { root.isSigned(by: $0) }) else {
            throw .notSignedByFormer(subject: root.subject)  // M05.FR.11
        }
        if former == nil { try folder.write(signer.pem, to: Self.former) }
        let name = Self.root(.csmsRootCertificate, root)
        try folder.write(root.pem, to: name)
        for other in present where other.name != name { try folder.remove(other.name) }
        try writeTrust()
    }

    /// M05.FR.13.
    package func dropFormerRoot() throws(KeyFault) {
        try folder.remove(Self.former)
        try writeTrust()
    }

    /// CertificateEntries: every certificate once, those of our own chains included.
    package func count() throws(KeyFault) -> Int {
        var count = try allRoots().count
        for purpose in CertificateSigningUseEnumType.allCases { count += try chain(Self.own(purpose)).count }
        return count
    }
}

extension InstallCertificateUseEnumType {
    /// For messages.
    var words: String {
        switch self {
        case .v2GRootCertificate: "V2G root certificate"
        case .moRootCertificate: "root certificate of a mobility operator"
        case .manufacturerRootCertificate: "root certificate of the manufacturer"
        case .csmsRootCertificate: "CSMS root certificate"
        case .oemRootCertificate: "root certificate of a car maker"
        }
    }

    var listed: GetCertificateIdUseEnumType {
        switch self {
        case .v2GRootCertificate: .v2GRootCertificate
        case .moRootCertificate: .moRootCertificate
        case .manufacturerRootCertificate: .manufacturerRootCertificate
        case .csmsRootCertificate: .csmsRootCertificate
        case .oemRootCertificate: .oemRootCertificate
        }
    }
}
