// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What a transaction costs by the tariff it has (I12).
struct CostAccount: Equatable, Sendable {
    /// What the station sees at one moment.
    struct Observation: Equatable, Sendable {
        /// Seconds since 1970.
        var time: Int64
        /// Nil: the meter is silent.
        var imported: Energy?
        var power: Power?
        /// Of all phases together.
        var current: Current?
        /// Whether energy flows.
        var isCharging: Bool
    }

    struct Period: Equatable, Sendable {
        var tariffId: String
        var start: Int64
        var energy: Int64 = 0
        var charging: Int64 = 0
        var idle: Int64 = 0
        var power: ClosedRange<Int64>?
        var current: ClosedRange<Int64>?
    }

    /// Later changes of price are counted in the last one.
    static let mostPeriods = 100
    /// A gap of more minutes than these, which only an interruption can leave, is priced as one piece.
    private static let mostPieces: Int64 = 10_000

    var tariff: TariffType
    /// A tariff of the driver's, and not the EVSE's default.
    var isDriverTariff: Bool
    let kind: EvseKindEnumType
    let startedAt: Int64

    var energy: Int64 = 0
    var chargingTime: Int64 = 0
    var idleTime: Int64 = 0
    var reservationTime: Int64 = 0

    var periods: [Period] = []
    var used: UsedElements?
    var last: Observation

    var energyCharge = Charge()
    var chargingCharge = Charge()
    var idleCharge = Charge()
    var reservationCharge = Charge()
    var fixed = Money.zero
    var reservationFixed = Money.zero
    /// Once the tariff's maximum is reached, nothing more is added (I12.FR.39).
    var isFrozen = false
    /// The meter did not say how much.
    var lacksEnergy = false

    init(
        _ tariff: TariffType, isDriverTariff: Bool, kind: EvseKindEnumType, startedAt: Int64, first: Observation
    ) {
        self.tariff = tariff
        self.isDriverTariff = isDriverTariff
        self.kind = kind
        self.startedAt = startedAt
        last = first
    }

    // MARK: At the begin

    /// Fixed fees are looked at once, when the transaction begins (I12.FR.30), and so is what a reservation costs (I12.FR.06 to .08).
    /// - Parameter reservedAt: When the reservation that is used was made.
    mutating func begin(_ clock: LocalClock, payment: [String: String], reservedAt: Int64?) {
        let moment = moment(last.time, last, clock)
        fixed = price(tariff.fixedFee, moment, payment)
        guard let reservedAt else { return }
        reservationFixed = price(tariff.reservationFixed, moment, payment)
        reservationTime = max(0, last.time - reservedAt)
        if let element = tariff.reservationTime?.prices.first(where: { $0.conditions?.hold(at: moment) ?? true }) {
            reservationCharge.add(Money(element.priceMinute), times: reservationTime)
        }
    }

    private func price(_ fees: TariffFixedType?, _ moment: TariffMoment, _ payment: [String: String]) -> Money {
        let element = fees?.prices.first { $0.conditions?.hold(at: moment, payment: payment) ?? true }
        return element.map { Money($0.priceFixed) } ?? .zero
    }

    // MARK: In between

    /// Counts what was used since the last observation. Where prices change with the time of day, the time in between is cut at
    /// full minutes and the energy spread over it.
    mutating func advance(to next: Observation, _ clock: LocalClock) {
        guard next.time >= last.time else {
            last.time = next.time
            return
        }
        let from = last
        let used = usedEnergy(next)
        let total = next.time - from.time
        var counted: Int64 = 0
        for (start, end) in pieces(from.time, next.time) {
            // Up to the end of each piece its share of the energy, so that the shares add up.
            let share = total == 0 ? used : Int64(Int128(used) * Int128(end - from.time) / Int128(total))
            count(from: start, to: end, energy: share - counted, next, clock)
            counted = share
        }
        last.time = next.time
        last.imported = next.imported ?? last.imported
        last.isCharging = next.isCharging
        last.power = next.power
        last.current = next.current
    }

    private mutating func usedEnergy(_ next: Observation) -> Int64 {
        guard let imported = next.imported, let before = last.imported else {
            // The first reading is where counting begins.
            if next.imported == nil, next.isCharging { lacksEnergy = true }
            return 0
        }
        return max(0, imported.milli - before.milli)
    }

    private func pieces(_ from: Int64, _ to: Int64) -> [(Int64, Int64)] {
        guard tariff.dependsOnCivilTime, to > from, (to - from) / 60 < Self.mostPieces else { return [(from, to)] }
        let cuts = [from] + stride(from: from - from % 60 + 60, to: to, by: 60) + [to]
        return Array(zip(cuts, cuts.dropFirst()))
    }

