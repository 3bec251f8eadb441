// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A function that a grid code asks of a charger, as far as it matters who carries it out.
package enum GridFunction: String, CaseIterable, Sendable {
    case frequencyResponse = "frequency_response"
    case voltWatt = "volt_watt"
    case reactivePower = "reactive_power"
    case enterService = "enter_service"
    case ceaseToEnergise = "cease_to_energise"
    case momentaryCessation = "momentary_cessation"
    case trips
}
