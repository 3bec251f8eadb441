// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The bytes between two quotes, as they stand in the text.
public struct RawText: Equatable, Sendable {
    public let start: Int
    public let end: Int
    public let hasEscapes: Bool
    public let isASCII: Bool

    public var range: Range<Int> { start..<end }
}

extension JSONReader {
    /// Reads a string without making one of it.
    public mutating func rawText() throws(JSONError) -> RawText {
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw failure("a string") }
        let start = offset + 1
        let found = bytes.withUnsafeBufferPointer { Self.endOfText($0, from: start) }
        offset = found.at
        guard found.isComplete else {
            throw failure(found.at < bytes.count ? "a control character to be escaped" : "a closing quote")
        }
        offset += 1
        return RawText(start: start, end: found.at, hasEscapes: found.hasEscapes, isASCII: found.isASCII)
    }

    /// Where the closing quote is, or the byte that may not stand in a string.
    private static func endOfText(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (at: Int, isComplete: Bool, hasEscapes: Bool, isASCII: Bool) {
        var at = start
        var hasEscapes = false
        var seen: UInt8 = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") { return (at, true, hasEscapes, seen < 0x80) }
            if byte < 0x20 { return (at, false, hasEscapes, true) }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                at += 1
                guard at < bytes.count, bytes[at] >= 0x20 else { return (at, false, true, true) }
            }
            seen |= byte
            at += 1
        }
        return (at, false, hasEscapes, true)
    }

    public mutating func string() throws(JSONError) -> String { try string(try rawText()) }

    /// The string that stands at `text`.
    public func string(_ text: RawText) throws(JSONError) -> String {
        if text.hasEscapes { return try unescaped(text) }
        if text.isASCII { return String(decoding: bytes[text.range], as: UTF8.self) }
        guard let string = String(validating: bytes[text.range], as: UTF8.self) else {
            throw JSONError(offset: text.start, expected: "UTF-8")
        }
        return string
    }

    /// Whether the string at `text` is `word`, however it is escaped.
    @inlinable @inline(__always)
    public func isEqual(_ text: RawText, _ word: StaticString) -> Bool {
        if text.hasEscapes { return isEqualUnescaped(text, word) }
        return text.end - text.start == word.utf8CodeUnitCount && starts(with: word, at: text.start)
    }

    @usableFromInline
    func isEqualUnescaped(_ text: RawText, _ word: StaticString) -> Bool { (try? string(text)) == word.description }

    private func unescaped(_ text: RawText) throws(JSONError) -> String {
        var reader = JSONReader(bytes, from: text.start)
        var out: [UInt8] = []
        out.reserveCapacity(text.end - text.start)
        while reader.offset < text.end {
            let byte = reader.next
            reader.offset += 1
            if byte == UInt8(ascii: "\\") {
                out += UTF8.encode(try reader.escaped()) ?? UTF8.encodedReplacementCharacter
            } else {
                out.append(byte)
            }
        }
        guard let string = String(validating: out, as: UTF8.self) else {
            throw JSONError(offset: text.start, expected: "UTF-8")
        }
        return string
    }

    private mutating func escaped() throws(JSONError) -> Unicode.Scalar {
        let byte = next
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "u"): return try hexadecimal()
        case _: throw failure("an escaped character")
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> Unicode.Scalar {
        var code = try unit()
        if (0xD800..<0xDC00).contains(code) {
            guard starts(with: "\\u", at: offset) else { throw failure("the second half of a surrogate pair") }
            offset += 2
            let low = try unit()
            guard (0xDC00..<0xE000).contains(low) else { throw failure("the second half of a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw failure("a Unicode character") }
        return scalar
    }

    private mutating func unit() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = next - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = next - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = next - UInt8(ascii: "A") + 10
            case _: throw failure("four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            offset += 1
        }
        return code
    }
}
