// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What the functions are told about the charger they act for.
package struct OperatingPoint: Sendable, BitwiseCopyable {
    /// Measured, per unit of the rating, import positive.
    package var power: PerUnit
    /// The power there would be without the functions: the wish within all other limits.
    package var wanted: PerUnit
    /// Whether the charger's own settings were read back and match the code's; without it nothing is delivered.
    package var areSettingsVerified: Bool
    /// False while the charger reports that it has tripped or is out of service: the delay before it may deliver again does
    /// not begin before it is back.
    package var isAvailable: Bool

    @_noLocks
    package init(power: PerUnit, wanted: PerUnit, areSettingsVerified: Bool, isAvailable: Bool = true) {
        self.isAvailable = isAvailable
        self.power = power
        self.wanted = wanted
        self.areSettingsVerified = areSettingsVerified
    }
}

/// What the grid code asks of one charger now.
package struct GridCodeOutput: Sendable, BitwiseCopyable {
    /// Active power the code wants reached, beyond what limits can say.
    package struct Demand: Equatable, Sendable, BitwiseCopyable {
        package var rule: GridRule
        /// Import positive: at least this above zero, at most this below.
        package var power: PerUnit
    }

    package static var capacity: Int { 8 }
    private var bounds: InlineArray<8, ActivePowerBound> = InlineArray(repeating: ActivePowerBound(.enterService))
    package private(set) var count = 0
    /// Per unit of the apparent power rating, injected positive; nil where the code leaves it to the charger.
    package internal(set) var reactivePower: PerUnit?
    package internal(set) var isPermittedToDeliver = false
    /// Whether frequency and voltage were known. While they are not, what was in force stays, and after
    /// `GridCodeFunctions.Silence.tolerated` nothing is delivered.
    package internal(set) var isMeasured = false

    @_noLocks package init() {}

    package subscript(position: Int) -> ActivePowerBound {
        @_noLocks get { bounds[position] }
    }

    @_noLocks mutating func add(_ bound: ActivePowerBound?) {
        guard let bound, !bound.isFree, count < Self.capacity else { return }
        bounds[count] = bound
        count += 1
    }

    /// The most delivery and what bound it; nil rule when nothing did.
    package var delivery: (most: PerUnit, rule: GridRule?) {
        @_noLocks get {
            var most = PerUnit.unbounded
            var rule: GridRule?
            var index = 0
            while index < count {
                if -bounds[index].lower < most {
                    most = -bounds[index].lower
                    rule = bounds[index].rule
                }
                index += 1
            }
            return (most, rule)
        }
    }

    /// The most charging and what bound it; nil rule when nothing did.
    package var charging: (most: PerUnit, rule: GridRule?) {
        @_noLocks get {
            var most = PerUnit.unbounded
            var rule: GridRule?
            var index = 0
            while index < count {
                if bounds[index].upper < most {
                    most = bounds[index].upper
                    rule = bounds[index].rule
                }
                index += 1
            }
            return (most, rule)
        }
    }

    /// The strongest demand, within the limits of all functions. Demands of opposite sign cancel each other: a grid that
    /// wants both gets neither.
    package var demand: Demand? {
        @_noLocks get {
            var charge: Demand?
            var deliver: Demand?
            var index = 0
            while index < count {
                if let power = bounds[index].demand {
                    let demand = Demand(rule: bounds[index].rule, power: power)
                    if power > .zero, power > (charge?.power ?? .zero) { charge = demand }
                    if power < .zero, power < (deliver?.power ?? .zero) { deliver = demand }
                }
                index += 1
            }
            guard let charge else {
                guard let deliver else { return nil }
                return within(deliver)
            }
            if case .some = deliver { return nil }
            return within(charge)
        }
    }

    @_noLocks private func within(_ demand: Demand) -> Demand? {
        let bounded = demand.power.clamped(from: -delivery.most, to: charging.most)
        return bounded == .zero ? nil : Demand(rule: demand.rule, power: bounded)
    }

    /// A bound as a limit of one EVSE or circuit.
    /// - Parameter rating: The active power that counts as one per unit.
    @_noLocks
    package func limit(_ position: Int, scope: GridLimit.Scope, rating: Power) -> GridLimit {
        let bound = bounds[position]
        let lower = bound.lower <= -.unbounded ? -Power.unbounded : bound.lower.power(of: rating)
        let upper = bound.upper >= .unbounded ? Power.unbounded : bound.upper.power(of: rating)
        return GridLimit(bound.rule, scope: scope, power: PowerLimits(from: lower, to: upper))
    }

    /// The power that serves `wanted` as well as the code allows: the demand where it asks for more, else the wish within
    /// the limits.
    @_noLocks package func served(_ wanted: PerUnit) -> PerUnit {
        var served = wanted
        if let demand {
            served = demand.power > .zero ? served.atLeast(demand.power) : served.atMost(demand.power)
        }
        return served.clamped(from: -delivery.most, to: charging.most)
    }
}
