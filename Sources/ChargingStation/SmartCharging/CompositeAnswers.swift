// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    // MARK: GetCompositeSchedule (K08)

    /// From now on for as long as asked (K08.FR.02), each phase's own limits among it (K08.FR.09).
    mutating func answer(_ request: GetCompositeScheduleRequest, _ id: MessageID) {
        guard isSmartChargingEnabled(id) else { return }
        let unit: RateUnit? =
            switch request.chargingRateUnit {
            case nil: nil
            case .w?: .watts
            case .a?: .amperes
            }
        guard let schedule = composite(request.evseId, request.duration, unit) else {
            let info = StatusInfoType(
                reasonCode: request.evseId == 0 ? "UnsupportedRateUnit" : "UnknownEvse", additionalInfo: "K08.FR.05")
            let response = GetCompositeScheduleResponse(status: .rejected, statusInfo: info)
            return emit(.answer(id, .getCompositeSchedule(response)))
        }
        let response = GetCompositeScheduleResponse(
            status: .accepted, schedule: CompositeScheduleType(planned(schedule)))
        emit(.answer(id, .getCompositeSchedule(response)))
    }

    /// Nil for an EVSE that does not exist or a unit that is not supported (K08.FR.05, K08.FR.07).
    private func composite(_ evse: Int, _ duration: Int, _ unit: RateUnit?) -> CompositeSchedule? {
        let profiles = smart.store.profiles
        if let unit, !SmartChargingVariables.units.contains(unit) { return nil }
        guard evse != 0 else {
            // The whole of what the station expects to draw (K08.FR.03).
            return profiles.stationSchedule(
                of: evseConditions, from: now.seconds, duration: duration, unit: unit ?? .watts, stationConditions)
        }
        guard let conditions = evseConditions.first(where: { $0.id == evse }) else { return nil }
        return profiles.compositeSchedule(
            for: conditions, from: now.seconds, duration: duration, unit: unit, stationConditions)
    }

    /// Less where the car has said that it will take less (SC.04, K15.FR.14).
    private func planned(_ schedule: CompositeSchedule) -> CompositeSchedule {
        guard let plan = smart.vehicles[schedule.evse]?.plan,
            let supply = setup.evses.first(where: { $0.id == schedule.evse })?.supply
        else { return schedule }
        return schedule.capped(by: plan, supply, nominalVolts: setup.nominalVoltage)
    }

    // MARK: What profiles ask about

    var stationConditions: StationConditions {
        StationConditions(
            version: version, nominalVolts: setup.nominalVoltage, clock: setup.clock, offlineSince: offlineSince,
            setpointPriority: variables.text(SmartChargingVariables.setpointPriority) == "CSMS" ? .csms : .external)
    }

    var evseConditions: [EVSEConditions] { evses.map(conditions) }

    func conditions(of evse: EVSEState) -> EVSEConditions {
        let ratings = evse.setup.ratings
        var conditions = EVSEConditions(
            id: evse.id, supply: evse.setup.supply,
            hardware: EVSEConditions.Hardware(
                unit: .watts, charge: ratings.upper.milli, discharge: ratings.lower.milli))
        if let transaction = evse.transaction {
            conditions.transaction = EVSEConditions.Transaction(
                id: transaction.id, since: transaction.since ?? now.seconds)
            conditions.isPriorityCharging = smart.priority[evse.id] == transaction.id
            conditions.soc = evse.report.soc
        }
        let needs = smart.vehicles[evse.id]?.needs
        conditions.hasNeeds = needs != nil
        conditions.isBidirectional = isBidirectional(evse)
        let powers = needs?.v2xChargingParameters
        conditions.reportsPhasesCharging = powers?.maxChargePower_L2 != nil || powers?.maxChargePower_L3 != nil
        conditions.reportsPhasesDischarging =
            powers?.maxDischargePower_L2 != nil || powers?.maxDischargePower_L3 != nil
        return conditions
    }

    /// Whether power may flow back: the car chose a service for that, or none is spoken and the hardware can (K01.FR.116).
    func isBidirectional(_ evse: EVSEState) -> Bool {
        guard evse.setup.ratings.lower < .zero else { return false }
        guard let needs = smart.vehicles[evse.id]?.needs else { return true }
        return needs.requestedEnergyTransfer.isBidirectional
    }
}

extension EnergyTransferModeEnumType {
    var isBidirectional: Bool {
        switch self {
        case .acBPT, .acBPTDER, .dcBPT, .dcACDPBPT: true
        case .acSinglePhase, .acTwoPhase, .acThreePhase, .dc, .acDER, .dcACDP, .wpt: false
        }
    }
}
