// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText

/// Reads the values of a payload as the schemas know them. Generated code asks for each field in turn.
public struct PayloadReader: Sendable {
    @usableFromInline var json: JSONReader
    public let version: OCPPVersion
    /// Where the value being read starts.
    @usableFromInline var valueStart = 0

    /// Deeper than any message; custom data may nest.
    @usableFromInline static let deepest = 32

    public init(_ bytes: [UInt8], version: OCPPVersion, from offset: Int = 0) {
        json = JSONReader(bytes, from: offset, deepest: Self.deepest)
        self.version = version
    }

    @usableFromInline
    init(_ json: JSONReader, version: OCPPVersion) {
        self.json = json
        self.version = version
    }

    // MARK: Objects

    /// What has been read of one object.
    public struct Members {
        let start: Int
        var isFirst = true
        var seen: UInt64 = 0
        var last = -1
    }

    public mutating func object() throws(Violation) -> Members {
        try expect(.object, "object")
        let start = json.offset
        do { try json.beginObject() } catch { throw Violation(error) }
        return Members(start: start)
    }

    /// The index in `names` of the member whose value is read next; nil at the end of the object.
    /// - Parameter names: At most 64.
    public mutating func field(of names: [StaticString], _ members: inout Members) throws(Violation) -> Int? {
        guard let name = try nextName(&members.isFirst) else { return nil }
        guard let index = index(of: name, in: names, after: members.last) else {
            throw Violation(.unknownField, at: name.start - 1)
        }
        let bit: UInt64 = 1 << UInt64(index)
        guard members.seen & bit == 0 else { throw Violation(.repeatedField, at: name.start - 1) }
        members.seen |= bit
        members.last = index
        return index
    }

    private mutating func nextName(_ isFirst: inout Bool) throws(Violation) -> RawText? {
        do {
            guard try json.hasMember(&isFirst) else { return nil }
            return try json.name()
        } catch { throw Violation(error) }
    }

    /// Most senders keep the schema's order, so the search starts behind the last one found.
    private func index(of name: RawText, in names: [StaticString], after last: Int) -> Int? {
        var index = last + 1
        for _ in 0..<names.count {
            if index >= names.count { index = 0 }
            if json.isEqual(name, names[index]) { return index }
            index += 1
        }
        return nil
    }

    /// A member of any name, and where the name stands.
    mutating func anyField(_ isFirst: inout Bool) throws(Violation) -> (name: String, place: Int)? {
        guard let name = try nextName(&isFirst) else { return nil }
        do { return (try json.string(name), name.start - 1) } catch { throw Violation(error) }
    }

    public func missing(_ name: StaticString, _ members: Members) -> Violation {
        Violation(.missingField(name.description), at: members.start)
    }

    /// A SEND has no answer that could be read.
    public func unanswered() -> Violation { Violation(.unknownField, at: json.offset) }

    // MARK: Scalars

    @usableFromInline
    mutating func expect(_ kind: JSONReader.Kind, _ name: String) throws(Violation) {
        let found: JSONReader.Kind
        do { found = try json.kind() } catch { throw Violation(error) }
        valueStart = json.offset
        guard found == kind else { throw Violation(.wrongType(expected: name), at: json.offset) }
    }

    public mutating func boolean() throws(Violation) -> Bool {
        try expect(.boolean, "boolean")
        do { return try json.boolean() } catch { throw Violation(error) }
    }

    public mutating func integer(_ least: Int = .min, _ most: Int = .max) throws(Violation) -> Int {
        let number = try number("whole number")
        guard let value = number.integer else {
            throw Violation(number.exponent >= 0 ? .tooLarge : .notInteger, at: valueStart)
        }
        guard value.magnitude < 1 << 53 else { throw Violation(.tooLarge, at: valueStart) }
        guard value >= least else { throw Violation(.below(least), at: valueStart) }
        guard value <= most else { throw Violation(.above(most), at: valueStart) }
        return value
    }

    public mutating func decimal(_ least: Int = .min, _ most: Int = .max) throws(Violation) -> DecimalNumber {
        guard let value = DecimalNumber(try number("number")) else { throw Violation(.tooLarge, at: valueStart) }
        guard least == .min || value >= DecimalNumber(least) else { throw Violation(.below(least), at: valueStart) }
        guard most == .max || value <= DecimalNumber(most) else { throw Violation(.above(most), at: valueStart) }
        return value
    }

