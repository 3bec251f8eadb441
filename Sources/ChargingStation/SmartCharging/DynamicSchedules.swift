// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    // MARK: UpdateDynamicSchedule (K28)

    mutating func answer(_ request: UpdateDynamicScheduleRequest, _ id: MessageID) {
        guard isSmartChargingEnabled(id) else { return }
        let reason = updateProfile(request.chargingProfileId, request.scheduleUpdate)
        emit(
            .answer(
                id,
                .updateDynamicSchedule(
                    UpdateDynamicScheduleResponse(status: reason == nil ? .accepted : .rejected, statusInfo: reason))))
    }

    /// Applies an update at once, also to a profile that had run out (K28.FR.14), unless the profile would then be one that could not be set.
    private mutating func updateProfile(_ id: Int, _ update: ChargingScheduleUpdateType) -> StatusInfoType? {
        guard setup.role == .inCharge else {
            return StatusInfoType(reasonCode: "NotEnabled", additionalInfo: "This backend may read, not command.")
        }
        // K28.FR.11. What an external system has set is not the backend's to change.
        guard let installed = smart.store.profiles.installed.first(where: { $0.profile.id == id }),
            installed.profile.kind == .dynamic, !installed.isExternal, var updated = smart.store.messages[id]
        else { return StatusInfoType(reasonCode: "InvalidProfile", additionalInfo: "K28.FR.11") }
        guard !update.namesPhasesWithoutBase else {
            return StatusInfoType(reasonCode: "PhaseConflict", additionalInfo: "K01.FR.146")
        }
        updated.apply(update, at: now.seconds)
        let periods = updated.chargingSchedule.flatMap(\.chargingSchedulePeriod)
        if periods.contains(where: \.wantsReactivePower), !takesReactivePower(installed.evse) {
            return Self.noReactivePower
        }
        if let reason = smart.store.profiles.rejection(
            of: ChargingProfile(updated), on: installed.evse, evseConditions, support(of: installed.evse), version)
        {
            return StatusInfoType(reasonCode: reason.reason.rawValue, additionalInfo: reason.requirement)
        }
        guard smart.store.update(id, update, at: now.seconds) else {
            return StatusInfoType(reasonCode: "InvalidProfile", additionalInfo: "K28.FR.11")
        }
        smart.pulledAt[id] = nil
        return nil
    }

    // MARK: PullDynamicScheduleUpdate

    /// The next profile that asks for an update, and when (K28.FR.10).
    var nextPull: (id: Int, at: Int64)? {
        guard setup.role == .inCharge else { return nil }
        return smart.store.profiles.installed.compactMap { each -> (id: Int, at: Int64)? in
            guard each.profile.kind == .dynamic, !each.isExternal, let interval = each.profile.updateInterval,
                interval > 0
            else { return nil }
            // A question without an answer is repeated after the same interval, not at once.
            let since = max(each.profile.updateTime ?? each.installedAt, smart.pulledAt[each.profile.id] ?? .min)
            return (each.profile.id, since.adding(Int64(interval)))
        }.min { $0.at < $1.at }
    }

    mutating func pullUpdates() {
        guard mayCall(.volatile) else { return }
        while let (id, at) = nextPull, at <= now.seconds {
            smart.pulledAt[id] = now.seconds
            call(.pullDynamicScheduleUpdate(PullDynamicScheduleUpdateRequest(chargingProfileId: id)))
        }
    }

    /// K28.FR.08.
    mutating func take(_ response: PullDynamicScheduleUpdateResponse, to request: PullDynamicScheduleUpdateRequest) {
        switch response.status {
        case .accepted:
            guard let update = response.scheduleUpdate else { return }
            if let reason = updateProfile(request.chargingProfileId, update) {
                emit(
                    .notice(
                        "The update of profile \(request.chargingProfileId) does not fit it: \(reason.reasonCode)."))
            }
        case .rejected:
            emit(.notice("The backend has no update for profile \(request.chargingProfileId)."))
        }
    }

    // MARK: Outages

    /// The connection is back: what asked to be invalid after so long an outage is, for good (K01.FR.101, K01.FR.102).
    mutating func endProfileOutage() {
        guard let offlineSince else { return }
        smart.store.reconnect(offlineSince: offlineSince, at: now.seconds)
        keepProfiles()
    }
}

extension ChargingScheduleUpdateType {
    fileprivate var namesPhasesWithoutBase: Bool {
        limit == nil && (limit_L2 != nil || limit_L3 != nil)
            || dischargeLimit == nil && (dischargeLimit_L2 != nil || dischargeLimit_L3 != nil)
            || setpoint == nil && (setpoint_L2 != nil || setpoint_L3 != nil)
            || setpointReactive == nil && (setpointReactive_L2 != nil || setpointReactive_L3 != nil)
    }
}
