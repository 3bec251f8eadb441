// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// An electrical quantity as an exact integer count of thousandths of its unit.
///
/// Integers give honest equality, leave no NaN to guard and replay identically. Values that enter from outside are
/// bounded by `plausible`, so sums over a site cannot overflow.
public protocol Quantity: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Thousandths of the unit: milliwatts, milliamperes, …
    var milli: Int64 { get }
    init(milli: Int64)
    /// The unit's symbol, `W` for power.
    static var symbol: StaticString { get }
    /// The largest magnitude that may enter from outside, in thousandths.
    static var plausible: Int64 { get }
}

extension Quantity {
    @inlinable public static var zero: Self { Self(milli: 0) }
    @inlinable public var isZero: Bool { milli == 0 }
    @inlinable public var magnitude: Self { Self(milli: milli < 0 ? 0 - milli : milli) }

    @inlinable public static func == (lhs: Self, rhs: Self) -> Bool { lhs.milli == rhs.milli }
    @inlinable public static func < (lhs: Self, rhs: Self) -> Bool { lhs.milli < rhs.milli }
    @inlinable public static func + (lhs: Self, rhs: Self) -> Self { Self(milli: lhs.milli + rhs.milli) }
    @inlinable public static func - (lhs: Self, rhs: Self) -> Self { Self(milli: lhs.milli - rhs.milli) }
    @inlinable public static prefix func - (value: Self) -> Self { Self(milli: 0 - value.milli) }
    @inlinable public static func * (value: Self, factor: Int) -> Self { Self(milli: value.milli * Int64(factor)) }
    /// Division rounds toward zero.
    @inlinable public static func / (value: Self, divisor: Int) -> Self { Self(milli: value.milli / Int64(divisor)) }
    @inlinable public static func += (lhs: inout Self, rhs: Self) { lhs = lhs + rhs }
    @inlinable public static func -= (lhs: inout Self, rhs: Self) { lhs = lhs - rhs }

    @inlinable public func clamped(from lower: Self, to upper: Self) -> Self {
        self < lower ? lower : (self > upper ? upper : self)
    }

    /// The nearest value a wire reading may stand for, or nil when it is not a number or beyond any real site.
    /// - Parameter value: In whole units (W, A, V, …), as devices report them.
    public init?(measured value: Double) {
        guard value.isFinite, abs(value) * 1_000 <= Double(Self.plausible) else { return nil }
        self.init(milli: Int64((value * 1_000).rounded()))
    }

    /// In whole units (W, A, V, …), for wires and people; never for arithmetic that decides.
    public var inUnits: Double { Double(milli) / 1_000 }
}

/// Active power. Positive is drawn from the grid toward the vehicle (import, charging), negative is delivered (export,
/// discharging), at the grid meter, at the charger and in the local API alike. Adapters flip it for peers that differ.
@frozen public struct Power: Quantity {
    public let milli: Int64
    @inlinable public init(milli: Int64) { self.milli = milli }
    @inlinable public static func watts(_ value: Int) -> Power { Power(milli: Int64(value) * 1_000) }
    public static var symbol: StaticString { "W" }
    @inlinable public static var plausible: Int64 { 1_000_000_000_000 }
}

/// Current in one conductor; the sign follows the power it carries.
@frozen public struct Current: Quantity {
    public let milli: Int64
    @inlinable public init(milli: Int64) { self.milli = milli }
    @inlinable public static func amperes(_ value: Int) -> Current { Current(milli: Int64(value) * 1_000) }
    public static var symbol: StaticString { "A" }
    @inlinable public static var plausible: Int64 { 100_000_000 }
}

/// Voltage between a phase and neutral unless a name says otherwise.
@frozen public struct Voltage: Quantity {
    public let milli: Int64
    @inlinable public init(milli: Int64) { self.milli = milli }
    @inlinable public static func volts(_ value: Int) -> Voltage { Voltage(milli: Int64(value) * 1_000) }
    public static var symbol: StaticString { "V" }
    @inlinable public static var plausible: Int64 { 1_000_000_000 }
}

/// Grid frequency.
@frozen public struct Frequency: Quantity {
    public let milli: Int64
    @inlinable public init(milli: Int64) { self.milli = milli }
    @inlinable public static func hertz(_ value: Int) -> Frequency { Frequency(milli: Int64(value) * 1_000) }
    public static var symbol: StaticString { "Hz" }
    @inlinable public static var plausible: Int64 { 1_000_000 }
}

/// Energy, exact to the milliwatt-hour.
@frozen public struct Energy: Quantity {
    public let milli: Int64
    @inlinable public init(milli: Int64) { self.milli = milli }
    @inlinable public static func wattHours(_ value: Int) -> Energy { Energy(milli: Int64(value) * 1_000) }
    public static var symbol: StaticString { "Wh" }
    @inlinable public static var plausible: Int64 { 1_000_000_000_000_000 }
}

/// A battery's state of charge, 0 % to 100 %.
@frozen public struct StateOfCharge: Quantity {
    /// Thousandths of a percent.
    public let milli: Int64
    @inlinable public init(milli: Int64) { self.milli = milli }
    @inlinable public static func percent(_ value: Int) -> StateOfCharge { StateOfCharge(milli: Int64(value) * 1_000) }
    public static var symbol: StaticString { "%" }
    @inlinable public static var plausible: Int64 { 100_000 }
}

extension Voltage {
    /// Power appears only where a voltage meets a current, so this is the one way to convert.
    @inlinable public static func * (voltage: Voltage, current: Current) -> Power {
        Power(milli: voltage.milli * current.milli / 1_000)
    }
}

extension Power {
    /// The current that carries this power at `voltage`, rounded away from zero so that a fuse is never flattered.
    /// - Parameter voltage: Above zero.
    @inlinable public func current(at voltage: Voltage) -> Current {
        let dividend = milli * 1_000
        let quotient = dividend / voltage.milli
        if dividend % voltage.milli == 0 { return Current(milli: quotient) }
        return Current(milli: dividend < 0 ? quotient - 1 : quotient + 1)
    }
}
