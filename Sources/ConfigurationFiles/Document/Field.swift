// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A value under validation: it knows the keys that lead to it and reports what is wrong with it. Every reader returns
/// nil after it has reported.
struct Field {
    let value: YAMLValue
    let path: String
    let findings: Findings

    var position: TextPosition { value.position }

    func error(_ message: String) { findings.error(position, path, message) }
    func notice(_ message: String) { findings.notice(position, path, message) }

    private func expected<Result>(_ what: String) -> Result? {
        error("expected \(what), found \(value.kind)")
        return nil
    }

    /// - Parameter known: All keys that are allowed; an unknown key is an error, not a reason to stop.
    func mapping(_ known: [String]) -> MappingField? {
        guard let entries = entries() else { return nil }
        return MappingField(self, entries: entries, known: known)
    }

    /// The entries of a mapping whose keys are names, in the order of the text; a repeated key is reported and skipped.
    func entries() -> [(key: Field, name: String, value: Field)]? {
        guard case .mapping(let all) = value.content else { return expected("a mapping") }
        var seen: [String: TextPosition] = [:]
        var entries: [(key: Field, name: String, value: Field)] = []
        for entry in all {
            let inside = path.isEmpty ? entry.key.shortened : "\(path).\(entry.key.shortened)"
            let keyValue = YAMLValue(content: .scalar(entry.key, isPlain: true), position: entry.keyPosition)
            let key = Field(value: keyValue, path: inside, findings: findings)
            if let first = seen[entry.key] {
                key.error("the key “\(entry.key.shortened)” is given twice; the first is at line \(first.line)")
            } else {
                seen[entry.key] = entry.keyPosition
                entries.append((key, entry.key, Field(value: entry.value, path: inside, findings: findings)))
            }
        }
        return entries
    }

    func list() -> [Field]? {
        guard case .list(let items) = value.content else { return expected("a list") }
        return items.enumerated().map { Field(value: $0.element, path: "\(path)[\($0.offset)]", findings: findings) }
    }

    /// Any scalar as it was typed, quoted or not.
    var scalar: String? {
        guard case .scalar(let text, _) = value.content, !value.isNothing else { return nil }
        return text
    }

    func text() -> String? {
        guard let scalar else { return expected("text") }
        guard !scalar.allSatisfy(\.isWhitespace) else { return expected("text that is not empty") }
        return scalar
    }

    func boolean() -> Bool? {
        if case .scalar(let text, isPlain: true) = value.content {
            switch text {
            case "true": return true
            case "false": return false
            default: break
            }
        }
        return expected("true or false")
    }

    func integer(_ range: ClosedRange<Int64>, _ what: String = "a whole number") -> Int64? {
        guard case .scalar(let text, isPlain: true) = value.content, let number = Self.integer(text) else {
            return expected("\(what) from \(range.lowerBound) to \(range.upperBound)")
        }
        guard range.contains(number) else {
            return expected("\(what) from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func int(_ range: ClosedRange<Int>, _ what: String = "a whole number") -> Int? {
        integer(Int64(range.lowerBound)...Int64(range.upperBound), what).map(Int.init)
    }

    /// A bit pattern of up to 64 bits, decimal or hexadecimal; a negative number stands for its 64-bit pattern.
    func bits() -> UInt64? {
        if case .scalar(let text, isPlain: true) = value.content {
            if let pattern = Self.pattern(text) { return pattern }
            if let number = Self.integer(text) { return UInt64(bitPattern: number) }
        }
        return expected("a number such as 0x8000")
    }

    func number() -> Double? {
        guard case .scalar(let text, isPlain: true) = value.content, let number = Self.number(text) else {
            return expected("a number")
        }
        return number
    }

    /// One of the values of an enumeration that is written as text.
    func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        guard let scalar else { return expected("one of \(names.listed)") }
        if let choice = Choice(rawValue: scalar) { return choice }
        error("expected one of \(names.listed), found \(value.kind)\(Self.suggestion(for: scalar, among: names))")
        return nil
    }

    func quantity<Value: QuantityText>(_ type: Value.Type, atLeast lower: Value? = nil, atMost upper: Value? = nil)
        -> Value? where Value: CustomStringConvertible
    {
        guard let scalar else { return expected("a quantity with its unit such as \(Value.example)") }
        let quantity: Value
        do throws(QuantityTextError) {
            quantity = try Value(parsing: scalar.shortened)
        } catch {
            self.error(error.description)
            return nil
        }
        return bounded(quantity, lower, upper)
    }

    func interval(atLeast lower: Interval? = nil, atMost upper: Interval? = nil) -> Interval? {
        guard let scalar else { return expected("a length of time with its unit such as 15 min") }
        let interval: Interval
        do throws(QuantityTextError) {
            interval = try Interval(parsing: scalar.shortened)
        } catch {
            self.error(error.description)
            return nil
        }
        return bounded(interval, lower, upper)
    }

    private func bounded<Value: Comparable & CustomStringConvertible>(
        _ value: Value, _ lower: Value?, _ upper: Value?
    ) -> Value? {
        if let lower, value < lower { return expected(upper.map { "\(lower) to \($0)" } ?? "at least \(lower)") }
        if let upper, value > upper { return expected(lower.map { "\($0) to \(upper)" } ?? "at most \(upper)") }
        return value
    }

    static func suggestion(for word: String, among names: [String]) -> String {
        NearestName.candidates(for: word, among: names, atMost: 1).first.map { " (did you mean “\($0)”?)" } ?? ""
    }
}

extension Field {
    static func integer(_ text: String) -> Int64? {
        if let pattern = pattern(text) { return Int64(exactly: pattern) }
        let digits = text.hasPrefix("+") ? text.dropFirst() : Substring(text)
        return Int64(digits.filter { $0 != "_" })
    }

    /// `0x8000`.
    private static func pattern(_ text: String) -> UInt64? {
        guard text.hasPrefix("0x") else { return nil }
        return UInt64(text.dropFirst(2).filter { $0 != "_" }, radix: 16)
    }

    static func number(_ text: String) -> Double? {
        if let integer = integer(text) { return Double(integer) }
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }),
            let number = Double(text), number.isFinite
        else { return nil }
        return number
    }
}
