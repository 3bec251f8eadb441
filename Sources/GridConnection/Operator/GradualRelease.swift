// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Lets power return by a ramp after a reduction, so that a street does not come back at once (BK6-22-300 Annex 1, 4.3).
/// One value for each direction.
///
/// It follows a bound that falls in the same step, always: only relief waits. A rise starts after a delay whose random
/// part the caller draws, and goes on from wherever the bound stands.
package struct GradualRelease: Sendable, BitwiseCopyable {
    package enum Rate: Sendable, BitwiseCopyable {
        /// Percent of the rating per minute.
        case percentPerMinute(Int)
        case perSecond(Power)
    }

    package struct Settings: Sendable, BitwiseCopyable {
        package var direction: LimitationDirection
        package var scope: GridLimit.Scope
        /// Where the ramp ends and nothing is bounded any more.
        package var rating: Power
        /// The default of 10 % a minute is to be confirmed by the operator; nothing or less is the slowest ramp there is.
        package var rate = Rate.percentPerMinute(10)
        /// Longest delay that is taken from the caller.
        package var longestDelay = Interval.seconds(600)

        package init(_ direction: LimitationDirection, scope: GridLimit.Scope, rating: Power) {
            self.direction = direction
            self.scope = scope
            self.rating = rating
        }
    }

    package enum State: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case free
        /// A reduction binds.
        case reduced
        /// It ended, and the delay runs.
        case waiting
        case rising
    }

    /// The bound that power had come back to, and what was left of the delay. A restart goes on from there.
    package struct Memory: Sendable, BitwiseCopyable {
        package var level: Power
        package var delay: Interval

        @_noLocks package init(level: Power, delay: Interval) {
            self.level = level
            self.delay = delay
        }
    }

    private enum Phase: Sendable, BitwiseCopyable {
        case free
        case reduced(Power)
        case rising(from: Power, since: Instant)
    }

    private let settings: Settings
    /// Milliwatts per second, above zero.
    private let slope: Int64
    private var phase = Phase.free
    private var now: Instant

    package init(_ settings: Settings, restored memory: Memory?, at now: Instant) {
        self.settings = settings
        self.now = now
        let rating = settings.rating.clamped(from: .zero, to: Power(milli: Power.plausible))
        let perSecond =
            switch settings.rate {
            case .percentPerMinute(let percent): rating.milli / 6_000 * Int64(clamping: min(max(percent, 0), 6_000))
            case .perSecond(let power): min(power.milli, Power.plausible)
            }
        slope = max(perSecond, 1)
        guard let memory else { return }
        phase = .rising(from: plausible(memory.level), since: now.after(bounded(memory.delay)))
    }

    package var state: State {
        @_noLocks get {
            switch phase {
            case .free: .free
            case .reduced: .reduced
            case .rising(_, let since): now < since ? .waiting : .rising
            }
        }
    }

    package var memory: Memory? {
        @_noLocks get {
            switch phase {
            case .free: nil
            case .reduced(let bound): Memory(level: bound, delay: .zero)
            case .rising(_, let since): Memory(level: level, delay: now < since ? since - now : .zero)
            }
        }
    }

    /// - Parameters:
    ///   - bound: The tightest reduction in force as a magnitude, nil where there is none. What is below zero is zero.
    ///   - delay: How long a rise that begins with this step waits, 0 to `longestDelay`.
    @_noLocks
    package mutating func advance(
        to now: Instant, bound: Power?, delay: Interval, _ events: inout ConnectionEvents
    ) {
        let before = state
        self.now = now
        if let bound { follow(plausible(bound), delay) } else { release(delay) }
        guard state != before else { return }
        events.add(ConnectionEvent(.stateChanged, .gradualRelease, at: now, detail: state.rawValue))
    }

    private mutating func follow(_ bound: Power, _ delay: Interval) {
        switch phase {
        case .free: phase = .reduced(bound)
        case .reduced(let level):
            phase = bound > level ? .rising(from: level, since: now.after(bounded(delay))) : .reduced(bound)
        case .rising: if bound <= level { phase = .reduced(bound) }
        }
    }

    private mutating func release(_ delay: Interval) {
        switch phase {
        case .free: break
        case .reduced(let level): phase = .rising(from: level, since: now.after(bounded(delay)))
        case .rising: if level >= settings.rating { phase = .free }
        }
    }

    /// What the ramp allows now; nil where it does not bound. While a reduction is in force this is its bound.
    @_noLocks package func limit() -> GridLimit? {
        switch phase {
        case .free: nil
        case .reduced, .rising:
            GridLimit(.gradualRelease, scope: settings.scope, power: settings.direction.bounds(level))
        }
    }

    private var level: Power {
        switch phase {
        case .free: return settings.rating
        case .reduced(let bound): return bound
        case .rising(let from, let since):
            guard now > since else { return from }
            let milliseconds = (now - since).milliseconds
            // Enough for any rating, and no product overflows.
            let enough = (Power.plausible / slope + 1) * 1_000
            let risen = milliseconds < enough ? milliseconds : enough
            return from + Power(milli: slope * (risen / 1_000) + slope * (risen % 1_000) / 1_000)
        }
    }

    private func plausible(_ bound: Power) -> Power { bound.clamped(from: .zero, to: Power(milli: Power.plausible)) }

    private func bounded(_ delay: Interval) -> Interval {
        if delay < .zero { return .zero }
        return delay > settings.longestDelay ? settings.longestDelay : delay
    }
}
