// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

// Elements with a simple type: the characters event, the value, the end; each event is the only one of its state.

extension BitWriter {
    public mutating func booleanElement(_ value: Bool) { bits(value ? 0b010 : 0, 3) }

    public mutating func rangedElement(_ value: Int64, _ width: Int, _ from: Int64, _ to: Int64) throws(EXIError) {
        only()
        try ranged(value, width, from, to)
        only()
    }

    public mutating func unsignedElement(_ value: UInt64, _ from: UInt64, _ to: UInt64) throws(EXIError) {
        only()
        try unsigned(value, from, to)
        only()
    }

    public mutating func signedElement(_ value: Int64, _ from: Int64, _ to: Int64) throws(EXIError) {
        only()
        try signed(value, from, to)
        only()
    }

    public mutating func wideIntegerElement(_ value: WideInteger) throws(EXIError) {
        only()
        try wideInteger(value)
        only()
    }

    @inlinable public mutating func enumerationElement<Value: EXIEnumeration>(_ value: Value, _ width: Int) {
        enumerationElement(index: value.rawValue, width)
    }
    @usableFromInline mutating func enumerationElement(index: UInt8, _ width: Int) {
        bits(UInt64(index) << 1, width + 2)
    }

    public mutating func stringElement(_ value: String, _ most: Int) throws(EXIError) {
        only()
        try string(value, most)
        only()
    }

    public mutating func binaryElement(_ value: [UInt8], _ most: Int) throws(EXIError) {
        only()
        try binary(value, most)
        only()
    }
}
