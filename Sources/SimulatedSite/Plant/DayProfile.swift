// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Power per line conductor over one day, straight between its points and the same every day.
package struct DayProfile: Equatable, Sendable {
    package struct Sample: Equatable, Sendable {
        /// Since midnight, below 24 h.
        package var time: Interval
        package var watts: PerPhase<Double>
        package init(time: Interval, watts: PerPhase<Double>) {
            self.time = time
            self.watts = watts
        }
    }

    static let day = Interval.seconds(86_400)
    /// Ascending in time, never empty.
    private let samples: [Sample]

    /// - Parameter samples: In ascending order; none stands for no power at all.
    package init(samples: [Sample]) {
        self.samples = samples.isEmpty ? [Sample(time: .zero, watts: PerPhase(all: 0))] : samples
    }

    /// The same power all day.
    package static func flat(_ power: PerPhase<Power>) -> DayProfile {
        DayProfile(samples: [Sample(time: .zero, watts: power.map(\.inUnits))])
    }

    /// In watts. Past the last point the line runs on to the first one of the next day.
    func watts(at timeOfDay: Interval) -> PerPhase<Double> {
        let next = firstIndex(after: timeOfDay)
        let before = samples[next == 0 ? samples.count - 1 : next - 1]
        let after = samples[next == samples.count ? 0 : next]
        let span = Self.forward(from: before.time, to: after.time)
        guard span > .zero else { return before.watts }
        let share = Self.forward(from: before.time, to: timeOfDay).inSeconds / span.inSeconds
        return PerPhase(
            before.watts.l1 + (after.watts.l1 - before.watts.l1) * share,
            before.watts.l2 + (after.watts.l2 - before.watts.l2) * share,
            before.watts.l3 + (after.watts.l3 - before.watts.l3) * share)
    }

    private static func forward(from: Interval, to: Interval) -> Interval { to >= from ? to - from : to - from + day }

    private func firstIndex(after time: Interval) -> Int {
        var low = 0
        var high = samples.count
        while low < high {
            let middle = (low + high) / 2
            if samples[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension DayProfile {
    /// A household of about 16 kWh a day: quiet at night, a peak in the morning and a higher one in the evening.
    package static var household: DayProfile {
        let hourly: [(l1: Double, l2: Double, l3: Double)] = [
            (110, 60, 90), (100, 60, 80), (95, 60, 80), (95, 60, 80), (100, 60, 80), (130, 70, 90),
            (320, 120, 260), (520, 180, 340), (360, 160, 180), (220, 130, 140), (190, 120, 130), (260, 200, 180),
            (480, 420, 220), (300, 240, 160), (210, 150, 130), (200, 140, 130), (240, 160, 160), (420, 260, 300),
            (640, 380, 520), (700, 340, 560), (560, 280, 440), (420, 200, 320), (280, 140, 200), (170, 90, 120),
        ]
        return DayProfile(
            samples: hourly.enumerated().map { hour, watts in
                Sample(time: .minutes(hour * 60), watts: PerPhase(watts.l1, watts.l2, watts.l3))
            })
    }

    /// A clear day's generation as a share of the peak on one conductor: nothing before six and after twenty o'clock.
    static func clearSkyShare(at timeOfDay: Interval) -> Double {
        let fromNoon = (timeOfDay.inSeconds - 13 * 3_600) / (7 * 3_600)
        guard abs(fromNoon) < 1 else { return 0 }
        let height = 1 - fromNoon * fromNoon
        return height * height.squareRoot()
    }
}
