// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// A model of models 705 to 712 with two sets of settings: the first is in force, the second can be written and adopted.
struct SunSpecSets: Sendable {
    /// Offsets from the ID register.
    static let enable = 2, request = 3, result = 4

    let address: Int
    /// Registers of the first set and of the second, that belong together.
    private let pairs: [(inForce: Int, stored: Int)]

    static func all(in profile: FirmwareProfile) -> [SunSpecSets] {
        guard case .sunspec(_, let models) = profile.location else { return [] }
        return models.compactMap { model in
            guard (705...712).contains(model.id),
                let address = SunSpecBehaviour.address(ofModel: model.id, in: profile.location)
            else { return nil }
            return SunSpecSets(model.id, at: address, profile)
        }
    }

    /// Pairs points by name: `705.Crv1.Pt1.V` and `705.Crv2.Pt1.V`.
    private init(_ model: Int, at address: Int, _ profile: FirmwareProfile) {
        self.address = address
        let group = model == 711 ? "Ctl" : "Crv"
        let points = profile.points.filter { $0.sunspecModel == model && !$0.name.hasSuffix(".ReadOnly") }
        pairs = points.flatMap { point -> [(inForce: Int, stored: Int)] in
            let twin = point.name.replacing("\(group)1.", with: "\(group)2.")
            guard twin != point.name, let stored = points.first(where: { $0.name == twin }) else { return [] }
            return (0..<point.encoding.registers).map {
                (address + point.address + $0, address + stored.address + $0)
            }
        }
    }

    /// - Parameter set: Counted from one; only the second can be adopted.
    func adopt(_ set: Int, in registers: inout StoredRegisters) {
        guard set == 2 else {
            registers.setHolding(address + Self.result, to: 2)
            return
        }
        for pair in pairs {
            if let word = registers.holding(pair.stored) { registers.setHolding(pair.inForce, to: word) }
        }
        registers.setHolding(address + Self.result, to: 1)
    }
}
