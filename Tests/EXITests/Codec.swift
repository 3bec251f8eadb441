// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXIDIN
import EXIISO2
import EXIISO20
import EXITables
import JSONText

@testable import EXI

/// The generated codecs by set and kind, as vectors name them.
enum Codec {
    static func type(_ set: String, _ kind: SchemaTable.Kind) -> (any EXIBody.Type)? {
        switch (set, kind) {
        case ("sap", .document): AppProtocol.Document.self
        case ("xmldsig", .fragment): XMLSignature.Fragment.self
        case ("din", .document): DIN.Document.self
        case ("din", .fragment): DIN.Fragment.self
        case ("iso2", .document): ISO2.Document.self
        case ("iso2", .fragment): ISO2.Fragment.self
        case ("iso20:CommonMessages", .document): ISO20.CommonMessagesDocument.self
        case ("iso20:CommonMessages", .fragment): ISO20.CommonMessagesFragment.self
        case ("iso20:AC", .document): ISO20.ACDocument.self
        case ("iso20:AC", .fragment): ISO20.ACFragment.self
        case ("iso20:DC", .document): ISO20.DCDocument.self
        case ("iso20:DC", .fragment): ISO20.DCFragment.self
        case ("iso20:ACDP", .document): ISO20.ACDPDocument.self
        case ("iso20:ACDP", .fragment): ISO20.ACDPFragment.self
        case ("iso20:WPT", .document): ISO20.WPTDocument.self
        case ("iso20:WPT", .fragment): ISO20.WPTFragment.self
        case (_, _): nil
        }
    }
}

/// The members of a generated value, in the schema's words as far as Swift's names keep them.
struct Likeness {
    let value: Any

    /// Whether the value says what the JSON says.
    func matches(_ json: JSON) -> Bool {
        if let list = Self.list(value) {
            guard let items = json.items, items.count == list.count else { return false }
            return zip(list, items).allSatisfy { Likeness(value: $0).matches($1) }
        }
        return matchesSimple(json) || matchesMembers(json)
    }

    private func matchesSimple(_ json: JSON) -> Bool {
        switch (value, json) {
        case (let bytes as [UInt8], .string(let text)):
            BinaryText.hexadecimal(bytes) == text || BinaryText.base64(bytes) == text
        case (let text as String, .string(let other)): text == other
        case (let word as any EXIEnumeration, .string(let other)): word.description == other
        case (let flag as Bool, .boolean(let other)): flag == other
        case (let number as WideInteger, .number(let other)): number.description == other
        case (let number as any BinaryInteger, .number(let other)): "\(number)" == other
        case (_, _): false
        }
    }

    private func matchesMembers(_ json: JSON) -> Bool {
        let own = Self.members(of: value)
        // A value with attributes of which none is there.
        if case .string = json, own.count == 1, own[0].name == "value" {
            return Likeness(value: own[0].value).matches(json)
        }
        guard case .object(let members) = json else { return false }
        return own.count == members.count
            && members.allSatisfy { member in
                own.contains {
                    Self.plain($0.name) == Self.plain(member.key) && Likeness(value: $0.value).matches(member.value)
                }
            }
    }

    /// Properties that hold something; the case of a choice stands for its element.
    private static func members(of value: Any) -> [(name: String, value: Any)] {
        let mirror = Mirror(reflecting: value)
        return mirror.children.flatMap { child -> [(name: String, value: Any)] in
            guard let label = child.label else { return [] }
            if mirror.displayStyle == .enum { return [(label, child.value)] }
            let inside = Mirror(reflecting: child.value)
            if inside.displayStyle == .optional {
                return inside.children.flatMap { unfolded(label, $0.value) }
            }
            return list(child.value)?.isEmpty == true ? [] : unfolded(label, child.value)
        }
    }

    private static func unfolded(_ label: String, _ value: Any) -> [(name: String, value: Any)] {
        let isChoice = Mirror(reflecting: value).displayStyle == .enum && !(value is any EXIEnumeration)
        return isChoice ? members(of: value) : [(label, value)]
    }

    /// Every empty array can be taken for one of bytes, so that the type itself has to be asked.
    private static func list(_ value: Any) -> [Any]? { type(of: value) == [UInt8].self ? nil : value as? [Any] }

    private static func plain(_ name: String) -> String { name.filter { $0.isLetter || $0.isNumber }.lowercased() }
}
