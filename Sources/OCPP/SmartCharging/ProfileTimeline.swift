// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A profile that was accepted, where and when.
public struct InstalledProfile: Equatable, Sendable {
    public var profile: ChargingProfile
    /// 0 is the station.
    public var evse: Int
    public var installedAt: Int64
    /// Drawn once per transaction, a delay for each period of the first schedule; empty means none (K01.FR.93).
    public var delays: [Int] = []
    /// Whether an outage has made it invalid for good.
    public var isBurnt = false

    public init(_ profile: ChargingProfile, on evse: Int, at time: Int64) {
        self.profile = profile
        self.evse = evse
        installedAt = time
    }

    public var schedule: ChargingSchedule? { profile.schedules.first }
}

/// What a profile says from an instant on.
struct Segment: Equatable {
    /// The index of the period in force; nil if the profile has none.
    var period: Int?
    /// When this may change, later than the instant asked for.
    var until: Int64

    static func nothing(until: Int64 = .max) -> Segment { Segment(period: nil, until: until) }
}

/// What the whole station knows and every profile depends on.
struct TimelineConditions {
    var clock: LocalClock
    var offlineSince: Int64?
    /// When the transaction was authorised and connected (K01.FR.42).
    var chargingSince: Int64?
    /// Delays are drawn for transactions; a composite without one has none (K08.FR.06).
    var usesDelays: Bool
}

extension InstalledProfile {
    /// - Parameter hint: The period found last; the search starts there.
    func segment(at time: Int64, _ conditions: TimelineConditions, hint: Int = 0) -> Segment {
        guard !isBurnt, let schedule, !schedule.periods.isEmpty else { return .nothing() }
        if let from = profile.validFrom, time < from { return .nothing(until: from) }
        var horizon = Int64.max
        if let to = profile.validTo {
            guard time < to else { return .nothing() }
            horizon = to
        }
        if let since = conditions.offlineSince, let longest = profile.maxOfflineDuration {
            let end = since.adding(Int64(longest))
            guard time < end else { return .nothing() }
            horizon = min(horizon, end)
        }
        var found = unbounded(at: time, schedule, conditions, hint)
        found.until = min(found.until, horizon)
        return found
    }

    private func unbounded(
        at time: Int64, _ schedule: ChargingSchedule, _ conditions: TimelineConditions, _ hint: Int
    ) -> Segment {
        switch profile.kind {
        case .dynamic:
            // The duration is a watchdog: without an update the profile has none (K28.FR.13).
            let updated = profile.updateTime ?? installedAt
            guard let duration = schedule.duration else { return Segment(period: 0, until: .max) }
            let end = updated.adding(Int64(duration))
            return time < end ? Segment(period: 0, until: end) : .nothing()
        case .absolute, .relative:
            // 1.6 has absolute schedules without a start: they run from the start of charging, like relative ones.
            guard let start = schedule.start else {
                return ahead(
                    of: time, place(time - (conditions.chargingSince ?? installedAt), schedule, .max, conditions, hint))
            }
            switch start {
            case .instant(let start):
                return ahead(of: time, place(time - start, schedule, .max, conditions, hint))
            case .civil(let start):
                let (civil, evenUntil) = conditions.clock.reading(at: time)
                return ahead(of: time, place(civil - start, schedule, .max, conditions, hint), evenUntil)
            }
        case .recurring(let recurrency): return recurring(recurrency.seconds, at: time, schedule, conditions, hint)
        }
    }

    private func recurring(
        _ cycle: Int64, at time: Int64, _ schedule: ChargingSchedule, _ conditions: TimelineConditions, _ hint: Int
    ) -> Segment {
        let since: Int64
        var evenUntil = Int64.max
        switch schedule.start {
        case nil: since = time - installedAt
        case .instant(let start): since = time - start
        case .civil(let start):
            let (civil, until) = conditions.clock.reading(at: time)
            since = civil - start
            evenUntil = until
        }
        guard since >= 0 else { return ahead(of: time, .nothing(until: -since), evenUntil) }
        let offset = since % cycle
        var found = place(offset, schedule, cycle, conditions, hint)
        found.until = min(found.until, cycle - offset)
        return ahead(of: time, found, evenUntil)
    }

    /// Turns a segment that counts seconds from `time` into one of instants.
    private func ahead(of time: Int64, _ segment: Segment, _ horizon: Int64 = .max) -> Segment {
        Segment(period: segment.period, until: min(horizon, time.adding(segment.until)))
    }

    /// - Parameter offset: Seconds since the schedule's start.
    /// - Returns: `until` in seconds from now.
    private func place(
        _ offset: Int64, _ schedule: ChargingSchedule, _ cycle: Int64, _ conditions: TimelineConditions, _ hint: Int
    ) -> Segment {
        guard offset >= 0 else { return .nothing(until: -offset) }
        // A recurring schedule longer than its cycle is cut there.
        let end = min(cycle, schedule.duration.map(Int64.init) ?? .max)
        guard offset < end else { return .nothing() }
        let remaining = end == .max ? .max : end - offset
        let found =
            conditions.usesDelays && !delays.isEmpty
            ? delayed(offset, schedule.periods) : undelayed(offset, schedule.periods, hint)
        return Segment(period: found.period, until: min(found.until, remaining))
    }

    private func undelayed(_ offset: Int64, _ periods: [SchedulePeriod], _ hint: Int) -> Segment {
        // Asked in the order of time, the answer is the hint or the one behind it.
        for guess in [hint, hint + 1] where guess < periods.count && Int64(periods[guess].start) <= offset {
            guard guess + 1 < periods.count else { return Segment(period: guess, until: .max) }
            let next = Int64(periods[guess + 1].start)
            if offset < next { return Segment(period: guess, until: next - offset) }
        }
        var low = 0
        var high = periods.count
        while low < high {
            let middle = (low + high) / 2
            if Int64(periods[middle].start) <= offset { low = middle + 1 } else { high = middle }
        }
        let until = low < periods.count ? Int64(periods[low].start) - offset : .max
        return Segment(period: low == 0 ? nil : low - 1, until: until)
    }

    /// A period overtaken by the next one's start is skipped (K01.FR.97): of those begun, the last in order counts.
    private func delayed(_ offset: Int64, _ periods: [SchedulePeriod]) -> Segment {
        var current: Int?
        var until = Int64.max
        for index in periods.indices {
            // The first never waits (K01.FR.93).
            let delay = index > 0 && index < delays.count ? delays[index] : 0
            let begin = Int64(periods[index].start).adding(Int64(delay))
            if begin <= offset {
                current = index
                until = .max
            } else {
                until = min(until, begin - offset)
            }
        }
        return Segment(period: current, until: until)
    }
}

extension Int64 {
    /// The sum, or the largest number.
    func adding(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
