// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A JSON text as a tree. Numbers stay text: serial numbers have more digits than any integer type. Objects keep their
/// order.
public indirect enum JSON: Equatable, Sendable {
    case null
    case boolean(Bool)
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])

    public struct Member: Equatable, Sendable {
        public let key: String
        public let value: JSON

        public init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    public var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }
    public var items: [JSON]? {
        guard case .array(let items) = self else { return nil }
        return items
    }
    public var integer: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }
}

extension JSON: CustomStringConvertible {
    public var description: String {
        var out = ""
        write(to: &out)
        return out
    }

    private func write(to out: inout String) {
        switch self {
        case .null: out += "null"
        case .boolean(let value): out += value ? "true" : "false"
        case .number(let text): out += text
        case .string(let text): Self.write(text, to: &out)
        case .array(let items): Self.write(items, "[", "]", to: &out) { $0.write(to: &$1) }
        case .object(let members):
            Self.write(members, "{", "}", to: &out) { member, out in
                Self.write(member.key, to: &out)
                out += ": "
                member.value.write(to: &out)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], _ open: String, _ close: String, to out: inout String, _ one: (Item, inout String) -> Void
    ) {
        out += open
        for (index, item) in items.enumerated() {
            if index > 0 { out += ", " }
            one(item, &out)
        }
        out += close
    }

    private static func write(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            case _: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
