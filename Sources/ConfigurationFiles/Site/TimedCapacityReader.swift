// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Reads `agreement.timed`: windows of local time with a capacity of their own.
struct TimedCapacityReader {
    /// What holds outside all windows, and in a window for the direction that it leaves out.
    let base: PowerLimits

    /// Every tick looks at every window; a table of twelve months with 24 hours each has as many.
    private static let most = 288

    func windows(_ field: Field) -> [Placed<CapacityWindow>] {
        guard let list = field.list() else { return [] }
        if list.isEmpty { field.error("the list is empty; leave out “timed” or give a window") }
        if list.count > Self.most { field.error("at most \(Self.most) windows are possible, found \(list.count)") }
        let windows = list.prefix(Self.most).compactMap(window)
        check(windows, field)
        return windows
    }

    private func window(_ field: Field) -> Placed<CapacityWindow>? {
        guard let mapping = field.mapping(["days", "months", "from", "to", "import", "export"]) else { return nil }
        let days = mapping["days"].map(CalendarWords.days.bits) ?? UInt16(WeekdaySet.all.bits)
        let months = mapping["months"].map(CalendarWords.months.bits) ?? MonthSet.all.bits
        let start = mapping.required("from", "from: \"17:00\"")?.timeOfDay(allowsMidnightAtEnd: false)
        let end = mapping.required("to", "to: \"20:00\"")?.timeOfDay(allowsMidnightAtEnd: true)
        let drawn = mapping["import"].map { $0.quantity(Power.self, atLeast: .zero) } ?? base.upper
        let delivered = mapping["export"].map { $0.quantity(Power.self, atLeast: .zero) } ?? base.lower.magnitude
        if !mapping.has("import"), !mapping.has("export") {
            field.error("the window changes nothing; give it “import”, “export” or both")
        }
        guard let days, let months, let start, let end, let drawn, let delivered else { return nil }
        let window = CapacityWindow(
            days: WeekdaySet(bits: UInt8(truncatingIfNeeded: days)), months: MonthSet(bits: months), start: start,
            end: end, power: PowerLimits(from: -delivered, to: drawn))
        return Placed(value: window, mapping: mapping)
    }

    private func check(_ windows: [Placed<CapacityWindow>], _ field: Field) {
        for finding in CapacityCalendar(windows.map(\.value), base: base).findings {
            switch finding {
            case .empty(let index):
                windows[index].mapping["to"]?.error(
                    "the window ends when it begins; for a whole day write from: \"00:00\", to: \"24:00\"")
            case .unreachable(let index):
                windows[index].mapping.field.error("the window never occurs: no day has its weekday and month at once")
            case .timeOutOfRange, .tableSize: field.error(finding.description)
            }
        }
    }
}
