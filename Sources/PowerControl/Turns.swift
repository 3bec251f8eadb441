// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Controller {
    /// Decides who gives way first should the minimums not fit: who is on keeps its turn, then who has waited longest.
    @_noLocks mutating func rank(_ now: Instant) {
        var slot = 0
        while slot < evseAt.count {
            ranking.standings[slot] = standing(evseAt[slot], now)
            slot += 1
        }
        ranking.standingsChanged()
    }

    @inline(__always) private func standing(_ index: Int, _ now: Instant) -> Standing {
        if !states[index].target.isZero {
            let turnedOnAt = states[index].turnedOnAt
            let protected = turn > models[index].minimumOn ? turn : models[index].minimumOn
            if now - turnedOnAt < protected { return Standing(standing: .inTurn, order: turnedOnAt.nanoseconds) }
            return Standing(standing: .turnIsOver, order: 0 - turnedOnAt.nanoseconds)
        }
        let isPaused = states[index].isPausedForCapacity
        let turnedOffAt = states[index].turnedOffAt
        if isPaused, now - turnedOffAt < models[index].minimumOff {
            return Standing(standing: .resting, order: turnedOffAt.nanoseconds)
        }
        // Who has just had its turn does not push out the next whose turn is over, or several would change places at once.
        let hadItsTurn = isPaused && now - turnedOffAt < turn
        return Standing(
            standing: hadItsTurn ? .waitingAnew : .waiting, order: (states[index].waitsSince ?? now).nanoseconds)
    }

    /// Fits the wishes into the circuits, then those that follow the site's setpoint into what it leaves them.
    @_noLocks mutating func share(_ siteWish: SiteWish?, _ decision: inout Decision) {
        sharing.fit(&ranking)
        if let siteWish {
            var others: Int64 = 0
            var slot = 0
            while slot < evseAt.count {
                if sharing.slots[slot].siteShare == 0 { others &+= sharing.slots[slot].power }
                slot += 1
            }
            let rest = siteWish.power - Power(milli: others)
            sharing.fitSite(to: rest, source: siteWish.source, &ranking)
            dropCounterflow(to: rest, siteWish)
            sharing.fit(&ranking)
        }
        noteCuts(&decision)
    }

    /// Members were turned toward what the others wished for; where those got less, the rest may point the other way.
    private mutating func dropCounterflow(to rest: Power, _ siteWish: SiteWish) {
        var slot = 0
        while slot < evseAt.count {
            let power = sharing.slots[slot].power
            if sharing.slots[slot].siteShare > 0, power != 0, power.signum() != rest.milli.signum() {
                sharing.slots[slot].power = 0
                sharing.slots[slot].wasCut = true
                sharing.slots[slot].reason = Reason(.siteSetpoint, source: siteWish.source)
            }
            slot += 1
        }
    }

    @_noLocks func noteCuts(_ decision: inout Decision) {
        var slot = 0
        while slot < evseAt.count {
            let result = sharing.slots[slot]
            if result.wasCut { decision.evses[evseAt[slot]].note(Power(milli: result.power), result.reason) }
            slot += 1
        }
    }
}
