// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText

/// Writes the values of a payload; what is absent is left out, since OCPP knows no null (part 4, 4.1.5).
public struct PayloadWriter: Sendable {
    @usableFromInline var json: JSONWriter

    public init(capacity: Int = 512) { json = JSONWriter(capacity: capacity) }

    public var bytes: [UInt8] { json.bytes }

    public mutating func beginObject() { json.beginObject() }
    public mutating func endObject() { json.endObject() }

    public mutating func boolean(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        json.name(name)
        json.boolean(value)
    }

    public mutating func integer(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        json.name(name)
        json.integer(value)
    }

    public mutating func decimal(_ name: StaticString, _ value: DecimalNumber?) {
        guard let value else { return }
        json.name(name)
        if value.scale == 0 { json.integer(Int(value.significand)) } else { json.raw(value.description.utf8) }
    }

    public mutating func text(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        json.name(name)
        json.string(value)
    }

    public mutating func dateTime(_ name: StaticString, _ value: DateTime?) {
        guard let value else { return }
        json.name(name)
        json.string(plain: value.text)
    }

    @inlinable
    public mutating func word<Word: OCPPWord>(_ name: StaticString, _ value: Word?) {
        guard let value else { return }
        json.name(name)
        json.string(Word.words[Int(value.rawValue)])
    }

    public mutating func any(_ name: StaticString, _ value: JSON?) {
        guard let value else { return }
        json.name(name)
        json.tree(value)
    }

    @inlinable
    public mutating func object<Object: OCPPObject>(_ name: StaticString, _ value: Object?) {
        guard let value else { return }
        json.name(name)
        value.write(to: &self)
    }

    @inlinable
    public mutating func objects<Object: OCPPObject>(_ name: StaticString, _ values: [Object]?) {
        guard let values else { return }
        json.name(name)
        json.beginArray()
        for value in values { value.write(to: &self) }
        json.endArray()
    }

    @inlinable
    public mutating func words<Word: OCPPWord>(_ name: StaticString, _ values: [Word]?) {
        guard let values else { return }
        json.name(name)
        json.beginArray()
        for value in values { json.string(Word.words[Int(value.rawValue)]) }
        json.endArray()
    }

    public mutating func texts(_ name: StaticString, _ values: [String]?) {
        guard let values else { return }
        json.name(name)
        json.beginArray()
        for value in values { json.string(value) }
        json.endArray()
    }

    public mutating func integers(_ name: StaticString, _ values: [Int]?) {
        guard let values else { return }
        json.name(name)
        json.beginArray()
        for value in values { json.integer(value) }
        json.endArray()
    }

    /// The members of custom data beyond those the schema names.
    public mutating func members(_ members: [JSON.Member]) {
        for member in members {
            json.name(member.key)
            json.tree(member.value)
        }
    }
}
