// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXIISO20
import Electricity

// Schedules and profiles of ISO 15118-20, as station and car write and read them.

extension ISO20Messages {
    /// What holds at the moment is said in the loop.
    static func tuple(_ tuple: ScheduleTuple, _ header: StationHeader) -> ISO20.ScheduleTuple {
        .init(
            scheduleTupleID: UInt32(tuple.id), chargingSchedule: schedule(tuple) { $0.upper },
            dischargingSchedule: header.service?.isBidirectional == true ? schedule(tuple) { -$0.lower } : nil)
    }

    private static func schedule(_ tuple: ScheduleTuple, _ power: (PowerLimits) -> Power) -> ISO20.ChargingSchedule {
        let anchor = UInt64(clamping: tuple.start.seconds)
        let entries = tuple.periods.map { period in
            ISO20.PowerScheduleEntry(duration: seconds(period.length), power: .init(power(period.power)))
        }
        return .init(
            powerSchedule: .init(timeAnchor: anchor, powerScheduleEntries: .init(powerScheduleEntry: entries)),
            schedule: .priceLevelSchedule(prices(tuple, anchor)))
    }

    /// The schema does without where there are no prices, but some cars do not (PyPI iso15118 0.31.2).
    private static func prices(_ tuple: ScheduleTuple, _ anchor: UInt64) -> ISO20.PriceLevelSchedule {
        let levels = tuple.periods.map { $0.priceLevel ?? 1 }
        let entries = zip(tuple.periods, levels).map { period, level in
            ISO20.PriceLevelScheduleEntry(duration: seconds(period.length), priceLevel: level)
        }
        let count = Int(levels.max() ?? 1) + (levels.contains(0) ? 1 : 0)
        return .init(
            timeAnchor: anchor, priceScheduleID: UInt32(tuple.id), numberOfPriceLevels: UInt8(clamping: count),
            priceLevelScheduleEntries: .init(priceLevelScheduleEntry: entries))
    }

    private static func seconds(_ length: Interval) -> UInt32 { UInt32(clamping: length.milliseconds / 1_000) }

    // MARK: The car reads

    /// - Parameter now: when the answer was sent, by the station's clock, which need not be the car's.
    static func read(_ tuple: ISO20.ScheduleTuple, sentAt now: UInt64) -> ScheduleTuple {
        let charge = tuple.chargingSchedule.powerSchedule
        let discharge = tuple.dischargingSchedule?.powerSchedule
        let levels = priceLevels(tuple.chargingSchedule)
        var boundaries = Set(starts(charge).map(\.start))
        if let discharge { boundaries.formUnion(starts(discharge).map(\.start)) }
        let end = starts(charge).last.map { $0.start + $0.length } ?? 0
        let times = boundaries.filter { $0 < end }.sorted()
        let periods = zip(times, times.dropFirst() + [end]).map { from, to in
            let delivered = discharge.map { power(of: $0, at: from).magnitude } ?? .zero
            return ScheduleTuple.Period(
                .seconds(Int(to - from)), PowerLimits(from: -delivered, to: max(power(of: charge, at: from), .zero)),
                priceLevel: levels.last { $0.start <= from }?.level)
        }
        let delay = Int64(clamping: charge.timeAnchor) - Int64(clamping: min(now, UInt64(Int64.max) / 2))
        let bounded = min(max(delay, -31 * 86_400), 31 * 86_400)
        return ScheduleTuple(
            id: UInt8(clamping: tuple.scheduleTupleID), start: WallTime(milliseconds: bounded * 1_000), periods: periods
        )
    }

    /// In seconds after the anchor.
    private static func starts(
        _ schedule: ISO20.PowerSchedule
    ) -> [(start: Int64, length: Int64, power: Power)] {
        var start: Int64 = 0
        return schedule.powerScheduleEntries.powerScheduleEntry.map { entry in
            let length = cut(entry.duration)
            defer { start += length }
            return (start, length, total(entry.power, entry.power_L2, entry.power_L3))
        }
    }

    private static func cut(_ duration: UInt32) -> Int64 {
        min(Int64(duration), ScheduleTuple.longest.milliseconds / 1_000)
    }

    private static func power(of schedule: ISO20.PowerSchedule, at time: Int64) -> Power {
        starts(schedule).last { $0.start <= time }?.power ?? .zero
    }

    private static func priceLevels(_ schedule: ISO20.ChargingSchedule) -> [(start: Int64, level: UInt8)] {
        switch schedule.schedule {
        case .priceLevelSchedule(let prices)?:
            var start: Int64 = 0
            return prices.priceLevelScheduleEntries.priceLevelScheduleEntry.map { entry in
                defer { start += cut(entry.duration) }
                return (start, entry.priceLevel)
            }
        case .absolutePriceSchedule?, nil: return []
        }
    }

    // MARK: Profiles

    static func profile(_ profile: PowerProfile) -> ISO20.EVPowerProfile {
        let ends = profile.entries.dropFirst().map(\.start) + [profile.end ?? ScheduleTuple.day]
        let entries = zip(profile.entries, ends).map { entry, end in
            ISO20.PowerScheduleEntry(duration: seconds(max(end - entry.start, .zero)), power: .init(entry.power))
        }
        return .init(
            timeAnchor: UInt64(clamping: profile.start.seconds),
            evPPTControlMode: profile.schedule.map {
                .scheduled_EVPPTControlMode(
                    .init(selectedScheduleTupleID: UInt32($0), powerToleranceAcceptance: .powerToleranceConfirmed))
            } ?? .dynamic_EVPPTControlMode(.init()),
            evPowerProfileEntries: .init(evPowerProfileEntry: Array(entries.prefix(2_048))))
    }

    static func profile(_ wire: ISO20.EVPowerProfile) -> PowerProfile {
        var start = Interval.zero
        let entries = wire.evPowerProfileEntries.evPowerProfileEntry.map { entry in
            defer { start = start + .seconds(Int(cut(entry.duration))) }
            return PowerProfile.Entry(start, total(entry.power, entry.power_L2, entry.power_L3))
        }
        // The year 2100 is far enough for a clock.
        let anchor = WallTime(milliseconds: Int64(min(wire.timeAnchor, 4_102_444_800)) * 1_000)
        var profile = PowerProfile(start: anchor, entries: entries, end: start)
        switch wire.evPPTControlMode {
        case .scheduled_EVPPTControlMode(let scheduled):
            profile.schedule = UInt8(clamping: scheduled.selectedScheduleTupleID)
            profile.keepsTolerance = scheduled.powerToleranceAcceptance.map { $0 == .powerToleranceConfirmed }
        case .dynamic_EVPPTControlMode: break
        }
        return profile
    }
}

extension UInt32 {
    func saturating(adding other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
