// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import GridConnection

/// A capacity calendar beside a model that asks the system's calendar.
struct HostileCalendar: Boundary, ~Copyable {
    let windows: [CapacityWindow]
    let base: PowerLimits
    let zoneTable: ConnectionSettings.Zone
    private let zone: TimeZoneRules
    private let calendar: Calendar
    private var machine: CapacityCalendar
    private var time: HostileTime

    init(_ random: inout Seeded, at time: HostileTime) {
        let name = random.pick(["Europe/Berlin", "Australia/Lord_Howe", "America/Los_Angeles", "Asia/Kolkata", "UTC"])
        zoneTable = TimeZoneRules.table(name, from: utc(2026, 2, 1), until: utc(2027, 6, 1))
        zone = TimeZoneRules(zoneTable.transitions, until: zoneTable.end)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: name) ?? .gmt
        self.calendar = calendar
        base = Self.limits(&random)
        var windows: [CapacityWindow] = []
        for _ in 0..<random.int(0...6) { windows.append(Self.window(&random)) }
        self.windows = windows
        machine = CapacityCalendar(windows, base: base)
        self.time = time
    }

    private static func limits(_ random: inout Seeded) -> PowerLimits {
        watts(-random.int(0...50_000), random.int(0...50_000))
    }

    private static func window(_ random: inout Seeded) -> CapacityWindow {
        let first = civilDay(2026, 1, 1) + random.int(0...500)
        let quarter = { (random: inout Seeded) in random.int(-1...97) * 900 }
        return CapacityWindow(
            days: WeekdaySet(bits: random.chance(50) ? 127 : UInt8(random.int(0...127))),
            months: MonthSet(bits: random.chance(50) ? 4_095 : UInt16(random.int(0...4_095))),
            dates: random.chance(30) ? .init(first: first, last: first + random.int(-2...200)) : nil,
            start: quarter(&random), end: quarter(&random), power: limits(&random))
    }

    mutating func disturb(_ random: inout Seeded, at time: HostileTime) -> String? { nil }
    mutating func restart(at time: HostileTime) { machine = CapacityCalendar(windows, base: base) }

    mutating func advance(to time: HostileTime) {
        var events = ConnectionEvents()
        machine.advance(to: time.now, wall: time.wall, in: zone, &events)
        self.time = time
    }

    var inForce: [PowerLimits] { [machine.limit().power] }

    var safe: [PowerLimits] {
        let unusable = windows.indices.filter { index in
            machine.findings.contains {
                [.empty(window: index), .unreachable(window: index), .timeOutOfRange(window: index)].contains($0)
            }
        }
        let always = unusable.map { windows[$0].power }
        let known = utc(2026, 2, 1).milliseconds..<utc(2027, 6, 1).milliseconds
        guard let wall = time.believed, known.contains(wall.milliseconds) else {
            return [(windows.map(\.power) + [base]).reduce(.unbounded) { $0.narrowed(to: $1) }]
        }
        let now = Date(timeIntervalSince1970: Double(wall.milliseconds) / 1_000)
        let sound = windows.indices.filter { !unusable.contains($0) }.map { windows[$0] }
        let open = sound.filter { isOpen($0, now) }.map(\.power)
        return [((open.isEmpty ? [base] : open) + always).reduce(.unbounded) { $0.narrowed(to: $1) }]
    }

    /// Cuts a window across midnight into the evening of its day and the morning of the next.
    private func isOpen(_ window: CapacityWindow, _ now: Date) -> Bool {
        let parts = calendar.dateComponents([.hour, .minute, .second], from: now)
        let second = (parts.hour ?? 0) * 3_600 + (parts.minute ?? 0) * 60 + (parts.second ?? 0)
        let noon = calendar.date(bySettingHour: 12, minute: 0, second: 0, of: now) ?? now
        if window.start < window.end {
            return isItsDay(window, noon) && window.start <= second && second < window.end
        }
        let before = calendar.date(byAdding: .day, value: -1, to: noon) ?? noon
        return (isItsDay(window, noon) && window.start <= second) || (isItsDay(window, before) && second < window.end)
    }

    private func isItsDay(_ window: CapacityWindow, _ noon: Date) -> Bool {
        let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: noon)
        let weekday = ((parts.weekday ?? 1) + 5) % 7
        let month = (parts.month ?? 1) - 1
        let day = civilDay(parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        return window.days.bits >> UInt8(weekday) & 1 == 1 && window.months.bits >> UInt16(month) & 1 == 1
            && (window.dates.map { $0.first <= day && day <= $0.last } ?? true)
    }
}
