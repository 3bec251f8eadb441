// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

extension Station {
    /// The state of an EVSE and its connector, as its variables say it.
    func availabilityState(evse: Int) -> ConnectorStatusEnumType {
        index(ofEVSE: evse).map(connectorStatus) ?? .unavailable
    }
}
