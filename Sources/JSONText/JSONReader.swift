// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Reads JSON (RFC 8259) front to back without building a tree: the caller asks for what should come next.
///
/// Strict: no other white space than the four of the grammar, no leading zeros, no lone surrogates, UTF-8 only. Depth is
/// bounded, so is all recursion. Whoever reads an object decides about names that come twice; `JSON.parse` refuses them
/// (RFC 7493, 2.3).
public struct JSONReader: Sendable {
    /// What a value is, told by its first byte.
    public enum Kind: Sendable { case object, array, string, number, boolean, null }

    public let bytes: [UInt8]
    /// The byte to be read next.
    public internal(set) var offset: Int
    private var depth = 0
    private let deepest: Int

    /// - Parameter deepest: Objects and arrays inside one another, the outermost included.
    public init(_ bytes: [UInt8], from offset: Int = 0, deepest: Int = 64) {
        self.bytes = bytes
        self.offset = min(max(0, offset), bytes.count)
        self.deepest = deepest
    }

    public func failure(_ expected: String) -> JSONError { JSONError(offset: offset, expected: expected) }

    /// The byte at `offset`, or zero after the end: zero is never part of JSON.
    @inline(__always)
    var next: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    mutating func advance() { offset += 1 }

    @inline(__always)
    public mutating func skipSpace() { if next <= 0x20 { skipManySpaces() } }

    private mutating func skipManySpaces() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            case _: return
            }
        }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        offset += 1
        return true
    }

    /// What comes next, without reading it.
    public mutating func kind() throws(JSONError) -> Kind {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case _: throw failure("a value")
        }
    }

    /// Nothing may follow but white space.
    public mutating func end() throws(JSONError) {
        skipSpace()
        guard offset == bytes.count else { throw failure("the end of the text") }
    }

    // MARK: Objects and arrays

    public mutating func beginObject() throws(JSONError) { try begin(UInt8(ascii: "{"), "“{”") }
    public mutating func beginArray() throws(JSONError) { try begin(UInt8(ascii: "["), "“[”") }

    private mutating func begin(_ byte: UInt8, _ expected: String) throws(JSONError) {
        guard take(byte) else { throw failure(expected) }
        guard depth < deepest else { throw failure("at most \(deepest) levels") }
        depth += 1
    }

    /// Whether a further item follows in the array that was begun; after false it is closed.
    /// - Parameter isFirst: True before the first item; becomes false.
    public mutating func hasItem(_ isFirst: inout Bool) throws(JSONError) -> Bool {
        try hasNext(&isFirst, UInt8(ascii: "]"), "“,” or “]”")
    }

    /// Whether a further member follows in the object that was begun; its name is next then.
    public mutating func hasMember(_ isFirst: inout Bool) throws(JSONError) -> Bool {
        try hasNext(&isFirst, UInt8(ascii: "}"), "“,” or “}”")
    }

    private mutating func hasNext(_ isFirst: inout Bool, _ close: UInt8, _ expected: String) throws(JSONError) -> Bool {
        skipSpace()
        let byte = next
        if byte == close {
            offset += 1
            depth -= 1
            return false
        }
        if isFirst {
            isFirst = false
            return true
        }
        guard byte == UInt8(ascii: ",") else { throw failure(expected) }
        offset += 1
        return true
    }

    /// A member's name with the colon after it. - Returns: The bytes between the quotes, escapes unresolved.
    public mutating func name() throws(JSONError) -> RawText {
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw failure("a name in quotes") }
        let text = try rawText()
        guard take(UInt8(ascii: ":")) else { throw failure("“:”") }
        return text
    }

    // MARK: Scalars

    public mutating func boolean() throws(JSONError) -> Bool {
        skipSpace()
        if next == UInt8(ascii: "t") {
            try word("true")
            return true
        }
        try word("false")
        return false
    }

    public mutating func null() throws(JSONError) {
        skipSpace()
        try word("null")
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        guard starts(with: word, at: offset) else { throw failure("a value") }
        offset += word.utf8CodeUnitCount
    }

    @inlinable
    func starts(with word: StaticString, at start: Int) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - start >= count else { return false }
        return word.withUTF8Buffer { text in
            bytes.withUnsafeBufferPointer { bytes in
                var index = 0
                while index < count {
                    if text[index] != bytes[start + index] { return false }
                    index += 1
                }
                return true
            }
        }
    }

    /// Reads over any value.
    public mutating func skip() throws(JSONError) {
        switch try kind() {
        case .object:
            try beginObject()
            var isFirst = true
            while try hasMember(&isFirst) {
                _ = try name()
                try skip()
            }
        case .array:
            try beginArray()
            var isFirst = true
            while try hasItem(&isFirst) { try skip() }
        case .string: _ = try rawText()
        case .number: _ = try number()
        case .boolean: _ = try boolean()
        case .null: try null()
        }
    }
}
