// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

// What block A (security) provides. These stand in until it is there.

/// Why the station must not go over to a security profile (A05).
enum SecurityProfileRefusal: String, Equatable, Sendable {
    case noCSMSRoot = "NoCsmsRoot"

    var statusInfo: StatusInfoType { StatusInfoType(reasonCode: rawValue) }
}

extension Station {
    func refusal(ofSecurityProfile wanted: Int) -> SecurityProfileRefusal? { wanted >= 2 ? .noCSMSRoot : nil }

    mutating func securityProfileIsInForce(_ profile: Int) {}
}
