// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A share of a rating in millionths of it, so that a grid code's percentages stay whole numbers. Of active power it is
/// per unit of the rating in discharge unless a name says otherwise, positive is import; of voltage it is per unit of
/// the nominal voltage.
package struct PerUnit: Hashable, Comparable, Sendable, BitwiseCopyable {
    package let millionths: Int64

    /// - Parameter millionths: Beyond ±1000 per unit the nearest bound, so that no arithmetic here can overflow.
    @_noLocks package init(millionths: Int64) {
        self.millionths = millionths > 1_000_000_000 ? 1_000_000_000 : max(millionths, -1_000_000_000)
    }
    @_noLocks package init(percent: Int) {
        self.init(millionths: Int64(percent > 100_000 ? 100_000 : max(percent, -100_000)) * 10_000)
    }

    package static var zero: PerUnit {
        @_noLocks get { PerUnit(millionths: 0) }
    }
    package static var one: PerUnit {
        @_noLocks get { PerUnit(millionths: 1_000_000) }
    }
    /// More than any charger can do: a bound that does not bind.
    package static var unbounded: PerUnit {
        @_noLocks get { PerUnit(millionths: 10_000_000) }
    }

    @_noLocks package static func == (lhs: PerUnit, rhs: PerUnit) -> Bool { lhs.millionths == rhs.millionths }
    @_noLocks package static func < (lhs: PerUnit, rhs: PerUnit) -> Bool { lhs.millionths < rhs.millionths }
    @_noLocks package static func + (lhs: PerUnit, rhs: PerUnit) -> PerUnit {
        PerUnit(millionths: lhs.millionths + rhs.millionths)
    }
    @_noLocks package static func - (lhs: PerUnit, rhs: PerUnit) -> PerUnit {
        PerUnit(millionths: lhs.millionths - rhs.millionths)
    }
    @_noLocks package static prefix func - (value: PerUnit) -> PerUnit { PerUnit(millionths: 0 - value.millionths) }
    @_noLocks package static func * (lhs: PerUnit, rhs: PerUnit) -> PerUnit {
        PerUnit(millionths: (lhs.millionths * rhs.millionths).dividedRounding(by: 1_000_000))
    }

    package var magnitude: PerUnit {
        @_noLocks get { PerUnit(millionths: millionths < 0 ? 0 - millionths : millionths) }
    }

    // The generic ones of the standard library cannot be proved across files.
    @_noLocks package static func > (lhs: PerUnit, rhs: PerUnit) -> Bool { lhs.millionths > rhs.millionths }
    @_noLocks package static func <= (lhs: PerUnit, rhs: PerUnit) -> Bool { lhs.millionths <= rhs.millionths }
    @_noLocks package static func >= (lhs: PerUnit, rhs: PerUnit) -> Bool { lhs.millionths >= rhs.millionths }
    /// The lesser of the two.
    @_noLocks package func atMost(_ bound: PerUnit) -> PerUnit { self > bound ? bound : self }
    /// The greater of the two.
    @_noLocks package func atLeast(_ bound: PerUnit) -> PerUnit { self < bound ? bound : self }

    @_noLocks package func clamped(from lower: PerUnit, to upper: PerUnit) -> PerUnit {
        self < lower ? lower : (self > upper ? upper : self)
    }

    /// For wires and people; never for arithmetic that decides.
    package var inUnits: Double { Double(millionths) / 1_000_000 }
}

extension PerUnit {
    /// `value` as a share of `base`, both in the same unit; zero where the base is none.
    @_noLocks init(_ value: Int64, of base: Int64) {
        guard base > 0 else {
            self.init(millionths: 0)
            return
        }
        let scaled = Int128(value) * 1_000_000
        let half = Int128(base / 2)
        let share = (scaled < 0 ? scaled - half : scaled + half) / Int128(base)
        self.init(millionths: share > 1_000_000_000 ? 1_000_000_000 : Int64(max(share, -1_000_000_000)))
    }

    /// This share of `base`, never beyond ±`most`.
    @_noLocks func part(of base: Int64, atMost most: Int64) -> Int64 {
        let product = Int128(base) * Int128(millionths)
        let part = (product < 0 ? product - 500_000 : product + 500_000) / 1_000_000
        return part > Int128(most) ? most : Int64(max(part, 0 - Int128(most)))
    }

    /// Of a power; zero where `rating` is none.
    @_noLocks package init(_ power: Power, of rating: Power) { self.init(power.milli, of: rating.milli) }
    /// Of a voltage; zero where `nominal` is none.
    @_noLocks package init(_ voltage: Voltage, of nominal: Voltage) { self.init(voltage.milli, of: nominal.milli) }

    @_noLocks package func power(of rating: Power) -> Power {
        Power(milli: part(of: rating.milli, atMost: Power.plausible))
    }
    @_noLocks package func voltage(of nominal: Voltage) -> Voltage {
        Voltage(milli: part(of: nominal.milli, atMost: Voltage.plausible))
    }
}

extension Int64 {
    /// The quotient rounded to the nearest, halves away from zero. The divisor is positive.
    @_noLocks func dividedRounding(by divisor: Int64) -> Int64 {
        let half = divisor / 2
        return self < 0 ? (self &- half) / divisor : (self &+ half) / divisor
    }
}
