// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import JSONText

/// One message as a line of JSON, with its bytes (`exi`, hexadecimal) or its meaning (`json`), the schema's namespace,
/// the kind and the root.
public struct MessageLines: Sendable {
    private let tables: [SchemaTable]

    public init() throws(TableError) { tables = try SchemaTable.all() }

    /// The namespaces that name the sets of grammars.
    public var schemas: [String] { tables.map(\.schema) }

    /// - Parameters:
    ///   - line: An object with `exi`, and `kind` unless it is a document.
    ///   - schema: For lines without `schema`.
    /// - Returns: The same with `json` in place of `exi`.
    public func decode(_ line: String, schema: String? = nil) throws(TableError) -> String {
        let line = try parsed(line)
        let table = try table(line, schema)
        let kind = try kind(line)
        guard let bytes = line["exi"]?.text.flatMap(BinaryText.bytes(hexadecimal:)) else {
            throw TableError("“exi” is missing, or not hexadecimal")
        }
        let json = try table.decodeLeniently(bytes, as: kind)
        return Self.line(table, kind, json, JSON.Member("json", json))
    }

    /// - Parameters:
    ///   - line: An object with `json`, and `kind` unless it is a document.
    ///   - schema: For lines without `schema`.
    /// - Returns: The same with `exi` in place of `json`.
    public func encode(_ line: String, schema: String? = nil) throws(TableError) -> String {
        let line = try parsed(line)
        let table = try table(line, schema)
        let kind = try kind(line)
        guard let json = line["json"] else { throw TableError("“json” is missing") }
        let exi = BinaryText.hexadecimal(try table.encode(json, as: kind)).lowercased()
        return Self.line(table, kind, json, JSON.Member("exi", .string(exi)))
    }

    private func parsed(_ text: String) throws(TableError) -> JSON {
        do throws(JSONError) { return try JSON.parse(text) } catch { throw TableError(error.description) }
    }

    private func table(_ line: JSON, _ schema: String?) throws(TableError) -> SchemaTable {
        guard let name = line["schema"]?.text ?? schema else {
            throw TableError("neither the line nor --schema names one")
        }
        guard let table = tables.first(where: { $0.schema == name || $0.set == name }) else {
            throw TableError("“\(name)” is none of " + schemas.joined(separator: ", "))
        }
        return table
    }

    private func kind(_ line: JSON) throws(TableError) -> SchemaTable.Kind {
        guard let text = line["kind"]?.text else { return .document }
        guard let kind = SchemaTable.Kind(rawValue: text) else {
            throw TableError("“kind” is document or fragment, not “\(text)”")
        }
        return kind
    }

    private static func line(_ table: SchemaTable, _ kind: SchemaTable.Kind, _ json: JSON, _ last: JSON.Member)
        -> String
    {
        let root = JSON.Member("root", .string(root(json)))
        let members = [
            JSON.Member("schema", .string(table.schema)), root, JSON.Member("kind", .string(kind.rawValue)), last,
        ]
        return JSON.object(members).description
    }

    /// The root element; in the messages that have a common one, the element of their body.
    private static func root(_ json: JSON) -> String {
        guard case .object(let members) = json, let first = members.first else { return "" }
        guard first.key == "V2G_Message", case .object(let body) = first.value["Body"] else { return first.key }
        return body.first?.key ?? "Body(empty)"
    }
}

extension SchemaTable {
    /// As a document of an encoder that unrolls lists, or else of one that takes them for loops.
    func decodeLeniently(_ bytes: [UInt8], as kind: Kind) throws(TableError) -> JSON {
        do throws(TableError) { return try decode(bytes, as: kind) } catch {
            do throws(TableError) { return try decode(bytes, as: kind, lenientAboutFullLists: true) } catch _ {
                throw error
            }
        }
    }
}
