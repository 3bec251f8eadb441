// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

private func decimal(_ text: String) -> DecimalNumber { DecimalNumber(text: text) ?? .zero }

@Suite struct MoneyTests {
    @Test(arguments: [
        ("0.25", "0.25"), ("10", "10"), ("-3.5", "-3.5"), ("0.00004", "0"), ("0.00005", "0.0001"),
        ("-0.00005", "-0.0001"),
        ("0.0000000005", "0"), ("123456789.1234", "123456789.1234"),
    ])
    func `amounts are shown to the hundredth of a cent`(number: String, shown: String) {
        #expect(Money(decimal(number)).decimal == decimal(shown))
    }

    @Test func `taxes of one stack add up, the next stack is on top`() {
        // I12.FR.13.
        func rate(_ tax: String, _ stack: Int?) -> TaxRateType {
            TaxRateType(type: "t", tax: decimal(tax), stack: stack)
        }
        let net = Money(decimal("100"))
        #expect(net.taxed(nil).decimal == 100)
        #expect(net.taxed([rate("6", nil), rate("4", 0)]).decimal == 110)
        #expect(net.taxed([rate("20", 1), rate("10", 0)]).decimal == 132)
        #expect(net.taxed([rate("7.5", 0)]).decimal == decimal("107.5"))
    }

    @Test func `prices times quantities lose nothing`() {
        // A third of a cent for each watt-second, a hundred million times.
        var charge = Charge()
        for _ in 0..<1_000_000 { charge.add(Money(decimal("0.333333333")), times: 1) }
        #expect(charge.amount(per: 1_000_000) == Money(decimal("0.333333333")))
    }
}

@Suite struct TariffConditionTests {
    @Test(arguments: [
        (1_772_366_400 as Int64, "2026-03-01", DayOfWeekEnumType.sunday, 720), (0, "1970-01-01", .thursday, 0),
        (-60, "1969-12-31", .wednesday, 1_439), (951_782_400, "2000-02-29", .tuesday, 0),
    ])
    func `a moment has its date, day and minute`(seconds: Int64, date: String, day: DayOfWeekEnumType, minute: Int) {
        let moment = CivilMoment(seconds, .utc)
        #expect(moment.date == date && moment.day == day && moment.minute == minute)
    }

    @Test func `it follows the clock on the wall, also when that is changed`() {
        // I07.FR.17, I12.FR.37.
        let clock = LocalClock(initialOffset: 3_600, changes: [.init(at: 1_774_746_000, offset: 7_200)])
        #expect(CivilMoment(1_774_746_000 - 60, clock).minute == 119)
        #expect(CivilMoment(1_774_746_000, clock).minute == 180)
    }

    @Test(arguments: [
        ("08:00" as String?, "18:00" as String?, 480, true), ("08:00", "18:00", 479, false),
        ("08:00", "18:00", 1_079, true),
        ("08:00", "18:00", 1_080, false), ("22:00", "06:00", 1_380, true), ("22:00", "06:00", 359, true),
        ("22:00", "06:00", 360, false), (nil, "06:00", 0, true), ("22:00", nil, 1_439, true),
    ])
    func `a time of day includes its begin and not its end`(start: String?, end: String?, minute: Int, holds: Bool) {
        var moment = CivilMoment(0, .utc)
        moment.minute = minute
        #expect(moment.isIn(start, end) == holds)
    }

    struct Row: Sendable {
        var conditions: TariffConditionsType
        var holds: Bool
    }

    private static var moment: TariffMoment {
        TariffMoment(
            civil: CivilMoment(1_772_366_400, .utc), kind: .dc, energy: 20_000_000, current: 32_000, power: 11_000_000,
            time: 600, chargingTime: 500, idleTime: 100)
    }

