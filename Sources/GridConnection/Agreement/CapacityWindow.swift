// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Days of the week. Bit 0 is Monday.
package struct WeekdaySet: Sendable, BitwiseCopyable, Equatable {
    package let bits: UInt8
    package init(bits: UInt8) { self.bits = bits & 0b111_1111 }
    package static var all: WeekdaySet { WeekdaySet(bits: 0b111_1111) }
    package static var workdays: WeekdaySet { WeekdaySet(bits: 0b001_1111) }
    package static var weekend: WeekdaySet { WeekdaySet(bits: 0b110_0000) }
    /// - Parameter weekday: 1 is Monday, 7 is Sunday.
    @_noLocks package func contains(_ weekday: Int) -> Bool {
        weekday >= 1 && weekday <= 7 && bits & (1 &<< UInt8(truncatingIfNeeded: weekday - 1)) != 0
    }
}

/// Months. Bit 0 is January.
package struct MonthSet: Sendable, BitwiseCopyable, Equatable {
    package let bits: UInt16
    package init(bits: UInt16) { self.bits = bits & 0b1111_1111_1111 }
    package static var all: MonthSet { MonthSet(bits: 0b1111_1111_1111) }
    /// - Parameter month: 1 to 12; anything else is an empty set.
    package static func only(_ month: Int) -> MonthSet {
        MonthSet(bits: month >= 1 && month <= 12 ? 1 << UInt16(month - 1) : 0)
    }
    @_noLocks package func contains(_ month: Int) -> Bool {
        month >= 1 && month <= 12 && bits & (1 &<< UInt16(truncatingIfNeeded: month - 1)) != 0
    }
}

/// Recurring local time in which a connection agreement allows something else than its base.
package struct CapacityWindow: Sendable, BitwiseCopyable, Equatable {
    package var days: WeekdaySet
    package var months: MonthSet
    /// First and last day, both included, in days since 1970-01-01; nil for ever.
    package var dates: Dates?
    /// Second of the local day at which it begins, 0 to 86 399, and from which on it no longer binds, 0 to 86 400. A window
    /// that ends at or before its beginning, 22:00 to 06:00, runs past midnight and belongs to the day it begins.
    package var start: Int
    package var end: Int
    package var power: PowerLimits
    /// Per phase.
    package var current: CurrentLimits

    package struct Dates: Sendable, BitwiseCopyable, Equatable {
        package var first: Int
        package var last: Int
        package init(first: Int, last: Int) {
            self.first = first
            self.last = last
        }
    }

    package init(
        days: WeekdaySet = .all, months: MonthSet = .all, dates: Dates? = nil, start: Int, end: Int, power: PowerLimits,
        current: CurrentLimits = .unbounded
    ) {
        self.days = days
        self.months = months
        self.dates = dates
        self.start = start
        self.end = end
        self.power = power
        self.current = current
    }

    /// Whether it binds at a local time. The local clock decides: an hour that is shown twice binds twice, one that is
    /// skipped does not bind.
    /// - Parameters:
    ///   - today: The local date; `yesterday`: the one before it.
    ///   - second: The second of the local day.
    @_noLocks func binds(today: CivilDate, yesterday: CivilDate, second: Int) -> Bool {
        if start < end { return begins(on: today) && second >= start && second < end }
        return (begins(on: today) && second >= start) || (begins(on: yesterday) && second < end)
    }

    @_noLocks private func begins(on date: CivilDate) -> Bool {
        guard days.contains(date.weekday), months.contains(date.month) else { return false }
        guard let dates else { return true }
        return date.day >= dates.first && date.day <= dates.last
    }

    /// What is wrong with it, or nil.
    func finding(at index: Int) -> CapacityFinding? {
        guard start >= 0, start < 86_400, end >= 0, end <= 86_400 else { return .timeOutOfRange(window: index) }
        guard start != end else { return .empty(window: index) }
        return isReachable ? nil : .unreachable(window: index)
    }

    private var isReachable: Bool {
        guard days.bits != 0, months.bits != 0 else { return false }
        guard let dates else { return true }
        guard dates.first <= dates.last else { return false }
        // Within 400 days every month occurs once as a whole and with it every weekday.
        let (length, isEndless) = dates.last.subtractingReportingOverflow(dates.first)
        let last = isEndless || length > 400 ? dates.first + 400 : dates.last
        return (dates.first...last).contains { begins(on: CivilDate(day: $0)) }
    }
}

/// A mistake in a capacity calendar, found when the site is configured. The window is named by its position.
package enum CapacityFinding: Sendable, Equatable, CustomStringConvertible {
    /// It begins and ends at the same time.
    case empty(window: Int)
    /// No day has the weekday, month and date it asks for.
    case unreachable(window: Int)
    /// A time of day that does not exist.
    case timeOutOfRange(window: Int)
    /// A table of months and hours has twelve times 24 values.
    case tableSize(found: Int)

    package var description: String {
        switch self {
        case .empty(let window):
            "Window \(window + 1) begins and ends at the same time; for a whole day write 00:00 to 24:00."
        case .unreachable(let window):
            "Window \(window + 1) never occurs: no day has its weekday, month and date at once. Correct one of them."
        case .timeOutOfRange(let window):
            "Window \(window + 1) has a time that does not exist; it begins from 00:00 to 23:59:59 and ends by 24:00."
        case .tableSize(let found):
            "The table has \(found) values; it needs 288, twelve months with 24 hours each, January 00:00 first."
        }
    }
}
