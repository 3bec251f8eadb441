// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Why the station must not go over to a security profile (A05).
enum SecurityProfileRefusal: String, Equatable, Sendable {
    /// Lower than the one in force (A05.FR.09, A05.FR.10).
    case lowerProfile = "LowerProfile"
    /// No root to measure the backend by (A05.FR.02).
    case noCSMSRoot = "NoCsmsRoot"
    /// Nothing to show to the backend (A05.FR.03).
    case noStationCertificate = "NoCertificate"

    var statusInfo: StatusInfoType { StatusInfoType(reasonCode: rawValue) }
}

extension Station {
    var securityProfile: Int { variables.integer(SecurityVariables.profile) ?? 1 }

    /// Asked for every slot that is to be used: a network profile that is set (B09) or put into the priority (A05,
    /// B10).
    /// - Returns: Nil if the profile may be used (A05.FR.04, A05.FR.08).
    func refusal(ofSecurityProfile wanted: Int) -> SecurityProfileRefusal? {
        guard wanted >= securityProfile || isAllowedDowngrade(wanted) else { return .lowerProfile }
        guard wanted > securityProfile else { return nil }
        let inventory = certificates.inventory
        if wanted >= 2, inventory?.hasCSMSRoot != true { return .noCSMSRoot }
        if wanted == 3, inventory?.hasStationCertificate != true { return .noStationCertificate }
        return nil
    }

    /// Only from 3 to 2, and only where the variable allows it (A00.FR.005).
    private func isAllowedDowngrade(_ wanted: Int) -> Bool {
        wanted == 2 && securityProfile == 3 && variables.flag(SecurityVariables.allowsDowngrade)
    }

    /// A connection of this security profile was accepted (A05.FR.06). Whoever keeps the network profiles removes the
    /// lower ones.
    mutating func securityProfileIsInForce(_ profile: Int) {
        guard profile != securityProfile else { return }
        variables.report("\(profile)", as: SecurityVariables.profile)
        raise(.reconfigurationOfSecurityParameters, detail: "SecurityProfile = \(profile)")
    }
}