    @Test(arguments: [
        Row(conditions: TariffConditionsType(), holds: true),
        Row(conditions: TariffConditionsType(dayOfWeek: [.monday]), holds: false),
        Row(conditions: TariffConditionsType(dayOfWeek: [.saturday, .sunday]), holds: true),
        Row(conditions: TariffConditionsType(validFromDate: "2026-03-01"), holds: true),
        Row(conditions: TariffConditionsType(validFromDate: "2026-03-02"), holds: false),
        Row(conditions: TariffConditionsType(validToDate: "2026-03-01"), holds: false),
        Row(conditions: TariffConditionsType(validToDate: "2026-03-02"), holds: true),
        Row(conditions: TariffConditionsType(evseKind: .ac), holds: false),
        Row(conditions: TariffConditionsType(evseKind: .dc), holds: true),
        Row(conditions: TariffConditionsType(minEnergy: 20_000), holds: true),
        Row(conditions: TariffConditionsType(maxEnergy: 20_000), holds: false),
        Row(conditions: TariffConditionsType(minCurrent: 32, maxCurrent: 33), holds: true),
        Row(conditions: TariffConditionsType(maxCurrent: 32), holds: false),
        Row(conditions: TariffConditionsType(minPower: 11_000), holds: true),
        Row(conditions: TariffConditionsType(maxPower: 11_000), holds: false),
        Row(conditions: TariffConditionsType(minTime: 600), holds: true),
        Row(conditions: TariffConditionsType(maxTime: 600), holds: false),
        Row(conditions: TariffConditionsType(minChargingTime: 501), holds: false),
        Row(conditions: TariffConditionsType(maxChargingTime: 501), holds: true),
        Row(conditions: TariffConditionsType(minIdleTime: 100, maxIdleTime: 101), holds: true),
        Row(conditions: TariffConditionsType(dayOfWeek: [.sunday], evseKind: .ac), holds: false),
    ])
    func `all conditions have to hold`(row: Row) { #expect(row.conditions.hold(at: Self.moment) == row.holds) }

    @Test func `a fixed fee may ask for the card`() {
        let conditions = TariffConditionsFixedType(paymentRecognition: "CC")
        #expect(conditions.hold(at: Self.moment, payment: ["PaymentRecognition": "CC"]))
        #expect(!conditions.hold(at: Self.moment, payment: [:]))
    }

    @Test(arguments: ["8:00", "24:00", "08:60", "0800", "", "ab:cd", "١٢:٠٠"])
    func `what is no time is refused`(text: String) {
        // I07.FR.05.
        #expect(!TariffConditionsType(startTimeOfDay: text).isValid)
        #expect(!TariffConditionsFixedType(endTimeOfDay: text).isValid)
    }

    @Test(arguments: [("2026-02-30", true), ("2026-13-01", false), ("26-01-01", false), ("2026/01/01", false)])
    func `what is no date is refused`(text: String, isValid: Bool) {
        #expect(TariffConditionsType(validFromDate: text).isValid == isValid)
    }
}

@Suite struct CostAccountTests {
    /// 2026-03-01T17:30:00Z.
    private static let evening: Int64 = 1_772_386_200

    private func account(
        _ tariff: TariffType, from start: Int64 = CostAccountTests.evening, payment: [String: String] = [:],
        reservedAt: Int64? = nil
    ) -> CostAccount {
        var account = CostAccount(
            tariff, isDriverTariff: false, kind: .dc, startedAt: start,
            first: .init(time: start, imported: .wattHours(1_000), power: .zero, isCharging: true))
        account.begin(.utc, payment: payment, reservedAt: reservedAt)
        return account
    }

    /// Seconds and energy since the begin.
    private func advance(
        _ account: inout CostAccount, to seconds: Int64, _ wattHours: Int, power: Int = 0, isCharging: Bool = true
    ) {
        account.advance(
            to: .init(
                time: account.startedAt + seconds, imported: .wattHours(1_000 + wattHours), power: .watts(power),
                isCharging: isCharging), .utc)
    }

    private func rates(_ tax: String) -> [TaxRateType] { [TaxRateType(type: "vat", tax: decimal(tax))] }

