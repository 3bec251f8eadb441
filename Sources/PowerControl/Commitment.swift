// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Controller {
    /// Relief is ramped: a target that a limit held down rises no faster than the site allows.
    @_noLocks mutating func rampRelief(_ now: Instant, _ decision: inout Decision) {
        let elapsed = previousStep.map { min((now - $0).nanoseconds, 1_000_000_000) } ?? 0
        let rise = Power(milli: reliefRamp.milli * max(0, elapsed / 1_000) / 1_000_000)
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            let wanted = Power(milli: sharing.slots[slot].power)
            let target = states[index].target
            let reached = states[index].ramped > target.magnitude ? states[index].ramped : target.magnitude
            let isRise = wanted.magnitude > target.magnitude && target.milli.signum() * wanted.milli.signum() >= 0
            if isRise, states[index].wasLimited, wanted.magnitude > reached + rise {
                let least = minimum(index, charging: wanted > .zero)
                let size = reached + rise > least ? reached + rise : least
                states[index].ramped = size
                sharing.slots[slot].power = size.milli * wanted.milli.signum()
                decision.evses[index].note(Power(milli: sharing.slots[slot].power), Reason(.ramp))
            } else {
                states[index].ramped = wanted.magnitude
            }
            slot += 1
        }
    }

    /// Rounds toward zero to what the charger can do, and fits the result once more: whatever was delayed or ramped, the
    /// targets together keep every bound.
    @_noLocks mutating func settleTargets(_ decision: inout Decision) {
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            let wanted = sharing.slots[slot].power
            let least = minimum(index, charging: wanted > 0).milli
            var power = wanted - wanted % models[index].step.milli
            if power.magnitude < least.magnitude { power = 0 }
            sharing.slots[slot].power = power
            sharing.slots[slot].floor = least
            sharing.slots[slot].wasCut = false
            slot += 1
        }
        sharing.fit(&ranking)
        noteCuts(&decision)
    }

    /// Makes the targets the ones in force.
    @_noLocks mutating func commit(_ now: Instant, _ decision: inout Decision) {
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            let target = Power(milli: sharing.slots[slot].power)
            takeTurn(index, target, now)
            states[index].occupancy.command(target, previous: states[index].target, at: now)
            states[index].wasLimited = holdsBack(decision.evses[index].boundBy.kind, before: states[index].wasLimited)
            if states[index].ramped < target.magnitude { states[index].ramped = target.magnitude }
            states[index].target = target
            decision.evses[index].target = target
            decision.evses[index].phaseCount = states[index].phases.count
            slot += 1
        }
    }

    private mutating func takeTurn(_ index: Int, _ target: Power, _ now: Instant) {
        let before = states[index].target
        if before.isZero, !target.isZero { states[index].turnedOnAt = now }
        if !before.isZero, target.isZero { states[index].turnedOffAt = now }
        if !target.isZero { states[index].direction = target.milli.signum() }
        let isWanted = !states[index].desired.isZero
        if target.isZero, isWanted {
            states[index].waitsSince = states[index].waitsSince ?? now
            if !before.isZero { states[index].isPausedForCapacity = true }
        } else {
            states[index].waitsSince = nil
            states[index].isPausedForCapacity = false
        }
    }

    private func holdsBack(_ kind: Reason.Kind, before: Bool) -> Bool {
        switch kind {
        case .circuit, .imposedLimit, .evseLimit, .meterSilent, .waitingForTurn, .minimumOffTime, .ramp: true
        case .inFlight, .directionChange, .phaseSwitch, .minimumPower, .takingOver: before
        case .wish, .siteSetpoint, .idleCharging, .idleHolding, .noVehicle, .notReady, .chargerSilent, .chargerRating,
            .offered, .dischargeNotPermitted:
            false
        }
    }
}
