// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

struct CapacityCalendarTests {
    static let base = watts(-10_000, 40_000)
    /// Monday, 2026-06-01, in local summer time, two hours ahead of UTC.
    static func local(_ day: Int, _ hour: Int, _ minute: Int = 0, _ second: Int = 0, in month: Int = 6) -> WallTime {
        WallTime(milliseconds: utc(2026, month, day, hour, minute, second).milliseconds - 7_200_000)
    }
    static func hours(_ start: Int, _ end: Int, _ power: PowerLimits, days: WeekdaySet = .all) -> CapacityWindow {
        CapacityWindow(days: days, start: start * 3_600, end: end * 3_600, power: power)
    }

    @Test(arguments: [
        (local(1, 5, 59, 59), base), (local(1, 6), watts(-5_000, 10_000)),
        (local(1, 19, 59, 59), watts(-5_000, 10_000)),
        (local(1, 20), base),
    ])
    func `a window binds from its beginning until just before its end`(at: WallTime, expected: PowerLimits) {
        let calendar = CapacityCalendar([Self.hours(6, 20, watts(-5_000, 10_000))], base: Self.base)
        #expect(calendar.limit(at: at, in: .named("Europe/Berlin")).power == expected)
    }

    @Test(arguments: [
        // It belongs to Friday: Friday evening and Saturday morning, not Friday morning.
        (local(5, 5, 59, 59), false), (local(5, 21, 59, 59), false), (local(5, 22), true), (local(6, 0), true),
        (local(6, 5, 59, 59), true), (local(6, 6), false), (local(6, 22), false), (local(7, 0), false),
    ])
    func `a window across midnight belongs to the day it begins`(at: WallTime, isIn: Bool) {
        let friday = WeekdaySet(bits: 0b001_0000)
        let calendar = CapacityCalendar([Self.hours(22, 6, watts(0, 1_000), days: friday)], base: Self.base)
        #expect(calendar.limit(at: at, in: .named("Europe/Berlin")).power == (isIn ? watts(0, 1_000) : Self.base))
    }

    @Test func `a window across midnight belongs to the month and the dates in which it begins`() {
        let window = CapacityWindow(
            months: .only(6), dates: .init(first: civilDay(2026, 6, 30), last: civilDay(2026, 6, 30)),
            start: 22 * 3_600,
            end: 6 * 3_600, power: watts(0, 1_000))
        let calendar = CapacityCalendar([window], base: Self.base)
        #expect(calendar.limit(at: Self.local(30, 5), in: .named("Europe/Berlin")).power == Self.base)
        #expect(calendar.limit(at: Self.local(1, 5, in: 7), in: .named("Europe/Berlin")).power == watts(0, 1_000))
        #expect(calendar.limit(at: Self.local(1, 22, in: 7), in: .named("Europe/Berlin")).power == Self.base)
    }

    @Test func `a window may allow more than the base, and windows at once bind together`() {
        let calendar = CapacityCalendar(
            [
                Self.hours(0, 24, watts(-20_000, 60_000)), Self.hours(12, 14, watts(-50_000, 30_000)),
                Self.hours(13, 15, watts(0, 50_000)),
            ], base: Self.base)
        let zone = TimeZoneRules.named("Europe/Berlin")
        #expect(calendar.limit(at: Self.local(1, 11), in: zone).power == watts(-20_000, 60_000))
        #expect(calendar.limit(at: Self.local(1, 12), in: zone).power == watts(-20_000, 30_000))
        #expect(calendar.limit(at: Self.local(1, 13), in: zone).power == watts(0, 30_000))
        #expect(calendar.limit(at: Self.local(1, 14), in: zone).power == watts(0, 50_000))
    }

    @Test func `current is bounded by window and base as power is`() {
        let window = CapacityWindow(
            start: 0, end: 3_600, power: .unbounded, current: CurrentLimits(from: .amperes(-16), to: .amperes(32)))
        let calendar = CapacityCalendar(
            [window], base: Self.base, baseCurrent: CurrentLimits(from: .amperes(-63), to: .amperes(20)))
        let zone = TimeZoneRules(fixedOffset: 0)
        #expect(calendar.limit(at: utc(2026, 6, 1, 0, 30), in: zone).current == window.current)
        #expect(calendar.limit(at: utc(2026, 6, 1, 1), in: zone).current.upper == .amperes(20))
        #expect(calendar.limit(at: nil, in: zone).current == CurrentLimits(from: .amperes(-16), to: .amperes(20)))
    }

