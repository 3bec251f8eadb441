// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The car at an EVSE whose cars the gateway speaks to itself.
package struct VehicleStatus: Codable, Hashable, Sendable {
    /// Where its session is, in words: `waiting for authorisation`, `charging`, …
    package var state: String
    /// `ISO 15118-20`, `ISO 15118-2`, `DIN SPEC 70121`.
    package var standard: String?
    /// `DC, bidirectional`, …
    package var service: String?
    /// `dynamic` or `scheduled`; ISO 15118-20 only.
    package var mode: String?
    /// As it names itself.
    package var vehicle: String?
    package var address: String?
    package var security: String?
    package var stateOfCharge: StateOfCharge?
    /// What it takes and delivers at most now, at its inlet; both without a sign.
    package var charge: Power?
    package var discharge: Power?
    /// Why it is not discharged; absent where it can be.
    package var noDischarge: String?
    /// How the session before ended.
    package var lastEnd: String?
    /// Why cars cannot be spoken to, or why the last connection came to no session.
    package var fault: String?

    package init(
        state: String, standard: String? = nil, service: String? = nil, mode: String? = nil, vehicle: String? = nil,
        address: String? = nil, security: String? = nil, stateOfCharge: StateOfCharge? = nil, charge: Power? = nil,
        discharge: Power? = nil, noDischarge: String? = nil, lastEnd: String? = nil, fault: String? = nil
    ) {
        self.state = state
        self.standard = standard
        self.service = service
        self.mode = mode
        self.vehicle = vehicle
        self.address = address
        self.security = security
        self.stateOfCharge = stateOfCharge
        self.charge = charge
        self.discharge = discharge
        self.noDischarge = noDischarge
        self.lastEnd = lastEnd
        self.fault = fault
    }

    enum CodingKeys: String, CodingKey {
        case state, service, mode, vehicle, address, security, fault
        case standard = "protocol"
        case stateOfCharge = "soc_percent"
        case charge = "charge_W"
        case discharge = "discharge_W"
        case noDischarge = "no_discharge"
        case lastEnd = "last_end"
    }

    /// For a terminal.
    package var inWords: String {
        let what = [standard, service, mode].compactMap(\.self).joined(separator: ", ")
        let bounds = [
            charge.map { "takes \($0)" }, discharge.map { $0.isZero ? "delivers nothing" : "delivers \($0)" },
        ].compactMap(\.self).joined(separator: ", ")
        let parts = [vehicle.map { "car \($0)" } ?? "car", what, state, bounds, security ?? ""]
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
