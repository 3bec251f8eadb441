// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// The reactive power of a simulated charger: a setpoint, after the dead time, drawn to by a first-order lag. Neither the car
/// nor the ratings of active power have a say in it.
struct ReactivePath: Equatable {
    private struct Pending: Equatable {
        let due: Instant
        let vars: Double
    }

    private var pending: [Pending] = []
    private var goal = 0.0
    private var now: Instant
    /// Positive takes in reactive power, as positive active power is import.
    private(set) var vars = 0.0

    init(at now: Instant) { self.now = now }

    mutating func setpoint(_ vars: Double, due: Instant) {
        guard vars != (pending.last?.vars ?? goal) else { return }
        // A burst within one dead time keeps its newest values only.
        if pending.count >= 64 { pending.removeFirst() }
        pending.append(Pending(due: max(due, pending.last?.due ?? due), vars: vars))
    }

    mutating func advance(to end: Instant, _ lag: FirstOrderLag) {
        while let first = pending.first, first.due <= end {
            move(to: first.due, lag)
            goal = first.vars
            pending.removeFirst()
        }
        move(to: end, lag)
    }

    private mutating func move(to instant: Instant, _ lag: FirstOrderLag) {
        guard instant > now else { return }
        vars = lag.value(after: instant - now, from: vars, toward: goal)
        now = instant
    }
}

extension SimulatedCharger {
    /// A setpoint of reactive power arrives, in var.
    package mutating func reactiveSetpoint(_ power: Power, at instant: Instant) {
        advance(to: instant)
        reactive.setpoint(power.inUnits, due: now + hardware.dynamics.deadTime)
    }

    /// What the charger takes in of reactive power at its terminals, in var.
    package var reactivePower: Power { Power(simulated: reactive.vars) }

    mutating func advanceReactive() {
        reactive.advance(
            to: now, FirstOrderLag(timeConstant: hardware.dynamics.timeConstant, rampUp: 0, rampDown: 0))
    }
}
