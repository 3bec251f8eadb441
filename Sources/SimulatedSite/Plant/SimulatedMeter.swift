// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What is true at the connection point, whatever a meter shows. Positive draws from the grid.
package struct ConnectionPoint: Equatable, Sendable {
    package var power: PerPhase<Power>
    package var current: PerPhase<Current>
    package var voltage: PerPhase<Voltage>
    package var frequency: Frequency
    package var imported: Energy
    package var exported: Energy
    package var total: Power { power.sum }
}

/// The meter at the connection point: samples at its own rhythm, shows each sample after a latency, and can fail in the
/// ways real meters do.
package struct SimulatedMeter: Sendable {
    package enum Condition: String, CaseIterable, Sendable {
        case healthy
        /// Answers with the last sample for ever.
        case frozen
        /// Does not answer.
        case cut
        /// The current transformers are mounted the wrong way round.
        case reversed
        /// Answers with values that are no numbers.
        case notANumber
    }

    package let refresh: Interval
    /// From the sample until it can be read.
    package let latency: Interval
    /// Standard deviation per conductor, in watts.
    package let noise: Power
    package var condition = Condition.healthy
    /// Nil until the first sample can be read.
    package private(set) var shown: MeterReading?
    private(set) var nextSample: Instant
    private var inTransit: [MeterReading] = []
    private var generator: SplitMix64

    package init(
        refresh: Interval = .seconds(1), latency: Interval = .zero, noise: Power = .zero, seed: UInt64 = 3,
        at now: Instant
    ) {
        self.refresh = max(refresh, .milliseconds(1))
        self.latency = max(latency, .zero)
        self.noise = noise.magnitude
        nextSample = now
        generator = SplitMix64(seed: seed)
    }

    /// When the meter next does something.
    var nextEvent: Instant { min(nextSample, inTransit.first.map { $0.measuredAt + latency } ?? nextSample) }

    mutating func advance(to now: Instant, truth: @autoclosure () -> ConnectionPoint) {
        if nextSample <= now {
            inTransit.append(sample(of: truth(), at: now))
            let passed = (now - nextSample).nanoseconds / refresh.nanoseconds
            nextSample = nextSample + Interval(nanoseconds: refresh.nanoseconds * (passed + 1))
        }
        while let first = inTransit.first, first.measuredAt + latency <= now {
            inTransit.removeFirst()
            if condition != .frozen || shown == nil { shown = first }
        }
    }

    private mutating func sample(of truth: ConnectionPoint, at now: Instant) -> MeterReading {
        let sign = condition == .reversed ? -1 : 1
        let power = PerPhase(noisy(truth.power.l1), noisy(truth.power.l2), noisy(truth.power.l3)).map { $0 * sign }
        return MeterReading(
            measuredAt: now, power: power.sum, phasePower: power, current: truth.current.map { $0 * sign },
            voltage: truth.voltage, frequency: truth.frequency,
            energyImported: condition == .reversed ? truth.exported : truth.imported,
            energyExported: condition == .reversed ? truth.imported : truth.exported)
    }

    private mutating func noisy(_ power: Power) -> Power {
        noise.isZero ? power : power + Power(simulated: generator.normal() * noise.inUnits)
    }
}
