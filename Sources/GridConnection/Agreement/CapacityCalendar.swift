// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Capacity by the calendar of a connection agreement: windows of local time with limits of their own, and a base
/// outside them. Several windows at once bind together.
///
/// While the wall clock or the time zone is unknown, the strictest of all windows and the base binds. So does, at all
/// times, a window that has a finding: what was meant by it is not known.
package struct CapacityCalendar: ~Copyable, Sendable {
    private let windows: FixedArray<CapacityWindow>
    private let base: Bound
    /// Of the windows that make no sense.
    private let ceiling: Bound
    private let strictest: Bound
    package let findings: [CapacityFinding]
    private var inForce: Bound
    private var hasBegun = false

    /// Power and current that are allowed together.
    struct Bound: Sendable, BitwiseCopyable, Equatable {
        var power = PowerLimits.unbounded
        /// Per phase.
        var current = CurrentLimits.unbounded

        @_noLocks func narrowed(to other: Bound) -> Bound {
            Bound(power: power.narrowed(to: other.power), current: current.narrowed(to: other.current))
        }
        @_noLocks static func == (lhs: Bound, rhs: Bound) -> Bool {
            lhs.power == rhs.power && lhs.current == rhs.current
        }
        static let nothing = Bound(power: .zero, current: .zero)
    }

    /// - Parameters:
    ///   - base: What holds outside all windows; `baseCurrent` per phase.
    package init(_ windows: [CapacityWindow], base: PowerLimits, baseCurrent: CurrentLimits = .unbounded) {
        self.init(windows, base: Bound(power: base, current: baseCurrent), extraFindings: [])
    }

    /// A table of twelve months with 24 local hours each, January 00:00 first, as for Californian Limited Generation
    /// Profiles (CPUC, 2024), whose exact shape is to be confirmed. A table of another size allows nothing.
    package init(monthHours table: [PowerLimits]) {
        guard table.count == 288 else {
            self.init([], base: .nothing, extraFindings: [.tableSize(found: table.count)])
            return
        }
        let strictest = table.reduce(PowerLimits.unbounded) { $0.narrowed(to: $1) }
        self.init(
            (1...12).flatMap { Self.windows(of: $0, in: table) }, base: Bound(power: strictest), extraFindings: [])
    }

    private init(_ windows: [CapacityWindow], base: Bound, extraFindings: [CapacityFinding]) {
        let found = windows.enumerated().map { $0.element.finding(at: $0.offset) }
        let bounds = windows.map { Bound(power: $0.power, current: $0.current) }
        self.windows = FixedArray(zip(windows, found).filter { $0.1 == nil }.map(\.0))
        self.base = base
        ceiling = zip(bounds, found).filter { $0.1 != nil }.reduce(Bound()) { $0.narrowed(to: $1.0) }
        strictest = bounds.reduce(base) { $0.narrowed(to: $1) }
        findings = extraFindings + found.compactMap(\.self)
        inForce = strictest
    }

    /// One window for each run of equal hours.
    private static func windows(of month: Int, in table: [PowerLimits]) -> [CapacityWindow] {
        let hours = table[(month - 1) * 24..<month * 24]
        var windows: [CapacityWindow] = []
        for (hour, power) in hours.enumerated() {
            if let last = windows.indices.last, windows[last].power == power {
                windows[last].end += 3_600
            } else {
                windows.append(
                    CapacityWindow(
                        months: .only(month), start: hour * 3_600, end: (hour + 1) * 3_600, power: power))
            }
        }
        return windows
    }

    /// Follows the wall clock; a change of what is allowed is an event.
    @_noLocks
    package mutating func advance(
        to now: Instant, wall: WallTime?, in zone: borrowing TimeZoneRules, _ events: inout ConnectionEvents
    ) {
        let bound = bound(at: wall, in: zone)
        if !hasBegun || !(bound == inForce) {
            events.add(ConnectionEvent(.began, .timedCapacity, at: now, power: bound.power))
        }
        hasBegun = true
        inForce = bound
    }

    /// What holds since the last advance; before the first one, the strictest.
    @_noLocks package func limit() -> GridLimit { Self.limit(inForce) }

    /// What holds at one time, whatever was before.
    @_noLocks package func limit(at wall: WallTime?, in zone: borrowing TimeZoneRules) -> GridLimit {
        Self.limit(bound(at: wall, in: zone))
    }

    @_noLocks private static func limit(_ bound: Bound) -> GridLimit {
        GridLimit(.timedCapacity, power: bound.power, current: bound.current)
    }

    @_noLocks func bound(at wall: WallTime?, in zone: borrowing TimeZoneRules) -> Bound {
        guard let local = zone.local(at: wall) else { return strictest }
        let yesterday = CivilDate(day: local.date.day - 1)
        var bound = Bound()
        var isInWindow = false
        var index = 0
        while index < windows.count {
            if windows[index].binds(today: local.date, yesterday: yesterday, second: local.secondOfDay) {
                bound = bound.narrowed(to: Bound(power: windows[index].power, current: windows[index].current))
                isInWindow = true
            }
            index += 1
        }
        return (isInWindow ? bound : base).narrowed(to: ceiling)
    }
}

extension CapacityCalendar {
    /// When what is allowed changes next, and to what. For display: it allocates and takes its time.
    /// - Parameter days: How far to look.
    /// - Returns: nil if nothing changes within that time or the time zone is unknown there.
    package func nextChange(
        after wall: WallTime, in zone: borrowing TimeZoneRules, within days: Int = 8
    ) -> (at: WallTime, limit: GridLimit)? {
        guard let local = zone.local(at: wall) else { return nil }
        let current = limit(at: wall, in: zone)
        let boundaries = Set(windows.copy().flatMap { [$0.start, $0.end] } + [0])
        var candidates = Set(zone.jumps)
        for day in 0...max(0, days) {
            for second in boundaries {
                candidates.formUnion(zone.seconds(whenLocalClockShows: (local.date.day + day) * 86_400 + second))
            }
        }
        let last = wall.seconds + Int64(max(0, days)) * 86_400
        for second in candidates.sorted() where second > wall.seconds && second <= last {
            let at = WallTime(milliseconds: second * 1_000)
            let limit = limit(at: at, in: zone)
            if limit != current { return (at, limit) }
        }
        return nil
    }
}
