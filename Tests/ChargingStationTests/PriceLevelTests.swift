// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21
import Testing

@testable import ChargingStation

struct PriceLevelTests {
    /// In Berlin the clock goes forward on 2026-03-29 at 1:00 UTC, from 2 to 3 o'clock.
    private static let spring: Int64 = 1_774_746_000
    private static let clock = LocalClock(initialOffset: 3_600, changes: [.init(at: spring, offset: 7_200)])

    private static func tariff(_ prices: (String?, String?, DecimalNumber)...) -> TariffType {
        var tariff = TariffType(tariffId: "T", currency: "EUR")
        tariff.energy = TariffEnergyType(
            prices: prices.map { start, end, price in
                var element = TariffEnergyPriceType(priceKwh: price)
                if start != nil || end != nil {
                    element.conditions = TariffConditionsType(startTimeOfDay: start, endTimeOfDay: end)
                }
                return element
            })
        return tariff
    }

    private static func levels(_ tariff: TariffType, from start: Int64) -> [[Int]] {
        tariff.priceLevels(from: start, for: 86_400, .dc, clock).map { [$0.start, $0.level] }
    }

    @Test func `prices by the time of day become levels, the cheapest 1, at the minute they change`() {
        let tariff = Self.tariff(("07:05", "20:00", 40), ("12:30", "13:00", 1), (nil, nil, 20))
        // 2026-03-28, 6:00:30 by the clock on the wall.
        let start = Self.spring - 86_400 + 4 * 3_600 + 30
        // The first element that holds counts, so noon is as dear as the rest of the day; at night it is cheap.
        #expect(Self.levels(tariff, from: start) == [[0, 1], [65 * 60 - 30, 2], [14 * 3_600 - 30, 1]])
    }

    @Test func `the day the clock goes forward is an hour short`() {
        let tariff = Self.tariff(("06:05", "08:00", 40), (nil, nil, 20))
        // From midnight: six o'clock comes after five hours.
        #expect(
            Self.levels(tariff, from: Self.spring - 2 * 3_600) == [[0, 1], [5 * 3_600 + 300, 2], [7 * 3_600, 1]])
    }

    @Test func `where the price never changes there is nothing to say`() {
        #expect(Self.levels(Self.tariff((nil, nil, 20)), from: Self.spring).isEmpty)
        #expect(Self.levels(Self.tariff(("07:00", "20:00", 20), (nil, nil, 20)), from: Self.spring).isEmpty)
        #expect(Self.levels(TariffType(tariffId: "T", currency: "EUR"), from: Self.spring).isEmpty)
    }
}
