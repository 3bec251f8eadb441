// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// An integer without bounds (xs:integer), such as a certificate's serial number.
public struct WideInteger: Hashable, Sendable {
    /// Longest magnitude read or written, in bytes. Serial numbers have at most 20 (RFC 5280, 4.1.2.2).
    public static let longest = 128

    public let isNegative: Bool
    /// Big-endian, without leading zeros; empty is zero.
    public let magnitude: [UInt8]

    public init(magnitude: [UInt8], isNegative: Bool = false) {
        self.magnitude = Array(magnitude.drop { $0 == 0 })
        self.isNegative = isNegative && !self.magnitude.isEmpty
    }

    public init(_ value: Int64) {
        let magnitude = (0..<8).map { UInt8(truncatingIfNeeded: value.magnitude >> UInt64(56 - 8 * $0)) }
        self.init(magnitude: magnitude, isNegative: value < 0)
    }

    /// Decimal digits, with a sign in front of negative ones; nil for anything else.
    public init?(decimal: String) {
        let digits = decimal.utf8.drop { $0 == UInt8(ascii: "-") }
        guard !digits.isEmpty, decimal.utf8.count - digits.count <= 1, digits.count <= 300 else { return nil }
        var magnitude: [UInt8] = []
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            var carry = Int(digit - UInt8(ascii: "0"))
            for index in magnitude.indices.reversed() {
                carry += Int(magnitude[index]) * 10
                magnitude[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            if carry > 0 { magnitude.insert(UInt8(carry), at: 0) }
        }
        self.init(magnitude: magnitude, isNegative: decimal.utf8.first == UInt8(ascii: "-"))
    }

    /// One nearer to zero; nothing is nearer than zero.
    func towardZero() -> [UInt8] {
        var bytes = magnitude
        for index in bytes.indices.reversed() {
            bytes[index] &-= 1
            if bytes[index] != 0xFF { break }
        }
        return Array(bytes.drop { $0 == 0 })
    }

    /// The negative number whose magnitude is one more than `bytes`.
    static func negative(beyond bytes: [UInt8]) -> WideInteger {
        var bytes = [0] + bytes
        for index in bytes.indices.reversed() {
            bytes[index] &+= 1
            if bytes[index] != 0 { break }
        }
        return WideInteger(magnitude: bytes, isNegative: true)
    }
}

extension WideInteger: CustomStringConvertible {
    public var description: String {
        var rest = magnitude
        var digits: [UInt8] = []
        while !rest.isEmpty {
            var remainder = 0
            for index in rest.indices {
                remainder = remainder << 8 | Int(rest[index])
                rest[index] = UInt8(remainder / 10)
                remainder %= 10
            }
            digits.append(UInt8(ascii: "0") + UInt8(remainder))
            rest = Array(rest.drop { $0 == 0 })
        }
        if digits.isEmpty { return "0" }
        return (isNegative ? "-" : "") + String(decoding: digits.reversed(), as: UTF8.self)
    }
}