    @Test func `a price for energy, with two taxes`() {
        // The first example of block I, 1.3; I12.FR.09, I12.FR.12, I12.FR.16, I12.FR.17, I12.FR.41.
        var account = account(
            TariffType(
                tariffId: "10", currency: "EUR",
                energy: TariffEnergyType(
                    prices: [TariffEnergyPriceType(priceKwh: decimal("0.25"))],
                    taxRates: [TaxRateType(type: "federal", tax: 6), TaxRateType(type: "state", tax: 4)])))
        advance(&account, to: 3_600, 10_000)
        let details = account.details(isFinal: true)
        #expect(
            details.totalCost.energy?.exclTax == decimal("2.5") && details.totalCost.energy?.inclTax == decimal("2.75"))
        #expect(details.totalCost.total == TotalPriceType(exclTax: decimal("2.5"), inclTax: decimal("2.75")))
        #expect(details.totalCost.currency == "EUR" && details.totalCost.typeOfCost == .normalCost)
        #expect(details.totalUsage.energy == 10_000 && details.totalUsage.chargingTime == 3_600)
        #expect(details.chargingPeriods?.count == 1)
        #expect(details.chargingPeriods?.first?.dimensions?.first == CostDimensionType(type: .energy, volume: 10_000))
        #expect(details.failureToCalculate == nil)
    }

    private var timeOfDay: TariffType {
        TariffType(
            tariffId: "11", currency: "EUR",
            energy: TariffEnergyType(
                prices: [
                    TariffEnergyPriceType(
                        priceKwh: decimal("0.4"),
                        conditions: TariffConditionsType(startTimeOfDay: "08:00", endTimeOfDay: "18:00")),
                    TariffEnergyPriceType(priceKwh: decimal("0.25")),
                ], taxRates: [TaxRateType(type: "vat", tax: 10)]))
    }

