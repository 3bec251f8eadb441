// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials
import NIOCore

/// The members of a JSON object that a request may have, all of them text. Unknown members, bare numbers and missing
/// units are errors that say so.
struct RequestMembers {
    private let members: [String: String]

    /// - Parameter names: What is allowed; nil allows any name and takes numbers and booleans as their text.
    init(_ body: ByteBuffer, allowing names: [String]?) throws(APIProblem) {
        let example = names == nil ? "{\"soc\": \"80 %\"}" : "{\"power\": \"-7 kW\", \"for\": \"15 min\"}"
        let remedy = "Send a JSON object such as \(example)."
        let decoded: [String: JSONValue]
        do {
            decoded = try WireJSON.decode([String: JSONValue].self, from: Data(body.readableBytesView))
        } catch {
            let what = body.readableBytes == 0 ? "The request has no body." : "The body is not a JSON object."
            throw .malformed(what, remedy: remedy)
        }
        var members: [String: String] = [:]
        for (name, value) in decoded.sorted(by: { $0.key < $1.key }) {
            if let names, !names.contains(name) {
                throw .malformed(
                    "The member “\(name)” is unknown here.", remedy: "Possible: \(names.joined(separator: ", ")).")
            }
            members[name] = try Self.text(of: value, name, takesNumbers: names == nil)
        }
        self.members = members
    }

    private static func text(of value: JSONValue, _ name: String, takesNumbers: Bool) throws(APIProblem) -> String? {
        switch value {
        case .string(let text): return text
        case .null: return nil
        case .integer(let number) where takesNumbers: return "\(number)"
        case .number(let number) where takesNumbers: return "\(number)"
        case .bool(let flag) where takesNumbers: return "\(flag)"
        case .integer, .number:
            throw .malformed(
                "“\(name)” is a bare number.",
                remedy: "Write it as text with its unit, such as \"7.4 kW\" or \"15 min\".")
        case .bool, .array, .object:
            throw .malformed("“\(name)” is not text.", remedy: "Write it as text with its unit, such as \"7.4 kW\".")
        }
    }

    var all: [String: String] { members }

    func power() throws(APIProblem) -> Power {
        guard let text = members["power"] else {
            throw .malformed("“power” is missing.", remedy: "Send it with its unit, such as {\"power\": \"-7 kW\"}.")
        }
        do {
            return try Power(parsing: text)
        } catch {
            throw .malformed("“power”: \(error.description).", remedy: "Possible: a number with W, kW or MW.")
        }
    }

    /// nil where it is not given.
    func current(_ name: String) throws(APIProblem) -> Current? {
        guard let text = members[name] else { return nil }
        do {
            return try Current(parsing: text)
        } catch {
            throw .malformed("“\(name)”: \(error.description).", remedy: "Possible: a number with A, such as 60 A.")
        }
    }

    /// What the installer knows.
    func code() throws(APIProblem) -> String {
        guard let code = members["code"] else {
            throw .malformed("“code” is missing.", remedy: "Send the installer's code, such as {\"code\": \"1234\"}.")
        }
        return code
    }

    /// How long it holds; nil until it is released.
    func duration() throws(APIProblem) -> Interval? {
        guard let text = members["for"] else { return nil }
        let duration: Interval
        do {
            duration = try Interval(parsing: text)
        } catch {
            throw .malformed("“for”: \(error.description).", remedy: "Possible: a number with ms, s, min, h or d.")
        }
        guard duration > .zero else {
            throw .malformed("“for” is \(duration): it would end at once.", remedy: "Give a length above zero.")
        }
        return duration
    }
}
