// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

/// Variables of boot, connection and clock.
enum ProvisioningVariables {
    static let heartbeatInterval = VariableKey("OCPPCommCtrlr", "HeartbeatInterval")

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        [
            VariableDefinition(
                heartbeatInterval, .integer(1...86_400), unit: "s", .readWrite, standard: "900")
        ]
    }
}