    @Test func `a price by time of day changes to the minute, also within one long gap`() {
        // I12.FR.04, I12.FR.31, I12.FR.35, I12.FR.36.
        var seconds = account(timeOfDay)
        for minute in 1...60 { advance(&seconds, to: Int64(minute) * 60, minute * 100) }
        var gap = account(timeOfDay)
        advance(&gap, to: 3_600, 6_000)
        for account in [seconds, gap] {
            let details = account.details(isFinal: true)
            #expect(details.totalCost.energy?.exclTax == decimal("1.95"))
            #expect(details.totalCost.energy?.inclTax == decimal("2.145"))
            #expect(details.chargingPeriods?.map(\.startPeriod.time.seconds) == [Self.evening, Self.evening + 1_800])
            #expect(
                details.chargingPeriods?.compactMap { $0.dimensions?.first { $0.type == .energy }?.volume } == [
                    3_000, 3_000,
                ])
            #expect(details.chargingPeriods?.allSatisfy { $0.tariffId == "11" } == true)
        }
    }

    @Test func `time charging and time idle have prices of their own`() {
        // I12.FR.10, I12.FR.11.
        var account = account(
            TariffType(
                tariffId: "T", currency: "EUR",
                chargingTime: TariffTimeType(prices: [TariffTimePriceType(priceMinute: 1)], taxRates: rates("20")),
                idleTime: TariffTimeType(
                    prices: [
                        TariffTimePriceType(priceMinute: 2, conditions: TariffConditionsType(minIdleTime: 300))
                    ])))
        for second in 1...1_200 { advance(&account, to: Int64(second), 0, isCharging: second < 600) }
        // Ten minutes of charging; ten of standing, of which the first five are free.
        let cost = account.details(isFinal: true).totalCost
        #expect(cost.chargingTime?.exclTax == 10 && cost.chargingTime?.inclTax == 12)
        #expect(cost.idleTime?.exclTax == 10 && cost.idleTime?.inclTax == 10)
        #expect(cost.total == TotalPriceType(exclTax: 20, inclTax: 22))
        #expect(account.details(isFinal: true).totalUsage.idleTime == 600)
    }

    @Test func `a price by power is that of the moment`() {
        // I12.FR.32 to .34: the first price whose conditions hold.
        let tariff = TariffType(
            tariffId: "P", currency: "EUR",
            chargingTime: TariffTimeType(prices: [
                TariffTimePriceType(priceMinute: 1, conditions: TariffConditionsType(maxPower: 11_000)),
                TariffTimePriceType(priceMinute: 2, conditions: TariffConditionsType(minPower: 11_000)),
                TariffTimePriceType(priceMinute: 99),
            ]))
        var account = account(tariff)
        advance(&account, to: 60, 0, power: 10_500)
        advance(&account, to: 120, 0, power: 11_000)
        #expect(account.total.net.decimal == 3)
        let periods = account.details(isFinal: true).chargingPeriods
        #expect(periods?.count == 2)
        #expect(periods?.last?.dimensions?.contains(CostDimensionType(type: .maxPower, volume: 11_000)) == true)
    }

    @Test func `fixed fees and reservations are looked at once, at the begin`() {
        // I12.FR.05 to .08, I12.FR.30.
        let tariff = TariffType(
            tariffId: "F", currency: "EUR",
            fixedFee: TariffFixedType(
                prices: [
                    TariffFixedPriceType(
                        priceFixed: 3, conditions: TariffConditionsFixedType(paymentRecognition: "CC")),
                    TariffFixedPriceType(priceFixed: decimal("2.5")),
                ], taxRates: rates("10")),
            reservationTime: TariffTimeType(prices: [TariffTimePriceType(priceMinute: decimal("0.1"))]),
            reservationFixed: TariffFixedType(prices: [TariffFixedPriceType(priceFixed: 1)]))
        var card = account(tariff, payment: ["PaymentRecognition": "CC"])
        advance(&card, to: 600, 0)
        #expect(card.total == CostAccount.Amount(net: Money(3), gross: Money(decimal("3.3"))))
        #expect(card.details(isFinal: true).totalCost.reservationFixed == nil)
        let reserved = account(tariff, reservedAt: Self.evening - 1_200)
        let cost = reserved.details(isFinal: true)
        #expect(cost.totalCost.fixed?.exclTax == decimal("2.5"))
        #expect(cost.totalCost.reservationTime?.exclTax == 2 && cost.totalCost.reservationFixed?.exclTax == 1)
        #expect(cost.totalUsage.reservationTime == 1_200)
        #expect(cost.totalCost.total.exclTax == decimal("5.5"))
    }

    @Test func `a minimum takes the place of everything, a maximum stops counting costs but not usage`() {
        // I12.FR.38 to .40.
        var tariff = timeOfDay
        tariff.minCost = PriceType(exclTax: 5)
        tariff.maxCost = PriceType(inclTax: 11)
        var cheap = account(tariff)
        advance(&cheap, to: 60, 1_000)
        let least = cheap.details(isFinal: true)
        #expect(least.totalCost.typeOfCost == .minCost && least.totalCost.fixed?.exclTax == 5)
        #expect(least.totalCost.energy == nil && least.totalUsage.energy == 1_000)
        #expect(cheap.details(isFinal: false).totalCost.typeOfCost == .normalCost)
        var dear = account(tariff)
        for minute in 1...100 { advance(&dear, to: Int64(minute) * 60, minute * 1_000) }
        let most = dear.details(isFinal: true)
        #expect(most.totalCost.typeOfCost == .maxCost)
        #expect(most.totalCost.total.inclTax ?? 0 >= 11 && most.totalCost.total.inclTax ?? 0 < decimal("11.5"))
        #expect(most.totalUsage.energy == 100_000)
    }

    @Test func `a new tariff counts from now on`() {
        // I11.FR.08.
        var account = account(timeOfDay)
        advance(&account, to: 600, 10_000)
        var next = timeOfDay
        next.tariffId = "12"
        next.energy = TariffEnergyType(prices: [TariffEnergyPriceType(priceKwh: 1)], taxRates: rates("20"))
        account.change(to: next)
        advance(&account, to: 1_200, 11_000)
        #expect(account.total.net.decimal == 5 && account.total.gross.decimal == decimal("5.6"))
        #expect(account.details(isFinal: true).chargingPeriods?.map(\.tariffId) == ["11", "12"])
    }

    @Test func `a meter that says nothing is told of`() {
        // I12.FR.14.
        var account = CostAccount(
            timeOfDay, isDriverTariff: false, kind: .dc, startedAt: 0, first: .init(time: 0, isCharging: true))
        account.advance(to: .init(time: 60, isCharging: true), .utc)
        #expect(account.details(isFinal: true).failureToCalculate == true)
    }

    @Test func `a register that runs backward costs nothing, and a clock that does counts nothing`() {
        var account = account(timeOfDay)
        advance(&account, to: 60, 1_000)
        advance(&account, to: 120, 500)
        advance(&account, to: 100, 500)
        #expect(account.total.net.decimal == decimal("0.4"))
    }

    @Test func `periods are bounded`() {
        let tariff = TariffType(
            tariffId: "P", currency: "EUR",
            energy: TariffEnergyType(prices: [
                TariffEnergyPriceType(priceKwh: 1, conditions: TariffConditionsType(maxPower: 5_000)),
                TariffEnergyPriceType(priceKwh: 2),
            ]))
        var account = account(tariff)
        for second in 1...10_000 { advance(&account, to: Int64(second), second, power: second % 2 * 9_000) }
        #expect(account.periods.count == CostAccount.mostPeriods)
        #expect(account.periods.reduce(0) { $0 + $1.energy } == 10_000_000)
    }

    @Test func `an account survives a restart`() throws {
        var tariff = timeOfDay
        tariff.fixedFee = TariffFixedType(prices: [TariffFixedPriceType(priceFixed: decimal("1.11"))])
        var account = account(tariff, reservedAt: Self.evening - 60)
        advance(&account, to: 601, 3_333, power: 5_000)
        account.change(to: timeOfDay)
        advance(&account, to: 900, 4_444, power: 6_000)
        var restored = try #require(CostRecord(keptBytes: CostRecord(account).keptBytes)?.account)
        #expect(restored.details(isFinal: true) == account.details(isFinal: true))
        advance(&restored, to: 1_800, 9_999)
        advance(&account, to: 1_800, 9_999)
        #expect(restored.total == account.total)
    }

    /// Second by second with fractions, as slow and plain as can be.
    @Test func `the account agrees with a plain sum over every second`() {
        var chance = SplitMix64(state: 99)
        for _ in 0..<20 {
            let limit = Int.random(in: 1_000...20_000, using: &chance)
            let tariff = TariffType(
                tariffId: "R", currency: "EUR",
                energy: TariffEnergyType(prices: [
                    TariffEnergyPriceType(
                        priceKwh: decimal("0.31"), conditions: TariffConditionsType(maxEnergy: DecimalNumber(limit))),
                    TariffEnergyPriceType(priceKwh: decimal("0.47")),
                ]),
                idleTime: TariffTimeType(prices: [TariffTimePriceType(priceMinute: decimal("0.07"))]))
            var account = account(tariff)
            var expected = 0.0
            var used = 0
            var wasCharging = true
            for second in 1...3_600 {
                let more = wasCharging ? Int.random(in: 0...10, using: &chance) : 0
                expected += Double(more) / 1_000 * (used < limit ? 0.31 : 0.47)
                if !wasCharging { expected += 0.07 / 60 }
                used += more
                let isCharging = Int.random(in: 0..<100, using: &chance) < 97
                advance(&account, to: Int64(second), used, isCharging: isCharging)
                wasCharging = isCharging
            }
            let total = Double(account.total.net.decimal.thousandths ?? 0) / 1_000
            #expect(abs(total - expected) < 0.001)
        }
    }
}
