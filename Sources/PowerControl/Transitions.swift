// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Controller {
    /// A change of direction, or of the number of phases, goes through a rest at zero.
    @_noLocks mutating func restBetweenDirections(_ snapshot: borrowing Snapshot, _ decision: inout Decision) {
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            let isEmpty = states[index].isFresh && (states[index].measured?.magnitude ?? .zero) <= Self.standby
            if models[index].switchesPhases { switchPhases(slot, index, isEmpty, snapshot.now) }
            if states[index].phases.isSwitching() {
                hold(slot, at: .zero, Reason(.phaseSwitch), &decision)
            } else if mustRest(index, sharing.slots[slot].power, isEmpty, snapshot.now) {
                hold(slot, at: .zero, Reason(.directionChange), &decision)
            }
            slot += 1
        }
    }

    private mutating func hold(_ slot: Int, at power: Power, _ reason: Reason, _ decision: inout Decision) {
        guard sharing.slots[slot].power != power.milli else { return }
        sharing.slots[slot].power = power.milli
        decision.evses[evseAt[slot]].note(power, reason)
    }

    @inline(__always) private func mustRest(_ index: Int, _ power: Int64, _ isEmpty: Bool, _ now: Instant) -> Bool {
        let direction = power.signum()
        let before = states[index].direction
        guard direction != 0, before != 0, direction != before else { return false }
        if !states[index].target.isZero { return true }
        return !isEmpty || now - states[index].turnedOffAt < models[index].directionChangePause
    }

    private mutating func switchPhases(_ slot: Int, _ index: Int, _ isEmpty: Bool, _ now: Instant) {
        let model = models[index]
        let full = model.wiring.count
        guard full > 1 else { return }
        states[index].phases.advance(
            isEmpty: isEmpty && states[index].target.isZero, full: full, settling: model.settling, at: now)
        let other =
            states[index].phases.count == full
            ? states[index].isPausedForCapacity && states[index].desired > .zero
            : wantsAllPhases(slot, index)
        states[index].phases.consider(other, delay: model.phaseSwitchDelay, at: now)
    }

    /// One phase is exhausted and the site has room for the minimum on all.
    private func wantsAllPhases(_ slot: Int, _ index: Int) -> Bool {
        let power = Power(milli: sharing.slots[slot].power)
        let model = models[index]
        guard power > .zero, !sharing.slots[slot].wasCut, power == states[index].desired,
            power >= model.ratings.upper / model.wiring.count - model.step
        else { return false }
        let needed = model.minimumCharge + model.minimumCharge / 10
        let more =
            draw(needed, figures[index].perMilliwatt)
            &- draw(power, perMilliwatt(index))
        return hasRoom(for: more, slot)
    }

    private func hasRoom(for more: Draw, _ slot: Int) -> Bool {
        var circuit = 0
        while circuit < sharing.circuits.count {
            let bounds = sharing.circuits[circuit]
            if slot >= bounds.start, slot < bounds.end, any((bounds.drawn &+ more) .> bounds.importRoom) {
                return false
            }
            circuit += 1
        }
        return true
    }
}
