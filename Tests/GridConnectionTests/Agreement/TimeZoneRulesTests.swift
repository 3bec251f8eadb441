// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import GridConnection

struct TimeZoneRulesTests {
    @Test(arguments: [
        // Berlin: forward at 01:00 UTC on the last Sunday of March, back at 01:00 UTC on that of October.
        ("Europe/Berlin", utc(2026, 3, 29, 0, 59, 59), 3_600), ("Europe/Berlin", utc(2026, 3, 29, 1), 7_200),
        ("Europe/Berlin", utc(2026, 10, 25, 0, 59, 59), 7_200), ("Europe/Berlin", utc(2026, 10, 25, 1), 3_600),
        ("Europe/Berlin", utc(2027, 3, 28, 0, 59, 59), 3_600), ("Europe/Berlin", utc(2027, 3, 28, 1), 7_200),
        ("Europe/Berlin", utc(2027, 10, 31, 0, 59, 59), 7_200), ("Europe/Berlin", utc(2027, 10, 31, 1), 3_600),
        // Lord Howe moves by half an hour, and ends its summer in April.
        ("Australia/Lord_Howe", utc(2026, 4, 4, 14, 59, 59), 39_600),
        ("Australia/Lord_Howe", utc(2026, 4, 4, 15), 37_800),
        ("Australia/Lord_Howe", utc(2026, 10, 3, 15, 29, 59), 37_800),
        ("Australia/Lord_Howe", utc(2026, 10, 3, 15, 30), 39_600),
        ("UTC", utc(2026, 7, 1), 0), ("Asia/Kolkata", utc(2026, 7, 1), 19_800),
        ("Asia/Kolkata", utc(2027, 1, 1), 19_800),
    ])
    func `the offset changes at the second of the transition`(zone: String, at: WallTime, offset: Int) {
        #expect(TimeZoneRules.named(zone).offset(at: at) == offset)
    }

    @Test func `local time is unknown before the table, after it and without a clock`() {
        let zone = TimeZoneRules.named("Europe/Berlin", from: utc(2026, 1, 1), until: utc(2027, 1, 1))
        #expect(zone.local(at: utc(2025, 12, 31, 23, 59, 59)) == nil)
        #expect(zone.local(at: utc(2026, 1, 1)) != nil)
        #expect(zone.local(at: utc(2026, 12, 31, 23, 59, 59)) != nil)
        #expect(zone.local(at: utc(2027, 1, 1)) == nil)
        #expect(zone.local(at: nil) == nil)
        #expect(TimeZoneRules(fixedOffset: 0).local(at: WallTime(milliseconds: .max)) == nil)
        #expect(TimeZoneRules(fixedOffset: 0).local(at: WallTime(milliseconds: .min)) == nil)
    }

    @Test func `a table out of order or with an impossible offset says nothing`() {
        let disordered = TimeZoneRules([.init(at: 100, offset: 0), .init(at: 100, offset: 3_600)], until: .max)
        let impossible = TimeZoneRules([.init(at: 0, offset: 86_401)], until: .max)
        #expect(disordered.local(at: utc(2026, 1, 1)) == nil)
        #expect(impossible.local(at: utc(2026, 1, 1)) == nil)
    }

    @Test func `dates, weekdays and seconds agree with the system's calendar at random times`() {
        var random = Seeded(42)
        for name in ["Europe/Berlin", "Australia/Lord_Howe", "America/Los_Angeles", "Asia/Kolkata", "UTC"] {
            let zone = TimeZoneRules.named(name)
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = TimeZone(identifier: name) ?? .gmt
            for _ in 0..<400 {
                let second = random.int(Int(utc(2025, 1, 1).seconds)...Int(utc(2031, 1, 1).seconds) - 1)
                let parts = calendar.dateComponents(
                    [.year, .month, .day, .weekday, .hour, .minute, .second],
                    from: Date(timeIntervalSince1970: Double(second)))
                guard let local = zone.local(at: WallTime(milliseconds: Int64(second) * 1_000)) else {
                    Issue.record("\(name) is unknown at \(second)")
                    return
                }
                #expect(local.date.year == parts.year && local.date.month == parts.month)
                #expect(local.date.dayOfMonth == parts.day)
                #expect(local.date.weekday % 7 + 1 == parts.weekday)
                #expect(
                    local.secondOfDay
                        == (parts.hour ?? 0) * 3_600 + (parts.minute ?? 0) * 60 + (parts.second ?? 0))
            }
        }
    }

    @Test(arguments: [
        (1970, 1, 1, 0, 4), (2000, 2, 29, 11_016, 2), (2026, 11, 24, 20_781, 2), (2100, 3, 1, 47_541, 1),
        (1969, 12, 31, -1, 3), (1600, 3, 1, -135_080, 3),
    ])
    func `a day since 1970 has its date and weekday`(year: Int, month: Int, dayOfMonth: Int, day: Int, weekday: Int) {
        let date = CivilDate(day: day)
        #expect(date.year == year && date.month == month && date.dayOfMonth == dayOfMonth && date.weekday == weekday)
    }

    @Test(arguments: [
        ("Europe/Berlin", 2026, 3, 29, 92), ("Europe/Berlin", 2026, 10, 25, 100), ("Europe/Berlin", 2026, 6, 1, 96),
        ("Australia/Lord_Howe", 2026, 4, 5, 98), ("Australia/Lord_Howe", 2026, 10, 4, 94), ("UTC", 2026, 3, 29, 96),
    ])
    func `a day has as many quarter hours as its clock shows`(
        name: String, year: Int, month: Int, day: Int, quarters: Int
    ) {
        let zone = TimeZoneRules.named(name)
        let noon = utc(year, month, day)
        let isThatDay = (-96...192).filter { quarter in
            let date = zone.local(at: noon + .minutes(15 * quarter))?.date
            return date?.month == month && date?.dayOfMonth == day
        }
        #expect(isThatDay.count == quarters)
    }

    @Test func `a local time of the repeated hour has two instants and one of the skipped hour none`() {
        let zone = TimeZoneRules.named("Europe/Berlin")
        let repeated = civilDay(2026, 10, 25) * 86_400 + 2 * 3_600 + 1_800
        #expect(
            zone.seconds(whenLocalClockShows: repeated)
                == [utc(2026, 10, 25, 0, 30).seconds, utc(2026, 10, 25, 1, 30).seconds])
        let skipped = civilDay(2026, 3, 29) * 86_400 + 2 * 3_600 + 1_800
        #expect(zone.seconds(whenLocalClockShows: skipped) == [])
    }
}
