// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What one family does beyond what its profile's data says. One file per family; places are known by address, as the
/// vendor's document gives them, because names belong to the profile.
protocol DeviceBehaviour: Sendable {
    /// What becomes of a write before it is stored.
    func verdict(on point: Point, at address: Int, value: Double, in registers: StoredRegisters) -> WriteVerdict
    /// What the device changes by itself after a write was stored.
    mutating func wrote(_ point: Point, at address: Int, value: Double, in registers: inout StoredRegisters)
    /// What the device changes by itself as time passes and the charger moves on.
    mutating func observe(_ charger: SimulatedCharger, in registers: inout StoredRegisters)
}

enum WriteVerdict: Equatable, Sendable {
    case accept
    /// Answered like a success and forgotten.
    case ignore
    /// A Modbus exception.
    case refuse(UInt8)
}

/// Registers a behaviour may look at and change.
struct StoredRegisters: Sendable {
    let layout: RegisterLayout
    var words: [RegisterLayout.Key: UInt16] = [:]

    func holding(_ address: Int) -> UInt16? { words[RegisterLayout.Key(table: .holding, address: address)] }
    mutating func setHolding(_ address: Int, to value: UInt16) {
        let key = RegisterLayout.Key(table: .holding, address: address)
        if layout.covering[key] != nil { words[key] = value }
    }
}

/// A device that does what its profile says and nothing else.
struct GenericBehaviour: DeviceBehaviour {
    func verdict(on point: Point, at address: Int, value: Double, in registers: StoredRegisters) -> WriteVerdict {
        .accept
    }
    mutating func wrote(_ point: Point, at address: Int, value: Double, in registers: inout StoredRegisters) {}
    mutating func observe(_ charger: SimulatedCharger, in registers: inout StoredRegisters) {}
}

func behaviour(of profile: FirmwareProfile) -> any DeviceBehaviour {
    if profile.id.hasPrefix("wallbox/quasar") { return QuasarBehaviour() }
    if profile.id.hasPrefix("evtec/bidipro") { return EVTECBehaviour() }
    if case .sunspec = profile.location { return SunSpecBehaviour(profile: profile) }
    return GenericBehaviour()
}
