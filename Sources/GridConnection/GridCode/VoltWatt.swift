// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Active power by voltage: less delivery while the voltage is high and, where the code has such a curve, less charging
/// while it is low.
package struct VoltWatt: Sendable, BitwiseCopyable {
    package struct Settings: Sendable, BitwiseCopyable {
        package var isOn = false
        /// The most delivery, per unit of the rating, by voltage per unit of the nominal one. Below zero it demands to
        /// charge. Without points there is no such curve.
        package var delivery = PiecewiseLinear()
        /// The most charging likewise, below zero a demand to deliver.
        package var charging = PiecewiseLinear()
        package var responseTime = Interval(nanoseconds: 0)
        /// The phase that counts: for delivery the mean or the highest, for charging the mean or the lowest.
        package var usesMean = false
        package init() {}
    }

    package let settings: Settings
    private var delivery: ResponseFilter
    private var charging: ResponseFilter
    private var isKnown = false

    @_noLocks package init(_ settings: Settings) {
        self.settings = settings
        delivery = ResponseFilter(reaching: .ninetyPercent, after: settings.responseTime)
        charging = ResponseFilter(reaching: .ninetyPercent, after: settings.responseTime)
    }

    /// - Parameter voltage: nil keeps what is in force.
    @_noLocks package mutating func advance(to now: Instant, voltage: LineVoltage?) {
        guard settings.isOn else { return }
        var mostDelivery: PerUnit?
        var mostCharging: PerUnit?
        if let voltage {
            isKnown = true
            mostDelivery = settings.delivery.value(at: settings.usesMean ? voltage.mean : voltage.highest)
            mostCharging = settings.charging.value(at: settings.usesMean ? voltage.mean : voltage.lowest)
        }
        delivery.advance(to: now, target: mostDelivery)
        charging.advance(to: now, target: mostCharging)
    }

    /// nil while nothing is asked.
    package var bound: ActivePowerBound? {
        @_noLocks get {
            guard settings.isOn, isKnown else { return nil }
            return ActivePowerBound(
                .voltageWatt, atLeast: settings.delivery.count > 0 ? -delivery.value : nil,
                atMost: settings.charging.count > 0 ? charging.value : nil)
        }
    }
}
