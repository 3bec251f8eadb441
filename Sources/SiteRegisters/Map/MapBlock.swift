// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One value of the project's own map.
package struct MapPoint: Sendable {
    package enum Access: String, Sendable { case read = "R", write = "RW" }
    package let address: Int
    package let name: String
    package let type: RegisterType
    package let unit: String
    package let access: Access
    package let meaning: String
    let value: @Sendable (Readable) -> Int64?
}

/// Registers that make one order: written in one request, all of them, or refused.
package struct MapGroup: Sendable {
    package let address: Int
    package let types: [RegisterType]
    package let meaning: String
    /// From the values written.
    let order: @Sendable ([Int64]) throws(RegisterRefusal) -> RegisterOrder

    var width: Int { types.reduce(0) { $0 + $1.width } }

    func order(_ words: ArraySlice<UInt16>) throws(RegisterRefusal) -> RegisterOrder {
        var values: [Int64] = []
        var start = words.startIndex
        for type in types {
            guard let value = type.value(words[start..<start + type.width]) else { throw .badValue }
            values.append(value)
            start += type.width
        }
        return try order(values)
    }
}

/// A run of registers without gaps.
package struct MapBlock: Sendable {
    package let title: String
    package let address: Int
    package private(set) var points: [MapPoint] = []
    package private(set) var groups: [MapGroup] = []
    private var next: Int

    init(_ title: String, at address: Int) {
        self.title = title
        self.address = address
        next = address
    }

    package var end: Int { next }

    mutating func add(
        _ name: String, _ type: RegisterType, _ unit: String, _ access: MapPoint.Access, _ meaning: String,
        _ value: @escaping @Sendable (Readable) -> Int64?
    ) {
        points.append(
            MapPoint(
                address: next, name: name, type: type, unit: unit, access: access, meaning: meaning, value: value))
        next += type.width
    }

    /// The `count` points added last make one order.
    mutating func makeOrder(
        of count: Int = 1, _ meaning: String,
        _ order: @escaping @Sendable ([Int64]) throws(RegisterRefusal) -> RegisterOrder
    ) {
        let parts = points.suffix(count)
        groups.append(
            MapGroup(address: parts.first?.address ?? next, types: parts.map(\.type), meaning: meaning, order: order))
    }
}
