// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The tables that scripts/generate-exi wrote, one for each set of grammars.
enum SchemaText {
    static let all = [
        appProtocol, XMLSignature, DIN, ISO2, ISO20CommonMessages, ISO20AC, ISO20DC, ISO20ACDP, ISO20WPT,
    ]
}

/// One set of grammars: names, types and content models by number.
public struct SchemaTable: Sendable {
    struct Name: Equatable, Sendable {
        let namespace: String
        let local: String
    }

    enum Simple: Sendable {
        case string(Int)
        case hexadecimal(Int)
        case base64(Int)
        case boolean
        case enumeration([String])
        case ranged(Int64, Int64)
        case unsigned(UInt64, UInt64)
        case signed(Int64, Int64)
        case wide
    }

    struct Attribute: Sendable {
        let name: Int
        let type: Simple
        let isRequired: Bool
    }

    /// An element: its name, and its type by number; negative numbers are simple types.
    struct Element: Sendable {
        let name: Int
        let type: Int
        let isAbstract: Bool
    }

    struct Particle: Sendable {
        enum Term: Sendable {
            case elements([Element])
            case choice([Particle])
            case sequence([Particle])
            case any
        }
        let term: Term
        var least: Int
        /// `.max` has no bound.
        var most: Int
        let isList: Bool
    }

    enum Content: Sendable {
        case simple(Simple)
        case particles([Particle])
    }

    struct Complex: Sendable {
        let attributes: [Attribute]
        let isMixed: Bool
        let content: Content
    }

    /// The root of a fragment; without a type where the name is declared with several.
    struct Fragment: Sendable {
        let name: Int
        let type: Int?
        /// Where it is declared with several types: one that names attributes.
        let likely: Int?
    }

    /// The namespace by which tools name the set.
    public let schema: String
    /// Short: sap, din, iso2, iso20:DC …
    public let set: String
    let names: [Name]
    let simples: [Simple]
    let complexes: [Complex]
    let documents: [Element]
    let fragments: [Fragment]
    let attributes: [Attribute]

    public static func all() throws(TableError) -> [SchemaTable] {
        var tables: [SchemaTable] = []
        for text in SchemaText.all { tables.append(try SchemaTable(text: text)) }
        return tables
    }

    func name(_ index: Int) -> String { names[index].local }

    /// The attributes that a root declared with several types may have.
    func ownAttributes(of root: Fragment) -> [Int] {
        guard let likely = root.likely, likely >= 0 else { return [] }
        return complexes[likely].attributes.map(\.name)
    }
}

/// Text or bytes that a schema does not allow, with the way to the place.
public struct TableError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Elements from the root on.
    public let path: [String]
    public let message: String

    init(_ message: String, path: [String] = []) {
        self.path = path
        self.message = message
    }

    public var description: String { path.isEmpty ? message : path.joined(separator: "/") + ": " + message }
}
