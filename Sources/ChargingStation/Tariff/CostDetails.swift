// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension CostAccount {
    /// The account as the backend is told of it; the periods only at the end (I12.FR.01, I12.FR.02).
    func details(isFinal: Bool) -> CostDetailsType {
        CostDetailsType(
            totalCost: totalCost(isFinal: isFinal), totalUsage: usage,
            chargingPeriods: isFinal && !periods.isEmpty ? periods.map(described) : nil,
            failureToCalculate: fails ? true : nil,
            failureReason: fails ? "The meter does not say how much energy was used." : nil)
    }

    /// I12.FR.14: an energy price without a meter that says how much.
    var fails: Bool { lacksEnergy && tariff.energy != nil }

    /// I12.FR.09 to .11.
    private var usage: TotalUsageType {
        TotalUsageType(
            energy: DecimalNumber(thousandths: energy), chargingTime: Int(clamping: chargingTime),
            idleTime: Int(clamping: idleTime),
            reservationTime: reservationTime > 0 ? Int(clamping: reservationTime) : nil)
    }

    private func totalCost(isFinal: Bool) -> TotalCostType {
        if isFinal, let least = belowMinimum { return atMinimum(least) }
        var cost = TotalCostType(
            currency: tariff.currency, typeOfCost: isFrozen ? .maxCost : .normalCost,
            total: TotalPriceType(exclTax: total.net.decimal, inclTax: total.gross.decimal))
        cost.fixed = tariff.fixedFee.map { price(fixedAmount, $0.taxRates) }
        cost.energy = tariff.energy.map { price(energyAmount, $0.taxRates) }
        cost.chargingTime = tariff.chargingTime.map { price(chargingAmount, $0.taxRates) }
        cost.idleTime = tariff.idleTime.map { price(idleAmount, $0.taxRates) }
        guard reservationTime > 0 else { return cost }
        cost.reservationTime = tariff.reservationTime.map { price(reservationAmount, $0.taxRates) }
        cost.reservationFixed = tariff.reservationFixed.map { price(reservationFixedAmount, $0.taxRates) }
        return cost
    }

    private func price(_ amount: Amount, _ rates: [TaxRateType]?) -> PriceType {
        PriceType(exclTax: amount.net.decimal, inclTax: amount.gross.decimal, taxRates: rates)
    }

    private var belowMinimum: PriceType? {
        guard let least = tariff.minCost else { return nil }
        let isBelow =
            least.exclTax.map { total.net < Money($0) } ?? false
            || least.inclTax.map { total.gross < Money($0) } ?? false
        return isBelow ? least : nil
    }

    /// I12.FR.38.
    private func atMinimum(_ least: PriceType) -> TotalCostType {
        var cost = TotalCostType(
            currency: tariff.currency, typeOfCost: .minCost,
            total: TotalPriceType(exclTax: least.exclTax, inclTax: least.inclTax))
        cost.fixed = least
        return cost
    }

    /// I12.FR.04, I12.FR.35.
    private func described(_ period: Period) -> ChargingPeriodType {
        var dimensions: [CostDimensionType] = []
        func add(_ type: CostDimensionEnumType, _ volume: DecimalNumber?) {
            if let volume { dimensions.append(CostDimensionType(type: type, volume: volume)) }
        }
        add(.energy, period.energy > 0 ? DecimalNumber(thousandths: period.energy) : nil)
        add(.chargingTime, period.charging > 0 ? DecimalNumber(Int(clamping: period.charging)) : nil)
        add(.idleTIme, period.idle > 0 ? DecimalNumber(Int(clamping: period.idle)) : nil)
        add(.minPower, period.power.map { DecimalNumber(thousandths: $0.lowerBound) })
        add(.maxPower, period.power.map { DecimalNumber(thousandths: $0.upperBound) })
        add(.minCurrent, period.current.map { DecimalNumber(thousandths: $0.lowerBound) })
        add(.maxCurrent, period.current.map { DecimalNumber(thousandths: $0.upperBound) })
        return ChargingPeriodType(
            startPeriod: DateTime(WallTime(milliseconds: period.start * 1_000)),
            dimensions: dimensions.isEmpty ? nil : dimensions, tariffId: period.tariffId)
    }
}
