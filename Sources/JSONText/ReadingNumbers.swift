// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A number as its decimal digits say it: `significand` × 10^`exponent`, negated if `isNegative`.
public struct JSONNumber: Equatable, Sendable {
    public var isNegative: Bool
    /// At most 19 digits; whatever digits come after are cut off, which `isExact` tells.
    public var significand: UInt64
    /// −1,000,000…1,000,000; beyond that it stays there.
    public var exponent: Int
    public var isExact: Bool
    /// Where it stands in the text.
    public var range: Range<Int>
}

extension JSONReader {
    public mutating func number() throws(JSONError) -> JSONNumber {
        skipSpace()
        let start = offset
        var number = JSONNumber(isNegative: false, significand: 0, exponent: 0, isExact: true, range: start..<start)
        if next == UInt8(ascii: "-") {
            number.isNegative = true
            offset += 1
        }
        if next == UInt8(ascii: "0") {
            offset += 1
            if isDigit(next) { throw failure("no digit after a leading zero") }
        } else {
            try digits(into: &number, areFraction: false)
        }
        if next == UInt8(ascii: ".") {
            offset += 1
            try digits(into: &number, areFraction: true)
        }
        if next | 0x20 == UInt8(ascii: "e") {
            offset += 1
            number.exponent += try exponent()
        }
        number.range = start..<offset
        return number
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private mutating func digits(into number: inout JSONNumber, areFraction: Bool) throws(JSONError) {
        guard isDigit(next) else { throw failure("a digit") }
        while isDigit(next) {
            let digit = UInt64(next - UInt8(ascii: "0"))
            if number.significand < 1_000_000_000_000_000_000 {
                number.significand = number.significand * 10 + digit
                if areFraction { number.exponent -= 1 }
            } else {
                if digit != 0 { number.isExact = false }
                if !areFraction { number.exponent += 1 }
            }
            offset += 1
        }
    }

    private mutating func exponent() throws(JSONError) -> Int {
        var isNegative = false
        if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") {
            isNegative = next == UInt8(ascii: "-")
            offset += 1
        }
        guard isDigit(next) else { throw failure("a digit") }
        var exponent = 0
        while isDigit(next) {
            exponent = min(1_000_000, exponent * 10 + Int(next - UInt8(ascii: "0")))
            offset += 1
        }
        return isNegative ? -exponent : exponent
    }
}

extension JSONNumber {
    /// The whole number it is (`1`, `1.0`, `1e2`), or nil.
    public var integer: Int? {
        guard isExact else { return nil }
        guard significand != 0 else { return 0 }
        var value = significand
        var exponent = exponent
        while exponent < 0 {
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { return nil }
            value = quotient
            exponent += 1
        }
        while exponent > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
            exponent -= 1
        }
        guard value <= UInt64(Int64.max) else { return nil }
        return isNegative ? -Int(value) : Int(value)
    }
}
