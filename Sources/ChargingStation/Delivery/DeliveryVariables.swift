// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Station {
    /// How often a durable call is tried, as the backend has set it.
    package var deliveryRules: Delivery.Rules {
        var rules = Delivery.Rules()
        rules.attempts =
            variables.integer(VariableKey("OCPPCommCtrlr", "MessageAttempts", instance: "TransactionEvent")) ?? 5
        let seconds = variables.integer(
            VariableKey("OCPPCommCtrlr", "MessageAttemptInterval", instance: "TransactionEvent"))
        if let seconds { rules.interval = .seconds(min(max(seconds, 0), 86_400)) }
        return rules
    }

    /// How long a call waits for its answer.
    package var messageTimeout: Interval {
        let seconds = variables.integer(VariableKey("OCPPCommCtrlr", "MessageTimeout", instance: "Default")) ?? 30
        return .seconds(min(max(seconds, 1), 3_600))
    }
}
