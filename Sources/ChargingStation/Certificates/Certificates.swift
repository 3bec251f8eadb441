// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What the station knows of its keys and certificates (A02, A03, block M).
struct Certificates: Sendable {
    var signing: [CertificateSigningUseEnumType: CertificateSigning] = [:]
    /// Nil until the host has looked.
    var inventory: KeyInventory?
    var inspectAt: Instant?
    /// Certificates of ours whose status is cached (M06).
    var statuses = CertificateStatuses()
    /// What was found out about certificates of vehicles (M07).
    var vehicles = VehicleCertificates()
    var contracts = ContractRequests()

    /// How often everything is looked at while nothing changes.
    static let inspectionPause = Interval.seconds(86_400)

    init(kept: [String: [UInt8]], at now: Instant) {
        for purpose in CertificateSigningUseEnumType.allCases {
            signing[purpose] = CertificateSigning()
            guard let request = SignCertificateRequest(keptBytes: kept[Self.key(purpose)]) else { continue }
            signing[purpose]?.resume(request, at: now, wait: 30)
        }
    }

    static func key(_ purpose: CertificateSigningUseEnumType) -> String { "signing/\(purpose.word)" }
}

extension Station {
    /// Looks at what is installed, now and then once a day.
    mutating func inspectKeys() {
        certificates.inspectAt = now.monotonic + Certificates.inspectionPause
        emit(.host(.keys(.inspect)))
    }

    mutating func take(_ report: KeyReport) {
        switch report {
        case .keyMade(let purpose, let request?, let root, _): requestSignature(purpose, request, root)
        case .keyMade(let purpose, nil, _, let reason): keyFailed(purpose, reason)
        case .adopted(let reply, let purpose, let reason): answerSigned(reply, purpose, reason)
        case .installed(let reply, let status, let use, let reason): answerInstalled(reply, status, use, reason)
        case .deleted(let reply, let status, let reason): answerDeleted(reply, status, reason)
        case .listed(let reply, let chains): answerListed(reply, chains)
        case .inspected(let inventory): take(inventory)
        }
    }

    private mutating func take(_ inventory: KeyInventory) {
        certificates.inventory = inventory
        variables.report("\(inventory.entries)", as: SecurityVariables.entries)
        certificates.statuses.watch(inventory.statusRequests, at: now.monotonic)
    }

    /// What is due by now.
    mutating func advanceCertificates() {
        guard boot.phase == .accepted else { return }
        if let at = certificates.inspectAt, now.monotonic >= at { inspectKeys() }
        repeatSigning()
        renewBeforeExpiry()
        askForStatuses()
    }

    /// Nothing of this can leave without a backend that has accepted the station.
    var certificatesDeadline: Instant? {
        guard boot.phase == .accepted else { return nil }
        let signing = certificates.signing.values.compactMap(\.deadline)
        return (signing + [certificates.inspectAt, certificates.statuses.deadline].compactMap(\.self)).min()
    }
}
