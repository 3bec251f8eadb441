// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// EVTEC BiDiPro 10, as an open client of it describes its registers (V2G-liberty, pull requests 491 and 496): a setpoint
/// outside ±10 kW is rejected instead of clamped, and `suspend` changes nothing.
struct EVTECBehaviour: DeviceBehaviour {
    private enum Register { static let idleTimeout = 42, setpointInBlock = 86, blockLength = 100 }

    func verdict(on point: Point, at address: Int, value: Double, in registers: StoredRegisters) -> WriteVerdict {
        if address == Register.idleTimeout { return (0...600).contains(value) ? .accept : .refuse(3) }
        if address > Register.blockLength, address % Register.blockLength == Register.setpointInBlock {
            return abs(value) <= 10_000 ? .accept : .refuse(3)
        }
        return .accept
    }
    mutating func wrote(_ point: Point, at address: Int, value: Double, in registers: inout StoredRegisters) {}
    mutating func observe(_ charger: SimulatedCharger, in registers: inout StoredRegisters) {}
}
