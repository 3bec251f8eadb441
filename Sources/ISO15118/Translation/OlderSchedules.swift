// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXIDIN
import EXIISO2
import Electricity

// Schedules and profiles of the older standards: times count from when a message was sent, so they begin at zero here.

extension ScheduleTuple {
    fileprivate typealias Entry = (start: UInt32, length: UInt32?, most: Power)

    /// - Parameter entries: As they came; each lasts until the next, the last as long as it says.
    fileprivate init?(_ id: UInt8, _ entries: [Entry]) {
        let sorted = entries.sorted { $0.start < $1.start }
        guard let first = sorted.first else { return nil }
        let ends =
            sorted.dropFirst().map(\.start) + [
                sorted.last.map { $0.start.saturating(adding: $0.length ?? 86_400) } ?? 0
            ]
        let periods = zip(sorted, ends).compactMap { entry, end -> Period? in
            guard end > entry.start else { return nil }
            let length = min(Interval.seconds(Int(end - entry.start)), Self.longest)
            return Period(length, PowerLimits(from: .zero, to: max(entry.most, .zero)))
        }
        guard !periods.isEmpty else { return nil }
        self.init(id: id, start: WallTime(milliseconds: Int64(first.start) * 1_000), periods: periods)
    }
}

extension ScheduleTuple {
    /// As the older standards write it, which have room for starts of 194 days and a duration of one (ISO 15118-2,
    /// RelativeTimeIntervalType). An entry ends where the next begins, so a longer one is only cut at the end.
    var olderSteps: [(start: UInt32, length: UInt32, most: Power)] {
        var start: Int64 = 0
        return periods.compactMap { period in
            let seconds = period.length.milliseconds / 1_000
            defer { start += seconds }
            guard start <= 16_777_214 else { return nil }
            return (UInt32(start), UInt32(min(max(seconds, 0), 86_400)), period.power.upper)
        }
    }
}

extension PowerProfile {
    fileprivate init?(_ schedule: UInt8, _ entries: [Entry]) {
        guard !entries.isEmpty else { return nil }
        self.init(
            schedule: schedule, start: WallTime(milliseconds: 0), entries: entries.sorted { $0.start < $1.start })
    }

    /// The times of entries on the wire, and as many as there is room for: what is left out, the last one allowed holds for, with the
    /// least of its power.
    fileprivate func wire(inAtMost count: Int) -> [(start: UInt32, most: Power)] {
        var kept = Array(entries.prefix(count))
        if entries.count > count, let last = kept.indices.last {
            kept[last].power = entries.dropFirst(last).map(\.power).min() ?? kept[last].power
        }
        return kept.map { (UInt32(clamping: $0.start.milliseconds / 1_000), max($0.power, .zero)) }
    }
}

extension ISO2Messages {
    static func schedules(_ list: ISO2.SASchedules?) -> [ScheduleTuple] {
        switch list {
        case .saScheduleList(let list)?:
            list.saScheduleTuple.compactMap { tuple in
                ScheduleTuple(
                    tuple.saScheduleTupleID,
                    tuple.pMaxSchedule.pMaxScheduleEntry.map { entry in
                        switch entry.timeInterval {
                        case .relativeTimeInterval(let time): (time.start, time.duration, Power(entry.pMax))
                        }
                    })
            }
        case nil: []
        }
    }

    /// The schema has room for 24 entries.
    static func profile(_ profile: PowerProfile) -> ISO2.ChargingProfile {
        .init(
            profileEntry: profile.wire(inAtMost: 24).map {
                .init(chargingProfileEntryStart: $0.start, chargingProfileEntryMaxPower: .init($0.most))
            })
    }

    static func profile(_ wire: ISO2.ChargingProfile, _ schedule: UInt8) -> PowerProfile? {
        PowerProfile(
            schedule,
            wire.profileEntry.map {
                .init(.seconds(Int($0.chargingProfileEntryStart)), Power($0.chargingProfileEntryMaxPower))
            })
    }
}

extension DINMessages {
    static func schedules(_ list: DIN.SASchedules) -> [ScheduleTuple] {
        switch list {
        case .saScheduleList(let list):
            list.saScheduleTuple.prefix(ScheduleTuple.most).compactMap { tuple in
                ScheduleTuple(
                    UInt8(clamping: tuple.saScheduleTupleID),
                    tuple.pMaxSchedule.pMaxScheduleEntry.map { entry in
                        switch entry.timeInterval {
                        case .relativeTimeInterval(let time):
                            (time.start, time.duration, Power.watts(Int(entry.pMax)))
                        }
                    })
            }
        }
    }

    static func profile(_ profile: PowerProfile) -> DIN.ChargingProfile {
        .init(
            saScheduleTupleID: Int16(profile.schedule ?? 1),
            profileEntry: profile.wire(inAtMost: ScheduleTuple.mostPeriods).map {
                .init(
                    chargingProfileEntryStart: $0.start,
                    chargingProfileEntryMaxPower: Int16(clamping: $0.most.milli / 1_000))
            })
    }

    static func profile(_ wire: DIN.ChargingProfile) -> PowerProfile? {
        PowerProfile(
            UInt8(clamping: wire.saScheduleTupleID),
            wire.profileEntry.map {
                .init(.seconds(Int($0.chargingProfileEntryStart)), .watts(Int($0.chargingProfileEntryMaxPower)))
            })
    }
}
