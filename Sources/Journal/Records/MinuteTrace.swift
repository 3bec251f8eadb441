// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What flowed in one minute. A minute without samples has no powers; nothing is filled in.
package struct MinuteTrace: Hashable, Sendable {
    package enum ClockQuality: String, Sendable {
        case synchronised, free = "free-running"
    }
    package struct Flow: Hashable, Sendable {
        /// At the connection point.
        package var mean: Power
        package var least: Power
        package var greatest: Power

        package init(mean: Power, least: Power, greatest: Power) {
            self.mean = mean
            self.least = least
            self.greatest = greatest
        }
    }

    /// The start of the minute.
    package var minute: WallTime
    package var flow: Flow?
    /// The mean of what the controllable devices drew together.
    package var controllable: Power?
    package var samples: Int
    /// Seconds of the minute that the samples stand for, 0 to 60; below 60 there is a gap.
    package var covered: Int
    package var clock: ClockQuality

    package init(
        minute: WallTime, flow: Flow?, controllable: Power?, samples: Int, covered: Int, clock: ClockQuality
    ) {
        self.minute = minute
        self.flow = flow
        self.controllable = controllable
        self.samples = samples
        self.covered = covered
        self.clock = clock
    }

    package var hasGap: Bool { covered < 60 }
}

extension MinuteTrace: Payload {
    static let order: [Field] = [.minute, .mean, .least, .greatest, .controllable, .samples, .covered, .clock]

    var fields: Fields {
        var fields = Fields()
        fields.set(.minute, minute)
        fields.set(.mean, flow?.mean)
        fields.set(.least, flow?.least)
        fields.set(.greatest, flow?.greatest)
        fields.set(.controllable, controllable)
        fields.set(.samples, samples)
        fields.set(.covered, covered)
        fields.set(.clock, clock.rawValue)
        return fields
    }

    init?(_ parsed: ParsedFields) {
        guard let minute = parsed.time(.minute), let samples = parsed.whole(.samples),
            let covered = parsed.whole(.covered), let clock: ClockQuality = parsed.choice(.clock)
        else { return nil }
        var flow: Flow?
        if let mean: Power = parsed.quantity(.mean) {
            guard let least: Power = parsed.quantity(.least), let greatest: Power = parsed.quantity(.greatest)
            else { return nil }
            flow = Flow(mean: mean, least: least, greatest: greatest)
        }
        self.init(
            minute: minute, flow: flow, controllable: parsed.quantity(.controllable), samples: Int(samples),
            covered: Int(covered), clock: clock)
    }
}
