// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText

extension SchemaTable {
    init(text: String) throws(TableError) {
        let root: JSON
        do throws(JSONError) { root = try JSON.parse(text) } catch { throw TableError("a schema table is \(error)") }
        schema = try Self.text(root["schema"])
        set = try Self.text(root["set"])
        names = try Self.rows(root["names"]) { row throws(TableError) in
            Name(namespace: try Self.text(row[0]), local: try Self.text(row[1]))
        }
        let simples = try Self.rows(root["simple"], Self.simple)
        self.simples = simples
        let attribute = { (row: [JSON]) throws(TableError) -> Attribute in
            let type = simples[-1 - (try Self.number(row[1]))]
            return Attribute(
                name: try Self.number(row[0]), type: type, isRequired: row.count > 2 && row[2].integer == 1)
        }
        complexes = try Self.rows(root["complex"]) { row throws(TableError) in
            let content: Content
            if let index = row[2].integer {
                content = .simple(simples[-1 - index])
            } else {
                content = .particles(try Self.rows(row[2], Self.particle))
            }
            return Complex(attributes: try Self.rows(row[0], attribute), isMixed: row[1].integer == 1, content: content)
        }
        documents = try Self.rows(root["documents"], Self.element)
        fragments = try Self.rows(root["fragments"]) { row throws(TableError) in
            Fragment(name: try Self.number(row[0]), type: row[1].integer, likely: row.last?.integer)
        }
        attributes = try Self.rows(root["attributes"], attribute)
    }

    private static func rows<Row>(
        _ json: JSON?, _ make: ([JSON]) throws(TableError) -> Row
    ) throws(TableError) -> [Row] {
        guard let items = json?.items else { throw TableError("a schema table lacks a list") }
        var rows: [Row] = []
        for item in items {
            guard let row = item.items else { throw TableError("a row of a schema table is no list") }
            rows.append(try make(row))
        }
        return rows
    }

    private static func text(_ json: JSON?) throws(TableError) -> String {
        guard let text = json?.text else { throw TableError("a schema table lacks a text") }
        return text
    }

    private static func number(_ json: JSON) throws(TableError) -> Int {
        guard let number = json.integer else { throw TableError("a schema table lacks a number") }
        return number
    }

    private static func element(_ row: [JSON]) throws(TableError) -> Element {
        Element(name: try number(row[0]), type: try number(row[1]), isAbstract: row[2].integer == 1)
    }

    private static func particle(_ row: [JSON]) throws(TableError) -> Particle {
        let most = try number(row[2])
        let term: Particle.Term
        switch try text(row[0]) {
        case "element": term = .elements(try rows(row[3], element))
        case "choice": term = .choice(try rows(row[3], particle))
        case "sequence": term = .sequence(try rows(row[3], particle))
        default: term = .any
        }
        return Particle(term: term, least: try number(row[1]), most: most < 0 ? .max : most, isList: most != 1)
    }

    private static func simple(_ row: [JSON]) throws(TableError) -> Simple {
        switch try text(row[0]) {
        case "string": .string(try most(row[1]))
        case "hex": .hexadecimal(try most(row[1]))
        case "base64": .base64(try most(row[1]))
        case "boolean": .boolean
        case "enumeration": .enumeration(row[1].items?.compactMap(\.text) ?? [])
        case "ranged": .ranged(Int64(try number(row[1])), Int64(try number(row[2])))
        case "unsigned": .unsigned(UInt64(try number(row[1])), try unsigned(row[2]))
        case "signed": .signed(Int64(try number(row[1])), Int64(try number(row[2])))
        default: .wide
        }
    }

    private static func most(_ json: JSON) throws(TableError) -> Int {
        let most = try number(json)
        return most < 0 ? .max : most
    }

    private static func unsigned(_ json: JSON) throws(TableError) -> UInt64 {
        guard case .number(let text) = json, let value = UInt64(text) else {
            throw TableError("a schema table lacks a number")
        }
        return value
    }
}
