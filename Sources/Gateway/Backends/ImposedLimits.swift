// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What the operator, or the building's controller, imposes beyond the agreement.
struct ImposedLimits: Equatable {
    /// On what is drawn and delivered at the connection point, the building included.
    private(set) var connectionPoint = PowerLimits.unbounded
    /// On what the station takes and gives.
    private(set) var station = PowerLimits.unbounded

    mutating func narrow(connectionPoint limits: PowerLimits) { connectionPoint = connectionPoint.narrowed(to: limits) }
    mutating func narrow(station limits: PowerLimits) { station = station.narrowed(to: limits) }

    /// What is left to the station: what the building draws the station may not, and may deliver in addition. Nil where nobody
    /// imposes anything.
    func left(beside building: Power) -> PowerLimits? {
        let left = station.narrowed(to: connectionPoint.without(building))
        return left == .unbounded ? nil : left
    }
}

/// What the backend has been told of limits of one source.
struct ToldLimits {
    private var imposed = ImposedLimits()
    private(set) var left: PowerLimits?
    private var at = Instant.distantPast

    /// The building's load is never still, and the controller follows it without the backend: alone it is told seldom.
    private static let pause = Interval.seconds(10)
    private static let least = Power.watts(100)

    /// - Returns: Whether there is something new to tell.
    mutating func update(_ imposed: ImposedLimits, beside building: Power, at now: Instant) -> Bool {
        let left = imposed.left(beside: building)
        guard imposed != self.imposed || now - at >= Self.pause && differs(left) else { return false }
        (self.imposed, self.left, at) = (imposed, left, now)
        return true
    }

    private func differs(_ new: PowerLimits?) -> Bool {
        guard let new, let left else { return new != left }
        return (new.upper - left.upper).magnitude >= Self.least || (new.lower - left.lower).magnitude >= Self.least
    }
}

extension PowerLimits {
    /// Where nobody bounds anything, nobody does beside a load either.
    fileprivate func without(_ load: Power) -> PowerLimits {
        PowerLimits(
            from: lower == Self.unbounded.lower ? lower : lower - load,
            to: upper == Self.unbounded.upper ? upper : upper - load)
    }
}
