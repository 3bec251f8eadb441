// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The part of a profile that only chargers have.
package struct ChargerProfile: Equatable, Sendable {
    package var ratings: ChargerRatings
    /// Points that narrow the ratings once, read at connection: magnitudes.
    package var chargeRatingPoint: String?
    package var dischargeRatingPoint: String?
    package var dynamics: ChargerDynamics
    package var commands: Commands
    package var watchdog: Watchdog
    /// All must hold before a discharge setpoint is written (EVTEC: bidirectional session and potential above zero).
    package var dischargeWhen: [Condition]
    /// After a write the value is visible this much later; reading back earlier proves nothing.
    package var settle: Interval
    /// How far the read-back may differ from what was written; nil: the setpoint cannot be read back.
    package var readBackTolerance: Power?
    /// A fault state that lasts less than this after connection is a restart, not a fault.
    package var faultGrace: Interval
    /// Writes a day to one persistent register.
    package var dailyWriteBudget: Int

    package init(
        ratings: ChargerRatings, chargeRatingPoint: String? = nil, dischargeRatingPoint: String? = nil,
        dynamics: ChargerDynamics, commands: Commands, watchdog: Watchdog, dischargeWhen: [Condition] = [],
        settle: Interval = .seconds(1), readBackTolerance: Power? = nil, faultGrace: Interval = .zero,
        dailyWriteBudget: Int = 24
    ) {
        self.ratings = ratings
        self.chargeRatingPoint = chargeRatingPoint
        self.dischargeRatingPoint = dischargeRatingPoint
        self.dynamics = dynamics
        self.commands = commands
        self.watchdog = watchdog
        self.dischargeWhen = dischargeWhen
        self.settle = settle
        self.readBackTolerance = readBackTolerance
        self.faultGrace = faultGrace
        self.dailyWriteBudget = dailyWriteBudget
    }
}

/// What is written when. Steps run in order, each in a turn of its own, at the transport's write gap.
package struct Commands: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        /// In the point's unit.
        case number(Double)
        /// The order's power (the point's unit and sign apply; a point in A is per phase).
        case setpoint
        /// Its magnitude when charging or discharging, else zero.
        case chargeMagnitude, dischargeMagnitude
        /// The watchdog's time-out and the fallback power.
        case timeout, fallbackPower
        case phaseCount
    }
    package enum Action: Equatable, Sendable {
        case write(point: String, value: Value)
        /// Reads until the condition holds; failing is a refusal.
        case await(Condition, within: Interval)
        case pause(Interval)
    }
    package struct Step: Equatable, Sendable {
        package var action: Action
        /// The step is skipped unless all hold.
        package var when: [Condition]
        package init(_ action: Action, when: [Condition] = []) {
            self.action = action
            self.when = when
        }
    }
    package var takeControl: [Step]
    package var setPower: [Step]
    /// Instead of `setPower` when the order is zero.
    package var setZero: [Step]
    package var release: [Step]
    package var onUnplug: [Step]
    package var setPhases: [Step]

    package init(
        takeControl: [Step] = [], setPower: [Step], setZero: [Step] = [], release: [Step] = [], onUnplug: [Step] = [],
        setPhases: [Step] = []
    ) {
        self.takeControl = takeControl
        self.setPower = setPower
        self.setZero = setZero
        self.release = release
        self.onUnplug = onUnplug
        self.setPhases = setPhases
    }
}

/// What the charger does by itself when it no longer hears from us.
package struct Watchdog: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// Any valid request feeds it.
        case any
        /// Any read feeds it.
        case read
        /// The setpoint itself must be written again.
        case rewrite
        /// A token must be written (`feed` steps).
        case token
        /// Each setpoint arms a reversion timer.
        case revert
        /// The hardware has none: the last setpoint stays.
        case none
    }
    package var kind: Kind
    /// Holds the time-out; nil where it is fixed.
    package var timeoutPoint: String?
    package var timeout: Interval
    /// What `timeoutPoint` accepts.
    package var timeoutRange: ClosedRange<Interval>?
    /// Holds the fallback power; nil where the fallback is fixed at `fallbackPower`.
    package var fallbackPoint: String?
    package var fallbackPower: Power
    package var feed: [Commands.Step]

    package init(
        kind: Kind, timeoutPoint: String? = nil, timeout: Interval, timeoutRange: ClosedRange<Interval>? = nil,
        fallbackPoint: String? = nil, fallbackPower: Power = .zero, feed: [Commands.Step] = []
    ) {
        self.kind = kind
        self.timeoutPoint = timeoutPoint
        self.timeout = timeout
        self.timeoutRange = timeoutRange
        self.fallbackPoint = fallbackPoint
        self.fallbackPower = fallbackPower
        self.feed = feed
    }
}
