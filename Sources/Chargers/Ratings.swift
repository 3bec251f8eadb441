// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a charger's hardware allows. Constant for the life of its driver.
package struct ChargerRatings: Equatable, Sendable, BitwiseCopyable {
    /// Upper: charging; lower: discharging (zero for a charger that cannot).
    package var power: PowerLimits
    /// How many line conductors the charger uses: 1, 2 or 3. Which ones is the site's wiring.
    package var phaseCount: Int
    /// Below this magnitude the charger holds zero when charging (6 A on AC).
    package var minimumCharge: Power
    /// Below this magnitude the charger holds zero when discharging.
    package var minimumDischarge: Power
    /// Setpoints are multiples of this; above zero.
    package var step: Power

    package init(
        power: PowerLimits, phaseCount: Int, minimumCharge: Power, minimumDischarge: Power, step: Power
    ) {
        self.power = power
        self.phaseCount = phaseCount
        self.minimumCharge = minimumCharge
        self.minimumDischarge = minimumDischarge
        self.step = step
    }
}

/// How power follows a setpoint: dead time, then a first-order lag under a rate limit.
package struct ChargerDynamics: Equatable, Sendable, BitwiseCopyable {
    package var deadTime: Interval
    package var timeConstant: Interval
    /// Per second, magnitude rising; zero is unlimited.
    package var rampUp: Power
    /// Per second, magnitude falling; zero is unlimited.
    package var rampDown: Power
    /// How long the charger rests at zero before it changes direction.
    package var directionChangePause: Interval

    package init(
        deadTime: Interval, timeConstant: Interval, rampUp: Power, rampDown: Power, directionChangePause: Interval
    ) {
        self.deadTime = deadTime
        self.timeConstant = timeConstant
        self.rampUp = rampUp
        self.rampDown = rampDown
        self.directionChangePause = directionChangePause
    }

    /// After this long a setpoint has taken its full effect: five time constants leave less than one percent.
    package func settling(over span: Power) -> Interval {
        var ramping = Interval.zero
        let slowest = min(rampUp.isZero ? Power(milli: .max) : rampUp, rampDown.isZero ? Power(milli: .max) : rampDown)
        if slowest.milli != .max {
            ramping = Interval(nanoseconds: span.magnitude.milli / slowest.milli * 1_000_000_000 + 1_000_000_000)
        }
        return deadTime + timeConstant * 5 + ramping
    }
}

/// What happens in the hardware when we fall silent.
package enum HardwareFallback: Equatable, Sendable, BitwiseCopyable {
    /// The charger goes to this power by itself after the time-out.
    case after(Interval, holds: Power)
    /// Nothing: the last setpoint stays in force for ever.
    case never
}
