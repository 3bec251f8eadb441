// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A device with SunSpec model 704: `WSet` lasts until `WSetRvrtTms` has run down in `WSetRvrtRem`; then the reversion
/// value and `WSetEnaRvrt` are in force (SunSpec DER Information Model Specification, model 704).
struct SunSpecBehaviour: DeviceBehaviour {
    /// Offsets in model 704, counted from its ID register.
    private enum Offset { static let enable = 22, enableAfterReversion = 30, remaining = 33 }
    private let base: Int?
    private let sets: [SunSpecSets]
    /// What decides on reactive power: a device follows one of these groups and refuses a second.
    private let reactive: [(address: Int, group: Int)]
    private var hadExpired = false

    init(profile: FirmwareProfile) {
        base = Self.address(ofModel: 704, in: profile.location)
        sets = SunSpecSets.all(in: profile)
        // Power factors for both directions, reactive power; volt-var and watt-var.
        let controls = base.map { base in [(2, 704), (8, 704), (35, 0)].map { (address: base + $0.0, group: $0.1) } }
        reactive =
            (controls ?? [])
            + [705, 712].compactMap { model in
                Self.address(ofModel: model, in: profile.location)
                    .map { (address: $0 + SunSpecSets.enable, group: model) }
            }
    }

    func verdict(on point: Point, at address: Int, value: Double, in registers: StoredRegisters) -> WriteVerdict {
        if value == 1, let own = reactive.first(where: { $0.address == address }),
            reactive.contains(where: { $0.group != own.group && registers.holding($0.address) == 1 })
        {
            return .refuse(3)
        }
        if sets.contains(where: { $0.address + SunSpecSets.enable == address }) {
            return value == 0 || value == 1 ? .accept : .refuse(3)
        }
        guard let base else { return .accept }
        // Enumerations take only what they name.
        let isEnable = address == base + Offset.enable || address == base + Offset.enableAfterReversion
        return isEnable && value != 0 && value != 1 ? .refuse(3) : .accept
    }

    mutating func wrote(_ point: Point, at address: Int, value: Double, in registers: inout StoredRegisters) {
        for set in sets where address == set.address + SunSpecSets.request {
            set.adopt(Int(value), in: &registers)
        }
    }

    mutating func observe(_ charger: SimulatedCharger, in registers: inout StoredRegisters) {
        guard let base else { return }
        // The register shows the seconds that have begun.
        let left = charger.watchdog.expiry.map { ($0 - charger.now).nanoseconds + 999_999_999 } ?? 0
        let seconds = UInt32(clamping: max(0, left / 1_000_000_000))
        registers.setHolding(base + Offset.remaining, to: UInt16(seconds >> 16))
        registers.setHolding(base + Offset.remaining + 1, to: UInt16(seconds & 0xFFFF))
        if charger.watchdog.hasExpired, !hadExpired,
            let after = registers.holding(base + Offset.enableAfterReversion)
        {
            registers.setHolding(base + Offset.enable, to: after)
        }
        hadExpired = charger.watchdog.hasExpired
    }

    /// Of the model's ID register in the chain the simulated device offers.
    static func address(ofModel id: Int, in location: Location) -> Int? {
        guard case .sunspec(let bases, let models) = location else { return nil }
        var address = (bases.first ?? 40_000) + 2
        for model in models {
            if model.id == id { return address }
            address += 2 + model.length
        }
        return nil
    }
}
