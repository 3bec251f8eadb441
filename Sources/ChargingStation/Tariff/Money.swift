// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// An amount of money, exact to the billionth of a currency unit.
struct Money: Hashable, Comparable, Sendable {
    let billionths: Int128

    static let zero = Money(billionths: 0)
    static func < (lhs: Money, rhs: Money) -> Bool { lhs.billionths < rhs.billionths }
    static func + (lhs: Money, rhs: Money) -> Money { Money(billionths: lhs.billionths + rhs.billionths) }

    init(billionths: Int128) { self.billionths = billionths }

    init(_ number: DecimalNumber) {
        let scale = Int(number.scale)
        let significand = Int128(number.significand)
        billionths =
            scale <= 9 ? significand * power(9 - scale) : rounded(significand, over: power(scale - 9))
    }

    /// Rounded half away from zero to the hundredth of a cent, which is as fine as invoices get.
    var decimal: DecimalNumber {
        let rounded = rounded(billionths, over: 100_000)
        let bounded = max(-999_999_999_999_999_999, min(999_999_999_999_999_999, rounded))
        return DecimalNumber(tenThousandths: Int64(bounded))
    }

    /// With taxes in percent: those of a stack add up, and the next stack is taken on the result (I12.FR.13).
    func taxed(_ rates: [TaxRateType]?) -> Money {
        let stacks = Dictionary(grouping: rates ?? []) { $0.stack ?? 0 }
        return stacks.keys.sorted().reduce(self) { amount, stack in
            let percent = (stacks[stack] ?? []).reduce(Int128(0)) { $0 + Money($1.tax).billionths }
            return Money(
                billionths: amount.billionths + rounded(amount.billionths * percent, over: 100 * 1_000_000_000))
        }
    }
}

/// Prices times quantities, added up before anything is divided, so that no rounding adds up.
struct Charge: Hashable, Sendable {
    /// Billionths of a currency unit times the smallest unit of the quantity.
    var product: Int128 = 0

    mutating func add(_ price: Money, times quantity: Int64) {
        let (product, overflow) = price.billionths.multipliedReportingOverflow(by: Int128(quantity))
        let (sum, tooLarge) = self.product.addingReportingOverflow(product)
        if !overflow, !tooLarge { self.product = sum }
    }

    /// - Parameter unit: How many of the smallest unit the price is for.
    func amount(per unit: Int64) -> Money { Money(billionths: rounded(product, over: Int128(max(1, unit)))) }
}

private func power(_ exponent: Int) -> Int128 {
    var power: Int128 = 1
    for _ in 0..<max(0, min(exponent, 18)) { power *= 10 }
    return power
}

/// Half away from zero.
private func rounded(_ value: Int128, over divisor: Int128) -> Int128 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    guard remainder.magnitude * 2 >= divisor.magnitude else { return quotient }
    return quotient + (value < 0 ? -1 : 1)
}

extension DecimalNumber {
    init(tenThousandths value: Int64) {
        self = DecimalNumber(text: Self.text(value, decimals: 4)) ?? .zero
    }

    private static func text(_ value: Int64, decimals: Int) -> String {
        let digits = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return (value < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
