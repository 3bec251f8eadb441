// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Tells from the chargers' own steps whether the meter's sensor of one phase points the wrong way.
///
/// The chargers' current is compared between two moments at which it had settled. Where it changed by a step, the meter
/// should have moved by as much. At least half of that in the opposite direction is a vote for a reversed sensor, at
/// least half in the right direction takes a vote back; anything between is some other load and says nothing. A battery
/// that balances the chargers makes the meter stand still, which is no vote either.
struct ReversalTest: Sendable, BitwiseCopyable {
    private struct Moment: Sendable, BitwiseCopyable {
        var meter: Current
        var chargers: Current
        var at: Instant
    }

    private var settled: Moment?
    private var level = Current.zero
    private var levelSince = Instant.distantPast
    private(set) var votes = 0

    @_noLocks init() {}

    @_noLocks
    mutating func take(meter: Current, chargers: Current, at now: Instant, _ settings: ReversalSettings) {
        if levelSince == .distantPast || (chargers - level).magnitude.milli > settings.step.milli / 4 {
            level = chargers
            levelSince = now
        }
        guard now - levelSince >= settings.settling else { return }
        let moment = Moment(meter: meter, chargers: chargers, at: now)
        if let settled { compare(settled, moment, settings) }
        settled = moment
    }

    private mutating func compare(_ before: Moment, _ after: Moment, _ settings: ReversalSettings) {
        let step = after.chargers - before.chargers
        guard step.magnitude >= settings.step, !step.isZero, after.at - before.at <= settings.longestStep else {
            return
        }
        let answer = (after.meter - before.meter).milli * step.milli.signum()
        let half = step.magnitude.milli / 2
        if answer <= 0 - half { votes = min(votes + 1, 100) }
        if answer >= half { votes = max(votes - 1, 0) }
    }
}
