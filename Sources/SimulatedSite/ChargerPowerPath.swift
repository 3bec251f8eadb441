// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

// From the setpoint to the power: dead time, ratings, quantisation, dead band, direction change, lag.
extension SimulatedCharger {
    /// What the ratings allow with the conductors now in use.
    var scaledRatings: PowerLimits {
        let ratings = hardware.ratings
        guard phaseCount < ratings.phaseCount else { return ratings.power }
        return PowerLimits(
            from: ratings.power.lower * phaseCount / ratings.phaseCount,
            to: ratings.power.upper * phaseCount / ratings.phaseCount)
    }

    /// A setpoint arrives; it takes effect after the dead time of charger and car.
    /// - Parameter isContact: False for what the device tells itself, which feeds no watchdog.
    package mutating func setpoint(_ power: Power, at instant: Instant, isContact: Bool = true) {
        advance(to: instant)
        if isContact { watchdog.heard(.setpoint, at: now) }
        acknowledged = power
        guard !hardware.ignoresSetpoints, !(watchdog.kind == .token && watchdog.hasExpired) else { return }
        guard power != (pending.last?.power ?? commanded) else { return }
        let due = now + hardware.dynamics.deadTime + (vehicle?.habits.followDelay ?? .zero)
        // A burst within one dead time keeps its newest values only.
        if pending.count >= 64 { pending.removeFirst() }
        pending.append(Pending(due: max(due, pending.last?.due ?? due), power: power))
        takePending()
    }

    /// Any request arrives.
    package mutating func heard(_ contact: HardwareWatchdog.Contact = .request, at instant: Instant) {
        advance(to: instant)
        watchdog.heard(contact, at: now)
    }

    package mutating func setWatchdog(timeout: Interval, at instant: Instant) {
        advance(to: instant)
        watchdog.setTimeout(timeout, at: now)
    }

    package mutating func setWatchdog(fallback: Power) { watchdog.fallback = fallback }

    package mutating func disarmWatchdog() { watchdog.disarm() }

    /// The hardware hands itself its fallback power: no wire, hence no dead time.
    mutating func fallBack() {
        watchdog.expire()
        pending.removeAll()
        commanded = watchdog.fallback
        acknowledged = nil
    }

    mutating func takePending() {
        while let first = pending.first, first.due <= now {
            commanded = first.power
            pending.removeFirst()
        }
    }

    /// Uses `count` line conductors from now on; power rests at zero while the contactors switch.
    package mutating func use(phaseCount count: Int, at instant: Instant) {
        advance(to: instant)
        guard hardware.switchesPhases, (1...hardware.ratings.phaseCount).contains(count) else { return }
        wantedPhaseCount = count
        switchPhasesIfDue()
    }

    mutating func switchPhasesIfDue() {
        guard wantedPhaseCount != phaseCount else {
            switchesPhasesAt = nil
            return
        }
        guard watts == 0 else { return }
        guard let due = switchesPhasesAt else {
            switchesPhasesAt = now + hardware.phaseSwitchPause
            return
        }
        guard due <= now else { return }
        phaseCount = wantedPhaseCount
        switchesPhasesAt = nil
    }

    /// Whether power has not yet reached what is asked.
    var isMoving: Bool { abs(watts - goal) > 1 }

    /// The setpoint as the hardware can serve it, before the car has its say.
    var shapedSetpoint: Power {
        let clamped = scaledRatings.nearest(to: commanded)
        return pastDeadBand(quantised(clamped))
    }

    /// Where power is drawn to now, in watts.
    var goal: Double {
        guard letsFlow, wantedPhaseCount == phaseCount, wakesAt == nil, !isAsleep else { return 0 }
        let limited = ledBounds.nearest(to: offered.nearest(to: shapedSetpoint))
        let wanted = pastDeadBand(quantised(limited)).inUnits * (vehicle?.habits.share ?? 0)
        guard wanted != 0 else { return 0 }
        // A change of direction passes through zero and rests there.
        let isReversal = wanted * lastDirection < 0
        if isReversal, watts != 0 || now < restsUntil { return 0 }
        return wanted
    }

    /// What a car that is led lets through now, at the AC side.
    private var ledBounds: PowerLimits {
        guard let bounds = led?.bounds else { return .unbounded }
        return PowerLimits(
            from: Power(simulated: bounds.discharge * hardware.efficiency),
            to: Power(simulated: bounds.charge / hardware.efficiency))
    }

    private func quantised(_ power: Power) -> Power {
        let step = hardware.ratings.step.milli
        return step > 1 ? Power(milli: power.milli / step * step) : power
    }

    private func pastDeadBand(_ power: Power) -> Power {
        let ratings = hardware.ratings
        let minimum = power > .zero ? ratings.minimumCharge : ratings.minimumDischarge
        let scaled = phaseCount < ratings.phaseCount ? minimum * phaseCount / ratings.phaseCount : minimum
        return power.magnitude < scaled ? .zero : power
    }

    mutating func integrate(over step: Interval) {
        let before = watts
        let target = goal
        let lag = FirstOrderLag(
            timeConstant: hardware.dynamics.timeConstant, rampUp: hardware.dynamics.rampUp.inUnits,
            rampDown: hardware.dynamics.rampDown.inUnits)
        watts = snapped(lag.value(after: step, from: before, toward: target), to: target)
        count((before + watts) / 2 * step.inSeconds / 3_600)
        if watts != 0 { lastDirection = watts > 0 ? 1 : -1 }
        if before != 0, watts == 0 { restsUntil = now + step + hardware.dynamics.directionChangePause }
    }

    /// The tail of the lag ends: one watt from a setpoint, and at half a percent of the rating before zero, where
    /// real chargers open their switches.
    private func snapped(_ value: Double, to goal: Double) -> Double {
        let ratings = hardware.ratings.power
        let rest = max(1, max(ratings.upper, ratings.lower.magnitude).inUnits * 0.005)
        return abs(value - goal) < (goal == 0 ? rest : 1) ? goal : value
    }

    /// - Parameter energy_Wh: At the AC side, positive toward the vehicle.
    private mutating func count(_ energy_Wh: Double) {
        if energy_Wh > 0 {
            imported_Wh += energy_Wh
            vehicle?.exchange(energy_Wh * hardware.efficiency)
        } else if energy_Wh < 0 {
            exported_Wh -= energy_Wh
            vehicle?.exchange(energy_Wh / hardware.efficiency)
        }
    }
}
