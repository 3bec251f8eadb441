// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A message that could not be read, or a value that the schema cannot express.
public struct EXIError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        /// The message ends inside a value. A peer that sent all of it believes in another schema.
        case endOfMessage(missingBits: Int)
        /// Neither the header 0x80 (EXI 1.0, no options, no cookie; W3C EXI 1.0, 5) nor anything else V2G allows.
        case notEXI(header: UInt8)
        /// No production of the grammar has this code in this state. Counted from the first event that was still possible.
        case unexpectedEvent(code: Int, type: Name)
        /// Content outside the schema: second-level event codes (xsi:type, xsi:nil, undeclared attributes and elements).
        case undeclaredContent(in: Name)
        /// Declared by the schema, but not used by V2G messages and not read here: wildcards, KeyInfo, Object.
        case unsupported(Name)
        /// The type is abstract: the peer has to send one that stands in for it.
        case abstract(Name)
        case outOfRange(Int64, from: Int64, to: Int64)
        case unsignedOutOfRange(UInt64, from: UInt64, to: UInt64)
        /// An integer of more bits than any value of its type has.
        case integerTooWide
        /// Characters or bytes of one value.
        case tooLong(Int, atMost: Int)
        case itemCount(Int, atLeast: Int, atMost: Int, of: Name)
        case unknownEnumeration(index: Int)
        /// A Unicode code point that does not exist.
        case notUnicode(UInt64)
        /// A compact identifier that names no string of this message (W3C EXI 1.0, 7.3.3).
        case unknownString(Int)
        /// The strings repeated by compact identifiers exceed `BitReader.mostRepeated` together.
        case tooMuchRepetition
        /// Bytes, or set bits, after the end of the document.
        case trailingData
    }

    /// A name of the schema, without the cost of a String on the paths that do not fail.
    public struct Name: Equatable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        let text: StaticString
        @inlinable public init(stringLiteral text: StaticString) { self.init(text) }
        @usableFromInline init(_ text: StaticString) { self.text = text }
        public var description: String { text.description }
        public static func == (lhs: Name, rhs: Name) -> Bool { lhs.description == rhs.description }
    }

    /// Where: bits from the start of the message, read or written.
    public let bit: Int
    public let reason: Reason

    public init(bit: Int, reason: Reason) {
        self.bit = bit
        self.reason = reason
    }
}

extension EXIError: CustomStringConvertible {
    public var description: String { "EXI at bit \(bit) (byte \(bit / 8)): \(explanation)" }

    private var explanation: String {
        switch reason {
        case .endOfMessage(let missing): "the message ends \(missing) bits too early; it is cut or of another schema"
        case .notEXI(let header): "the first byte is \(header), not 128 (EXI 1.0 without options)"
        case .unexpectedEvent(let code, let type): "event code \(code) means nothing here in \(type)"
        case .undeclaredContent(let type): "content in \(type) that the schema does not declare"
        case .unsupported(let name): "\(name) is not used in V2G messages and not supported"
        case .abstract(let name): "\(name) is abstract; one of the types that stand in for it has to be sent"
        case .outOfRange(let value, let from, let to): "\(value) is outside \(from)…\(to)"
        case .unsignedOutOfRange(let value, let from, let to): "\(value) is outside \(from)…\(to)"
        case .integerTooWide: "an integer of more bits than its type has"
        case .tooLong(let length, let most): "a value of length \(length), at most \(most) is allowed"
        case .itemCount(let count, let least, let most, let name): "\(count) × \(name), allowed are \(least)…\(most)"
        case .unknownEnumeration(let index): "the enumeration has no value number \(index)"
        case .notUnicode(let value): "\(value) is not a Unicode character"
        case .unknownString(let index): "no string number \(index) came before in this message"
        case .tooMuchRepetition:
            "strings are repeated too often; compact identifiers may stand for \(BitReader.mostRepeated) characters"
        case .trailingData: "data after the end of the document"
        }
    }
}
