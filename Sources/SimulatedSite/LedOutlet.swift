// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// The outlet of a charger whose cars the gateway speaks to itself: contactors, the test of the insulation, and the
/// converter's output.
package struct LedOutlet: Equatable, Sendable {
    /// What contactors take to switch, and the insulation to be tested.
    static let switching = Interval.milliseconds(40)
    static let testing = Interval.milliseconds(200)

    private(set) var order = OutletOrder()
    private(set) var report = OutletReport()
    /// Somebody cut into the cable.
    var isInsulationFaulty = false
    private var switchesAt: Instant?
    private var testedAt: Instant?

    /// Whether power may flow: closed, and told to follow.
    var carries: Bool {
        guard report.areContactorsClosed else { return false }
        return switch order.output {
        case .follow: true
        case .off, .preCharge: false
        }
    }

    /// What the car lets through at its inlet, in watts.
    var bounds: (discharge: Double, charge: Double) {
        guard case .follow(let power, let current, _, _) = order.output else { return (0, 0) }
        let volts = max(report.voltage.inUnits, 0)
        return (
            max(power.lower.inUnits, current.lower.inUnits * volts),
            min(power.upper.inUnits, current.upper.inUnits * volts)
        )
    }

    /// The next instant at which something is done.
    var nextEvent: Instant? { [switchesAt, testedAt].compactMap(\.self).min() }

    mutating func take(_ order: OutletOrder, at now: Instant) {
        if order.closesContactors != self.order.closesContactors { switchesAt = now + Self.switching }
        if order.cableCheck != self.order.cableCheck, order.cableCheck > 0 { testedAt = now + Self.testing }
        self.order = order
    }

    mutating func happen(at now: Instant) {
        if let due = switchesAt, due <= now {
            switchesAt = nil
            report.areContactorsClosed = order.closesContactors
        }
        if let due = testedAt, due <= now {
            testedAt = nil
            report.cableCheck = order.cableCheck
            report.insulation = isInsulationFaulty ? .faulty : .valid
        }
    }

    /// The battery holds the voltage that was there at the precharge.
    /// - Parameter watts: at the inlet.
    mutating func show(_ watts: Double) {
        switch order.output {
        case .off: report.voltage = .zero
        case .preCharge(let wanted): report.voltage = wanted
        case .follow(_, _, let lowest, let highest):
            let before = report.voltage.isZero ? highest : report.voltage
            report.voltage = before.clamped(from: lowest, to: max(lowest, highest))
        }
        let volts = report.voltage.inUnits
        report.current = volts > 0 ? Current(simulated: watts / volts) : .zero
    }
}

extension SimulatedCharger {
    /// Takes an order for the outlet; from the first on, the gateway speaks to the cars.
    package mutating func lead(_ order: OutletOrder, at instant: Instant) {
        advance(to: instant)
        var outlet = led ?? LedOutlet()
        outlet.take(order, at: now)
        led = outlet
        if order.hasVehicle, vehicle == nil {
            var habits = SimulatedVehicle.Habits()
            habits.startDelay = .zero
            plugIn(SimulatedVehicle(habits: habits))
        }
        if !order.hasVehicle, vehicle != nil { plugOut() }
        vehicle?.said = order.vehicle
        if let told = order.stateOfCharge { vehicle?.stateOfCharge = told }
        renewOutlet()
    }

    /// What has come of the orders; nil for a charger that is not led.
    package var outletReport: OutletReport? { led?.report }

    package mutating func damageInsulation(_ isFaulty: Bool) {
        led = led ?? LedOutlet()
        led?.isInsulationFaulty = isFaulty
    }

    mutating func renewOutlet() {
        guard led != nil else { return }
        led?.happen(at: now)
        if !(led?.carries ?? true) { watts = 0 }
        led?.show(watts > 0 ? watts * hardware.efficiency : watts / hardware.efficiency)
        // A charger that is led tells at once what changes: its report is no register that is renewed now and then.
        shown = liveReading
    }
}
