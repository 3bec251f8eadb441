// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// Where each register of a profile lies on the wire.
struct RegisterLayout: Sendable {
    struct Key: Hashable, Sendable {
        let table: RegisterTable
        let address: Int
    }

    /// A point at one place. Points per connector appear once for each connector.
    struct Place: Hashable, Sendable {
        let index: Int
        /// The connector's block; nil for the station's own points.
        let connector: Int?
        let key: Key
    }

    let points: [Point]
    private(set) var places: [Place] = []
    /// Indices into `places`; several where points share a register under masks.
    private(set) var covering: [Key: [Int]] = [:]
    /// Registers that exist without a point: markers, model headers, what a model does not implement.
    private(set) var constants: [Key: UInt16] = [:]

    init(profile: FirmwareProfile) {
        points = profile.points
        switch profile.location {
        case .absolute:
            for (index, point) in points.enumerated() { place(index, point, at: point.address, connector: nil) }
        case .blocks(let stride, let first, let last, _):
            for (index, point) in points.enumerated() {
                guard point.isPerConnector else {
                    place(index, point, at: point.address, connector: nil)
                    continue
                }
                guard first <= last else { continue }
                for connector in first...last {
                    place(index, point, at: connector * stride + point.address, connector: connector)
                }
            }
        case .sunspec(let bases, let models):
            placeChain(base: bases.first ?? 40_000, models: models)
        }
    }

    func point(_ place: Place) -> Point { points[place.index] }
    func place(named name: String, connector: Int?) -> Place? {
        places.first { points[$0.index].name == name && ($0.connector == connector || $0.connector == nil) }
    }

    private mutating func place(_ index: Int, _ point: Point, at address: Int, connector: Int?) {
        let key = Key(table: point.table, address: address)
        places.append(Place(index: index, connector: connector, key: key))
        for offset in 0..<point.encoding.registers {
            covering[Key(table: point.table, address: address + offset), default: []].append(places.count - 1)
        }
    }

    /// “SunS”, then ID, length and body of each model, then the end model (SunSpec Device Information Model
    /// Specification). A model's registers that the profile does not name hold “not implemented”.
    private mutating func placeChain(base: Int, models: [SunSpecModel]) {
        var address = base
        append([0x5375, 0x6E53], at: &address)
        for model in models {
            let start = address
            append([UInt16(truncatingIfNeeded: model.id), UInt16(truncatingIfNeeded: model.length)], at: &address)
            // Model 1 is text, whose “not implemented” is zero.
            let filler: UInt16 = model.id == 1 ? 0 : 0xFFFF
            append([UInt16](repeating: filler, count: max(0, model.length)), at: &address)
            for (index, point) in points.enumerated() where point.sunspecModel == model.id {
                place(index, point, at: start + point.address, connector: nil)
            }
        }
        append([0xFFFF, 0], at: &address)
        // Vendors' registers outside the chain.
        for (index, point) in points.enumerated() where point.sunspecModel == nil {
            place(index, point, at: point.address, connector: nil)
        }
    }

    private mutating func append(_ words: [UInt16], at address: inout Int) {
        for word in words {
            constants[Key(table: .holding, address: address)] = word
            address += 1
        }
    }
}
