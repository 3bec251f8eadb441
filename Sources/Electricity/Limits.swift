// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A range that always contains zero: how far a quantity may go in export (down to `lower`, ≤ 0) and in import (up to
/// `upper`, ≥ 0). Narrowing only moves a bound toward zero, so the order in which limits are applied cannot matter.
@frozen public struct Limits<Value: Quantity>: Hashable, Sendable, BitwiseCopyable {
    public let lower: Value
    public let upper: Value

    /// Bounds on the wrong side of zero are moved to zero: a limit that makes no sense allows nothing.
    @inlinable public init(from lower: Value, to upper: Value) {
        self.lower = lower > .zero ? .zero : lower
        self.upper = upper < .zero ? .zero : upper
    }

    @inlinable public static func == (lhs: Limits, rhs: Limits) -> Bool {
        lhs.lower == rhs.lower && lhs.upper == rhs.upper
    }

    /// Allows nothing but zero.
    @inlinable public static var zero: Limits { Limits(from: .zero, to: .zero) }
    /// Wider than any plausible value. Only where an agreement is silent on purpose; unknown is never this.
    @inlinable public static var unbounded: Limits {
        Limits(from: Value(milli: 0 - Value.plausible), to: Value(milli: Value.plausible))
    }

    @inlinable public func contains(_ value: Value) -> Bool { lower <= value && value <= upper }
    /// The value inside the limits that is nearest to `value`.
    @inlinable public func nearest(to value: Value) -> Value { value.clamped(from: lower, to: upper) }
    @inlinable public func narrowed(to other: Limits) -> Limits {
        Limits(from: lower > other.lower ? lower : other.lower, to: upper < other.upper ? upper : other.upper)
    }
}

public typealias PowerLimits = Limits<Power>
public typealias CurrentLimits = Limits<Current>
