// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What the car may choose between, and what it chose.
struct ScheduleState: Sendable {
    /// When the owner was asked in this negotiation.
    var askedAt: Instant?
    /// The owner's answer to it.
    var given: [ScheduleTuple]?
    /// What the car was told last; before that, nothing is offered.
    var offered: [ScheduleTuple] = []
    /// The car's choice.
    var selected: UInt8?
}

// The schedules: asked for when the car wants them, told, chosen from, and kept to.

extension StationMachine {
    /// Cars give up when they have been told to wait for 60 s (V2G_EVCC_Ongoing_Timeout).
    private static var patience: Interval { .seconds(57) }

    /// Whether the car has to be told to wait. Under dynamic control there is nothing to wait for.
    mutating func awaitsSchedules(at now: Instant, _ outputs: inout [Output]) -> Bool {
        let asked = schedules.askedAt ?? now
        if offer.asksForSchedules, mode == .scheduled, schedules.given == nil, now - asked < Self.patience {
            if schedules.askedAt == nil { outputs.append(.effect(.schedules(needs))) }
            schedules.askedAt = asked
            return true
        }
        settleSchedules(at: now)
        return false
    }

    /// Without an answer the car is offered all the station has; the limits that hold are said in the loop.
    private mutating func settleSchedules(at now: Instant) {
        let time = time(at: now)
        let most = needs.mostSchedulePoints ?? ScheduleTuple.mostPeriods
        let given = (schedules.given ?? []).filter { $0.id > 0 && !$0.periods.isEmpty }.prefix(ScheduleTuple.most)
        let all = given.isEmpty ? [ScheduleTuple.flat(offer.power, from: time)] : Array(given)
        schedules.offered = all.map { $0.left(at: time, inAtMost: most).narrowed(to: offer.power) }
        schedules.askedAt = nil
        schedules.given = nil
    }

    /// - Returns: why the car's choice is refused.
    mutating func choose(_ delivery: PowerDelivery) -> ReplyCode? {
        let offered = schedules.offered
        let tuple: ScheduleTuple?
        if let number = delivery.schedule {
            guard let found = offered.first(where: { UInt32($0.id) == number }) else {
                return .scheduleSelectionInvalid
            }
            tuple = found
        } else {
            tuple = mode == .scheduled ? offered.first : nil
        }
        if let profile = delivery.profile, let tuple, !profile.fits(tuple) { return .powerProfileInvalid }
        schedules.selected = tuple?.id
        return nil
    }

    /// In the older standards a profile counts from its message. A clock that is a day off is no clock.
    func dated(_ delivery: PowerDelivery, at now: Instant) -> PowerDelivery {
        guard let profile = delivery.profile else { return delivery }
        let time = time(at: now)
        let isFar = abs(profile.start.seconds - time.seconds) > 86_400
        var result = delivery
        if !standard.isISO20 || isFar { result.profile?.start = time }
        return result
    }

    /// What the owner hears of it.
    func told(_ delivery: PowerDelivery) -> [Output] {
        guard var profile = delivery.profile else { return [] }
        profile.schedule = schedules.selected
        return [.effect(.profile(profile))]
    }
}
