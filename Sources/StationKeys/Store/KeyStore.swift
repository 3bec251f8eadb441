// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import Electricity
import OCPP
import OCPP21

/// The station's keys and certificates in a folder of their own. Every change is on disk before it is answered.
///
/// | File | Holds |
/// |---|---|
/// | `root-<use>-<fingerprint>.pem` | a root that counts |
/// | `former-CSMSRootCertificate.pem` | the CSMS root before the last exchange, while the new one has not connected |
/// | `trust.pem`, `trust-former.pem` | the same as one file each, for the connection to the backend |
/// | `own-<purpose>.pem` | a key of ours and its chain, leaf first |
/// | `renewed-ChargingStationCertificate.pem` | the same, while it has not connected |
/// | `requested-<purpose>.pem` | the key of the request that is open |
/// | `status-<fingerprint>.der` | the OCSP response for a certificate of ours |
///
/// One thread uses it at a time. Keys in a PKCS#11 token are not supported.
package struct KeyStore: Sendable {
    let folder: StateFolder

    /// - Parameter path: Made if it is missing, for us alone.
    package init(at path: String) throws(KeyFault) {
        folder = try StateFolder(path)
        try writeTrust()
    }

    // MARK: For the connection to the backend

    /// The key and the chain that the station shows, in one file; nil while there is none. One that has expired is shown all the
    /// same: the backend decides (A00.FR.430).
    /// - Parameter renewed: Prefers the one that has not connected yet.
    package func identityFile(renewed: Bool) -> String? {
        let own = Self.own(.chargingStationCertificate)
        let name = renewed && folder.exists(Self.renewed) ? Self.renewed : own
        return folder.exists(name) ? folder.file(name) : nil
    }

    /// The roots a backend is measured by; nil while none is installed.
    /// - Parameter former: As they were before the last exchange, if there was one.
    package func trustFile(former: Bool) -> String? {
        let name = former && folder.exists(Self.formerTrust) ? Self.formerTrust : Self.trust
        return folder.exists(name) ? folder.file(name) : nil
    }

    /// The key and the chain that is shown to cars.
    package func vehicleIdentityFile(_ purpose: CertificateSigningUseEnumType) -> String? {
        let name = Self.own(purpose)
        return folder.exists(name) ? folder.file(name) : nil
    }

    /// The roots of one kind, for whoever checks signatures.
    package func rootFiles(_ use: InstallCertificateUseEnumType) throws(KeyFault) -> [String] {
        try names(of: use).map(folder.file)
    }

    // MARK: Names

    static let trust = "trust.pem"
    static let formerTrust = "trust-former.pem"
    static let former = "former-CSMSRootCertificate.pem"
    static let renewed = "renewed-ChargingStationCertificate.pem"
    static func own(_ purpose: CertificateSigningUseEnumType) -> String { "own-\(purpose.word).pem" }
    static func requested(_ purpose: CertificateSigningUseEnumType) -> String { "requested-\(purpose.word).pem" }
    static func root(_ use: InstallCertificateUseEnumType, _ certificate: Certificate) -> String {
        "root-\(use.word)-\(certificate.fingerprint).pem"
    }

    func names(of use: InstallCertificateUseEnumType) throws(KeyFault) -> [String] {
        try folder.names().filter { $0.hasPrefix("root-\(use.word)-") }
    }

    // MARK: Reading

    /// A file of ours that cannot be read counts as missing, so that one bad sector does not hide all the others.
    func roots(_ use: InstallCertificateUseEnumType) throws(KeyFault) -> [(name: String, certificate: Certificate)] {
        var found: [(String, Certificate)] = []
        for name in try names(of: use) {
            guard let text = try folder.read(name), let root = try? Certificate.one(in: text, what: name) else {
                continue
            }
            found.append((name, root))
        }
        return found
    }

    func allRoots() throws(KeyFault) -> [Certificate] {
        var found: [Certificate] = []
        for use in InstallCertificateUseEnumType.allCases { found += try roots(use).map(\.certificate) }
        if let former = try formerRoot() { found.append(former) }
        return found
    }

    func formerRoot() throws(KeyFault) -> Certificate? {
        guard let text = try folder.read(Self.former) else { return nil }
        return try? Certificate.one(in: text, what: Self.former)
    }

    /// A chain of ours, leaf first; empty if there is none.
    func chain(_ name: String) throws(KeyFault) -> [Certificate] {
        guard let text = try folder.read(name) else { return [] }
        return (try? Certificate.all(in: text, what: name)) ?? []
    }

    /// Who signed it, among what is known.
    func issuer(of certificate: Certificate, in chain: [Certificate], or roots: [Certificate]) -> Certificate? {
        (chain + roots).first { certificate.isSigned(by: $0) }
    }

    // MARK: What follows from the rest

    /// The roots as one file each. It can be made anew at any time, so a crash in between does no harm.
    func writeTrust() throws(KeyFault) {
        var bytes: [UInt8] = []
        for (_, root) in try roots(.csmsRootCertificate) { bytes += try root.pem }
        if bytes.isEmpty { try folder.remove(Self.trust) } else { try replace(Self.trust, by: bytes) }
        guard let former = try formerRoot() else { return try folder.remove(Self.formerTrust) }
        try replace(Self.formerTrust, by: former.pem)
    }

    private func replace(_ name: String, by bytes: [UInt8]) throws(KeyFault) {
        guard try folder.read(name) != bytes else { return }
        try folder.write(bytes, to: name)
    }
}
