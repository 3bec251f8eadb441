// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// How a car will charge (ISO 15118-20, EVPowerProfile; ChargingProfile before).
public struct PowerProfile: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        /// After the start of the profile, in whole seconds.
        public var start: Interval
        /// The most it takes; below zero it delivers.
        public var power: Power

        public init(_ start: Interval, _ power: Power) {
            self.start = start
            self.power = power
        }
    }

    /// Of the schedules offered; nil where the station leads the car (dynamic control).
    public var schedule: UInt8?
    public var start: WallTime
    /// In the order of time, at least one.
    public var entries: [Entry]
    /// After the start; nil: the last entry holds on.
    public var end: Interval?
    /// Whether the car keeps to what its power may deviate by; nil where it says nothing.
    public var keepsTolerance: Bool?

    public init(schedule: UInt8? = nil, start: WallTime, entries: [Entry], end: Interval? = nil) {
        self.schedule = schedule
        self.start = start
        self.entries = entries
        self.end = end
    }

    /// The one of a car that follows a schedule as far as it can.
    init(_ tuple: ScheduleTuple, from now: WallTime, _ choose: (PowerLimits) -> Power) {
        let left = tuple.left(at: now)
        var offset = Interval.zero
        let entries = left.periods.map { period in
            defer { offset = offset + period.length }
            return Entry(offset, choose(period.power))
        }
        self.init(schedule: tuple.id, start: now, entries: entries, end: offset)
    }

    /// Whether it stays within a schedule. A hundredth of power and some seconds are forgiven, which is what cars round by and
    /// messages take. Cars also copy the times of a schedule they were sent a while ago, or have a clock of their own, so a profile
    /// counts as well as one that begins when the schedule was sent.
    func fits(_ tuple: ScheduleTuple) -> Bool {
        let steps = tuple.steps
        return fits(steps, from: start) || fits(steps, from: tuple.start)
    }

    private static var forgiven: Interval { .seconds(5) }

    private typealias Step = (start: WallTime, period: ScheduleTuple.Period)

    private func fits(_ steps: [Step], from start: WallTime) -> Bool {
        let times = (entries.map { start + $0.start } + steps.map(\.start)).sorted()
        var entry = 0
        for time in times where time >= start {
            if let end, time >= start + end { break }
            while entry + 1 < entries.count, start + entries[entry + 1].start <= time { entry += 1 }
            guard entries.indices.contains(entry) else { continue }
            let power = entries[entry].power
            let isWithin = [Interval.zero, Self.forgiven, .zero - Self.forgiven].contains {
                Self.isWithin(steps, at: time + $0, power)
            }
            guard isWithin else { return false }
        }
        return true
    }

    private static func isWithin(_ steps: [Step], at time: WallTime, _ power: Power) -> Bool {
        // The last that has begun, or the first.
        var (low, high) = (0, steps.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if steps[middle].start <= time { low = middle } else { high = middle }
        }
        guard steps.indices.contains(low) else { return false }
        let limits = steps[low].period.power
        return power <= limits.upper + limits.upper / 100 && power >= limits.lower + limits.lower / 100
    }
}
