// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import JSONText

extension SchemaTable {
    /// What a message is; the two have different grammars.
    public enum Kind: String, Sendable { case document, fragment }

    /// The message as a JSON object with the root element's name as its only key.
    public func decode(_ bytes: [UInt8], as kind: Kind, lenientAboutFullLists: Bool = false) throws(TableError) -> JSON
    {
        var reader = TableReader(table: self, input: BitReader(bytes, lenientAboutFullLists: lenientAboutFullLists))
        reader.isLenient = lenientAboutFullLists
        do throws(EXIError) { return try reader.message(kind) } catch {
            throw TableError(error.description, path: reader.path)
        }
    }
}

private struct TableReader {
    let table: SchemaTable
    var input: BitReader
    var path: [String] = []
    var isLenient = false

    init(table: SchemaTable, input: BitReader) {
        self.table = table
        self.input = input
    }

    mutating func message(_ kind: SchemaTable.Kind) throws(EXIError) -> JSON {
        try input.header()
        let root =
            switch kind {
            case .document: try document()
            case .fragment: try fragment()
            }
        try input.endOfMessage()
        return .object([root])
    }

    private mutating func document() throws(EXIError) -> JSON.Member {
        let code = try input.event(codeWidth(escapingFrom: table.documents.count))
        guard code < table.documents.count else { throw input.unexpected(code, in: "a document") }
        let element = table.documents[code]
        return JSON.Member(table.name(element.name), try self.element(element))
    }

    private mutating func fragment() throws(EXIError) -> JSON.Member {
        let count = table.fragments.count
        let width = codeWidth(escapingFrom: count + 1)
        let code = try input.event(width)
        guard code < count else { throw input.unexpected(code, in: "a fragment") }
        let root = table.fragments[code]
        let value =
            if let type = root.type {
                try element(SchemaTable.Element(name: root.name, type: type, isAbstract: false))
            } else {
                try relaxed(root)
            }
        try input.expect(count + 1, of: width, in: "a fragment")
        return JSON.Member(table.name(root.name), value)
    }

    private mutating func element(_ element: SchemaTable.Element) throws(EXIError) -> JSON {
        path.append(table.name(element.name))
        if element.isAbstract { throw input.abstract("the element") }
        let value =
            if element.type < 0 {
                try simpleContent(table.simples[-1 - element.type], element.name, try input.event(1))
            } else {
                try content(Grammar(table.complexes[element.type], isLenient: isLenient), element.name)
            }
        path.removeLast()
        return value
    }

    private mutating func content(_ start: Grammar, _ name: Int) throws(EXIError) -> JSON {
        var grammar = start
        var members = Members()
        while true {
            let productions = grammar.productions()
            let code = try input.event(codeWidth(escapingFrom: productions.count))
            guard code < productions.count else {
                guard code == productions.count, case .simple(let simple) = grammar.type.content else {
                    throw input.unexpected(code, in: "the element")
                }
                members.add("value", try simpleContent(simple, name, 1))
                return members.json
            }
            switch productions[code] {
            case .attribute(let attribute, let next):
                members.add(table.name(attribute.name), try value(attribute.type, attribute.name))
                grammar = next
            case .element(let element, let isItem, let next):
                members.add(table.name(element.name), try self.element(element), isItem: isItem)
                grammar = next
            case .value(let simple):
                members.add("value", try simpleContent(simple, name, 0))
                return members.json
            case .end: return members.json
            case .overfull, .wildcard, .text: throw input.unexpected(code, in: "the element")
            }
        }
    }

    /// `event` 0 is characters, 1 the escape, of which only an undeclared end after no value is known.
    private mutating func simpleContent(_ type: SchemaTable.Simple, _ name: Int, _ event: Int) throws(EXIError) -> JSON
    {
        if event == 0 {
            let value = try value(type, name)
            try input.only(in: "a simple value")
            return value
        }
        switch type {
        case .string, .hexadecimal, .base64:
            try input.expect(0, of: 3, in: "a simple value")
            return .string("")
        case .boolean, .enumeration, .ranged, .unsigned, .signed, .wide:
            throw input.unexpected(event, in: "a simple value")
        }
    }

    private mutating func value(_ type: SchemaTable.Simple, _ name: Int) throws(EXIError) -> JSON {
        switch type {
        case .string(let most): return .string(try input.string(UInt16(truncatingIfNeeded: name), most))
        case .hexadecimal(let most): return .string(BinaryText.hexadecimal(try input.binary(most)))
        case .base64(let most): return .string(BinaryText.base64(try input.binary(most)))
        case .boolean: return .boolean(try input.boolean())
        case .enumeration(let words):
            let index = try input.event(codeWidth(escapingFrom: words.count - 1))
            guard index < words.count else { throw input.unexpected(index, in: "an enumeration") }
            return .string(words[index])
        case .ranged(let from, let to):
            return .number(String(try input.ranged(codeWidth(escapingFrom: Int(to - from)), from, to)))
        case .unsigned(let from, let to): return .number(String(try input.unsigned(from, to)))
        case .signed(let from, let to): return .number(String(try input.signed(from, to)))
        case .wide: return .number(try input.wideInteger().description)
        }
    }

    /// The grammar of an element whose name is declared with several types (W3C EXI 1.0, 8.5.3): here, attributes that
    /// one of its types has, and text.
    private mutating func relaxed(_ root: SchemaTable.Fragment) throws(EXIError) -> JSON {
        let name = root.name
        path.append(table.name(name))
        let known = table.attributes
        let own = table.ownAttributes(of: root)
        let later = table.fragments.count + 3
        var members = Members()
        while true {
            let code = try input.event(codeWidth(escapingFrom: known.count + 1 + later))
            if code < known.count, own.contains(known[code].name), !members.has(table.name(known[code].name)) {
                members.add(table.name(known[code].name), try value(known[code].type, known[code].name))
            } else {
                try input.require(code - known.count - later, in: "a relaxed element")
                members.add("value", try value(.string(.max), name))
                try input.expect(later - 2, of: codeWidth(escapingFrom: later), in: "a relaxed element")
                path.removeLast()
                return members.valueAlone ?? members.json
            }
        }
    }
}

/// Members of an object; items of a list come under one key.
private struct Members {
    private var all: [JSON.Member] = []

    var json: JSON { .object(all) }
    func has(_ key: String) -> Bool { all.contains { $0.key == key } }
    /// A value without attributes needs no object around it.
    var valueAlone: JSON? { all.count == 1 && all[0].key == "value" ? all[0].value : nil }

    mutating func add(_ key: String, _ value: JSON, isItem: Bool = false) {
        guard isItem else { return all.append(JSON.Member(key, value)) }
        if let index = all.firstIndex(where: { $0.key == key }), case .array(let items) = all[index].value {
            all[index] = JSON.Member(key, .array(items + [value]))
        } else {
            all.append(JSON.Member(key, .array([value])))
        }
    }
}
