// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Controller {
    /// Takes in the chargers' readings and works out what each EVSE may be at or get to.
    @_noLocks mutating func observeChargers(_ snapshot: borrowing Snapshot) {
        var slot = 0
        while slot < evseAt.count {
            let index = evseAt[slot]
            observe(index, snapshot)
            slot += 1
        }
    }

    private mutating func observe(_ index: Int, _ snapshot: borrowing Snapshot) {
        let now = snapshot.now
        let measuredAt = snapshot.evses[index].measuredAt
        let isFresh = measuredAt > .distantPast && now - measuredAt <= models[index].maximumReadingAge
        states[index].isFresh = isFresh
        if isFresh, measuredAt > states[index].measuredAt { believe(index, snapshot.evses[index], now) }
        var claim = states[index].occupancy.commanded()
        if let measured = states[index].measured { claim.include(measured) }
        if !isFresh, let fallback = snapshot.evses[index].hardwareFallback { claim.include(fallback) }
        states[index].claim = claim
        claimDraws(index)
    }

    private mutating func believe(_ index: Int, _ sample: EVSESample, _ now: Instant) {
        let model = models[index]
        let isFirst = states[index].measuredAt == .distantPast
        states[index].measuredAt = sample.measuredAt
        states[index].measured = plausible(sample.power, model.ratings)
        states[index].measuredCurrent = sample.current
        if let draw = measuredDraw(index) { histories[index].record(draw, at: sample.measuredAt) }
        if isFirst { adopt(index, now) }
        states[index].occupancy.observe(
            takenAt: sample.measuredAt, target: states[index].target, settling: model.settling, now: now)
        let isIdle = (states[index].measured?.magnitude ?? .zero) <= Self.standby
        if !sample.hasVehicle, isIdle { states[index].occupancy.clear(at: now) }
    }

    /// What flows when we first look is what somebody commanded: the site goes on from there, not from zero.
    private mutating func adopt(_ index: Int, _ now: Instant) {
        guard let measured = states[index].measured, measured.magnitude > Self.standby else { return }
        let model = models[index]
        states[index].target = model.ratings.nearest(to: command(behind: measured, index))
        states[index].turnedOnAt = now
        states[index].direction = states[index].target.milli.signum()
        states[index].occupancy.adopt(states[index].target, at: now)
    }

    /// The command that most likely made a charger take `measured`: a whole step, and no less than the minimum where the
    /// power is close to it.
    private func command(behind measured: Power, _ index: Int) -> Power {
        let step = models[index].step.milli
        let least = minimum(index, charging: measured > .zero).milli
        let whole = (measured.magnitude.milli + step / 2) / step * step
        let size = whole < least && whole > least * 9 / 10 ? least : whole
        return Power(milli: measured < .zero ? 0 - size : size)
    }

    @inline(__always) @_noLocks func measuredDraw(_ index: Int) -> Draw? {
        guard let measured = states[index].measured else { return nil }
        if let current = states[index].measuredCurrent { return phaseDraws(current, total: measured.milli &* 6) }
        return draw(measured, perMilliwatt(index))
    }

    /// A charger that claims half as much again as it can is not believed.
    private func plausible(_ power: Power?, _ ratings: PowerLimits) -> Power? {
        guard let power else { return nil }
        let upper = ratings.upper + ratings.upper / 2 + Self.standby
        let lower = ratings.lower + ratings.lower / 2 - Self.standby
        return power >= lower && power <= upper ? power : nil
    }

    private mutating func claimDraws(_ index: Int) {
        let factor = perMilliwatt(index)
        var high = draw(states[index].claim.high, factor)
        var low = draw(states[index].claim.low, factor)
        if let current = states[index].measuredCurrent {
            let measured = phaseDraws(current, total: 0)
            high = lanewiseMax(high, Draw(high[0], measured[1], measured[2], measured[3]))
            low = lanewiseMin(low, Draw(low[0], measured[1], measured[2], measured[3]))
        }
        states[index].claimDrawHigh = high
        states[index].claimDrawLow = low
    }

    /// The line conductors in use: all that are wired, or the first alone after a switch to one phase.
    @_noLocks func conductors(_ index: Int) -> PhaseSet {
        let wiring = models[index].wiring
        if states[index].phases.count >= wiring.count { return wiring }
        return PhaseSet(bits: wiring.bits & (0 &- wiring.bits))
    }

    /// Draw per milliwatt on the conductors in use.
    @inline(__always) @_noLocks func perMilliwatt(_ index: Int) -> Draw {
        if states[index].phases.count >= figures[index].conductorCount { return figures[index].perMilliwatt }
        return drawPerMilliwatt(on: conductors(index))
    }

    @_noLocks func phaseDraws(_ current: PerPhase<Current>, total: Int64) -> Draw {
        let voltage = circuits[0].voltage
        return Draw(
            total, phaseDraw(current.l1, at: voltage.l1), phaseDraw(current.l2, at: voltage.l2),
            phaseDraw(current.l3, at: voltage.l3))
    }

    /// What a charger may take while it charges nothing: electronics, fans, measuring error.
    static var standby: Power { @_noLocks get { Power(milli: 200_000) } }
}
