// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LocalAPI

/// The parameters of one bench verb, as typed. Unknown names, missing units and what is out of range are errors that
/// say what is allowed.
struct BenchParameters {
    private let verb: LocalAPI.BenchVerb
    private let values: [String: String]

    /// - Parameter names: What the verb takes.
    init(_ values: [String: String], of verb: LocalAPI.BenchVerb, allowing names: [String]) throws(APIProblem) {
        for name in values.keys.sorted() where !names.contains(name) {
            let possible = names.isEmpty ? "It takes none." : "Possible: \(names.joined(separator: ", "))."
            throw .malformed("“\(verb.rawValue)” has no parameter “\(name)”.", remedy: possible)
        }
        self.verb = verb
        self.values = values
    }

    var isEmpty: Bool { values.isEmpty }

    func text(_ name: String) -> String? { values[name] }

    /// - Returns: Nil where it is not given.
    func quantity<Value: QuantityText>(
        _ name: String, _ type: Value.Type = Value.self, atLeast lowest: Value? = nil, atMost highest: Value? = nil
    ) throws(APIProblem) -> Value? {
        guard let text = values[name] else { return nil }
        let value: Value
        do throws(QuantityTextError) { value = try Value(parsing: text) } catch {
            throw .malformed("“\(name)”: \(error.description).", remedy: "Write it like \(Value.example).")
        }
        if let lowest, value < lowest { throw outOfRange(name, text, "at least \(lowest)") }
        if let highest, value > highest { throw outOfRange(name, text, "at most \(highest)") }
        return value
    }

    /// - Returns: Nil where it is not given.
    func interval(_ name: String) throws(APIProblem) -> Interval? {
        guard let text = values[name] else { return nil }
        do throws(QuantityTextError) { return try Interval(parsing: text) } catch {
            throw .malformed("“\(name)”: \(error.description).", remedy: "Write it like 15 min.")
        }
    }

    /// - Returns: Nil where it is not given.
    func flag(_ name: String) throws(APIProblem) -> Bool? {
        switch values[name] {
        case nil: return nil
        case "yes", "true", "on": return true
        case "no", "false", "off": return false
        case let text?: throw .malformed("“\(name)” is “\(text)”.", remedy: "Possible: yes, no.")
        }
    }

    /// - Returns: Nil where it is not given.
    func choice<Value>(_ name: String, _ options: [(String, Value)]) throws(APIProblem) -> Value? {
        guard let text = values[name] else { return nil }
        if let found = options.first(where: { $0.0 == text }) { return found.1 }
        let possible = options.map(\.0).joined(separator: ", ")
        throw .malformed("“\(name)” is “\(text)”.", remedy: "Possible: \(possible).")
    }

    /// Bits as a number, decimal or `0x…`; nil where they are not given.
    func bits(_ name: String) throws(APIProblem) -> UInt64? {
        guard let text = values[name] else { return nil }
        let isHexadecimal = text.hasPrefix("0x") || text.hasPrefix("0X")
        let bits = isHexadecimal ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
        guard let bits, bits != 0 else {
            throw .malformed("“\(name)” is “\(text)”.", remedy: "Write bits as a number above zero, such as 4 or 0x10.")
        }
        return bits
    }

    func missing(_ example: String) -> APIProblem {
        .malformed("“\(verb.rawValue)” does not say what to do.", remedy: "Send for example \(example).")
    }

    func contradiction(_ what: String) -> APIProblem {
        .malformed("“\(verb.rawValue)” contradicts itself: \(what).", remedy: "Send one of them.")
    }

    private func outOfRange(_ name: String, _ found: String, _ allowed: String) -> APIProblem {
        .malformed("“\(name)” is “\(found)”.", remedy: "Possible: \(allowed).")
    }
}
