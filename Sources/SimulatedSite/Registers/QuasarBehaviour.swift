// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Wallbox Quasar 1, as open clients of it describe its registers (V2G-liberty, PyPI `wallbox-modbus`): writes work only
/// under remote control, and leaving it restores the user's defaults.
struct QuasarBehaviour: DeviceBehaviour {
    private enum Register {
        static let controlMode = 81, autostart = 82, setpointType = 83, idleTimeout = 88, action = 257
    }
    private var wasPlugged = false

    func verdict(on point: Point, at address: Int, value: Double, in registers: StoredRegisters) -> WriteVerdict {
        if address == Register.controlMode { return value == 0 || value == 1 ? .accept : .refuse(3) }
        return registers.holding(Register.controlMode) == 1 ? .accept : .ignore
    }

    mutating func wrote(_ point: Point, at address: Int, value: Double, in registers: inout StoredRegisters) {
        guard address == Register.controlMode, value == 0 else { return }
        registers.setHolding(Register.autostart, to: 1)
        registers.setHolding(Register.setpointType, to: 0)
        registers.setHolding(Register.idleTimeout, to: 0)
        registers.setHolding(Register.action, to: 2)
    }

    /// A start that was never stopped survives the unplugging and starts the next car.
    mutating func observe(_ charger: SimulatedCharger, in registers: inout StoredRegisters) {
        let isPlugged = charger.vehicle != nil
        if isPlugged, !wasPlugged, registers.holding(Register.autostart) == 1 {
            registers.setHolding(Register.action, to: 1)
        }
        wasPlugged = isPlugged
    }
}
