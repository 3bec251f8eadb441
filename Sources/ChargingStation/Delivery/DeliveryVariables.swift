// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Station {
    /// How often a durable call is tried, as the backend has set it.
    package var deliveryRules: Delivery.Rules {
        var rules = Delivery.Rules()
        rules.attempts =
            variables.integer(ProvisioningVariables.messageAttempts) ?? 5
        let seconds = variables.integer(ProvisioningVariables.messageAttemptInterval)
        if let seconds { rules.interval = .seconds(min(max(seconds, 0), 86_400)) }
        return rules
    }
}
