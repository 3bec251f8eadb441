// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ChargingStation
import ConfigurationFiles
import Electricity
import ISO15118
import LinuxIO
import OCPP21
import Synchronization
import VehicleLinks

/// What a car may choose between and what it chose, between the backend or the connection and the session.
struct VehicleSchedules: Sendable {
    /// Where no backend plans, a car is bothered no more often than this, and for no less.
    static let pause = Interval.seconds(60)
    static let significant = Power.watts(500)

    /// The session waits for schedules.
    private var waiting: CheckedContinuation<[ScheduleTuple], Never>?
    /// What has come from the backend and the car has not been told.
    private var news: [ScheduleTuple]?
    /// Whether the car has been asked to come for it.
    private var hasAsked = false
    /// The backend's numbers of what was offered, by those the car knows.
    private var numbers: [UInt8: Int] = [:]
    /// What the car was told last, and when.
    private var told: (tuples: [ScheduleTuple], at: Instant)?
    /// What the car will do, for the backend.
    private var plan: PowerProfile?

    // MARK: From the backend

    mutating func offer(_ tuples: [ScheduleTuple], numbers: [UInt8: Int], at now: Instant) {
        self.numbers = numbers
        if waiting == nil { news = tuples } else { settle(tuples, at: now) }
    }

    /// Whether a car that has been told other schedules should come for these; said once.
    mutating func wantsToTell() -> Bool {
        guard news != nil, told != nil, !hasAsked else { return false }
        hasAsked = true
        return true
    }

    /// The session asks, and what it has not been told is at hand.
    mutating func takeNews(at now: Instant) -> [ScheduleTuple]? {
        defer { (news, hasAsked) = (nil, false) }
        if let news { told = (news, now) }
        return news
    }

    /// Nothing may come between a look for news and the wait for it.
    mutating func wait(_ continuation: CheckedContinuation<[ScheduleTuple], Never>, at now: Instant) {
        if let news = takeNews(at: now) { continuation.resume(returning: news) } else { waiting = continuation }
    }

    /// The session is told nothing, or something of our own.
    mutating func settle(_ tuples: [ScheduleTuple], at now: Instant) {
        told = (tuples, now)
        waiting?.resume(returning: tuples)
        waiting = nil
    }

    // MARK: Where no backend plans

    /// Whether what the connection leaves now is worth a new negotiation.
    mutating func differs(_ power: PowerLimits, at now: Instant, _ wall: WallTime) -> Bool {
        guard let last = told, now - last.at >= Self.pause, let tuple = last.tuples.first else { return false }
        let before = tuple.power(at: wall)
        guard
            (before.upper - power.upper).magnitude >= Self.significant
                || (before.lower - power.lower).magnitude >= Self.significant
        else { return false }
        // Asked for once; the car comes for it, or goes on as it is.
        told?.at = now
        return true
    }

    // MARK: From the car

    mutating func planned(_ profile: PowerProfile) { plan = profile }

    mutating func takePlan() -> (profile: PowerProfile, number: Int?)? {
        defer { plan = nil }
        return plan.map { ($0, $0.schedule.flatMap { numbers[$0] }) }
    }
}

extension VehiclePost: SchedulePoint {
    func schedules(for needs: EVNeeds) async -> [ScheduleTuple] {
        let now = MonotonicClock.now()
        guard feed.isAsked else {
            let tuple = ScheduleTuple.flat(roomNow(at: now), from: StationTime.now().wall)
            change { $0.schedules.settle([tuple], at: now) }
            return [tuple]
        }
        if let news = change({ $0.schedules.takeNews(at: now) }) { return news }
        return await answer(
            within: .seconds(56), otherwise: [], { $0.schedules.wait($1, at: MonotonicClock.now()) },
            { [self] tuples in change { $0.schedules.settle(tuples, at: MonotonicClock.now()) } },
            {
                change { $0.wantsSchedules(for: needs, at: now) }
                cell.bell.signal()
            })
    }

    func planned(_ profile: PowerProfile) async {
        change { $0.schedules.planned(profile) }
        cell.bell.signal()
    }

    /// What the backend lets the car choose between.
    func offer(_ offered: [OfferedSchedule]) {
        let places = Array(zip(UInt8(1)..., offered.prefix(ScheduleTuple.most)))
        let tuples = places.map { ScheduleTuple($1, id: $0, cell.outlet).narrowed(to: offer.power) }
        let numbers = Dictionary(uniqueKeysWithValues: places.map { ($0, $1.id) })
        change { $0.schedules.offer(tuples, numbers: numbers, at: MonotonicClock.now()) }
        cell.bell.signal()
    }

    /// What the connection leaves to the car, at the inlet.
    private func roomNow(at now: Instant) -> PowerLimits {
        cell.outlet.atInlet(room.left(to: index, at: now)).narrowed(to: offer.power)
    }

    /// Called with every look.
    func lookAtSchedules(at now: Instant) {
        let room = feed.isAsked ? nil : roomNow(at: now)
        let plan = inside.withLock { state in
            state.negotiateIfNeeded(room, at: now, StationTime.now().wall)
            return state.takePlan()
        }
        guard let plan else { return }
        feed.tell(.plan(evse: evse.id, ChargingStation.VehiclePlan(plan.profile, plan.number, cell.outlet)))
    }
}
