// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Moments at a station as tariffs name them: local time of day, day of the week, date (I07.FR.17).
struct CivilMoment: Equatable, Sendable {
    /// Since midnight.
    var minute: Int
    var day: DayOfWeekEnumType
    /// `2026-03-01`.
    var date: String

    /// I12.FR.37.
    init(_ seconds: Int64, _ clock: LocalClock) {
        let offset = clock.changes.last { $0.at <= seconds }?.offset ?? clock.initialOffset
        let local = seconds + offset
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        minute = Int((local - days * 86_400) / 60)
        // 1970-01-01 was a Thursday.
        let weekdays: [DayOfWeekEnumType] = [
            .thursday, .friday, .saturday, .sunday, .monday, .tuesday, .wednesday,
        ]
        day = weekdays[Int(((days % 7) + 7) % 7)]
        date = Self.date(days)
    }

    private static func date(_ days: Int64) -> String {
        let (year, month, day) = CivilDate.date(days: Int(days))
        func padded(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// `hh:mm` as minutes since midnight; nil for anything else.
    static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isASCII) }),
            let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }

    static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.count) == [4, 2, 2] && parts.allSatisfy { $0.allSatisfy { ("0"..."9").contains($0) } }
            && (1...12).contains(Int(parts[1]) ?? 0) && (1...31).contains(Int(parts[2]) ?? 0)
    }

    /// From begin to end, end excluded; an end before the begin is that of the next day.
    func isIn(_ start: String?, _ end: String?) -> Bool {
        let start = start.flatMap(Self.minute) ?? 0
        let end = end.flatMap(Self.minute) ?? 24 * 60
        return start <= end ? minute >= start && minute < end : minute >= start || minute < end
    }
}

/// What a price may depend on, at one moment of a transaction.
struct TariffMoment: Equatable, Sendable {
    var civil: CivilMoment
    var kind: EvseKindEnumType
    /// So far, in thousandths of a watt-hour.
    var energy: Int64 = 0
    /// Of all phases together, in milliamperes.
    var current: Int64 = 0
    /// In milliwatts.
    var power: Int64 = 0
    /// So far, in seconds: of the transaction, of charging in it, of the rest.
    var time: Int64 = 0
    var chargingTime: Int64 = 0
    var idleTime: Int64 = 0
}

extension TariffConditionsType {
    /// Whether all of them hold; lower bounds are included, upper ones are not.
    func hold(at moment: TariffMoment) -> Bool {
        holdsCivil(moment.civil) && (evseKind ?? moment.kind) == moment.kind
            && isIn(moment.energy, minEnergy, maxEnergy) && isIn(moment.current, minCurrent, maxCurrent)
            && isIn(moment.power, minPower, maxPower) && isIn(moment.time, minTime, maxTime)
            && isIn(moment.chargingTime, minChargingTime, maxChargingTime)
            && isIn(moment.idleTime, minIdleTime, maxIdleTime)
    }

    private func holdsCivil(_ civil: CivilMoment) -> Bool {
        civil.isIn(startTimeOfDay, endTimeOfDay) && (dayOfWeek ?? [civil.day]).contains(civil.day)
            && (validFromDate ?? civil.date) <= civil.date && (validToDate.map { civil.date < $0 } ?? true)
    }

    private func isIn(_ milli: Int64, _ least: DecimalNumber?, _ most: DecimalNumber?) -> Bool {
        (least?.thousandths).map { milli >= $0 } ?? true && (most?.thousandths).map { milli < $0 } ?? true
    }

    private func isIn(_ value: Int64, _ least: Int?, _ most: Int?) -> Bool {
        least.map { value >= Int64($0) } ?? true && most.map { value < Int64($0) } ?? true
    }

    var isValid: Bool { areValid(startTimeOfDay, endTimeOfDay, validFromDate, validToDate) }
}

extension TariffConditionsFixedType {
    /// - Parameter payment: What the token says of the card, by the type of its additional information.
    func hold(at moment: TariffMoment, payment: [String: String]) -> Bool {
        let civil = moment.civil
        return civil.isIn(startTimeOfDay, endTimeOfDay) && (dayOfWeek ?? [civil.day]).contains(civil.day)
            && (validFromDate ?? civil.date) <= civil.date && (validToDate.map { civil.date < $0 } ?? true)
            && (evseKind ?? moment.kind) == moment.kind
            && (paymentBrand.map { payment["PaymentBrand"] == $0 } ?? true)
            && (paymentRecognition.map { payment["PaymentRecognition"] == $0 } ?? true)
    }

    var isValid: Bool { areValid(startTimeOfDay, endTimeOfDay, validFromDate, validToDate) }
}

private func areValid(_ start: String?, _ end: String?, _ from: String?, _ to: String?) -> Bool {
    [start, end].compactMap(\.self).allSatisfy { CivilMoment.minute($0) != nil }
        && [from, to].compactMap(\.self).allSatisfy(CivilMoment.isDate)
}
