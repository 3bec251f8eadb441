// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The versions that are spoken, each with the WebSocket subprotocol that selects it (OCPP 2.1 part 4, 3.1.2).
public enum OCPPVersion: String, CaseIterable, Sendable, Comparable {
    case v16 = "ocpp1.6"
    case v201 = "ocpp2.0.1"
    case v21 = "ocpp2.1"

    public var subprotocol: String { rawValue }

    private var order: Int {
        switch self {
        case .v16: 0
        case .v201: 1
        case .v21: 2
        }
    }
    public static func < (lhs: OCPPVersion, rhs: OCPPVersion) -> Bool { lhs.order < rhs.order }
}
