// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP

/// Profiles and what became of them (blocks K and Q).
struct SmartCharging: Equatable, Sendable {
    var profiles = ChargingProfiles()
}

extension Station {
    /// A transaction is authorised and the car connected: relative profiles count from now, delays are drawn.
    mutating func profilesBegin(evse: Int) {}

    /// A transaction has ended: its profiles go.
    mutating func profilesEnd(transaction id: String) {}

    /// Works out what every EVSE may and shall do, and says what has changed. Called after every input.
    mutating func commandEVSEs() {}
}
