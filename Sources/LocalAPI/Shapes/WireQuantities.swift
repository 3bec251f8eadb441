// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

// On the wire a quantity is a plain JSON number in the unit its key names (`power_W`, `voltage_V`); in Swift it stays
// typed. The coding keys below join the two.

extension Quantity {
    /// A whole number where there is no fraction, so that readers see `7400` and not `7400.0`.
    func encodeInUnits(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if milli % 1_000 == 0 {
            try container.encode(milli / 1_000)
        } else {
            try container.encode(inUnits)
        }
    }

    /// - Throws: `DecodingError` for a number no real site can have.
    static func decodeInUnits(from decoder: any Decoder) throws -> Self {
        let container = try decoder.singleValueContainer()
        let number = try container.decode(Double.self)
        guard let value = Self(measured: number) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(number) \(symbol) is implausible")
        }
        return value
    }
}

extension Power: Codable {
    public func encode(to encoder: any Encoder) throws { try encodeInUnits(to: encoder) }
    public init(from decoder: any Decoder) throws { self = try Self.decodeInUnits(from: decoder) }
}

extension Current: Codable {
    public func encode(to encoder: any Encoder) throws { try encodeInUnits(to: encoder) }
    public init(from decoder: any Decoder) throws { self = try Self.decodeInUnits(from: decoder) }
}

extension Voltage: Codable {
    public func encode(to encoder: any Encoder) throws { try encodeInUnits(to: encoder) }
    public init(from decoder: any Decoder) throws { self = try Self.decodeInUnits(from: decoder) }
}

extension Frequency: Codable {
    public func encode(to encoder: any Encoder) throws { try encodeInUnits(to: encoder) }
    public init(from decoder: any Decoder) throws { self = try Self.decodeInUnits(from: decoder) }
}

extension Energy: Codable {
    public func encode(to encoder: any Encoder) throws { try encodeInUnits(to: encoder) }
    public init(from decoder: any Decoder) throws { self = try Self.decodeInUnits(from: decoder) }
}

extension StateOfCharge: Codable {
    public func encode(to encoder: any Encoder) throws { try encodeInUnits(to: encoder) }
    public init(from decoder: any Decoder) throws { self = try Self.decodeInUnits(from: decoder) }
}

extension PerPhase: Codable where Value: Codable {
    private enum Key: String, CodingKey { case l1, l2, l3 }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(l1, forKey: .l1)
        try container.encode(l2, forKey: .l2)
        try container.encode(l3, forKey: .l3)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            try container.decode(Value.self, forKey: .l1), try container.decode(Value.self, forKey: .l2),
            try container.decode(Value.self, forKey: .l3))
    }
}
