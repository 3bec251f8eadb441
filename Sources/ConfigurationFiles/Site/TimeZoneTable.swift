// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection

/// The offsets of a time zone as a table, from the system's time zone data.
enum TimeZoneTable {
    private static let (past, ahead) = (366 * 86_400.0, 3_653 * 86_400.0)
    /// 2026-01-01. No clock is right that shows less than the age of this program; one without a battery does after a
    /// start, and a table around its time would be of no use once it is set.
    static let earliest = Date(timeIntervalSince1970: 1_767_225_600)
    /// Far more than any zone has in eleven years.
    private static let most = 200

    /// A year back and ten ahead.
    /// - Returns: A table without an entry, in which every local time is unknown, for a zone that does not exist.
    static func zone(_ identifier: String, around wall: WallTime) -> ConnectionSettings.Zone {
        guard let zone = TimeZone(identifier: identifier) else {
            return ConnectionSettings.Zone(transitions: [], end: 0)
        }
        let now = max(Date(timeIntervalSince1970: Double(wall.seconds)), earliest)
        let end = now.addingTimeInterval(ahead)
        var date = now.addingTimeInterval(-past)
        var transitions = [transition(zone, date)]
        while let next = zone.nextDaylightSavingTimeTransition(after: date), date < next, next < end {
            guard transitions.count < most else { return ConnectionSettings.Zone(transitions: [], end: 0) }
            transitions.append(transition(zone, next))
            date = next
        }
        return ConnectionSettings.Zone(transitions: transitions, end: Int64(end.timeIntervalSince1970))
    }

    private static func transition(_ zone: TimeZone, _ date: Date) -> TimeZoneRules.Transition {
        TimeZoneRules.Transition(
            at: Int64(date.timeIntervalSince1970), offset: Int32(clamping: zone.secondsFromGMT(for: date)))
    }
}

extension WallTime {
    init(_ date: Date) { self.init(milliseconds: Int64(date.timeIntervalSince1970 * 1_000)) }
}
