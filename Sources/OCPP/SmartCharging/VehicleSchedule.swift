// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What a car says it will take, within the schedule it was offered.
public struct VehicleSchedule: Equatable, Sendable {
    public struct Step: Equatable, Sendable {
        /// Seconds since 1970.
        public var at: Int64
        /// In thousandths of the unit; W over all phases.
        public var rate: Int64

        public init(at: Int64, rate: Int64) {
            self.at = at
            self.rate = rate
        }
    }

    public var unit: RateUnit
    public var steps: [Step]
    /// Exclusive; nil holds on.
    public var end: Int64?

    public init(unit: RateUnit, steps: [Step], end: Int64? = nil) {
        self.unit = unit
        self.steps = steps.sorted { $0.at < $1.at }
        self.end = end
    }

    func rate(at time: Int64) -> Int64? {
        guard time < end ?? .max else { return nil }
        return steps.last { $0.at <= time }?.rate
    }

    /// Whether it ever goes beyond what was offered. A car may round, so a thousandth is forgiven.
    public func exceeds(_ offered: CompositeSchedule, _ supply: EVSEConditions.Supply, nominalVolts: Int) -> Bool {
        let times = steps.map(\.at) + offered.periods.map { offered.start.adding(Int64($0.start)) }
        return times.contains { time in
            guard let own = rate(at: time), let period = offered.period(at: time), let limit = period.limit else {
                return false
            }
            let conversion = RateConversion(supply, nominalVolts: nominalVolts, phases: period.numberPhases ?? 3)
            let most = conversion.convert(limit.sum(in: offered.unit), from: offered.unit, to: unit)
            return own > most.adding(most / 1_000)
        }
    }
}

extension CompositeSchedule {
    func period(at time: Int64) -> CompositePeriod? {
        guard time >= start, time < start.adding(Int64(max(1, duration))) else { return nil }
        return periods.last { start.adding(Int64($0.start)) <= time }
    }

    /// The same with no more than the car has said it will take (SC.04).
    public func capped(
        by plan: VehicleSchedule, _ supply: EVSEConditions.Supply, nominalVolts: Int
    ) -> CompositeSchedule {
        let end = start.adding(Int64(duration))
        let changes = plan.steps.map(\.at) + [plan.end].compactMap(\.self)
        let starts = Set(changes.filter { $0 > start && $0 < end }.map { Int($0 - start) } + periods.map(\.start))
        var out = self
        out.periods = starts.sorted().compactMap { offset -> CompositePeriod? in
            let time = start.adding(Int64(offset))
            guard var period = period(at: time) else { return nil }
            period.start = offset
            guard let rate = plan.rate(at: time), rate >= 0, let limit = period.limit, !limit.isPerPhase else {
                return period
            }
            let conversion = RateConversion(supply, nominalVolts: nominalVolts, phases: period.numberPhases ?? 3)
            period.limit = PhaseRates(min(limit.base, conversion.convert(rate, from: plan.unit, to: unit)))
            return period
        }
        return out
    }

    /// Whether the two say different things about any time that both know after `time`.
    public func differs(from other: CompositeSchedule, after time: Int64) -> Bool {
        guard unit == other.unit else { return true }
        let first = max(time, start, other.start)
        let end = min(start.adding(Int64(duration)), other.start.adding(Int64(other.duration)))
        let times = [self, other].flatMap { each in each.periods.map { each.start.adding(Int64($0.start)) } }
        return ([first] + times.filter { $0 > first && $0 < end }).contains { time in
            switch (period(at: time), other.period(at: time)) {
            case (let own?, let others?): !own.says(others)
            case (nil, nil): false
            case (nil, _?), (_?, nil): true
            }
        }
    }
}
