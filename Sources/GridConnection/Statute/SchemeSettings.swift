// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What an installer settles for a limitation scheme. Times and counts that name no source are defaults of ours.
package struct SchemeSettings: Sendable, BitwiseCopyable, Equatable {
    /// So many excursions within a time lock the scheme out.
    package struct Recurrence: Sendable, BitwiseCopyable, Equatable {
        /// 1 to `ExcursionHistory.capacity`; what is more counts as that.
        package var count: Int
        package var window: Interval
        package init(_ count: Int, within window: Interval) {
            self.count = count
            self.window = window
        }
    }

    package var limits: SchemeLimits
    /// Of the current sensors; nothing beyond it is believed.
    package var sensorRating: Current
    /// Phase to neutral, where the meter does not tell.
    package var nominalVoltage = Voltage.volts(230)
    /// For all EVSEs together in fail-safe and lock-out.
    package var failSafePower = PowerLimits.zero
    package var evseCount: Int

    /// Back within the limits in this time, typically, and at most in this one (EREC G100 Issue 2).
    package var reaction = Interval.seconds(15)
    package var longestReaction = Interval.seconds(60)
    /// Of excursions that outlast `reaction`. As node-red-contrib-g100 reads EREC G100 Issue 2; defaults to be confirmed with
    /// its text. Of “three” and “more than three” a day, which public readings differ in, the stricter.
    package var oftenSoon = Recurrence(2, within: .minutes(10))
    package var oftenADay = Recurrence(3, within: .minutes(24 * 60))

    /// How old the meter's reading, and the oldest charger's, may be.
    package var meterMaximumAge = Interval.seconds(3)
    package var chargerMaximumAge = Interval.seconds(10)
    /// How long everything has to be well before the fail-safe ends.
    package var goodFor = Interval.seconds(60)
    /// How many readings in a row make no sense before the meter is not believed.
    package var implausibleReadings = 3
    /// What active power may exceed voltage times current by, besides a tenth: registers are not read at one moment.
    package var powerTolerance = Power.watts(200)
    package var reversal = ReversalSettings()
    /// An unlocked scheme locks itself again.
    package var relockAfter = Interval.minutes(15)

    package init(limits: SchemeLimits, sensorRating: Current, evseCount: Int) {
        self.limits = limits
        self.sensorRating = sensorRating
        self.evseCount = evseCount
    }
}

/// Maximum import and export limit (MIL, MEL) of EREC G100, as magnitudes of the current in each phase.
package struct SchemeLimits: Sendable, BitwiseCopyable, Equatable {
    /// Nil: the agreement does not limit this direction.
    package var maximumImport: Current?
    package var maximumExport: Current?

    @_noLocks package init(maximumImport: Current?, maximumExport: Current?) {
        self.maximumImport = maximumImport
        self.maximumExport = maximumExport
    }

    /// Per phase; a magnitude below zero allows nothing.
    @_noLocks package func bounds() -> CurrentLimits {
        var lower = Current(milli: 0 - Current.plausible)
        var upper = Current(milli: Current.plausible)
        if let maximumImport { upper = maximumImport.clamped(from: .zero, to: upper) }
        if let maximumExport { lower = -maximumExport.clamped(from: .zero, to: -lower) }
        return CurrentLimits(from: lower, to: upper)
    }
}

/// How it is told that a current sensor is mounted the wrong way round.
package struct ReversalSettings: Sendable, BitwiseCopyable, Equatable {
    /// The smallest change of the chargers' current in a phase that says something.
    package var step = Current.amperes(6)
    /// How long chargers and meter are given to settle.
    package var settling = Interval.seconds(3)
    /// A slower change proves nothing: other loads have changed meanwhile.
    package var longestStep = Interval.seconds(30)
    /// How many more answers with the wrong sign than with the right one.
    package var votes = 3

    package init() {}
}
