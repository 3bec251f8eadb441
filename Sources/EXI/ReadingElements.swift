// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

// Elements with a simple type: the characters event, the value, the end; each event is the only one of its state.

extension BitReader {
    private mutating func open() throws(EXIError) { try only(in: "a simple value") }
    private mutating func close() throws(EXIError) { try only(in: "a simple value") }

    public mutating func booleanElement() throws(EXIError) -> Bool {
        // Characters, value, end.
        let all = try bits(3)
        guard all & 0b101 == 0 else { throw failure(.undeclaredContent(in: "a boolean")) }
        return all == 0b010
    }

    public mutating func rangedElement(_ width: Int, _ from: Int64, _ to: Int64) throws(EXIError) -> Int64 {
        try open()
        let value = try ranged(width, from, to)
        try close()
        return value
    }

    public mutating func unsignedElement(_ from: UInt64, _ to: UInt64) throws(EXIError) -> UInt64 {
        try open()
        let value = try unsigned(from, to)
        try close()
        return value
    }

    public mutating func signedElement(_ from: Int64, _ to: Int64) throws(EXIError) -> Int64 {
        try open()
        let value = try signed(from, to)
        try close()
        return value
    }

    public mutating func wideIntegerElement() throws(EXIError) -> WideInteger {
        try open()
        let value = try wideInteger()
        try close()
        return value
    }

    @inlinable public mutating func enumerationElement<Value: EXIEnumeration>(_ width: Int) throws(EXIError) -> Value {
        let index = try enumerationElementIndex(width)
        guard let value = Value(rawValue: index) else { throw unknown(index) }
        return value
    }
    @usableFromInline mutating func enumerationElementIndex(_ width: Int) throws(EXIError) -> UInt8 {
        try open()
        let index = try enumerationIndex(width)
        try close()
        return index
    }

    public mutating func stringElement(_ name: UInt16, _ most: Int) throws(EXIError) -> String {
        try stringContent(try event(1), name, most)
    }

    public mutating func binaryElement(_ most: Int) throws(EXIError) -> [UInt8] {
        try binaryContent(try event(1), most)
    }

    /// The value of a string element and its end, `event` being 0 for characters and 1 for an escape. Some encoders
    /// write no characters event for an empty value; the end is then one the schema does not declare.
    public mutating func stringContent(_ event: Int, _ name: UInt16, _ most: Int) throws(EXIError) -> String {
        if event != 0 {
            try undeclaredEnd(event)
            return ""
        }
        let value = try string(name, most)
        try close()
        return value
    }

    public mutating func binaryContent(_ event: Int, _ most: Int) throws(EXIError) -> [UInt8] {
        if event != 0 {
            try undeclaredEnd(event)
            return []
        }
        let value = try binary(most)
        try close()
        return value
    }

    /// The end of an element is the first of the productions that the schema does not declare; there are five to
    /// seven of them here (W3C EXI 1.0, 8.5.4.4.1), so that the second part of the code has three bits.
    private mutating func undeclaredEnd(_ event: Int) throws(EXIError) {
        guard event == 1, try bits(3) == 0 else { throw failure(.undeclaredContent(in: "a simple value")) }
    }
}