    /// A multiple of 0.1.
    public mutating func tenths() throws(Violation) -> DecimalNumber {
        let value = try decimal()
        guard value.hasDecimals(atMost: 1) else { throw Violation(.notMultipleOfTenth, at: valueStart) }
        return value
    }

    private mutating func number(_ name: String) throws(Violation) -> JSONNumber {
        try expect(.number, name)
        do { return try json.number() } catch { throw Violation(error) }
    }

    /// - Parameter most: Characters, counted as Unicode scalars.
    public mutating func text(_ most: Int = .max) throws(Violation) -> String {
        let raw = try rawText()
        let text: String
        do { text = try json.string(raw) } catch { throw Violation(error) }
        // As many bytes as allowed cannot be too many characters.
        guard raw.end - raw.start <= most || text.unicodeScalars.count <= most else {
            throw Violation(.tooLong(most: most), at: valueStart)
        }
        return text
    }

    @usableFromInline
    mutating func rawText() throws(Violation) -> RawText {
        try expect(.string, "string")
        do { return try json.rawText() } catch { throw Violation(error) }
    }

    public mutating func dateTime() throws(Violation) -> DateTime {
        let raw = try rawText()
        guard !raw.hasEscapes,
            let time = DateTime(json.bytes[raw.range], lacksZone: version == .v16)
        else { throw Violation(.badDateTime, at: valueStart) }
        return time
    }

    /// A scheme, a colon and something after it, nothing that a URI must percent-encode (RFC 3986).
    public mutating func uri() throws(Violation) -> String {
        let text = try text()
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        guard let first = scheme.first, isLetter(first), text.utf8.count > scheme.count + 1,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) })
        else { throw Violation(.badURI, at: valueStart) }
        return text
    }

    @inlinable
    public mutating func word<Word: OCPPWord>(_: Word.Type) throws(Violation) -> Word {
        let raw = try rawText()
        let words = Word.words
        var index = 0
        while index < words.count {
            if json.isEqual(raw, words[index]), let word = Word(rawValue: UInt8(truncatingIfNeeded: index)) {
                return word
            }
            index += 1
        }
        throw Violation(.notListed, at: valueStart)
    }

    /// Anything.
    public mutating func any() throws(Violation) -> JSON {
        do { return try json.tree() } catch { throw Violation(error) }
    }

    // MARK: Arrays

    @inlinable @inline(__always)
    mutating func array(
        _ least: Int, _ most: Int, _ item: (inout PayloadReader) throws(Violation) -> Void
    ) throws(Violation) {
        try expect(.array, "array")
        let start = json.offset
        try beginArray()
        var isFirst = true
        var count = 0
        while try hasItem(&isFirst) {
            guard count < most else { throw Violation(.tooMany(most: most), at: start) }
            try item(&self)
            count += 1
        }
        guard count >= least else { throw Violation(.tooFew(least: least), at: start) }
    }

    @usableFromInline
    mutating func beginArray() throws(Violation) {
        do { try json.beginArray() } catch { throw Violation(error) }
    }

    @usableFromInline
    mutating func hasItem(_ isFirst: inout Bool) throws(Violation) -> Bool {
        do { return try json.hasItem(&isFirst) } catch { throw Violation(error) }
    }

    @inlinable
    public mutating func objects<Object: OCPPObject>(
        _: Object.Type, _ least: Int, _ most: Int
    ) throws(Violation) -> [Object] {
        var items: [Object] = []
        try array(least, most) { (reader) throws(Violation) in items.append(try Object(from: &reader)) }
        return items
    }

    @inlinable
    public mutating func words<Word: OCPPWord>(
        _: Word.Type, _ least: Int, _ most: Int
    ) throws(Violation) -> [Word] {
        var items: [Word] = []
        try array(least, most) { (reader) throws(Violation) in items.append(try reader.word(Word.self)) }
        return items
    }

    public mutating func texts(_ length: Int, _ least: Int, _ most: Int) throws(Violation) -> [String] {
        var items: [String] = []
        try array(least, most) { (reader) throws(Violation) in items.append(try reader.text(length)) }
        return items
    }

    public mutating func integers(_ lowest: Int, _ highest: Int, _ least: Int, _ most: Int) throws(Violation) -> [Int] {
        var items: [Int] = []
        try array(least, most) { (reader) throws(Violation) in items.append(try reader.integer(lowest, highest)) }
        return items
    }
}
