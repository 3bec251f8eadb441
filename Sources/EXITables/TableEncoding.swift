// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import JSONText

extension SchemaTable {
    /// - Parameter json: An object with the root element's name as its only key.
    public func encode(_ json: JSON, as kind: Kind) throws(TableError) -> [UInt8] {
        guard case .object(let members) = json, members.count == 1, let root = members.first else {
            throw TableError("a message is an object with one key, the name of its root element")
        }
        var writer = TableWriter(table: self)
        let result: Result<[UInt8], TableError>
        do throws(EXIError) { result = try writer.message(root, kind) } catch {
            throw TableError(error.description, path: writer.path)
        }
        return try result.get()
    }
}

private struct TableWriter {
    let table: SchemaTable
    var output = BitWriter()
    var path: [String] = []

    init(table: SchemaTable) { self.table = table }

    /// What the JSON lacks or has too much; what EXI cannot express is thrown.
    private var problem: TableError?

    private mutating func fail(_ message: String) { problem = problem ?? TableError(message, path: path) }

    mutating func message(_ root: JSON.Member, _ kind: SchemaTable.Kind) throws(EXIError) -> Result<[UInt8], TableError>
    {
        output.header()
        switch kind {
        case .document: try document(root)
        case .fragment: try fragment(root)
        }
        if let problem { return .failure(problem) }
        return .success(output.finish())
    }

    private mutating func document(_ root: JSON.Member) throws(EXIError) {
        guard let code = table.documents.firstIndex(where: { table.name($0.name) == root.key }) else {
            return fail("\(root.key) is no message of \(table.schema)")
        }
        output.event(Event(codeWidth(escapingFrom: table.documents.count), code: code))
        try element(table.documents[code], root.value)
    }

    private mutating func fragment(_ root: JSON.Member) throws(EXIError) {
        let own = table.fragments.firstIndex {
            table.name($0.name) == root.key && table.names[$0.name].namespace.hasPrefix(family)
        }
        guard let code = own ?? table.fragments.firstIndex(where: { table.name($0.name) == root.key }) else {
            return fail("\(root.key) is no element of \(table.schema)")
        }
        let width = codeWidth(escapingFrom: table.fragments.count + 1)
        output.event(Event(width, code: code))
        if let type = table.fragments[code].type {
            try element(
                SchemaTable.Element(name: table.fragments[code].name, type: type, isAbstract: false), root.value)
        } else {
            try relaxed(table.fragments[code], root.value)
        }
        output.event(Event(width, code: table.fragments.count + 1))
    }

    /// The namespaces of the standard at hand, as opposed to that of signatures, which share some names with it.
    private var family: Substring { table.schema.prefix { $0 != ":" } + ":" }

    private mutating func element(_ element: SchemaTable.Element, _ json: JSON) throws(EXIError) {
        path.append(table.name(element.name))
        if element.isAbstract { fail("the element is abstract; one that stands for it has to be given") }
        if element.type < 0 {
            output.only()
            try value(table.simples[-1 - element.type], json)
            output.only()
        } else {
            try content(Grammar(table.complexes[element.type], isLenient: false), json)
        }
        if problem == nil { path.removeLast() }
    }

    private mutating func content(_ start: Grammar, _ json: JSON) throws(EXIError) {
        guard case .object(let members) = json else { return fail("expected an object, found \(json)") }
        var given = Given(members)
        var grammar = start
        while problem == nil {
            let productions = grammar.productions()
            guard let code = productions.firstIndex(where: { chosen($0, given) }) else {
                return fail("lacks one of: " + productions.compactMap(name).joined(separator: ", "))
            }
            output.event(Event(codeWidth(escapingFrom: productions.count), code: code))
            switch productions[code] {
            case .attribute(let attribute, let next):
                if let one = given.take(table.name(attribute.name)) { try value(attribute.type, one) }
                grammar = next
            case .element(let element, _, let next):
                if let one = given.take(table.name(element.name)) { try self.element(element, one) }
                grammar = next
            case .value(let simple):
                if let one = given.take("value") { try value(simple, one) }
                output.only()
                return finish(given)
            case .end: return finish(given)
            case .overfull, .wildcard, .text: return
            }
        }
    }

