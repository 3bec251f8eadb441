// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Controller {
    /// Lets targets leave what is already claimed only as far as the room that nobody may still need.
    @_noLocks mutating func claimRoom(_ snapshot: borrowing Snapshot, _ decision: inout Decision) {
        sumTold()
        let (draws, delivers) = directionsInUse()
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            let wanted = Power(milli: sharing.slots[slot].power)
            var excess = claimed(by: index, for: wanted)
            states[index].unconditional = free(slot, wanted, excess, excess > .zero ? draws : delivers, snapshot.now)
            excess -= states[index].unconditional
            let eased = Power(milli: sharing.slots[slot].power)
            if eased != wanted { decision.evses[index].note(eased, Reason(.inFlight)) }
            claims.slots[slot] = sharing.slots[slot]
            claims.slots[slot].power = excess.milli
            claims.slots[slot].step = 1
            claims.slots[slot].wasCut = false
            claims.slots[slot].floor = allOrNothing(index, wanted, excess)
            slot += 1
        }
        _ = claims.pass(countingOffsets: false, &ranking)
        grant(&decision)
    }

    /// What a target takes beyond what is claimed already. A move within the claim takes nothing, yet counts as a move: where
    /// the claims alone exceed the room, as after a restart, nobody moves up until they are known better.
    @inline(__always) private func claimed(by index: Int, for wanted: Power) -> Power {
        let target = states[index].target
        let measured = states[index].measured ?? target
        let token = Power(milli: 1)
        if wanted > max(target, measured) { return max(token, wanted - states[index].claim.high) }
        if wanted < min(target, measured) { return min(Power.zero - token, wanted - states[index].claim.low) }
        return .zero
    }

    /// An EVSE that starts needs its minimum at once, less is no use; one at its minimum can let go of all of it only.
    private func allOrNothing(_ index: Int, _ wanted: Power, _ excess: Power) -> Int64 {
        let target = states[index].target
        guard !excess.isZero else { return 0 }
        if wanted.isZero {
            let least = minimum(index, charging: target > .zero)
            return target.magnitude < least + models[index].step ? excess.magnitude.milli : 0
        }
        if target.milli.signum() == wanted.milli.signum() { return 0 }
        let least = minimum(index, charging: wanted > .zero)
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

    /// The part of a move toward zero that needs no room. Moving toward zero takes room from those who lean on the
    /// counterflow: they are told in the same tick, and the move waits a little for them, unless a limit that is already at
    /// stake demands it.
    private mutating func free(
        _ slot: Int, _ wanted: Power, _ excess: Power, _ someoneLeansOnIt: Bool, _ now: Instant
    ) -> Power {
        let index = evseAt[slot]
        let target = states[index].target
        let isTowardZero = wanted.magnitude < target.magnitude && wanted.milli.signum() * target.milli.signum() >= 0
        guard isTowardZero else {
            states[index].yieldsSince = nil
            return .zero
        }
        if !someoneLeansOnIt { return excess }
        let since = max(states[index].yieldsSince ?? now, states[index].occupancy.changedAt)
        states[index].yieldsSince = since
        if now - since > longestYield { return excess }
        return excess.magnitude.milli > 1 ? protection(slot, excess) : protectWithinClaim(slot, wanted, excess)
    }

    /// A move within what is claimed takes no room, so that it would go all the way; only what is needed may.
    private mutating func protectWithinClaim(_ slot: Int, _ wanted: Power, _ excess: Power) -> Power {
        let index = evseAt[slot]
        let target = states[index].target
        let moved = protection(slot, wanted - target)
        if moved.isZero { return .zero }
        sharing.slots[slot].power = keepingMinimum(target + moved, index, wanted: wanted).milli
        return excess
    }

    /// As much of a move as its circuits must have at once, whatever that does to the opposite bound.
    private mutating func protection(_ slot: Int, _ excess: Power) -> Power {
        let isRise = excess > .zero
        let share = sharing.slots[slot].perMilliwatt
        var needed: Int64 = 0
        var circuit = models[evseAt[slot]].circuit
        while circuit >= 0 {
            let missing = isRise ? circuits[circuit].missingExport : circuits[circuit].missingImport
            var lane = 0
            while lane < 4 {
                if share[lane] > 0 { needed = max(needed, (missing[lane] + share[lane] - 1) / share[lane]) }
                lane += 1
            }
            circuit = sharing.circuits[circuit].parent
        }
        let moved = min(needed, excess.magnitude.milli)
        circuit = models[evseAt[slot]].circuit
        while circuit >= 0 {
            let taken = share &* Draw(repeating: moved)
            if isRise {
                circuits[circuit].missingExport &-= taken
            } else {
                circuits[circuit].missingImport &-= taken
            }
            circuit = sharing.circuits[circuit].parent
        }
        return Power(milli: isRise ? moved : 0 - moved)
    }

    /// What each circuit lacks although everyone did as told: who was told to let go counts at the target, whose counterflow
    /// is not certain counts without it.
    private mutating func sumTold() {
        var circuit = circuits.count - 1
        while circuit >= 0 {
            var sum = sharing.circuits[circuit].flowBelow
            sharing.circuits[circuit].flowBelow = Sharing.Flow()
            var slot = sharing.circuits[circuit].start
            while slot < sharing.circuits[circuit].ownEnd {
                let told = told(slot)
                sum.drawn &+= told.high
                sum.delivered &+= told.low
                slot += 1
            }
            let rooms = sharing.circuits[circuit]
            circuits[circuit].missingImport = lanewiseMax(.zero, sum.drawn &- rooms.importRoom)
            circuits[circuit].missingExport = lanewiseMax(.zero, .zero &- sum.delivered &- rooms.exportRoom)
            if rooms.parent >= 0 { sharing.circuits[rooms.parent].flowBelow &+= sum }
            circuit -= 1
        }
    }

    /// Who may let go of only a part stays at the minimum: below it there is only zero, which would be all at once.
    private func keepingMinimum(_ power: Power, _ index: Int, wanted: Power) -> Power {
        let target = states[index].target
        let sign = target.milli.signum()
        guard sign != 0, wanted.magnitude < target.magnitude else { return power }
        let least = minimum(index, charging: sign > 0)
        let isBelow = power.milli * sign < least.milli
        return isBelow && target.magnitude >= least ? Power(milli: least.milli * sign) : power
    }

    @inline(__always) private func told(_ slot: Int) -> (low: Draw, high: Draw) {
        let index = evseAt[slot]
        // After a restart the reading is the best that is known; the claims alone would stop everyone at once.
        if !states[index].occupancy.isKnown, let measured = measuredDraw(index) { return (measured, measured) }
        let share = sharing.slots[slot].perMilliwatt
        let target = states[index].target
        let claim = states[index].claim
        return (
            claim.low < .zero ? draw(min(.zero, target), share) : states[index].claimDrawLow,
            claim.high > .zero ? draw(max(.zero, target), share) : states[index].claimDrawHigh
        )
    }

    private mutating func grant(_ decision: inout Decision) {
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            if claims.slots[slot].wasCut {
                let granted = Power(milli: claims.slots[slot].power) + states[index].unconditional
                let claim = states[index].claim
                var power = states[index].target
                if granted > .zero { power = claim.high + granted }
                if granted < .zero { power = claim.low + granted }
                power = keepingMinimum(power, index, wanted: Power(milli: sharing.slots[slot].power))
                sharing.slots[slot].power = power.milli
                decision.evses[index].note(power, Reason(.inFlight))
            }
            slot += 1
        }
    }
}
