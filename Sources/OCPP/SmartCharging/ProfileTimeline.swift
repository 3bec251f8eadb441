// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A profile that was accepted, where and when.
public struct InstalledProfile: Equatable, Sendable {
    public var profile: ChargingProfile { didSet { starts = Self.starts(of: schedule) } }
    /// 0 is the station.
    public var evse: Int
    public var installedAt: Int64
    /// By EVSE, drawn once per transaction: a delay for each period of the schedule; none means no delay (K01.FR.93).
    public var delays: [Int: [Int]] = [:]
    /// Which of its schedules the EV follows; the first until it says so.
    public var selected = 0 { didSet { starts = Self.starts(of: schedule) } }
    /// Whether an outage has made it invalid for good.
    public var isBurnt = false
    /// The starts of the schedule's periods, close together for the search.
    private(set) var starts: [Int64]

    public init(_ profile: ChargingProfile, on evse: Int, at time: Int64) {
        self.profile = profile
        self.evse = evse
        installedAt = time
        starts = Self.starts(of: profile.schedules.first)
    }

    private static func starts(of schedule: ChargingSchedule?) -> [Int64] {
        schedule?.periods.map { Int64($0.start) } ?? []
    }

    public var schedule: ChargingSchedule? {
        profile.schedules.indices.contains(selected) ? profile.schedules[selected] : profile.schedules.first
    }
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

/// When which period of a profile is in force.
struct ProfileTimeline {
    private let id: Int
    private let kind: ChargingProfile.Kind
    private let validFrom: Int64
    private let validTo: Int64
    private let longestOffline: Int64?
    /// Where a schedule without a start counts from if nothing is charging, and a dynamic one always.
    private let origin: Int64
    private let schedule: ChargingSchedule
    private let starts: [Int64]
    private let delays: [Int]

    /// Nil for a profile that says nothing, ever.
    init?(_ installed: InstalledProfile, of evse: Int) {
        guard !installed.isBurnt, let schedule = installed.schedule, !schedule.periods.isEmpty else { return nil }
        let profile = installed.profile
        id = profile.id
        kind = profile.kind
        validFrom = profile.validFrom ?? .min
        validTo = profile.validTo ?? .max
        longestOffline = profile.maxOfflineDuration.map(Int64.init)
        origin = profile.kind == .dynamic ? profile.updateTime ?? installed.installedAt : installed.installedAt
        self.schedule = schedule
        starts = installed.starts
        delays = installed.delays[evse] ?? []
    }

    func leading(_ period: Int) -> LeadingPeriod {
        LeadingPeriod(
            id: id, unit: schedule.unit, limitAtSoC: schedule.limitAtSoC, periods: schedule.periods, index: period)
    }

    /// - Parameter hint: The period found last; the search starts there.
    func segment(at time: Int64, _ conditions: TimelineConditions, hint: Int = 0) -> Segment {
        // K01.FR.10, K01.FR.36, K01.FR.37.
        if time < validFrom { return .nothing(until: validFrom) }
        guard time < validTo else { return .nothing() }
        var horizon = validTo
        // Without such a duration an outage changes nothing (K01.FR.103).
        if let since = conditions.offlineSince, let longestOffline {
            let end = since.adding(longestOffline)
            guard time < end else { return .nothing() }
            horizon = min(horizon, end)
        }
        var found = unbounded(at: time, conditions, hint)
        found.until = min(found.until, horizon)
        return found
    }

    private func unbounded(at time: Int64, _ conditions: TimelineConditions, _ hint: Int) -> Segment {
        switch kind {
        case .dynamic:
            // The duration is a watchdog: without an update the profile has none (K28.FR.13, K28.FR.15, K29.FR.07, Q05.FR.07,
            // Q06.FR.40).
            guard let duration = schedule.duration else { return Segment(period: 0, until: .max) }
            let end = origin.adding(Int64(duration))
            return time < end ? Segment(period: 0, until: end) : .nothing()
        case .absolute, .relative:
            // 1.6 has absolute schedules without a start: they run from the start of charging, like relative ones.
            guard let start = schedule.start else {
                return ahead(of: time, place(time - (conditions.chargingSince ?? origin), .max, conditions, hint))
            }
            switch start {
            case .instant(let start):
                // Nothing before the start (K01.FR.30).
                return ahead(of: time, place(time - start, .max, conditions, hint))
            case .civil(let start):
                // What the wall clock skips is skipped, what it repeats is repeated (K01.FR.90, K01.FR.91).
                let (civil, evenUntil) = conditions.clock.reading(at: time)
                return ahead(of: time, place(civil - start, .max, conditions, hint), evenUntil)
            }
        case .recurring(let recurrency): return recurring(recurrency.seconds, at: time, conditions, hint)
        }
    }

    private func recurring(
        _ cycle: Int64, at time: Int64, _ conditions: TimelineConditions, _ hint: Int
    ) -> Segment {
        let since: Int64
        var evenUntil = Int64.max
        switch schedule.start {
        case nil: since = time - origin
        case .instant(let start): since = time - start
        case .civil(let start):
            let (civil, until) = conditions.clock.reading(at: time)
            since = civil - start
            evenUntil = until
        }
        guard since >= 0 else { return ahead(of: time, .nothing(until: -since), evenUntil) }
        let offset = since % cycle
        var found = place(offset, cycle, conditions, hint)
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
        _ offset: Int64, _ cycle: Int64, _ conditions: TimelineConditions, _ hint: Int
    ) -> Segment {
        guard offset >= 0 else { return .nothing(until: -offset) }
        // A period lasts until the next or the end of the schedule (K01.FR.11, K01.FR.12), after which this profile says nothing until
        // its cycle begins anew (K01.FR.13). A recurring schedule longer than its cycle is cut there.
        let end = min(cycle, schedule.duration.map(Int64.init) ?? .max)
        guard offset < end else { return .nothing() }
        let remaining = end == .max ? .max : end - offset
        let found =
            conditions.usesDelays && !delays.isEmpty
            ? delayed(offset) : undelayed(offset, hint)
        return Segment(period: found.period, until: min(found.until, remaining))
    }

    private func undelayed(_ offset: Int64, _ hint: Int) -> Segment {
        // Asked in the order of time, the answer is the hint or the one behind it.
        for guess in hint...hint + 1 where guess < starts.count && starts[guess] <= offset {
            guard guess + 1 < starts.count else { return Segment(period: guess, until: .max) }
            if offset < starts[guess + 1] { return Segment(period: guess, until: starts[guess + 1] - offset) }
        }
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return Segment(period: low == 0 ? nil : low - 1, until: low < starts.count ? starts[low] - offset : .max)
    }

    /// A period overtaken by the next one's start is skipped (K01.FR.97): of those begun, the last in order counts.
    private func delayed(_ offset: Int64) -> Segment {
        var current: Int?
        var until = Int64.max
        for index in starts.indices {
            // The first never waits, so the schedule's start and end stay (K01.FR.92, K01.FR.94).
            let delay = index > 0 && index < delays.count ? delays[index] : 0
            let begin = starts[index].adding(Int64(delay))
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
    package func adding(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
