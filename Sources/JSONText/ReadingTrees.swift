// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension JSON {
    public static func parse(_ text: String) throws(JSONError) -> JSON { try parse(Array(text.utf8)) }

    public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
        var reader = JSONReader(bytes)
        let value = try reader.tree()
        try reader.end()
        return value
    }
}

extension JSONReader {
    /// Any value as a tree. Names that come twice are refused.
    public mutating func tree() throws(JSONError) -> JSON {
        switch try kind() {
        case .object: return .object(try members())
        case .array:
            try beginArray()
            var items: [JSON] = []
            var isFirst = true
            while try hasItem(&isFirst) { items.append(try tree()) }
            return .array(items)
        case .string: return .string(try string())
        case .number: return .number(String(decoding: bytes[try number().range], as: UTF8.self))
        case .boolean: return .boolean(try boolean())
        case .null:
            try null()
            return .null
        }
    }

    private mutating func members() throws(JSONError) -> [JSON.Member] {
        try beginObject()
        var members: [JSON.Member] = []
        var names: Set<String> = []
        var isFirst = true
        while try hasMember(&isFirst) {
            let name = try string(try name())
            guard names.insert(name).inserted else { throw failure("every name once, not “\(name)” again") }
            members.append(JSON.Member(name, try tree()))
        }
        return members
    }
}
