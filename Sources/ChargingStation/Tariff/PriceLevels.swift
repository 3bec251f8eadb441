// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// How dear energy is from a moment on, beside the rest of the time: what cars of ISO 15118-20 are told (price levels).
package struct PriceLevel: Equatable, Sendable {
    /// Seconds after the beginning.
    package var start: Int
    /// 1 is the cheapest.
    package var level: Int

    package init(start: Int, level: Int) { (self.start, self.level) = (start, level) }
}

extension TariffType {
    /// The price of energy as the time of day and the date change it. What else a price may depend on, energy taken or power, nobody
    /// knows beforehand: it counts as at the beginning of a transaction. Fees for time say nothing of when to charge.
    /// - Returns: where the level changes, the first at 0; nothing where the price is always the same.
    func priceLevels(
        from start: Int64, for duration: Int, _ kind: EvseKindEnumType, _ clock: LocalClock
    ) -> [PriceLevel] {
        guard let prices = energy?.prices, dependsOnCivilTime else { return [] }
        let found = moments(from: start, for: duration, clock).map { time in
            let moment = TariffMoment(civil: CivilMoment(time, clock), kind: kind)
            let price = prices.first { $0.conditions?.hold(at: moment) ?? true }?.priceKwh ?? .zero
            return (start: Int(time - start), price: price)
        }
        let ranks = Set(found.map(\.price)).sorted()
        guard ranks.count > 1 else { return [] }
        var levels: [PriceLevel] = []
        for (start, price) in found {
            let level = (ranks.firstIndex(of: price) ?? 0) + 1
            if levels.last?.level != level { levels.append(PriceLevel(start: start, level: level)) }
        }
        return levels
    }

    /// Every quarter of an hour by the clock on the wall, and every minute of an hour at which a condition begins or ends: clocks
    /// change by whole hours.
    private func moments(from start: Int64, for duration: Int, _ clock: LocalClock) -> [Int64] {
        let conditions = (energy?.prices ?? []).compactMap(\.conditions)
        let times = conditions.flatMap { [$0.startTimeOfDay, $0.endTimeOfDay] }
        let edges = Set(times.compactMap { $0.flatMap(CivilMoment.minute) }.map { $0 % 60 })
        let first = CivilMoment(start, clock).minute
        // The first whole minute of the clock; offsets of zones are whole minutes.
        let toMinute = (60 - ((start % 60) + 60) % 60) % 60
        let minutes = (0...max(0, duration / 60)).filter { passed in
            let minute = (first + passed + (toMinute > 0 ? 1 : 0)) % 60
            return minute % 15 == 0 || edges.contains(minute)
        }
        let later = minutes.map { start.adding(toMinute + Int64($0) * 60) }
        return [start] + later.filter { $0 > start && $0 < start.adding(Int64(duration)) }
    }
}

extension Station {
    /// Of the tariff that the transaction of an EVSE has, or would have.
    func priceLevels(_ index: Int, from start: Int64, for duration: Int) -> [PriceLevel] {
        guard variables.flag(TariffVariables.tariffs), setup.role == .inCharge else { return [] }
        let tariff = evses[index].transaction?.account?.tariff ?? tariffs.current(evses[index].id, at: start)
        return tariff?.priceLevels(from: start, for: duration, kind(index), setup.clock) ?? []
    }
}
