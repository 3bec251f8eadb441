// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    // MARK: Schedules for the car

    /// What the car of this EVSE may choose from: as many as its TxProfiles have schedules, at most three; the first with the first of
    /// every level, and so on (K15.FR.22, K18.FR.24).
    func offers(_ evse: Int) -> [OfferedSchedule] {
        guard let index = index(ofEVSE: evse) else { return [] }
        let conditions = conditions(of: evses[index])
        let profiles = smart.store.profiles
        let own = profiles.installed.filter {
            $0.profile.purpose == .tx && $0.evse == evse && $0.profile.transactionID == conditions.transaction?.id
        }.sorted { $0.profile.stackLevel > $1.profile.stackLevel }
        let levels = priceLevels(index, from: now.seconds, for: 86_400)
        let count = min(3, own.map(\.profile.schedules.count).max() ?? 1)
        return (0..<max(1, count)).map { place in
            let schedule = profiles.selecting(place).compositeSchedule(
                for: conditions, from: now.seconds, duration: 86_400, unit: .watts, stationConditions)
            let leader = own.first { place < $0.profile.schedules.count }
            let source = leader.flatMap { smart.store.messages[$0.profile.id]?.chargingSchedule[place] }
            return OfferedSchedule(id: source?.id ?? place + 1, schedule: schedule, source: source, priceLevels: levels)
        }
    }

    /// K18.FR.20, K16.FR.03.
    mutating func offerSchedules(_ evse: Int) {
        guard var wishes = smart.vehicles[evse] else { return }
        wishes.isRenegotiating = !wishes.offered.isEmpty
        wishes.offered = offers(evse)
        wishes.revision = smart.store.revision
        wishes.answerBy = nil
        smart.vehicles[evse] = wishes
        emit(.host(.offerSchedules(evse: evse, wishes.offered)))
    }

    /// A TxProfile has come: for a car that waits, or one that has others (K16.FR.01, K16.FR.02).
    mutating func profileArrived(_ evse: Int) {
        guard let wishes = smart.vehicles[evse], wishes.offered.isEmpty || !wishes.isLed else { return }
        offerSchedules(evse)
    }

    /// Cars that have waited long enough, and cars whose schedules are not what they were (K16.FR.02).
    mutating func offerLateSchedules() {
        for (evse, wishes) in smart.vehicles.sorted(by: { $0.key < $1.key }) {
            if let at = wishes.answerBy, at <= now.seconds { offerSchedules(evse) }
            guard !wishes.offered.isEmpty, wishes.revision != smart.store.revision else { continue }
            smart.vehicles[evse]?.revision = smart.store.revision
            // A car that is led does not need to know (K20.FR.04).
            guard !wishes.isLed, differ(offers(evse), wishes.offered) else { continue }
            offerSchedules(evse)
        }
    }

    private func differ(_ new: [OfferedSchedule], _ old: [OfferedSchedule]) -> Bool {
        guard new.count == old.count else { return true }
        return zip(new, old).contains { $0.schedule.differs(from: $1.schedule, after: now.seconds) }
    }

    // MARK: The car's plan

    /// K15.FR.10, K16.FR.05, K17.FR.10, K18.FR.10, K19.FR.10.
    mutating func take(_ plan: VehiclePlan, of evse: Int) {
        guard var wishes = smart.vehicles[evse] else { return }
        wishes.isRenegotiating = false
        let chosen = wishes.offered.first { $0.id == plan.selected } ?? wishes.offered.first
        if let selected = plan.selected { _ = smart.store.select(selected, on: evse) }
        var request = NotifyEVChargingScheduleRequest(
            timeBase: plan.timeBase, chargingSchedule: plan.schedule, evseId: evse)
        // K15.FR.21, K16.FR.14, K17.FR.18.
        request.selectedChargingScheduleId = plan.selected ?? chosen?.id
        request.powerToleranceAcceptance = plan.acceptsTolerance
        wishes.planInQuestion = nil
        if wishes.isLed {
            // The car's fastest way is not the way it will be led (K19.FR.10).
            if let chosen { request.chargingSchedule = chosen.source ?? chosen.asSchedule }
        } else {
            let schedule = VehicleSchedule(plan.schedule, from: plan.timeBase.time.seconds)
            if let chosen, exceeds(schedule, chosen.schedule, evse) {
                // K15.FR.09. The commands hold the limit anyhow; the backend starts over if it minds (K15.FR.13).
                emit(.notice("The car's own schedule at EVSE \(evse) goes beyond what it was offered."))
            }
            wishes.planInQuestion = schedule
        }
        smart.vehicles[evse] = wishes
        if mayCall(.volatile), setup.role == .inCharge { call(.notifyEVChargingSchedule(request)) }
        keepProfiles()
    }

    private func exceeds(_ plan: VehicleSchedule, _ offered: CompositeSchedule, _ evse: Int) -> Bool {
        guard let supply = setup.evses.first(where: { $0.id == evse })?.supply else { return false }
        return plan.exceeds(offered, supply, nominalVolts: setup.nominalVoltage)
    }

    /// Once the backend agrees, the composite schedule counts on it (K15.FR.14, K16.FR.10, K17.FR.14, K18.FR.14).
    mutating func take(
        _ response: NotifyEVChargingScheduleResponse, to request: NotifyEVChargingScheduleRequest
    ) {
        guard var wishes = smart.vehicles[request.evseId] else { return }
        switch response.status {
        case .accepted: wishes.plan = wishes.planInQuestion
        case .rejected: wishes.plan = nil
        }
        wishes.planInQuestion = nil
        smart.vehicles[request.evseId] = wishes
    }
}

extension OfferedSchedule {
    fileprivate var asSchedule: ChargingScheduleType {
        let wire = CompositeScheduleType(schedule)
        return ChargingScheduleType(
            id: id, chargingRateUnit: wire.chargingRateUnit, chargingSchedulePeriod: wire.chargingSchedulePeriod,
            startSchedule: wire.scheduleStart, duration: wire.duration)
    }
}

extension VehicleSchedule {
    init(_ wire: ChargingScheduleType, from timeBase: Int64) {
        let start = wire.startSchedule?.time.seconds ?? timeBase
        self.init(
            unit: wire.chargingRateUnit == .w ? .watts : .amperes,
            steps: wire.chargingSchedulePeriod.compactMap { period in
                (period.limit ?? period.setpoint).map {
                    Step(at: start.adding(Int64(period.startPeriod)), rate: $0.rate)
                }
            }, end: wire.duration.map { start.adding(Int64($0)) })
    }
}
