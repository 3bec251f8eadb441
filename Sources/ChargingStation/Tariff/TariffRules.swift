// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// What is wrong with a tariff, if anything is (I07.FR.02, I07.FR.05, I11.FR.02).
enum TariffFault: Equatable, Sendable {
    case tooManyElements
    case invalid(String)
}

extension TariffType {
    /// Of prices for each kind of usage.
    static let mostElements = 50
    /// Of one price: more than any currency's units for a kilowatt-hour or a minute.
    private static let dearest: DecimalNumber = 1_000_000_000

    var fault: TariffFault? {
        let counts = [
            energy?.prices.count, chargingTime?.prices.count, idleTime?.prices.count, fixedFee?.prices.count,
            reservationTime?.prices.count, reservationFixed?.prices.count,
        ]
        guard counts.allSatisfy({ $0 ?? 0 <= Self.mostElements }) else { return .tooManyElements }
        guard !tariffId.isEmpty, currency.count == 3 else { return .invalid("A tariff needs an id and a currency.") }
        let times = [chargingTime, idleTime, reservationTime].compactMap(\.self).flatMap(\.prices)
        let fixed = [fixedFee, reservationFixed].compactMap(\.self).flatMap(\.prices)
        let conditions = (energy?.prices ?? []).map(\.conditions) + times.map(\.conditions)
        guard conditions.allSatisfy({ $0?.isValid ?? true }), fixed.allSatisfy({ $0.conditions?.isValid ?? true })
        else { return .invalid("A time is hh:mm, a date is yyyy-mm-dd.") }
        let prices = (energy?.prices ?? []).map(\.priceKwh) + times.map(\.priceMinute) + fixed.map(\.priceFixed)
        let rates = [energy?.taxRates, chargingTime?.taxRates, idleTime?.taxRates, fixedFee?.taxRates]
            .compactMap(\.self).flatMap(\.self).map(\.tax)
        guard (prices + rates).allSatisfy({ $0 <= Self.dearest && DecimalNumber(-1_000_000_000) <= $0 }) else {
            return .invalid("A price is beyond anything sensible.")
        }
        return nil
    }

    /// Whether a price depends on the time of day or the date, which is to be followed to the minute (I12.FR.31).
    var dependsOnCivilTime: Bool {
        let times = [chargingTime, idleTime].compactMap(\.self).flatMap(\.prices).map(\.conditions)
        return ((energy?.prices ?? []).map(\.conditions) + times).contains {
            $0?.startTimeOfDay != nil || $0?.endTimeOfDay != nil || $0?.dayOfWeek != nil || $0?.validFromDate != nil
                || $0?.validToDate != nil
        }
    }
}

/// Which price of each kind is applied: the first whose conditions hold (I12.FR.33, I12.FR.34).
struct UsedElements: Equatable, Sendable {
    var energy: Int?
    var chargingTime: Int?
    var idleTime: Int?

    init(_ tariff: TariffType, at moment: TariffMoment) {
        energy = tariff.energy?.prices.firstIndex { $0.conditions?.hold(at: moment) ?? true }
        chargingTime = tariff.chargingTime?.prices.firstIndex { $0.conditions?.hold(at: moment) ?? true }
        idleTime = tariff.idleTime?.prices.firstIndex { $0.conditions?.hold(at: moment) ?? true }
    }
}
