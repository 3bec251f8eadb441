// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Where a text stops being JSON.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Bytes from the start of the text.
    public let offset: Int
    public let expected: String

    public var description: String { "not JSON at byte \(offset): expected \(expected)" }
}

extension JSON {
    public static func parse(_ text: String) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes: Array(text.utf8))
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.next == nil else { throw parser.failure("the end of the text") }
        return value
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var at = 0
    static let deepest = 64

    var next: UInt8? { at < bytes.count ? bytes[at] : nil }
    func failure(_ expected: String) -> JSONError { JSONError(offset: at, expected: expected) }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || (0x09...0x0D).contains(byte) { at += 1 }
    }

    mutating func take(_ byte: Character) -> Bool {
        skipSpace()
        guard let next, next == byte.asciiValue else { return false }
        at += 1
        return true
    }

    mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard depth < Self.deepest else { throw failure("at most \(Self.deepest) levels") }
        if take("{") { return try object(depth) }
        if take("[") { return try array(depth) }
        if take("\"") { return .string(try string()) }
        for (word, value) in [("true", JSON.boolean(true)), ("false", .boolean(false)), ("null", .null)]
        where bytes[at...].starts(with: word.utf8) {
            at += word.utf8.count
            return value
        }
        return try number()
    }

    private mutating func object(_ depth: Int) throws(JSONError) -> JSON {
        var members: [JSON.Member] = []
        if take("}") { return .object([]) }
        repeat {
            guard take("\"") else { throw failure("a key in quotes") }
            let key = try string()
            guard take(":") else { throw failure("“:”") }
            members.append(JSON.Member(key, try value(depth: depth + 1)))
        } while take(",")
        guard take("}") else { throw failure("“,” or “}”") }
        return .object(members)
    }

    private mutating func array(_ depth: Int) throws(JSONError) -> JSON {
        var items: [JSON] = []
        if take("]") { return .array([]) }
        repeat { items.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw failure("“,” or “]”") }
        return .array(items)
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = at
        while let byte = next, "+-.0123456789Ee".utf8.contains(byte) { at += 1 }
        guard at > start else { throw failure("a value") }
        return .number(String(decoding: bytes[start..<at], as: UTF8.self))
    }

    /// The rest of a string whose opening quote was taken.
    private mutating func string() throws(JSONError) -> String {
        var text: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += UTF8.encode(try escaped()) ?? UTF8.encodedReplacementCharacter
            case _: text.append(byte)
            }
        }
        throw failure("a closing quote")
    }

    private mutating func escaped() throws(JSONError) -> Unicode.Scalar {
        let byte = next
        at += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "u"): return try hexadecimal()
        case let byte? where byte < 0x80: return Unicode.Scalar(byte)
        case _: throw failure("an escaped character")
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> Unicode.Scalar {
        var code = UInt32(try unit())
        if (0xD800..<0xDC00).contains(code), bytes[at...].starts(with: "\\u".utf8) {
            at += 2
            code = 0x10000 + (code - 0xD800) << 10 + (UInt32(try unit()) &- 0xDC00) & 0x3FF
        }
        guard let scalar = Unicode.Scalar(code) else { throw failure("a Unicode character") }
        return scalar
    }

    private mutating func unit() throws(JSONError) -> UInt16 {
        let digits = bytes[at...].prefix(4)
        guard digits.count == 4, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw failure("four hexadecimal digits")
        }
        at += 4
        return unit
    }
}