    @Test func `without a clock or outside the time zone table the strictest of windows and base binds`() {
        let calendar = CapacityCalendar(
            [Self.hours(0, 1, watts(-20_000, 5_000)), Self.hours(4, 5, watts(-1_000, 60_000))], base: Self.base)
        let zone = TimeZoneRules.named("Europe/Berlin", from: utc(2026, 1, 1), until: utc(2027, 1, 1))
        #expect(calendar.limit().power == watts(-1_000, 5_000))
        #expect(calendar.limit(at: nil, in: zone).power == watts(-1_000, 5_000))
        #expect(calendar.limit(at: utc(2027, 1, 1), in: zone).power == watts(-1_000, 5_000))
        #expect(calendar.limit(at: utc(2026, 6, 1, 12), in: zone).power == Self.base)
    }

    @Test func `the hour that is shown twice binds twice and the one that is skipped does not bind`() {
        let calendar = CapacityCalendar([Self.hours(2, 3, watts(0, 0))], base: Self.base)
        let zone = TimeZoneRules.named("Europe/Berlin")
        let quarters = (0..<96 + 8).map {
            calendar.limit(at: utc(2026, 10, 24, 22) + .minutes(15 * $0), in: zone).power
        }
        #expect(quarters.prefix(100).filter { $0 == .zero }.count == 8)
        let spring = (0..<92).map { calendar.limit(at: utc(2026, 3, 28, 23) + .minutes(15 * $0), in: zone).power }
        #expect(spring.filter { $0 == .zero }.isEmpty)
    }

    @Test func `a window across the skipped hour ends by the local clock`() {
        let calendar = CapacityCalendar([Self.hours(22, 6, watts(0, 0))], base: Self.base)
        let zone = TimeZoneRules.named("Europe/Berlin")
        #expect(calendar.limit(at: utc(2026, 3, 28, 21), in: zone).power == .zero)
        #expect(calendar.limit(at: utc(2026, 3, 29, 3, 59, 59), in: zone).power == .zero)
        #expect(calendar.limit(at: utc(2026, 3, 29, 4), in: zone).power == Self.base)
    }

    @Test(arguments: [
        (CapacityWindow(start: 3_600, end: 3_600, power: .zero), CapacityFinding.empty(window: 0)),
        (CapacityWindow(start: -1, end: 3_600, power: .zero), .timeOutOfRange(window: 0)),
        (CapacityWindow(start: 86_400, end: 3_600, power: .zero), .timeOutOfRange(window: 0)),
        (CapacityWindow(start: 0, end: 86_401, power: .zero), .timeOutOfRange(window: 0)),
        (CapacityWindow(days: WeekdaySet(bits: 0), start: 0, end: 1, power: .zero), .unreachable(window: 0)),
        (CapacityWindow(months: .only(13), start: 0, end: 1, power: .zero), .unreachable(window: 0)),
        // A June window in the dates of winter; a Sunday between Monday and Saturday; dates the wrong way round.
        (
            CapacityWindow(
                months: .only(6), dates: .init(first: civilDay(2026, 12, 1), last: civilDay(2027, 2, 28)), start: 0,
                end: 1,
                power: .zero), .unreachable(window: 0)
        ),
        (
            CapacityWindow(
                days: WeekdaySet(bits: 0b100_0000),
                dates: .init(first: civilDay(2026, 6, 1), last: civilDay(2026, 6, 6)),
                start: 0, end: 1, power: .zero), .unreachable(window: 0)
        ),
        (
            CapacityWindow(dates: .init(first: 2, last: 1), start: 0, end: 1, power: .zero), .unreachable(window: 0)
        ),
        (
            CapacityWindow(dates: .init(first: .max, last: .min), start: 0, end: 1, power: .zero),
            .unreachable(window: 0)
        ),
    ])
    func `a window that cannot bind is found, and narrows at all times because its meaning is unknown`(
        window: CapacityWindow, finding: CapacityFinding
    ) {
        let calendar = CapacityCalendar([window], base: Self.base)
        #expect(calendar.findings == [finding])
        #expect(calendar.limit(at: utc(2026, 6, 1, 12), in: .named("Europe/Berlin")).power == .zero)
    }

