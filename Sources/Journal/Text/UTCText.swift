// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension WallTime {
    /// `2026-03-01T14:02:00.000Z` (RFC 3339); outside the years 0 to 9999 the milliseconds since 1970.
    package var utcText: String {
        guard (-62_167_219_200_000...253_402_300_799_999).contains(milliseconds) else { return "\(milliseconds) ms" }
        let day = milliseconds.floored(by: 86_400_000)
        let inDay = milliseconds - day * 86_400_000
        let date = Self.civil(day)
        let clock = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1_000 % 60].map { padded($0, 2) }
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
            + clock.joined(separator: ":") + ".\(padded(inDay % 1_000, 3))Z"
    }

    /// The Gregorian date of a day counted from 1970-01-01, by 400-year eras that begin on 1 March.
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = shifted.floored(by: 146_097)
        let inEra = shifted - era * 146_097
        let yearOfEra = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * inYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, inYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension WallTime {
    /// Reads back what `utcText` writes, and nothing else.
    init?(utcText: String) {
        if utcText.hasSuffix(" ms") {
            guard let milliseconds = Int64(utcText.dropLast(3)) else { return nil }
            self.init(milliseconds: milliseconds)
            return
        }
        let digits = utcText.utf8.split { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let numbers = digits.compactMap { Int64(Substring($0)) }
        guard numbers.count == 7, let day = Self.day(year: numbers[0], month: numbers[1], day: numbers[2]) else {
            return nil
        }
        let time = WallTime(
            milliseconds: day * 86_400_000 + numbers[3] * 3_600_000 + numbers[4] * 60_000 + numbers[5] * 1_000
                + numbers[6])
        guard time.utcText == utcText else { return nil }
        self = time
    }

    /// The inverse of `civil`.
    private static func day(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (0...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.floored(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let inYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + inYear - 719_468
    }
}

extension Int64 {
    fileprivate func floored(by divisor: Int64) -> Int64 { self >= 0 ? self / divisor : (self - divisor + 1) / divisor }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
