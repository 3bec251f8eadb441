// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText

/// A decimal number exactly as it was written: `significand` / 10^`scale`, without trailing zeros, so that equal numbers are
/// equal values. Prices, energies and limits keep every digit; binary fractions would not.
///
/// Holds 18 digits, magnitudes below 10^18. Digits beyond the 18th, or smaller than 10^−18, are rounded half to even.
public struct DecimalNumber: Hashable, Sendable {
    public let significand: Int64
    /// 0…18.
    public let scale: UInt8

    public static let zero = DecimalNumber(0)

    public init(_ value: Int) {
        significand = Int64(value).clamped(to: Self.largest)
        scale = 0
    }

    /// - Parameter thousandths: As quantities of `Electricity` count.
    public init(thousandths: Int64) { self.init(thousandths.clamped(to: Self.largest), over: 3) }

    static let largest: Int64 = 999_999_999_999_999_999

    init(_ significand: Int64, over scale: Int) {
        var significand = significand
        var scale = scale
        while scale > 0, significand % 10 == 0 {
            significand /= 10
            scale -= 1
        }
        self.significand = significand
        self.scale = UInt8(scale)
    }

    /// Nil for a magnitude of 10^18 and more.
    public init?(_ number: JSONNumber) {
        guard number.significand != 0 else {
            self = .zero
            return
        }
        var digits = number.significand
        var exponent = number.exponent
        var isExact = number.isExact
        // Too many digits, or digits too small, go; whole numbers take their zeros.
        while digits > UInt64(Self.largest) || exponent < -18 {
            guard digits > 0 else { break }
            let isLast = digits / 10 <= UInt64(Self.largest) && exponent + 1 >= -18
            let (rest, digit) = digits.quotientAndRemainder(dividingBy: 10)
            let roundsUp = isLast && (digit > 5 || digit == 5 && (!isExact || rest % 2 == 1))
            if digit != 0 { isExact = false }
            digits = rest + (roundsUp ? 1 : 0)
            exponent += 1
        }
        guard digits > 0 else {
            self = .zero
            return
        }
        while exponent > 0 {
            guard digits <= UInt64(Self.largest) / 10 else { return nil }
            digits *= 10
            exponent -= 1
        }
        guard digits <= UInt64(Self.largest) else { return nil }
        self.init(number.isNegative ? -Int64(digits) : Int64(digits), over: max(0, -exponent))
    }

    /// In thousandths, rounded half away from zero; nil beyond 64 bits.
    public var thousandths: Int64? {
        if scale <= 3 {
            var value = significand
            for _ in scale..<3 {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow else { return nil }
                value = product
            }
            return value
        }
        var divisor: Int64 = 1
        for _ in 3..<scale { divisor *= 10 }
        let (quotient, remainder) = significand.quotientAndRemainder(dividingBy: divisor)
        guard remainder.magnitude >= (divisor / 2).magnitude else { return quotient }
        return quotient + (significand < 0 ? -1 : 1)
    }

    /// Whether it has at most `count` decimals.
    public func hasDecimals(atMost count: Int) -> Bool { scale <= count }
}

extension DecimalNumber: Comparable {
    public static func < (lhs: DecimalNumber, rhs: DecimalNumber) -> Bool {
        if lhs.scale == rhs.scale { return lhs.significand < rhs.significand }
        // 18 digits times 10^18 fit 128 bits.
        return Int128(lhs.significand) * power(rhs.scale) < Int128(rhs.significand) * power(lhs.scale)
    }

    private static func power(_ exponent: UInt8) -> Int128 {
        var power: Int128 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }
}

extension DecimalNumber: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self.init(value) }
}

extension DecimalNumber: CustomStringConvertible {
    /// Reads a number as JSON writes it.
    public init?(text: String) {
        var reader = JSONReader(Array(text.utf8))
        guard let number = try? reader.number(), (try? reader.end()) != nil else { return nil }
        self.init(number)
    }

    public var description: String {
        guard scale > 0 else { return String(significand) }
        let digits = String(significand.magnitude)
        let padded = String(repeating: "0", count: max(0, Int(scale) + 1 - digits.utf8.count)) + digits
        return (significand < 0 ? "-" : "") + padded.dropLast(Int(scale)) + "." + padded.suffix(Int(scale))
    }
}

extension Int64 {
    fileprivate func clamped(to largest: Int64) -> Int64 { Swift.min(largest, Swift.max(-largest, self)) }
}