    private mutating func finish(_ given: Given) {
        if let key = given.anyKey { fail("“\(key)” is not known here, comes too often or excludes another") }
    }

    private func chosen(_ production: Grammar.Production, _ given: Given) -> Bool {
        switch production {
        case .attribute, .value, .element: name(production).map(given.has) ?? false
        case .end: true
        case .overfull, .wildcard, .text: false
        }
    }

    private func name(_ production: Grammar.Production) -> String? {
        switch production {
        case .attribute(let attribute, _): table.name(attribute.name)
        case .element(let element, _, _): element.isAbstract ? nil : table.name(element.name)
        case .value: "value"
        case .end, .overfull, .wildcard, .text: nil
        }
    }

    private mutating func value(_ type: SchemaTable.Simple, _ json: JSON) throws(EXIError) {
        switch (type, json) {
        case (.string(let most), .string(let text)): return try output.string(text, most)
        case (.hexadecimal(let most), .string(let text)):
            if let bytes = BinaryText.bytes(hexadecimal: text) { return try output.binary(bytes, most) }
        case (.base64(let most), .string(let text)):
            if let bytes = BinaryText.bytes(base64: text) { return try output.binary(bytes, most) }
        case (.boolean, .boolean(let value)): return output.boolean(value)
        case (.enumeration(let words), .string(let text)):
            if let index = words.firstIndex(of: text) {
                return output.event(Event(codeWidth(escapingFrom: words.count - 1), code: index))
            }
        case (.ranged(let from, let to), .number(let text)):
            let width = codeWidth(escapingFrom: Int(to - from))
            if let number = Int64(text) { return try output.ranged(number, width, from, to) }
        case (.unsigned(let from, let to), .number(let text)):
            if let number = UInt64(text) { return try output.unsigned(number, from, to) }
        case (.signed(let from, let to), .number(let text)):
            if let number = Int64(text) { return try output.signed(number, from, to) }
        case (.wide, .number(let text)):
            if let number = WideInteger(decimal: text) { return try output.wideInteger(number) }
        case (_, _): break
        }
        fail("\(json) is no value of this type")
    }

    /// See `TableReader.relaxed`.
    private mutating func relaxed(_ root: SchemaTable.Fragment, _ json: JSON) throws(EXIError) {
        path.append(table.name(root.name))
        let own = table.ownAttributes(of: root)
        let known = table.attributes
        let later = table.fragments.count + 3
        let width = codeWidth(escapingFrom: known.count + 1 + later)
        for (code, attribute) in known.enumerated() where own.contains(attribute.name) {
            guard let one = json[table.name(attribute.name)] else { continue }
            output.event(Event(width, code: code))
            try value(attribute.type, one)
        }
        guard let text = json["value"]?.text ?? json.text else {
            return fail("lacks “value”; elements cannot be written here")
        }
        output.event(Event(width, code: known.count + later))
        try output.string(text, .max)
        output.event(Event(codeWidth(escapingFrom: later), code: later - 2))
        if problem == nil { path.removeLast() }
    }
}

/// What a JSON object still has to give, item by item.
private struct Given {
    private var rest: [(key: String, items: ArraySlice<JSON>)]

    init(_ members: [JSON.Member]) {
        rest = members.map { ($0.key, ($0.value.items ?? [$0.value])[...]) }.filter { !$0.1.isEmpty }
    }

    var anyKey: String? { rest.first?.key }
    func has(_ key: String) -> Bool { rest.contains { $0.key == key } }

    mutating func take(_ key: String) -> JSON? {
        guard let index = rest.firstIndex(where: { $0.key == key }) else { return nil }
        let item = rest[index].items.popFirst()
        if rest[index].items.isEmpty { rest.remove(at: index) }
        return item
    }
}
