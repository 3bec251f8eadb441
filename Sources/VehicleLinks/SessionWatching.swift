// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118

/// A charging point that wants to know how far its car's session is.
package protocol SessionWatching: ChargingPoint {
    /// Called on the event loop whenever something of it has changed: it must not wait.
    func progressed(_ progress: SessionProgress)
}

/// Where a session stands.
package struct SessionProgress: Hashable, Sendable {
    package var standard: Standard
    package var phase: StationPhase
    /// What the car has chosen; nil before.
    package var service: EnergyService?
    package var mode: ControlMode
    /// The car's identifier, as it names itself.
    package var vehicle: String

    init(_ machine: StationMachine) {
        standard = machine.standard
        phase = machine.phase
        service = machine.service
        mode = machine.mode
        vehicle = machine.vehicle
    }
}
