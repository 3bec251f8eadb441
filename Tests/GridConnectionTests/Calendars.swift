// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection

/// UTC, to the second.
func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0) -> WallTime {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = DateComponents(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    return WallTime(milliseconds: Int64((calendar.date(from: parts) ?? .distantPast).timeIntervalSince1970) * 1_000)
}

func watts(_ lower: Int, _ upper: Int) -> PowerLimits { PowerLimits(from: .watts(lower), to: .watts(upper)) }

extension TimeZoneRules {
    static func named(_ name: String, from: WallTime = utc(2025, 1, 1), until end: WallTime = utc(2031, 1, 1))
        -> TimeZoneRules
    {
        let table = table(name, from: from, until: end)
        return TimeZoneRules(table.transitions, until: table.end)
    }

    /// As the composition makes it: from the system's time zone data.
    static func table(_ name: String, from: WallTime, until end: WallTime) -> ConnectionSettings.Zone {
        guard let zone = TimeZone(identifier: name) else { return .init(transitions: [], end: 0) }
        var date = Date(timeIntervalSince1970: Double(from.seconds))
        let last = Date(timeIntervalSince1970: Double(end.seconds))
        var transitions = [Transition(at: from.seconds, offset: Int32(zone.secondsFromGMT(for: date)))]
        while let next = zone.nextDaylightSavingTimeTransition(after: date), next < last {
            transitions.append(
                Transition(at: Int64(next.timeIntervalSince1970), offset: Int32(zone.secondsFromGMT(for: next))))
            date = next
        }
        return ConnectionSettings.Zone(transitions: transitions, end: end.seconds)
    }
}

/// Days since 1970-01-01.
func civilDay(_ year: Int, _ month: Int, _ day: Int) -> Int { Int(utc(year, month, day).seconds) / 86_400 }
