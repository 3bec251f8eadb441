// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

// Values as they stand in attributes and between the events of an element (W3C EXI 1.0, 7).

extension BitReader {
    public mutating func boolean() throws(EXIError) -> Bool { try bits(1) == 1 }

    /// Of a range of at most 4,096 values: the distance from `from`, in `width` bits.
    public mutating func ranged(_ width: Int, _ from: Int64, _ to: Int64) throws(EXIError) -> Int64 {
        let value = from + Int64(try bits(width))
        guard value <= to else { throw failure(.outOfRange(value, from: from, to: to)) }
        return value
    }

    public mutating func unsigned(_ from: UInt64, _ to: UInt64) throws(EXIError) -> UInt64 {
        let value = try unsignedInteger()
        guard from <= value, value <= to else { throw failure(.unsignedOutOfRange(value, from: from, to: to)) }
        return value
    }

    public mutating func signed(_ from: Int64, _ to: Int64) throws(EXIError) -> Int64 {
        let isNegative = try boolean()
        guard let magnitude = Int64(exactly: try unsignedInteger()) else { throw failure(.integerTooWide) }
        let value = isNegative ? -1 - magnitude : magnitude
        guard from <= value, value <= to else { throw failure(.outOfRange(value, from: from, to: to)) }
        return value
    }

    @inlinable public mutating func enumeration<Value: EXIEnumeration>(_ width: Int) throws(EXIError) -> Value {
        let index = try enumerationIndex(width)
        guard let value = Value(rawValue: index) else { throw unknown(index) }
        return value
    }
    @usableFromInline mutating func enumerationIndex(_ width: Int) throws(EXIError) -> UInt8 {
        UInt8(truncatingIfNeeded: try bits(width))
    }
    @usableFromInline func unknown(_ index: UInt8) -> EXIError { failure(.unknownEnumeration(index: Int(index))) }

    /// Seven bits a byte, the least significant first.
    mutating func unsignedInteger() throws(EXIError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let group = try bits(8)
            let part = group & 0x7F
            guard shift < 64, (part << shift) >> shift == part else { throw failure(.integerTooWide) }
            value |= part << shift
            if group < 0x80 { return value }
            shift += 7
        }
    }

    public mutating func wideInteger() throws(EXIError) -> WideInteger {
        let isNegative = try boolean()
        var bytes: [UInt8] = []
        var window: UInt64 = 0
        var pending: UInt64 = 0
        var group: UInt64 = 0x80
        while group >= 0x80 {
            group = try bits(8)
            window |= (group & 0x7F) << pending
            pending += 7
            if pending >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: window))
                window >>= 8
                pending -= 8
            }
            guard bytes.count <= WideInteger.longest else { throw failure(.integerTooWide) }
        }
        bytes.append(UInt8(truncatingIfNeeded: window))
        bytes.reverse()
        let value = isNegative ? WideInteger.negative(beyond: bytes) : WideInteger(magnitude: bytes)
        guard value.magnitude.count <= WideInteger.longest else { throw failure(.integerTooWide) }
        return value
    }

    /// - Parameter most: Bytes.
    public mutating func binary(_ most: Int) throws(EXIError) -> [UInt8] {
        let count = try length(most)
        var bytes = [UInt8](repeating: 0, count: count)
        for index in 0..<count { bytes[index] = UInt8(truncatingIfNeeded: try bits(8)) }
        return bytes
    }

    /// A length whose items, at least a byte each, are there and allowed.
    func checked(_ count: UInt64, _ most: Int) throws(EXIError) -> Int {
        guard let count = Int(exactly: count), count <= most else {
            throw failure(.tooLong(Int(clamping: count), atMost: most))
        }
        guard count <= remainingBits / 8 else {
            let wanted = count.multipliedReportingOverflow(by: 8)
            throw failure(.endOfMessage(missingBits: wanted.overflow ? .max : wanted.partialValue - remainingBits))
        }
        return count
    }
    private mutating func length(_ most: Int) throws(EXIError) -> Int {
        let count = try unsignedInteger()
        return try checked(count, most)
    }
}