    private mutating func count(
        from start: Int64, to end: Int64, energy: Int64, _ next: Observation, _ clock: LocalClock
    ) {
        use(UsedElements(tariff, at: moment(start, next, clock)), from: start)
        let seconds = end - start
        // What flowed until now is charging, also in the second in which it stopped.
        let isCharging = last.isCharging
        self.energy += energy
        if isCharging { chargingTime += seconds } else { idleTime += seconds }
        note(energy, isCharging ? seconds : 0, isCharging ? 0 : seconds, next)
        guard !isFrozen else { return }
        charge(energy, seconds, isCharging)
        freezeAtMaximum()
    }

    private mutating func charge(_ energy: Int64, _ seconds: Int64, _ isCharging: Bool) {
        if let index = used?.energy, let prices = tariff.energy?.prices {
            energyCharge.add(Money(prices[index].priceKwh), times: energy)
        }
        if isCharging, let index = used?.chargingTime, let prices = tariff.chargingTime?.prices {
            chargingCharge.add(Money(prices[index].priceMinute), times: seconds)
        }
        if !isCharging, let index = used?.idleTime, let prices = tariff.idleTime?.prices {
            idleCharge.add(Money(prices[index].priceMinute), times: seconds)
        }
    }

    private func moment(_ time: Int64, _ observation: Observation, _ clock: LocalClock) -> TariffMoment {
        TariffMoment(
            civil: CivilMoment(time, clock), kind: kind, energy: energy, current: observation.current?.milli ?? 0,
            power: max(0, observation.power?.milli ?? 0), time: max(0, time - startedAt), chargingTime: chargingTime,
            idleTime: idleTime)
    }

    /// I12.FR.35, I12.FR.36.
    private mutating func use(_ elements: UsedElements, from time: Int64) {
        guard elements != used || periods.isEmpty else { return }
        used = elements
        guard periods.count < Self.mostPeriods else { return }
        periods.append(Period(tariffId: tariff.tariffId, start: time))
    }

    private mutating func note(_ energy: Int64, _ charging: Int64, _ idle: Int64, _ observation: Observation) {
        guard let index = periods.indices.last else { return }
        periods[index].energy += energy
        periods[index].charging += charging
        periods[index].idle += idle
        if let power = observation.power?.milli { periods[index].power = widened(periods[index].power, power) }
        if let current = observation.current?.milli {
            periods[index].current = widened(periods[index].current, current)
        }
    }

    private func widened(_ range: ClosedRange<Int64>?, _ value: Int64) -> ClosedRange<Int64> {
        guard let range else { return value...value }
        return min(range.lowerBound, value)...max(range.upperBound, value)
    }

    /// Another tariff from now on; nothing is counted anew (I11.FR.08).
    mutating func change(to tariff: TariffType) {
        closePrices()
        self.tariff = tariff
        isDriverTariff = true
        // The next piece opens a period of its own.
        used = nil
    }

    /// What the former tariff has made of the usage stays as it is.
    private mutating func closePrices() {
        let energy = energyAmount
        let charging = chargingAmount
        let idle = idleAmount
        settled = Settled(energy: energy, chargingTime: charging, idleTime: idle)
        energyCharge = Charge()
        chargingCharge = Charge()
        idleCharge = Charge()
    }

    // MARK: The sum

    /// Without and with taxes.
    struct Amount: Equatable, Sendable {
        var net = Money.zero
        var gross = Money.zero

        static func + (lhs: Amount, rhs: Amount) -> Amount {
            Amount(net: lhs.net + rhs.net, gross: lhs.gross + rhs.gross)
        }

        init(net: Money = .zero, gross: Money = .zero) {
            self.net = net
            self.gross = gross
        }

        init(_ net: Money, _ rates: [TaxRateType]?) {
            self.net = net
            gross = net.taxed(rates)
        }
    }

    /// By tariffs before this one.
    struct Settled: Equatable, Sendable {
        var energy = Amount()
        var chargingTime = Amount()
        var idleTime = Amount()
    }

    var settled = Settled()

    var energyAmount: Amount {
        settled.energy + Amount(energyCharge.amount(per: 1_000_000), tariff.energy?.taxRates)
    }
    var chargingAmount: Amount {
        settled.chargingTime + Amount(chargingCharge.amount(per: 60), tariff.chargingTime?.taxRates)
    }
    var idleAmount: Amount { settled.idleTime + Amount(idleCharge.amount(per: 60), tariff.idleTime?.taxRates) }
    var fixedAmount: Amount { Amount(fixed, tariff.fixedFee?.taxRates) }
    var reservationAmount: Amount { Amount(reservationCharge.amount(per: 60), tariff.reservationTime?.taxRates) }
    var reservationFixedAmount: Amount { Amount(reservationFixed, tariff.reservationFixed?.taxRates) }

    /// I12.FR.17.
    var total: Amount {
        fixedAmount + energyAmount + chargingAmount + idleAmount + reservationAmount + reservationFixedAmount
    }

    private mutating func freezeAtMaximum() {
        guard let most = tariff.maxCost else { return }
        let total = total
        isFrozen =
            most.exclTax.map { total.net >= Money($0) } ?? false
            || most.inclTax.map { total.gross >= Money($0) } ?? false
    }
}
