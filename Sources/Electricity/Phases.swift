// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// One of the three line conductors.
@frozen public enum Phase: Int, CaseIterable, Sendable, BitwiseCopyable {
    case l1, l2, l3
}

/// The line conductors something is connected to.
@frozen public struct PhaseSet: Hashable, Sendable, BitwiseCopyable {
    /// Bit 0 is L1, bit 1 is L2, bit 2 is L3.
    public let bits: UInt8
    @inlinable public init(bits: UInt8) { self.bits = bits & 0b111 }
    @inlinable public init(_ phase: Phase) { self.bits = 1 << UInt8(phase.rawValue) }
    @inlinable public static var l1: PhaseSet { PhaseSet(bits: 0b001) }
    @inlinable public static var l2: PhaseSet { PhaseSet(bits: 0b010) }
    @inlinable public static var l3: PhaseSet { PhaseSet(bits: 0b100) }
    @inlinable public static var three: PhaseSet { PhaseSet(bits: 0b111) }
    @inlinable public var count: Int { bits.nonzeroBitCount }
    @inlinable public func contains(_ phase: Phase) -> Bool { bits & (1 << UInt8(phase.rawValue)) != 0 }
    @inlinable public func union(_ other: PhaseSet) -> PhaseSet { PhaseSet(bits: bits | other.bits) }
}

/// One value for each line conductor.
@frozen public struct PerPhase<Value> {
    public var l1: Value
    public var l2: Value
    public var l3: Value
    @inlinable public init(_ l1: Value, _ l2: Value, _ l3: Value) {
        self.l1 = l1
        self.l2 = l2
        self.l3 = l3
    }
    @inlinable public init(all value: Value) { self.init(value, value, value) }
    @inlinable public subscript(phase: Phase) -> Value {
        get {
            switch phase {
            case .l1: l1
            case .l2: l2
            case .l3: l3
            }
        }
        set {
            switch phase {
            case .l1: l1 = newValue
            case .l2: l2 = newValue
            case .l3: l3 = newValue
            }
        }
    }
    public func map<Result>(_ transform: (Value) -> Result) -> PerPhase<Result> {
        PerPhase<Result>(transform(l1), transform(l2), transform(l3))
    }
}

extension PerPhase: Sendable where Value: Sendable {}
extension PerPhase: Equatable where Value: Equatable {}
extension PerPhase: Hashable where Value: Hashable {}
extension PerPhase: BitwiseCopyable where Value: BitwiseCopyable {}

extension PerPhase where Value: Quantity {
    @inlinable public static var zero: PerPhase { PerPhase(all: .zero) }
    @inlinable public var sum: Value { l1 + l2 + l3 }
    @inlinable public static func + (lhs: PerPhase, rhs: PerPhase) -> PerPhase {
        PerPhase(lhs.l1 + rhs.l1, lhs.l2 + rhs.l2, lhs.l3 + rhs.l3)
    }
    @inlinable public static func - (lhs: PerPhase, rhs: PerPhase) -> PerPhase {
        PerPhase(lhs.l1 - rhs.l1, lhs.l2 - rhs.l2, lhs.l3 - rhs.l3)
    }
}
