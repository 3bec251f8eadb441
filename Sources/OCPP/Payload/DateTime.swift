// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Days of the proleptic Gregorian calendar, counted from 1970-01-01.
public enum CivilDate {
    static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    public static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    static func daysInMonth(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        case _: 31
        }
    }
}

/// A point in time as a message writes it: RFC 3339, to the millisecond; finer digits are cut off. The offset it was written with
/// stays, because schedules in local time read the digits and disregard it (`useLocalTime`).
public struct DateTime: Hashable, Sendable {
    public var time: WallTime
    /// Minutes east of Greenwich, less than a day.
    public var offset: Int16

    public init(_ time: WallTime, offset: Int16 = 0) {
        self.time = time
        self.offset = offset
    }

    /// What the digits say, in seconds since 1970 as if they were UTC.
    public var civilSeconds: Int64 { time.seconds + Int64(offset) * 60 }

    /// - Parameter lacksZone: Whether a text without offset is taken for UTC, as stations and backends of 1.6 write it.
    init?(_ text: some RandomAccessCollection<UInt8>, lacksZone: Bool) {
        var scanner = Scanner(text: Array(text))
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
            let day = scanner.number(2), scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2), scanner.take(":"),
            let second = scanner.number(2),
            (1...12).contains(month), (1...CivilDate.daysInMonth(month, of: year)).contains(day),
            hour < 24, minute < 60, second <= 60, let fraction = scanner.milliseconds(),
            let minutes = scanner.offset(lacksZone: lacksZone), scanner.isAtEnd
        else { return nil }
        // A leap second is the first second of the next minute, which is what clocks without leap seconds make of it.
        let seconds = (CivilDate.days(year: year, month: month, day: day) * 24 + hour) * 3_600 + minute * 60 + second
        time = WallTime(milliseconds: Int64((seconds - minutes * 60) * 1_000 + fraction))
        offset = Int16(minutes)
    }

    /// `2026-03-01T12:00:00.250Z`; the fraction only if there is one.
    var text: [UInt8] {
        let offset = Int(self.offset.clampedToADay)
        let milliseconds = Int((time.milliseconds + Int64(offset) * 60_000).clampedToFourDigitYears)
        let seconds = Int(WallTime(milliseconds: Int64(milliseconds)).seconds)
        let fraction = milliseconds - seconds * 1_000
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let ofDay = seconds - days * 86_400
        let (year, month, day) = CivilDate.date(days: days)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        append(year, 4, to: &text)
        text.append(UInt8(ascii: "-"))
        append(month, 2, to: &text)
        text.append(UInt8(ascii: "-"))
        append(day, 2, to: &text)
        text.append(UInt8(ascii: "T"))
        append(ofDay / 3_600, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(ofDay / 60 % 60, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(ofDay % 60, 2, to: &text)
        if fraction > 0 {
            text.append(UInt8(ascii: "."))
            append(fraction, 3, to: &text)
        }
        guard offset != 0 else { return text + [UInt8(ascii: "Z")] }
        text.append(UInt8(ascii: offset < 0 ? "-" : "+"))
        append(abs(offset) / 60, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(abs(offset) % 60, 2, to: &text)
        return text
    }

    private func append(_ value: Int, _ width: Int, to text: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }
}

private struct Scanner {
    let text: [UInt8]
    var at = 0

    var isAtEnd: Bool { at == text.count }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard at < text.count, text[at] == UInt8(ascii: scalar) else { return false }
        at += 1
        return true
    }

    mutating func digit() -> Int? {
        guard at < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[at]) else { return nil }
        defer { at += 1 }
        return Int(text[at] - UInt8(ascii: "0"))
    }

    mutating func number(_ width: Int) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func milliseconds() -> Int? {
        guard take(".") else { return 0 }
        guard let first = digit() else { return nil }
        var value = first * 100
        var weight = 10
        while let digit = digit() {
            value += digit * weight
            weight /= 10
        }
        return value
    }

    /// Minutes east of Greenwich.
    mutating func offset(lacksZone: Bool) -> Int? {
        if take("Z") || take("z") { return 0 }
        if isAtEnd { return lacksZone ? 0 : nil }
        let isEast = take("+")
        guard isEast || take("-"), let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 60 + minutes)
    }
}

extension Int64 {
    /// Years 0 to 9999, which is what four digits hold.
    fileprivate var clampedToFourDigitYears: Int64 {
        Swift.min(253_402_300_799_999, Swift.max(-62_167_219_200_000, self))
    }
}

extension Int16 {
    fileprivate var clampedToADay: Int16 { Swift.min(1_439, Swift.max(-1_439, self)) }
}
