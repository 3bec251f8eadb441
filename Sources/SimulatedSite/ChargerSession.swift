// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

// The car, the person at the charger and the state the charger reports.
extension SimulatedCharger {
    package var state: ConnectorState {
        if faults != 0 { return .faulted }
        if isOutOfService { return .unavailable }
        guard let vehicle else { return .available }
        if hasFinished { return .finished }
        if !mayStart || !(led?.carries ?? true) { return .preparing }
        if watts > 0 { return .charging }
        if watts < 0 { return .discharging }
        if isPaused || vehicle.isPausing || isRefused { return .suspended }
        return .ready
    }

    /// Whether anything but the setpoint keeps power at zero.
    var letsFlow: Bool {
        vehicle != nil && faults == 0 && !isOutOfService && !hasFinished && !isPaused && mayStart
            && (led?.carries ?? true)
    }

    private var mayStart: Bool { now >= readyAt && (isAuthorised || !hardware.needsAuthorisation) }

    /// Power is asked for and the car takes none of it: full, empty or unable.
    private var isRefused: Bool {
        let wanted = shapedSetpoint
        return !wanted.isZero && offered.nearest(to: wanted).isZero
    }

    package mutating func plugIn(_ vehicle: SimulatedVehicle) {
        self.vehicle = vehicle
        readyAt = now + vehicle.habits.startDelay
        isPaused = false
        hasFinished = false
        isAsleep = false
        wakesAt = nil
        idleSince = now
        lastDirection = 0
        restsUntil = .distantPast
    }

    /// Contactors open at once, whatever flows.
    @discardableResult
    package mutating func plugOut() -> SimulatedVehicle? {
        let left = vehicle
        vehicle = nil
        watts = 0
        isAuthorised = false
        hasFinished = false
        isPaused = false
        isAsleep = false
        wakesAt = nil
        idleSince = nil
        return left
    }

    /// The first swipe starts a session, the next one ends it; only a re-plug allows another.
    package mutating func swipe() {
        guard isAuthorised, vehicle != nil else {
            isAuthorised = true
            return
        }
        hasFinished = true
    }

    package mutating func pause() { isPaused = true }
    package mutating func resume() {
        isPaused = false
        vehicle?.isPausing = false
    }

    /// The car pauses or goes on by its own decision.
    package mutating func pauseByCar(_ isPausing: Bool) { vehicle?.isPausing = isPausing }

    package mutating func setStateOfCharge(_ stateOfCharge: StateOfCharge) { vehicle?.stateOfCharge = stateOfCharge }

    /// A fault opens the contactors at once.
    package mutating func inject(faults bits: UInt64) {
        faults |= bits
        if faults != 0 { watts = 0 }
    }

    package mutating func clearFaults() { faults = 0 }

    package mutating func setOutOfService(_ isOut: Bool) {
        isOutOfService = isOut
        if isOut { watts = 0 }
    }

    var fallsAsleepAt: Instant? {
        guard let idleSince, let patience = vehicle?.habits.sleepsAfter, !isAsleep, wakesAt == nil else { return nil }
        return idleSince + patience
    }

    /// A car that has been idle for long falls asleep, and takes its time when it is called.
    mutating func fallAsleepOrWake() {
        guard vehicle != nil else { return }
        let isWanted = !shapedSetpoint.isZero && letsFlow
        if watts != 0 || (isWanted && !isAsleep) {
            idleSince = nil
        } else if idleSince == nil {
            idleSince = now
        }
        if let falls = fallsAsleepAt, falls <= now { isAsleep = true }
        if isAsleep, isWanted {
            isAsleep = false
            wakesAt = now + (vehicle?.habits.wakeDelay ?? .zero)
        }
        if let due = wakesAt, due <= now {
            wakesAt = nil
            idleSince = nil
        }
    }
}
