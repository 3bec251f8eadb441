// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

// Values as they stand in attributes and between the events of an element (W3C EXI 1.0, 7).

extension BitWriter {
    public mutating func boolean(_ value: Bool) { bits(value ? 1 : 0, 1) }

    public mutating func ranged(_ value: Int64, _ width: Int, _ from: Int64, _ to: Int64) throws(EXIError) {
        guard from <= value, value <= to else { throw failure(.outOfRange(value, from: from, to: to)) }
        bits(UInt64(truncatingIfNeeded: value - from), width)
    }

    public mutating func unsigned(_ value: UInt64, _ from: UInt64, _ to: UInt64) throws(EXIError) {
        guard from <= value, value <= to else { throw failure(.unsignedOutOfRange(value, from: from, to: to)) }
        unsignedInteger(value)
    }

    public mutating func signed(_ value: Int64, _ from: Int64, _ to: Int64) throws(EXIError) {
        guard from <= value, value <= to else { throw failure(.outOfRange(value, from: from, to: to)) }
        boolean(value < 0)
        unsignedInteger(value < 0 ? UInt64(-1 - value) : UInt64(value))
    }

    public mutating func enumeration<Value: EXIEnumeration>(_ value: Value, _ width: Int) {
        bits(UInt64(value.rawValue), width)
    }

    /// Seven bits a byte, the least significant first.
    mutating func unsignedInteger(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bits(rest & 0x7F | 0x80, 8)
            rest >>= 7
        }
        bits(rest, 8)
    }

    public mutating func wideInteger(_ value: WideInteger) throws(EXIError) {
        guard value.magnitude.count <= WideInteger.longest else { throw failure(.integerTooWide) }
        boolean(value.isNegative)
        var groups: [UInt8] = []
        var window: UInt64 = 0
        var pending: UInt64 = 0
        for byte in (value.isNegative ? value.towardZero() : value.magnitude).reversed() {
            window |= UInt64(byte) << pending
            pending += 8
            while pending >= 7 {
                groups.append(UInt8(window & 0x7F))
                window >>= 7
                pending -= 7
            }
        }
        groups.append(UInt8(window))
        while groups.count > 1, groups.last == 0 { groups.removeLast() }
        for group in groups.dropLast() { bits(UInt64(group) | 0x80, 8) }
        bits(UInt64(groups.last ?? 0), 8)
    }

    /// - Parameter most: Characters (Unicode code points). Compact identifiers are never written: peers differ in
    ///   whether they can read them.
    public mutating func string(_ value: String, _ most: Int) throws(EXIError) {
        let count = value.unicodeScalars.count
        guard count <= most else { throw failure(.tooLong(count, atMost: most)) }
        unsignedInteger(UInt64(count) + 2)
        for scalar in value.unicodeScalars { unsignedInteger(UInt64(scalar.value)) }
    }

    /// - Parameter most: Bytes.
    public mutating func binary(_ value: [UInt8], _ most: Int) throws(EXIError) {
        guard value.count <= most else { throw failure(.tooLong(value.count, atMost: most)) }
        unsignedInteger(UInt64(value.count))
        for byte in value { bits(UInt64(byte), 8) }
    }
}
