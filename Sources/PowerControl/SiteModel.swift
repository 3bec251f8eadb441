// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What is installed and agreed at a site, as far as the controller needs it. Constant until the next configuration.
package struct SiteModel: Sendable {
    /// Circuit 0 is the connection point; every other circuit comes after its parent.
    package var circuits: [CircuitModel]
    package var evses: [EVSEModel]
    /// Phase to neutral.
    package var nominalVoltage: Voltage
    /// What all EVSEs together may use while the meter of the connection point is silent.
    package var meterFallback: PowerLimits
    /// Relief after a limit moves targets away from zero no faster than this, per second and EVSE.
    package var reliefRamp: Power
    /// An EVSE keeps its turn at least this long before another that waits for capacity takes over.
    package var turn: Interval
    /// nil: EVSEs may load the phases as they like.
    package var asymmetry: AsymmetryBound?
    /// How many limits and wishes one snapshot may carry.
    package var limitCapacity: Int
    package var wishCapacity: Int

    package init(
        circuits: [CircuitModel], evses: [EVSEModel], nominalVoltage: Voltage = .volts(230),
        meterFallback: PowerLimits = .zero, reliefRamp: Power = .watts(1_000), turn: Interval = .minutes(15),
        limitCapacity: Int? = nil, wishCapacity: Int? = nil
    ) {
        self.circuits = circuits
        self.evses = evses
        self.nominalVoltage = nominalVoltage
        self.meterFallback = meterFallback
        self.reliefRamp = reliefRamp
        self.turn = turn
        self.limitCapacity = limitCapacity ?? 16 + evses.count * 2
        self.wishCapacity = wishCapacity ?? 8 + evses.count * 4
    }
}

/// A conductor set with a protection of its own: the connection point or a sub-board.
package struct CircuitModel: Sendable, BitwiseCopyable {
    /// Index of the circuit that feeds this one; nil for the connection point.
    package var parent: Int?
    package var power: PowerLimits
    /// Of each phase, by fuse or agreement.
    package var current: PerPhase<CurrentLimits>
    /// Whether a meter measures the whole circuit. Without one the circuit is taken to feed EVSEs only, plus `assumedLoad`.
    package var isMetered: Bool
    package var assumedLoad: Power
    /// Kept free for steps of the uncontrolled load, in both directions.
    package var reserve: Power
    /// Targets are raised only to this much below the level at which they would be lowered, so that a load that
    /// trembles does not move them.
    package var hysteresis: Power
    /// A meter sample shows what happened up to this long before its time stamp.
    package var meterRefresh: Interval
    /// A sample older than this selects the fallback.
    package var meterMaximumAge: Interval

    package init(
        parent: Int?, power: PowerLimits = .unbounded, current: PerPhase<CurrentLimits> = PerPhase(all: .unbounded),
        isMetered: Bool = false, assumedLoad: Power = .zero, reserve: Power = .zero, hysteresis: Power = .zero,
        meterRefresh: Interval = .seconds(1), meterMaximumAge: Interval = .seconds(5)
    ) {
        self.parent = parent
        self.power = power
        self.current = current
        self.isMetered = isMetered
        self.assumedLoad = assumedLoad
        self.reserve = reserve
        self.hysteresis = hysteresis
        self.meterRefresh = meterRefresh
        self.meterMaximumAge = meterMaximumAge
    }
}

/// One EVSE with its wiring, its charger's ratings and its place in the sharing of capacity.
package struct EVSEModel: Sendable, BitwiseCopyable {
    /// What an EVSE with a vehicle and no wish does.
    package enum Idle: UInt8, Sendable, BitwiseCopyable { case charges, holds }

    package var circuit: Int
    /// The line conductors behind the charger's L1, L2, L3.
    package var wiring: PhaseSet
    package var ratings: PowerLimits
    package var minimumCharge: Power
    package var minimumDischarge: Power
    package var step: Power
    package var idle: Idle
    /// Relative share of scarce capacity, above zero.
    package var weight: Int
    /// After a change of target the power has settled, seen in a reading, no later than this: bus, dead time, lag, ramp.
    package var settling: Interval
    package var directionChangePause: Interval
    package var minimumOn: Interval
    package var minimumOff: Interval
    package var switchesPhases: Bool
    /// A phase switch is worth it only after the other count would have been right for this long.
    package var phaseSwitchDelay: Interval
    package var maximumReadingAge: Interval

    package init(
        circuit: Int = 0, wiring: PhaseSet = .three, ratings: PowerLimits, minimumCharge: Power = .watts(1_380),
        minimumDischarge: Power = .zero, step: Power = .watts(1), idle: Idle = .charges, weight: Int = 1,
        settling: Interval = .seconds(5), directionChangePause: Interval = .zero, minimumOn: Interval = .zero,
        minimumOff: Interval = .zero, switchesPhases: Bool = false, phaseSwitchDelay: Interval = .minutes(2),
        maximumReadingAge: Interval = .seconds(15)
    ) {
        self.circuit = circuit
        self.wiring = wiring
        self.ratings = ratings
        self.minimumCharge = minimumCharge
        self.minimumDischarge = minimumDischarge
        self.step = step
        self.idle = idle
        self.weight = weight
        self.settling = settling
        self.directionChangePause = directionChangePause
        self.minimumOn = minimumOn
        self.minimumOff = minimumOff
        self.switchesPhases = switchesPhases
        self.phaseSwitchDelay = phaseSwitchDelay
        self.maximumReadingAge = maximumReadingAge
    }
}
