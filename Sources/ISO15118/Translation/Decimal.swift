// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXIDIN
import EXIISO2
import EXIISO20
import Electricity

// Numbers on the wire are a 16-bit value and a power of ten.

extension Quantity {
    /// A peer's number; beyond anything plausible it counts as the largest plausible magnitude.
    init(value: Int16, exponent: Int8) {
        var milli = Int64(value)
        var steps = Int(exponent) + 3
        while steps > 0, milli != 0, milli.magnitude <= Self.plausible.magnitude {
            milli *= 10
            steps -= 1
        }
        while steps < 0, milli != 0 {
            milli /= 10
            steps += 1
        }
        self.init(milli: min(max(milli, -Self.plausible), Self.plausible))
    }

    /// The most exact number a message can hold that lies no farther from zero: a limit is never flattered.
    /// - Parameter exponents: −3 or more.
    func decimal(_ exponents: ClosedRange<Int8>) -> (value: Int16, exponent: Int8) {
        var rest = milli
        for exponent in Int8(-3)...exponents.upperBound {
            if exponent >= exponents.lowerBound, let value = Int16(exactly: rest) { return (value, exponent) }
            rest /= 10
        }
        return (rest < 0 ? .min : .max, exponents.upperBound)
    }
}

extension ISO20.RationalNumber {
    init(_ quantity: some Quantity) {
        let (value, exponent) = quantity.decimal(-3...12)
        self.init(exponent: exponent, value: value)
    }

    static var zero: Self { Self(exponent: 0, value: 0) }
}

extension Quantity {
    init(_ number: ISO20.RationalNumber) { self.init(value: number.value, exponent: number.exponent) }
    init(_ number: ISO2.PhysicalValue) { self.init(value: number.value, exponent: number.multiplier) }
    init(_ number: DIN.PhysicalValue) { self.init(value: number.value, exponent: number.multiplier) }
}

extension ISO2.PhysicalValue {
    init(_ power: Power) { self.init(power, .w) }
    init(_ current: Current) { self.init(current, .a) }
    init(_ voltage: Voltage) { self.init(voltage, .v) }
    init(_ energy: Energy) { self.init(energy, .wh) }
    private init(_ quantity: some Quantity, _ unit: ISO2.UnitSymbol) {
        let (value, multiplier) = quantity.decimal(-3...3)
        self.init(multiplier: multiplier, unit: unit, value: value)
    }
}

extension DIN.PhysicalValue {
    init(_ power: Power) { self.init(power, .w) }
    init(_ current: Current) { self.init(current, .a) }
    init(_ voltage: Voltage) { self.init(voltage, .v) }
    init(_ energy: Energy) { self.init(energy, .wh) }
    private init(_ quantity: some Quantity, _ unit: DIN.UnitSymbol) {
        let (value, multiplier) = quantity.decimal(-3...3)
        self.init(multiplier: multiplier, unit: unit, value: value)
    }
}

extension StateOfCharge {
    /// Peers may say −1 or 127; a battery is between empty and full.
    init(wire percent: Int8) { self = StateOfCharge.percent(Int(percent)).clamped(from: .zero, to: .percent(100)) }
    var wire: Int8 { Int8(clamping: milli / 1_000) }
}

/// What may be charged and discharged, whichever sign a peer writes the latter with.
func limits<Value: Quantity>(_ charge: Value?, _ discharge: Value?) -> Limits<Value>? {
    if charge == nil && discharge == nil { return nil }
    return Limits(from: -(discharge ?? .zero).magnitude, to: charge ?? .zero)
}