    @Test(arguments: [
        CapacityWindow(start: 22 * 3_600, end: 0, power: .zero), CapacityWindow(start: 0, end: 86_400, power: .zero),
        CapacityWindow(dates: .init(first: .min, last: .max), start: 0, end: 1, power: .zero),
        CapacityWindow(
            months: .only(2), dates: .init(first: civilDay(2026, 3, 1), last: civilDay(2027, 2, 1)), start: 0, end: 1,
            power: .zero),
    ])
    func `a window that can bind is not found`(window: CapacityWindow) {
        #expect(CapacityCalendar([window], base: Self.base).findings.isEmpty)
    }

    @Test func `a table of months and hours holds each hour of each month`() {
        var table: [PowerLimits] = []
        for month in 1...12 {
            for hour in 0..<24 { table.append(watts(-(month * 1_000 + hour / 2), 40_000)) }
        }
        let calendar = CapacityCalendar(monthHours: table)
        let zone = TimeZoneRules.named("America/Los_Angeles")
        #expect(calendar.findings.isEmpty)
        // 23:59:59 on 31 January and midnight after it, eight hours behind UTC.
        #expect(calendar.limit(at: utc(2026, 2, 1, 7, 59, 59), in: zone).power.lower == .watts(-1_011))
        #expect(calendar.limit(at: utc(2026, 2, 1, 8), in: zone).power.lower == .watts(-2_000))
        for month in 1...12 {
            for hour in 0..<24 {
                let at = utc(2026, month, 15, hour + (4...10 ~= month || month == 3 ? 7 : 8), 30)
                #expect(calendar.limit(at: at, in: zone).power.lower == .watts(-(month * 1_000 + hour / 2)))
            }
        }
        #expect(calendar.limit(at: nil, in: zone).power.lower == .watts(-1_000))
    }

    @Test func `a table of another size is found and allows nothing`() {
        let calendar = CapacityCalendar(monthHours: Array(repeating: Self.base, count: 24))
        #expect(calendar.findings == [.tableSize(found: 24)])
        #expect(calendar.limit(at: utc(2026, 6, 1), in: TimeZoneRules(fixedOffset: 0)).power == .zero)
    }

    @Test func `a change of what is allowed is an event, once`() {
        var calendar = CapacityCalendar([Self.hours(6, 20, watts(-5_000, 10_000))], base: Self.base)
        let zone = TimeZoneRules.named("Europe/Berlin")
        var events = ConnectionEvents()
        let steps: [WallTime?] = [nil, Self.local(1, 5), Self.local(1, 5, 30), Self.local(1, 6), Self.local(1, 7)]
        for (second, wall) in steps.enumerated() {
            calendar.advance(to: Instant(nanoseconds: 0) + .seconds(second), wall: wall, in: zone, &events)
        }
        #expect(
            (0..<events.count).map { events[$0].power } == [watts(-5_000, 10_000), Self.base, watts(-5_000, 10_000)])
        #expect((0..<events.count).map { events[$0].at.nanoseconds / 1_000_000_000 } == [0, 1, 3])
        #expect((0..<events.count).allSatisfy { events[$0].kind == .began && events[$0].rule == .timedCapacity })
    }

    @Test func `the next change is told with its time`() {
        let zone = TimeZoneRules.named("Europe/Berlin")
        let night = CapacityCalendar([Self.hours(22, 6, watts(0, 1_000), days: .workdays)], base: Self.base)
        let evening = night.nextChange(after: Self.local(1, 12), in: zone)
        #expect(evening?.at == Self.local(1, 22) && evening?.limit.power == watts(0, 1_000))
        let morning = night.nextChange(after: Self.local(1, 22), in: zone)
        #expect(morning?.at == Self.local(2, 6) && morning?.limit.power == Self.base)
        // Nothing between Saturday 06:00 and Monday 22:00.
        #expect(night.nextChange(after: Self.local(6, 6), in: zone)?.at == Self.local(8, 22))
        #expect(night.nextChange(after: Self.local(6, 6), in: zone, within: 1)?.at == nil)
        // In the night of the change to summer time a window that begins in the skipped hour begins with the jump.
        let skipped = CapacityCalendar(
            [CapacityWindow(start: 9_000, end: 6 * 3_600, power: .zero)], base: Self.base)
        #expect(skipped.nextChange(after: utc(2026, 3, 29), in: zone)?.at == utc(2026, 3, 29, 1))
        #expect(CapacityCalendar([], base: Self.base).nextChange(after: Self.local(1, 0), in: zone)?.at == nil)
    }
}
