// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ChargingStation
import Electricity
import ISO15118
import OCPP
import OCPP21

// Schedules in the words of OCPP, at the grid's side, and in those of ISO 15118, at the inlet.

extension ScheduleTuple {
    /// - Parameter offered: in watts.
    init(_ offered: OfferedSchedule, id: UInt8, _ outlet: VehicleOutlet) {
        let schedule = offered.schedule
        let own = offered.priceLevels.map { (start: $0.start, level: UInt8(clamping: $0.level)) }
        let prices = offered.source?.priceLevelSchedule?.levels(from: schedule.start) ?? own
        let length = max(schedule.duration, 1)
        let starts = Set(schedule.periods.map(\.start) + prices.map(\.start) + [0]).filter { (0..<length).contains($0) }
            .sorted()
        let periods = zip(starts, starts.dropFirst() + [length]).map { start, end in
            let power = schedule.periods.last { $0.start <= start }?.power ?? .zero
            return Period(
                .seconds(end - start), outlet.atInlet(power), priceLevel: prices.last { $0.start <= start }?.level)
        }
        self.init(id: id, start: WallTime(milliseconds: schedule.start.multiplied(by: 1_000)), periods: periods)
    }
}

extension CompositePeriod {
    /// A setpoint leaves the car no choice but less.
    fileprivate var power: PowerLimits {
        let most = limit.map { Power(plausible: $0.sum) } ?? .zero
        let delivered = dischargeLimit.map { Power(plausible: $0.sum).magnitude } ?? .zero
        let limits = PowerLimits(from: -delivered, to: max(most, .zero))
        guard let setpoint else { return limits }
        let wanted = Power(plausible: setpoint.sum)
        return limits.narrowed(to: PowerLimits(from: min(wanted, .zero), to: max(wanted, .zero)))
    }
}

extension PhaseRates {
    /// In watts; overflowing numbers are beyond anything plausible.
    fileprivate var sum: Int64 { base.adding(l2 ?? 0).adding(l3 ?? 0) }
}

extension Power {
    fileprivate init(plausible milli: Int64) {
        self.init(milli: min(max(milli, 0 - Power.plausible), Power.plausible))
    }
}

extension PriceLevelScheduleType {
    /// In seconds after a time; what the backend said before it counts from the beginning.
    fileprivate func levels(from time: Int64) -> [(start: Int, level: UInt8)] {
        var start = timeAnchor.time.seconds
        return priceLevelScheduleEntries.map { entry in
            defer { start = start.adding(Int64(max(entry.duration, 0))) }
            let offset = max(start.adding(0 - time), 0)
            return (Int(min(offset, Int64(Int32.max))), UInt8(clamping: entry.priceLevel))
        }
    }
}

extension ChargingStation.VehiclePlan {
    /// - Parameter number: the backend's, of the schedule the car chose.
    init(_ profile: PowerProfile, _ number: Int?, _ outlet: VehicleOutlet) {
        let periods = profile.entries.prefix(1_024).map { entry in
            let power = outlet.atGrid(entry.power)
            var period = ChargingSchedulePeriodType(startPeriod: Int(entry.start.milliseconds / 1_000))
            period.limit = DecimalNumber(thousandths: max(power, .zero).milli)
            if power < .zero { period.dischargeLimit = DecimalNumber(thousandths: power.milli) }
            return period
        }
        var schedule = ChargingScheduleType(id: number ?? 1, chargingRateUnit: .w, chargingSchedulePeriod: periods)
        schedule.duration = profile.end.map { Int($0.milliseconds / 1_000) }
        self.init(
            schedule, from: DateTime(profile.start), selected: number, acceptsTolerance: profile.keepsTolerance)
    }
}
