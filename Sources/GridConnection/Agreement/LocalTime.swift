// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Sendable, BitwiseCopyable, Equatable {
    /// Days since 1970-01-01.
    package let day: Int
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let dayOfMonth: Int
    /// 1 is Monday, 7 is Sunday (ISO 8601).
    package let weekday: Int

    /// - Parameter day: Days since 1970-01-01; beyond a hundred million years it is moved to that bound.
    @_noLocks package init(day: Int) {
        let day = min(max(day, -Self.farthestDay), Self.farthestDay)
        // Counted in years that begin in March, the leap day comes last and eras of 400 years have equal length.
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        self.day = day
        dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        // 1970-01-01 was a Thursday.
        let fromMonday = (day + 3) % 7
        weekday = (fromMonday < 0 ? fromMonday + 7 : fromMonday) + 1
    }

    private static var farthestDay: Int { 36_500_000_000 }
}

/// What a clock on the site's wall shows.
package struct LocalTime: Sendable, BitwiseCopyable, Equatable {
    package let date: CivilDate
    /// 0 to 86 399.
    package let secondOfDay: Int

    /// - Parameter seconds: Seconds since 1970-01-01T00:00:00 local time.
    @_noLocks package init(seconds: Int) {
        let remainder = seconds % 86_400
        secondOfDay = remainder < 0 ? remainder + 86_400 : remainder
        date = CivilDate(day: (seconds - secondOfDay) / 86_400)
    }

    @_noLocks package static func == (lhs: LocalTime, rhs: LocalTime) -> Bool {
        lhs.date.day == rhs.date.day && lhs.secondOfDay == rhs.secondOfDay
    }
}

extension WallTime {
    /// The wall clock as far as it can be believed: nil outside the years 1970 to 2200. A clock that shows such a time is
    /// wrong, and arithmetic on it might overflow.
    @_noLocks static func believable(_ wall: WallTime?) -> WallTime? {
        guard let wall, wall.isPlausible else { return nil }
        return wall
    }

    var isPlausible: Bool { @_noLocks get { milliseconds >= 0 && milliseconds < 7_258_118_400_000 } }
}
