// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Why a text is not the quantity it should be. The description names what was found and what is allowed.
public struct QuantityTextError: Error, Equatable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// A unit a person may type, as a power of ten relative to the quantity's thousandth.
public struct UnitName: Sendable {
    let text: String
    let thousandths: Int64
}

/// Quantities that people type and read, always with their unit.
public protocol QuantityText: Quantity {
    static var units: [UnitName] { get }
    /// An example shown in messages, `7.4 kW`.
    static var example: String { get }
}

extension QuantityText {
    /// Reads `7.4 kW`, `-5000W` or `+11 kW`; digits beyond a thousandth of the unit are rounded half away from zero.
    public init(parsing text: String) throws(QuantityTextError) {
        let (number, unit) = try Decimal.split(text, example: Self.example)
        guard !unit.isEmpty else {
            throw QuantityTextError("“\(text)” has no unit; write it like \(Self.example)")
        }
        guard let name = Self.units.first(where: { $0.text == unit }) else {
            let allowed = Self.units.map(\.text).joined(separator: ", ")
            throw QuantityTextError("“\(text)” has the unit “\(unit)”; allowed here: \(allowed)")
        }
        guard let milli = number.scaled(by: name.thousandths), milli.magnitude <= UInt64(Self.plausible) else {
            throw QuantityTextError("“\(text)” is larger than any plausible value")
        }
        self.init(milli: milli)
    }
}

extension Power: QuantityText {
    public static var units: [UnitName] {
        [
            UnitName(text: "W", thousandths: 1_000), UnitName(text: "kW", thousandths: 1_000_000),
            UnitName(text: "MW", thousandths: 1_000_000_000),
        ]
    }
    public static var example: String { "7.4 kW" }
}

extension Current: QuantityText {
    public static var units: [UnitName] {
        [UnitName(text: "A", thousandths: 1_000), UnitName(text: "mA", thousandths: 1)]
    }
    public static var example: String { "63 A" }
}

extension Voltage: QuantityText {
    public static var units: [UnitName] {
        [UnitName(text: "V", thousandths: 1_000), UnitName(text: "kV", thousandths: 1_000_000)]
    }
    public static var example: String { "230 V" }
}

extension Frequency: QuantityText {
    public static var units: [UnitName] {
        [UnitName(text: "Hz", thousandths: 1_000), UnitName(text: "mHz", thousandths: 1)]
    }
    public static var example: String { "50 Hz" }
}

extension Energy: QuantityText {
    public static var units: [UnitName] {
        [
            UnitName(text: "Wh", thousandths: 1_000), UnitName(text: "kWh", thousandths: 1_000_000),
            UnitName(text: "MWh", thousandths: 1_000_000_000),
        ]
    }
    public static var example: String { "60 kWh" }
}

extension StateOfCharge: QuantityText {
    public static var units: [UnitName] { [UnitName(text: "%", thousandths: 1_000)] }
    public static var example: String { "80 %" }
}

extension Interval {
    /// Reads `500 ms`, `10 s`, `15 min`, `2 h` or `7 d`; never negative.
    public init(parsing text: String) throws(QuantityTextError) {
        let example = "15 min"
        let (number, unit) = try Decimal.split(text, example: example)
        let nanoseconds: Int64
        switch unit {
        case "": throw QuantityTextError("“\(text)” has no unit; write it like \(example)")
        case "ms": nanoseconds = 1_000_000
        case "s": nanoseconds = 1_000_000_000
        case "min": nanoseconds = 60_000_000_000
        case "h": nanoseconds = 3_600_000_000_000
        case "d": nanoseconds = 86_400_000_000_000
        default: throw QuantityTextError("“\(text)” has the unit “\(unit)”; allowed here: ms, s, min, h, d")
        }
        guard let value = number.scaled(by: nanoseconds), value <= 3_660 * 86_400_000_000_000 else {
            throw QuantityTextError("“\(text)” is longer than ten years")
        }
        guard value >= 0 else { throw QuantityTextError("“\(text)” is negative; a length of time is not") }
        self.init(nanoseconds: value)
    }
}

/// A decimal number as a person typed it, exact until it is scaled.
struct Decimal {
    let isNegative: Bool
    /// All digits without the point.
    let digits: [UInt8]
    let fractionDigits: Int

    /// Splits `-7.4 kW` into the number and the unit behind it.
    static func split(_ text: String, example: String) throws(QuantityTextError) -> (Decimal, unit: String) {
        var rest = Substring(text)
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        var isNegative = false
        if let sign = rest.first, sign == "-" || sign == "+" || sign == "−" {
            isNegative = sign != "+"
            rest.removeFirst()
        }
        var digits: [UInt8] = []
        var fractionDigits = 0
        var isFraction = false
        while let character = rest.first {
            if let digit = character.wholeNumberValue, character.isASCII {
                digits.append(UInt8(digit))
                fractionDigits += isFraction ? 1 : 0
            } else if character == ".", !isFraction, !digits.isEmpty {
                isFraction = true
            } else if character != "_" {
                break
            }
            rest.removeFirst()
        }
        guard !digits.isEmpty, digits.count <= 24, !isFraction || fractionDigits > 0 else {
            throw QuantityTextError("“\(text)” is not a number with a unit; write it like \(example)")
        }
        while rest.first == " " { rest.removeFirst() }
        return (Decimal(isNegative: isNegative, digits: digits, fractionDigits: fractionDigits), String(rest))
    }

    /// The number times `scale`, rounded half away from zero, or nil where it does not fit.
    func scaled(by scale: Int64) -> Int64? {
        var whole: Int64 = 0
        for digit in digits.dropLast(fractionDigits) {
            let (product, overflowed) = whole.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int64(digit))
            guard !overflowed, !carried else { return nil }
            whole = sum
        }
        let (product, overflowed) = whole.multipliedReportingOverflow(by: scale)
        guard !overflowed else { return nil }
        let (sum, carried) = product.addingReportingOverflow(fraction(of: scale))
        guard !carried else { return nil }
        return isNegative ? -sum : sum
    }

    private func fraction(of scale: Int64) -> Int64 {
        var value: Int64 = 0
        var remaining = scale
        for digit in digits.suffix(fractionDigits) {
            guard remaining >= 10 else {
                // The digit stands for less than one count: it can only round.
                return value + (Int64(digit) * remaining * 2 >= 10 ? 1 : 0)
            }
            remaining /= 10
            value += Int64(digit) * remaining
        }
        return value
    }
}
