// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A schedule that a car may choose: what it may draw and deliver when (ISO 15118-20, ScheduleTuple; SAScheduleTuple before).
public struct ScheduleTuple: Hashable, Sendable {
    public struct Period: Hashable, Sendable {
        /// Whole seconds, at least one; at most `ScheduleTuple.longest`.
        public var length: Interval
        /// At the inlet.
        public var power: PowerLimits
        /// The higher the dearer, from 0 (ISO 15118-20); nil where nothing is said of prices.
        public var priceLevel: UInt8?

        public init(_ length: Interval, _ power: PowerLimits, priceLevel: UInt8? = nil) {
            self.length = length
            self.power = power
            self.priceLevel = priceLevel
        }
    }

    /// The schemas have room for so many, and for 3 schedules.
    public static var mostPeriods: Int { 1_024 }
    public static var most: Int { 3 }
    /// What a schedule covers at least.
    public static var day: Interval { .seconds(86_400) }
    /// A longer period of a peer is cut to this, so that the sum of all cannot overflow.
    static var longest: Interval { .seconds(31 * 86_400) }

    /// From 1; the older standards have one byte for it.
    public var id: UInt8
    public var start: WallTime
    /// Without gaps. At least one.
    public var periods: [Period]

    public init(id: UInt8 = 1, start: WallTime, periods: [Period]) {
        self.id = id
        self.start = start
        self.periods = periods
    }

    /// A day of the same.
    public static func flat(_ power: PowerLimits, from start: WallTime) -> ScheduleTuple {
        ScheduleTuple(start: start, periods: [Period(day, power)])
    }

    /// Each period with its beginning. The last holds on.
    var steps: [(start: WallTime, period: Period)] {
        var time = start
        return periods.map { period in
            defer { time = time + period.length }
            return (time, period)
        }
    }

    /// Before its start a schedule says what it says first, after its end what it says last.
    public func power(at time: WallTime) -> PowerLimits {
        (steps.last { $0.start <= time } ?? steps.first)?.period.power ?? .zero
    }

    /// What is left of it at a time, in at most so many periods, for a day at least. What there is no room for is put together
    /// and allows what all of it allows.
    public func left(at time: WallTime, inAtMost count: Int = ScheduleTuple.mostPeriods) -> ScheduleTuple {
        var rest = remaining(at: time)
        let room = min(max(count, 1), Self.mostPeriods)
        if rest.count > room {
            let tail = rest[(room - 1)...]
            let length = tail.reduce(Interval.zero) { $0 + $1.length }
            let power = tail.dropFirst().reduce(rest[room - 1].power) { $0.narrowed(to: $1.power) }
            rest = rest.prefix(room - 1) + [Period(length, power, priceLevel: tail.compactMap(\.priceLevel).max())]
        }
        let length = rest.reduce(Interval.zero) { $0 + $1.length }
        if length < Self.day, let last = rest.indices.last {
            rest[last].length = rest[last].length + (Self.day - length)
        }
        return ScheduleTuple(id: id, start: time, periods: rest)
    }

    private func remaining(at time: WallTime) -> [Period] {
        let now = time.seconds
        let steps = steps
        let found = steps.enumerated().compactMap { place, step -> Period? in
            let (start, period) = step
            let end = (start + period.length).seconds
            guard end > now else { return nil }
            // What holds before the start is what holds first.
            let from = place == 0 ? now : max(start.seconds, now)
            return Period(.seconds(Int(end - from)), period.power, priceLevel: period.priceLevel)
        }
        guard found.isEmpty else { return found }
        return [Period(Self.day, steps.last?.period.power ?? .zero, priceLevel: steps.last?.period.priceLevel)]
    }

    /// One whose times count from when it was sent, as heard at a time.
    func begun(at time: WallTime) -> ScheduleTuple {
        var result = self
        result.start = time + (start - WallTime(milliseconds: 0))
        return result
    }

    /// The same with no more than `limits` at any time.
    public func narrowed(to limits: PowerLimits) -> ScheduleTuple {
        var result = self
        for index in result.periods.indices {
            result.periods[index].power = result.periods[index].power.narrowed(to: limits)
        }
        return result
    }
}
