// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText

/// A recorded conversation between a car and a station, made readable: a line a message, with the time, who spoke, and what
/// was said as `path=value`.
///
/// A record is a line of JSON: `exi` (hexadecimal, without the transport's header), `ns` or `schema` (the namespace),
/// and where known `t` (seconds), `from` (`EV` or `SE`), `name`, and `kind` (`document`, or `fragment` for what was only
/// signed).
public struct SessionTrace: Sendable {
    /// Longer values are cut: certificates and signatures.
    public static let longestValue = 48
    private static let mostDigits = 15

    private let lines: MessageLines
    private var last: Int64?
    private var sessionID: String?

    public init() throws(TableError) { lines = try MessageLines() }

    /// - Returns: one readable line.
    public mutating func line(_ record: String) throws(TableError) -> String {
        let record = try Self.parsed(record)
        guard let schema = (record["ns"] ?? record["schema"])?.text else {
            throw TableError("“ns” is missing: the namespace of the message")
        }
        let members = ["kind", "exi"].compactMap { name in record[name].map { JSON.Member(name, $0) } }
        let decoded = try Self.parsed(try lines.decode(JSON.object(members).description, schema: schema))
        guard let json = decoded["json"], case .object(let roots) = json, let root = roots.first else {
            throw TableError("the message is empty")
        }
        let name = decoded["root"]?.text ?? root.key
        var fields: [String] = []
        describe(Self.body(root, name), path: "", into: &fields)
        let signed = record["kind"]?.text == "fragment" ? "(signed) " : ""
        return "\(time(of: record)) \(Self.speaker(record)) \(signed)\(name)\(session(root.value))"
            + fields.map { " " + $0 }.joined()
    }

    private static func parsed(_ text: String) throws(TableError) -> JSON {
        do throws(JSONError) { return try JSON.parse(text) } catch { throw TableError(error.description) }
    }

    /// In the standards that wrap all messages in one, what is inside the wrapping.
    private static func body(_ root: JSON.Member, _ name: String) -> JSON {
        root.key == "V2G_Message" ? root.value["Body"]?[name] ?? .object([]) : root.value
    }

    private static func speaker(_ record: JSON) -> String {
        switch record["from"]?.text {
        case "EV"?: "car     →"
        case "SE"?: "station ←"
        case let other?: other
        case nil: "?       ·"
        }
    }

    /// The first is at its time; the others say how long after the one before they came.
    private mutating func time(of record: JSON) -> String {
        guard case .number(let text)? = record["t"], let seconds = Double(text), seconds.magnitude < 1e12 else {
            return "       –        "
        }
        let now = Int64(seconds * 1_000)
        defer { last = now }
        return Self.padded(now, to: 10) + " s" + Self.padded(now - (last ?? now), to: 9, sign: "+")
    }

    private static func padded(_ milliseconds: Int64, to width: Int, sign: String = "") -> String {
        let fraction = String(milliseconds.magnitude % 1_000)
        let text =
            (milliseconds < 0 ? "-" : sign) + String(milliseconds.magnitude / 1_000) + "."
            + String(repeating: "0", count: 3 - fraction.count) + fraction
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Only when it is another than in the message before.
    private mutating func session(_ message: JSON) -> String {
        guard let id = message["Header"]?["SessionID"]?.text, id != sessionID else { return "" }
        sessionID = id
        return " [session \(id)]"
    }

    private func describe(_ json: JSON, path: String, into fields: inout [String]) {
        switch json {
        case .object(let members):
            if let number = Self.physical(members) {
                fields.append("\(path)=\(number)")
                return
            }
            if members.isEmpty, !path.isEmpty { fields.append(path) }
            for member in members where !(path.isEmpty && member.key == "Header") {
                describe(member.value, path: path.isEmpty ? member.key : "\(path).\(member.key)", into: &fields)
            }
        case .array(let items):
            for (index, item) in items.enumerated() { describe(item, path: "\(path)[\(index)]", into: &fields) }
        case .string(let text): fields.append("\(path)=\(Self.cut(text))")
        case .number, .boolean, .null: fields.append("\(path)=\(json)")
        }
    }

    private static func cut(_ text: String) -> String {
        guard text.count > longestValue else { return text.contains(" ") ? "“\(text)”" : text }
        return "\(text.prefix(longestValue / 2))…(\(text.count) characters)"
    }

    /// A value with its power of ten, `Exponent` in ISO 15118-20 and `Multiplier` before, as one number with its unit.
    private static func physical(_ members: [JSON.Member]) -> String? {
        let json = JSON.object(members)
        let known: Set<String> = ["Exponent", "Multiplier", "Unit", "Value"]
        guard members.allSatisfy({ known.contains($0.key) }), let value = json["Value"]?.integer,
            let exponent = (json["Exponent"] ?? json["Multiplier"])?.integer, exponent.magnitude <= mostDigits
        else { return nil }
        let unit = json["Unit"]?.text.map { " " + $0 } ?? ""
        return scaled(value, exponent) + unit
    }

    /// Exactly, as text.
    private static func scaled(_ value: Int, _ exponent: Int) -> String {
        guard value != 0 else { return "0" }
        let sign = value < 0 ? "-" : ""
        let digits = String(value.magnitude)
        guard exponent < 0 else { return sign + digits + String(repeating: "0", count: exponent) }
        let filled = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
        var fraction = filled.suffix(-exponent)
        while fraction.last == "0" { fraction.removeLast() }
        return sign + filled.dropLast(-exponent) + (fraction.isEmpty ? "" : "." + fraction)
    }
}
