// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import GridConnection

extension GridRule {
    /// For people, as the source of a limit.
    var inWords: String {
        switch self {
        case .firmCapacity: "agreement"
        case .timedCapacity: "capacity by the calendar"
        case .flexibleCapacity: "flexible capacity"
        case .consumptionLimit: "operator's limit on consumption (LPC)"
        case .productionLimit: "operator's limit on production (LPP)"
        case .consumptionFailsafe: "failsafe of the limit on consumption (LPC)"
        case .productionFailsafe: "failsafe of the limit on production (LPP)"
        case .instruction: "operator's instruction"
        case .relay: "relay of the control box"
        case .section14a: "reduction by § 14a EnWG"
        case .limitationScheme: "limitation scheme (G100)"
        case .operatingEnvelope: "operating envelope"
        case .operatingEnvelopeDefault: "default operating envelope"
        case .feedInCap: "feed-in cap (§ 9 EEG)"
        case .unbalance: "unbalance between phases"
        case .frequencyResponse: "grid code: frequency"
        case .voltageWatt: "grid code: voltage"
        case .enterService: "grid code: waiting to enter service"
        case .returnRamp: "grid code: ramp after return"
        case .ceaseToEnergise: "order to cease to energise"
        case .momentaryCessation: "grid code: momentary cessation"
        case .unverifiedSettings: "charger's grid settings are not verified"
        case .gradualRelease: "gradual release"
        }
    }
}
