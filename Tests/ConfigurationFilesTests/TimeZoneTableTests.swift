// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection
import Testing

@testable import ConfigurationFiles

struct TimeZoneTableTests {
    /// 2027-01-15.
    private let now = WallTime(milliseconds: 1_800_000_000_000)

    private func offset(_ zone: ConnectionSettings.Zone, _ date: String) throws -> Int? {
        let at = try #require(ISO8601DateFormatter().date(from: date))
        return TimeZoneRules(zone.transitions, until: zone.end).offset(at: WallTime(at))
    }

    /// The last second before and the first after a change, and the seconds east of Greenwich there.
    @Test(arguments: [
        // Summer time by EU directive 2000/84/EC: last Sunday of March to last of October, 01:00 UTC.
        ("Europe/Berlin", "2027-03-28T00:59:59Z", "2027-03-28T01:00:00Z", 3_600, 7_200),
        ("Europe/Berlin", "2036-10-26T00:59:59Z", "2036-10-26T01:00:00Z", 7_200, 3_600),
        // Half an hour, in the south: first Sunday of April, 02:00 local time.
        ("Australia/Lord_Howe", "2027-04-03T14:59:59Z", "2027-04-03T15:00:00Z", 39_600, 37_800),
        ("UTC", "2026-02-01T00:00:00Z", "2036-12-31T23:59:59Z", 0, 0),
    ])
    func `a zone is known to the second`(name: String, before: String, after: String, old: Int, new: Int) throws {
        let zone = TimeZoneTable.zone(name, around: now)
        #expect(try offset(zone, before) == old)
        #expect(try offset(zone, after) == new)
    }

    @Test(arguments: [("Europe/Berlin", 23), ("Australia/Lord_Howe", 23), ("UTC", 1)])
    func `a table holds one entry for each change in eleven years`(name: String, count: Int) {
        let zone = TimeZoneTable.zone(name, around: now)
        #expect((count - 1...count + 1).contains(zone.transitions.count))
        #expect(zip(zone.transitions, zone.transitions.dropFirst()).allSatisfy { $0.at < $1.at })
    }

    @Test func `a table reaches a year back and ten ahead`() throws {
        let zone = TimeZoneTable.zone("Europe/Berlin", around: now)
        #expect(try offset(zone, "2026-01-15T12:00:00Z") == 3_600)
        #expect(try offset(zone, "2037-01-14T00:00:00Z") == 3_600)
        #expect(try offset(zone, "2026-01-13T00:00:00Z") == nil)
        #expect(try offset(zone, "2037-01-16T00:00:00Z") == nil)
    }

    @Test func `a clock that has lost its time does not move the table to 1970`() throws {
        let zone = TimeZoneTable.zone("Europe/Berlin", around: WallTime(milliseconds: 0))
        #expect(try offset(zone, "2030-07-01T00:00:00Z") == 7_200)
    }

    @Test func `in a zone that does not exist no local time is known`() throws {
        #expect(try offset(TimeZoneTable.zone("Europe/Atlantis", around: now), "2027-07-01T00:00:00Z") == nil)
    }
}
