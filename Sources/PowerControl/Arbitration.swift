// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The site setpoint in force.
struct SiteWish: Sendable, BitwiseCopyable {
    var power: Power
    var source: UInt16
    var priority: UInt8
}

extension Controller {
    /// Finds what each EVSE would do if capacity were no question: the best wish within its own limits.
    @_noLocks mutating func arbitrate(_ snapshot: borrowing Snapshot, _ decision: inout Decision) -> SiteWish? {
        forget(&decision)
        imposeOnEVSEs(snapshot)
        let siteWish = findWishes(snapshot)
        var others = Power.zero
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            let own = states[index].wish >= 0 ? Int(snapshot.wishes[states[index].wish].priority) : -1
            states[index].followsSite = siteWish.map { Int($0.priority) > own } ?? false
            if !states[index].followsSite { others += desire(slot, snapshot, towardSite: nil, &decision) }
            slot += 1
        }
        guard let siteWish else { return nil }
        slot = 0
        while slot < evseAt.count {
            if states[evseAt[slot]].followsSite {
                _ = desire(
                    slot, snapshot,
                    towardSite: SiteWish(
                        power: siteWish.power - others, source: siteWish.source, priority: siteWish.priority), &decision
                )
            }
            slot += 1
        }
        return siteWish
    }

    private mutating func forget(_ decision: inout Decision) {
        var index = 0
        while index < states.count {
            states[index].wish = -1
            states[index].imposed = .unbounded
            states[index].imposedSource = 0
            decision.evses[index].shapingCount = 0
            index += 1
        }
    }

    private mutating func imposeOnEVSEs(_ snapshot: borrowing Snapshot) {
        var position = 0
        while position < snapshot.limitCount {
            let limit = snapshot.limits[position]
            switch limit.scope {
            case .evse(let index): impose(limit, on: index)
            case .everyEVSE:
                var index = 0
                while index < states.count {
                    impose(limit, on: index)
                    index += 1
                }
            case .circuit, .controllable: break
            }
            position += 1
        }
    }

    private mutating func impose(_ limit: ImposedLimit, on index: Int) {
        let phases = states[index].phases.count
        let byCurrent = PowerLimits(
            from: nominalVoltage * (limit.current.lower * phases), to: nominalVoltage * (limit.current.upper * phases))
        let narrowed = states[index].imposed.narrowed(to: limit.power).narrowed(to: byCurrent)
        if !(narrowed == states[index].imposed) { states[index].imposedSource = limit.source }
        states[index].imposed = narrowed
    }

    private mutating func findWishes(_ snapshot: borrowing Snapshot) -> SiteWish? {
        var siteWish: SiteWish?
        var position = 0
        while position < snapshot.wishCount {
            let wish = snapshot.wishes[position]
            if snapshot.now < wish.expiresAt {
                switch wish.scope {
                case .site:
                    if siteWish.map({ wish.priority > $0.priority }) ?? true {
                        siteWish = SiteWish(power: wish.power, source: wish.source, priority: wish.priority)
                    }
                case .evse(let index):
                    let best = states[index].wish
                    if best < 0 || wish.priority > snapshot.wishes[best].priority { states[index].wish = position }
                }
            }
            position += 1
        }
        return siteWish
    }

    /// Fills the slot with what the EVSE would do, and notes how that came about.
    private mutating func desire(
        _ slot: Int, _ snapshot: borrowing Snapshot, towardSite site: SiteWish?, _ decision: inout Decision
    ) -> Power {
        let index = evseAt[slot]
        let (asked, reason) = ask(index, snapshot, site)
        decision.evses[index].note(asked, reason)
        var power = within(index, snapshot, asked, &decision)
        let least = minimum(index, charging: power > .zero)
        if power.magnitude < least, !power.isZero {
            power = .zero
            decision.evses[index].note(.zero, Reason(.minimumPower))
        }
        power = Power(milli: power.milli - power.milli % models[index].step.milli)
        states[index].desired = power
        // Somebody who asks for power is not made to wait for it; the rest is for what charges by itself.
        let isResting =
            site == nil && states[index].wish < 0 && states[index].isPausedForCapacity && states[index].target.isZero
            && snapshot.now - states[index].turnedOffAt < models[index].minimumOff
        if isResting, !power.isZero {
            power = .zero
            decision.evses[index].note(.zero, Reason(.minimumOffTime))
        }
        fill(slot, power, least, snapshot)
        return power
    }

    @inline(__always) private func ask(
        _ index: Int, _ snapshot: borrowing Snapshot, _ site: SiteWish?
    ) -> (Power, Reason) {
        guard snapshot.evses[index].measuredAt > .distantPast else { return (.zero, Reason(.notReady)) }
        guard states[index].isFresh else { return (states[index].target, Reason(.chargerSilent)) }
        guard snapshot.evses[index].hasVehicle else { return (.zero, Reason(.noVehicle)) }
        guard snapshot.evses[index].takesSetpoints else { return (.zero, Reason(.notReady)) }
        let limits = ratings(index)
        if let site {
            let power: Power = site.power > .zero ? limits.upper : (site.power < .zero ? limits.lower : .zero)
            return (power, Reason(.siteSetpoint, source: site.source))
        }
        if states[index].wish >= 0 {
            let wish = snapshot.wishes[states[index].wish]
            return (wish.power, Reason(.wish, source: wish.source))
        }
        switch models[index].idle {
        case .charges: return (limits.upper, Reason(.idleCharging))
        case .holds: return (.zero, Reason(.idleHolding))
        }
    }

    /// Narrows the wish to the EVSE's own limits one after the other, so that each that bites is named.
    @inline(__always) private func within(
        _ index: Int, _ snapshot: borrowing Snapshot, _ asked: Power, _ decision: inout Decision
    ) -> Power {
        var power = asked
        narrow(&power, to: ratings(index), Reason(.chargerRating), index, &decision)
        if let offered = snapshot.evses[index].offered {
            narrow(&power, to: offered, Reason(.offered), index, &decision)
        }
        if !snapshot.evses[index].mayDischarge {
            narrow(
                &power, to: PowerLimits(from: .zero, to: .watts(1_000_000)), Reason(.dischargeNotPermitted), index,
                &decision)
        }
        narrow(
            &power, to: states[index].imposed, Reason(.evseLimit, source: states[index].imposedSource), index, &decision
        )
        return power
    }

    @inline(__always) private func narrow(
        _ power: inout Power, to limits: PowerLimits, _ reason: Reason, _ index: Int, _ decision: inout Decision
    ) {
        let narrowed = limits.nearest(to: power)
        guard narrowed != power else { return }
        power = narrowed
        decision.evses[index].note(narrowed, reason)
    }

    /// The ratings on the line conductors in use.
    @inline(__always) private func ratings(_ index: Int) -> PowerLimits {
        let used = states[index].phases.count
        guard used < figures[index].conductorCount else { return models[index].ratings }
        let model = models[index]
        return PowerLimits(
            from: model.ratings.lower * used / model.wiring.count, to: model.ratings.upper * used / model.wiring.count)
    }

    /// The smallest magnitude other than zero on the conductors in use, a multiple of the step.
    @inline(__always) @_noLocks func minimum(_ index: Int, charging: Bool) -> Power {
        if states[index].phases.count >= figures[index].conductorCount {
            return charging ? figures[index].minimumCharge : figures[index].minimumDischarge
        }
        return models[index].minimum(charging: charging, on: states[index].phases.count)
    }

    private mutating func fill(_ slot: Int, _ power: Power, _ least: Power, _ snapshot: borrowing Snapshot) {
        let index = evseAt[slot]
        let isOn = states[index].target.milli.signum() == power.milli.signum()
        // Who starts needs a little more than the minimum (beside the hysteresis), or a trembling load would switch it on and off.
        let step = models[index].step.milli
        let toStart = ((least + least / 100).milli + step - 1) / step * step
        sharing.slots[slot] = Sharing.Slot(
            power: power.milli, floor: isOn ? least.milli : min(toStart, power.magnitude.milli),
            weight: Int64(models[index].weight) * urgency(index, snapshot), step: step,
            perMilliwatt: perMilliwatt(index), siteShare: states[index].followsSite ? 6 : 0)
    }

    /// 4 for a vehicle that needs nothing more, 16 for one that needs its full rating until departure, 8 where nothing is
    /// known. Coarse, so that shares do not creep with every tick.
    private func urgency(_ index: Int, _ snapshot: borrowing Snapshot) -> Int64 {
        guard let need = snapshot.evses[index].need else { return 8 }
        let seconds = max(60, (need.until - snapshot.now).nanoseconds / 1_000_000_000)
        let required = max(0, min(need.energy.milli, Energy.plausible)) * 3_600 / seconds
        let rating = max(1, models[index].ratings.upper.milli)
        return 4 + 12 * min(required, rating) / rating
    }
}
