// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import OCPP21

extension KeyStore {
    /// What is installed (M03).
    /// - Parameter kinds: Empty asks for all.
    package func list(_ kinds: [GetCertificateIdUseEnumType]) throws(KeyFault) -> [CertificateHashDataChainType] {
        let wanted = Set(kinds.isEmpty ? GetCertificateIdUseEnumType.allCases : kinds)
        let known = try allRoots()
        var found: [CertificateHashDataChainType] = []
        for use in InstallCertificateUseEnumType.allCases where wanted.contains(use.listed) {
            for (_, root) in try roots(use) {
                guard let hash = root.hashData(issuedBy: issuer(of: root, in: [], or: known) ?? root) else { continue }
                found.append(CertificateHashDataChainType(certificateHashData: hash, certificateType: use.listed))
            }
        }
        guard wanted.contains(.v2GCertificateChain) else { return found }
        for purpose in CertificateSigningUseEnumType.forVehicles {
            let hashes = try hashes(ofChain: Self.own(purpose), known)
            guard let leaf = hashes.first else { continue }
            // M03.FR.05: those in between stand under the leaf.
            let others = Array(hashes.dropFirst())
            found.append(
                CertificateHashDataChainType(
                    certificateHashData: leaf, certificateType: .v2GCertificateChain,
                    childCertificateHashData: others.isEmpty ? nil : others))
        }
        return found
    }

    private func hashes(ofChain name: String, _ known: [Certificate]) throws(KeyFault) -> [CertificateHashDataType] {
        let chain = try chain(name)
        return chain.compactMap { certificate in
            issuer(of: certificate, in: chain, or: known).flatMap { certificate.hashData(issuedBy: $0) }
        }
    }

    // MARK: Deleting

    package enum Deletion: Equatable, Sendable {
        case deleted
        case notFound
        /// With the reason.
        case refused(String)
    }

    /// Deletes what the hash names (M04).
    /// - Parameter keepsLastRoot: The station could never connect again without a CSMS root.
    package func delete(_ hash: CertificateHashDataType, keepsLastRoot: Bool) throws(KeyFault) -> Deletion {
        let known = try allRoots()
        for name in [Self.own(.chargingStationCertificate), Self.renewed] where try holds(name, hash, known) {
            return .refused("The station's own certificate can only be renewed (M04.FR.06).")
        }
        for purpose in CertificateSigningUseEnumType.forVehicles where try holds(Self.own(purpose), hash, known) {
            // M04.FR.08: a chain with a gap would be of no use to anybody.
            try folder.remove(Self.own(purpose))
            return .deleted
        }
        return try deleteRoot(hash, known, keepsLastRoot: keepsLastRoot)
    }

    private func deleteRoot(_ hash: CertificateHashDataType, _ known: [Certificate], keepsLastRoot: Bool)
        throws(KeyFault) -> Deletion
    {
        var result = Deletion.notFound
        for use in InstallCertificateUseEnumType.allCases {
            let roots = try roots(use)
            for (name, root) in roots
            where root.isMeant(by: hash, issuedBy: issuer(of: root, in: [], or: known) ?? root) {
                if use == .csmsRootCertificate, keepsLastRoot, roots.count == 1 {
                    return .refused("Without this root no backend could be recognised any more.")
                }
                try folder.remove(name)
                result = .deleted
            }
        }
        try writeTrust()
        return result
    }

    private func holds(_ name: String, _ hash: CertificateHashDataType, _ known: [Certificate]) throws(KeyFault) -> Bool
    {
        let chain = try chain(name)
        return chain.contains { certificate in
            issuer(of: certificate, in: chain, or: known).map { certificate.isMeant(by: hash, issuedBy: $0) } ?? false
        }
    }

    // MARK: Looking

    package func inventory(at now: WallTime) throws(KeyFault) -> KeyInventory {
        let known = try allRoots()
        var inventory = KeyInventory()
        inventory.entries = try count()
        inventory.hasCSMSRoot = try roots(.csmsRootCertificate).contains { $0.certificate.isValid(at: now.seconds) }
        for purpose in CertificateSigningUseEnumType.allCases {
            let chain = try chain(Self.own(purpose))
            guard let leaf = chain.first else { continue }
            inventory.own.append(KeyInventory.Own(purpose, expiresAt: leaf.validUntil))
            if purpose == .chargingStationCertificate {
                inventory.hasStationCertificate = leaf.isValid(at: now.seconds)
            } else {
                inventory.statusRequests += statusRequests(of: chain, known)
            }
        }
        return inventory
    }

    /// M06.FR.06, M06.FR.07: the certificate and those between it and its root, as far as they name a responder.
    private func statusRequests(of chain: [Certificate], _ known: [Certificate]) -> [OCSPRequestDataType] {
        chain.compactMap { certificate in
            issuer(of: certificate, in: chain, or: known)
                .flatMap { OCSPRequestDataType(certificate, issuedBy: $0, longestURL: 2_000) }
        }
    }
}

extension CertificateSigningUseEnumType {
    static let forVehicles: [CertificateSigningUseEnumType] = [.v2GCertificate, .v2G20Certificate]
}
