// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

extension Station {
    /// A rule that one value alone does not show; nil if the value may be set. Called before anything changes.
    func refusal(of value: String, for key: VariableKey) -> StatusInfoType? {
        switch key.component {
        case NetworkVariables.component: refusal(ofNetwork: value, for: key)
        case "OCPPCommCtrlr" where key == NetworkVariables.priority: refusal(ofPriority: value)
        case "SecurityCtrlr" where key == NetworkVariables.stationIdentity: NetworkRules.refusal(ofIdentity: value)
        case "SecurityCtrlr", "ISO15118Ctrlr":
            securityRefuses(key, value) == nil ? nil : StatusInfoType(reasonCode: "InvalidValue")
        case WebPaymentVariables.component: WebPaymentVariables.refusal(of: value, for: key)
        case _: nil
        }
    }

    /// Tells the block that a backend has changed one of its variables, the value being in place.
    mutating func variableChanged(_ key: VariableKey) {
        switch key.component {
        case "OCPPCommCtrlr", NetworkVariables.component: connectionVariableChanged(key)
        case "SecurityCtrlr", "ISO15118Ctrlr":
            credentialChanged(key)
            securityChanged(key, to: variables.text(key) ?? "")
        case "DisplayMessageCtrlr": showMessages()
        // All others are read where they are used: nobody needs to be told.
        case _: break
        }
    }
}
