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

    private func mustRest(_ index: Int, _ power: Int64, _ isEmpty: Bool, _ now: Instant) -> Bool {
        let state = states[index]
        let direction = power.signum()
        guard direction != 0, state.direction != 0, direction != state.direction else { return false }
        if !state.target.isZero { return true }
        return !isEmpty || now - state.turnedOffAt < models[index].directionChangePause
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
            draw(needed, drawPerMilliwatt(on: model.wiring))
            &- draw(power, drawPerMilliwatt(on: conductors(index)))
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

    /// Lets targets leave what is already claimed only as far as the room that nobody may still need.
    @_noLocks mutating func claimRoom(_ snapshot: borrowing Snapshot, _ decision: inout Decision) {
        let (draws, delivers) = directionsInUse()
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            let wanted = Power(milli: sharing.slots[slot].power)
            var excess = claimed(by: states[index], for: wanted)
            if mayNotWait(slot, index, wanted, excess > .zero ? draws : delivers, snapshot.now) { excess = .zero }
            claims.slots[slot] = sharing.slots[slot]
            claims.slots[slot].power = excess.milli
            claims.slots[slot].step = 1
            claims.slots[slot].wasCut = false
            claims.slots[slot].floor = toStart(slot, index, wanted, excess)
            slot += 1
        }
        _ = claims.pass(countingOffsets: false, &ranking)
        grant(snapshot.now, &decision)
    }

    /// What a target takes beyond what is claimed already. A move within the claim takes nothing, yet counts as a move: where
    /// the claims alone exceed the room, as after a restart, nobody moves up until they are known better.
    private func claimed(by state: EVSEState, for wanted: Power) -> Power {
        let measured = state.measured ?? state.target
        let token = Power(milli: 1)
        if wanted > max(state.target, measured) { return max(token, wanted - state.claim.high) }
        if wanted < min(state.target, measured) { return min(Power.zero - token, wanted - state.claim.low) }
        return .zero
    }

    /// An EVSE that starts needs its minimum at once; less is no use.
    private func toStart(_ slot: Int, _ index: Int, _ wanted: Power, _ excess: Power) -> Int64 {
        let least = minimum(index, charging: wanted > .zero)
        let isOn = states[index].target.milli.signum() == wanted.milli.signum()
        guard !isOn, !excess.isZero, !wanted.isZero else { return 0 }
        return max(0, least.milli - (wanted.magnitude - excess.magnitude).milli)
    }

    private func directionsInUse() -> (draws: Bool, delivers: Bool) {
        var draws = false
        var delivers = false
        var index = 0
        while index < states.count {
            draws = draws || states[index].claim.high > Self.standby
            delivers = delivers || states[index].claim.low < Power.zero - Self.standby
            index += 1
        }
        return (draws, delivers)
    }

    /// Moving toward zero takes room from those who lean on the counterflow. They are told in the same tick; a wish waits
    /// for them a little, a limit does not.
    private mutating func mayNotWait(
        _ slot: Int, _ index: Int, _ wanted: Power, _ someoneLeansOnIt: Bool, _ now: Instant
    ) -> Bool {
        let target = states[index].target
        let isTowardZero = wanted.magnitude < target.magnitude && wanted.milli.signum() * target.milli.signum() >= 0
        guard isTowardZero else {
            states[index].yieldsSince = nil
            return false
        }
        var isProtection =
            sharing.slots[slot].wasCut && states[index].desired.milli.signum() == target.milli.signum()
        if case .siteSetpoint = sharing.slots[slot].reason.kind { isProtection = false }
        if isProtection || !someoneLeansOnIt { return true }
        let since = states[index].yieldsSince ?? now
        states[index].yieldsSince = since
        return now - since > longestYield
    }

    private mutating func grant(_ now: Instant, _ decision: inout Decision) {
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            if claims.slots[slot].wasCut {
                let granted = Power(milli: claims.slots[slot].power)
                let claim = states[index].claim
                var power = states[index].target
                if granted > .zero { power = claim.high + granted }
                if granted < .zero { power = claim.low + granted }
                sharing.slots[slot].power = power.milli
                decision.evses[index].note(power, Reason(.inFlight))
            }
            slot += 1
        }
    }

}
