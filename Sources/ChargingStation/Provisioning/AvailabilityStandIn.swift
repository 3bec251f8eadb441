// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

// What block G (availability) provides. These stand in until it is there.

extension Station {
    /// Says the state of every connector (B01.FR.05, B04.FR.01).
    mutating func reportAllConnectors() {}

    /// Says the state of the connectors whose state the backend does not know (B04.FR.02).
    mutating func reportChangedConnectors() {}

    /// The state of an EVSE and its connector.
    func availabilityState(evse: Int) -> ConnectorStatusEnumType {
        guard let index = index(ofEVSE: evse) else { return .unavailable }
        return switch evses[index].report.connector {
        case .faulted: .faulted
        case .unavailable: .unavailable
        case .occupied: .occupied
        case .available: evses[index].transaction == nil ? .available : .occupied
        }
    }
}
