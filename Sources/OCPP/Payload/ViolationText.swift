// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText

extension Violation {
    /// What is wrong and where: `chargingProfile.chargingSchedule[0].duration: -1 is below 0`.
    /// - Parameter frame: The text in which it was found.
    public func description(in frame: [UInt8]) -> String {
        if case .notJSON(let expected) = kind { return "not JSON at byte \(offset): expected \(expected)" }
        let place = Place(of: offset, in: frame)
        return place.path.prefix(Self.longestPath) + ": " + reason(place.value)
    }

    /// Names come from the peer and may be long.
    private static let longestPath = 200

    private func reason(_ value: String) -> String {
        switch kind {
        case .notJSON(let expected): "expected \(expected)"
        case .repeatedField: "is given twice"
        case .unknownField: "is no field of this message"
        case .missingField(let name): "“\(name)” is missing"
        case .wrongType(let expected): "\(value) is no \(expected)"
        case .notInteger: "\(value) is no whole number"
        case .tooLarge: "\(value) is too large"
        case .badDateTime: "\(value) is no RFC 3339 date-time"
        case .badURI: "\(value) is no URI"
        case .tooLong(let most): "\(value) is longer than \(most)"
        case .notListed: "\(value) is not one of the allowed words"
        case .below(let least): "\(value) is below \(least)"
        case .above(let most): "\(value) is above \(most)"
        case .notMultipleOfTenth: "\(value) has more than one decimal"
        case .tooFew(let least): "fewer than \(least) items"
        case .tooMany(let most): "more than \(most) items"
        }
    }
}

/// Where in a payload a byte lies, found by reading the frame again.
private struct Place {
    var path = ""
    var value = ""
    private let target: Int
    private static let longestValue = 40

    init(of target: Int, in frame: [UInt8]) {
        self.target = target
        var reader = JSONReader(frame)
        _ = try? search(&reader, "")
        if path.isEmpty { path = "payload" }
    }

    /// Whether the value read next holds the target. Text that is not JSON ends the search: what was found so far counts.
    private mutating func search(_ reader: inout JSONReader, _ here: String) throws(JSONError) -> Bool {
        let kind = try reader.kind()
        let start = reader.offset
        if start == target {
            path = here
            value = Self.shown(reader)
            return true
        }
        switch kind {
        case .object: return try searchObject(&reader, here)
        case .array: return try searchArray(&reader, here)
        case .string, .number, .boolean, .null:
            try reader.skip()
            return false
        }
    }

    private mutating func searchObject(_ reader: inout JSONReader, _ here: String) throws(JSONError) -> Bool {
        try reader.beginObject()
        var isFirst = true
        while try reader.hasMember(&isFirst) {
            reader.skipSpace()
            let start = reader.offset
            let name = try reader.string(try reader.name())
            let inside = here.isEmpty ? name : here + "." + name
            if start == target {
                path = inside
                return true
            }
            if try search(&reader, inside) { return true }
        }
        return false
    }

    /// The outermost array is the frame itself; its items have no place in a path.
    private mutating func searchArray(_ reader: inout JSONReader, _ here: String) throws(JSONError) -> Bool {
        let isFrame = reader.offset == 0 || here.isEmpty
        try reader.beginArray()
        var isFirst = true
        var index = 0
        while try reader.hasItem(&isFirst) {
            if try search(&reader, isFrame ? "" : here + "[\(index)]") { return true }
            index += 1
        }
        return false
    }

    private static func shown(_ reader: JSONReader) -> String {
        var reader = reader
        let start = reader.offset
        guard (try? reader.skip()) != nil else { return "this" }
        let text = reader.bytes[start..<reader.offset]
        guard text.count > longestValue else { return String(decoding: text, as: UTF8.self) }
        return String(String(decoding: text, as: UTF8.self).prefix(longestValue)) + "…"
    }
}
