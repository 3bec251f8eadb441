// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    // MARK: GetChargingProfiles (K09)

    mutating func answer(_ request: GetChargingProfilesRequest, _ id: MessageID) {
        guard isSmartChargingEnabled(id) else { return }
        let reports = chargingProfileReports(request)
        let status: GetChargingProfileStatusEnumType = reports.isEmpty ? .noProfiles : .accepted
        emit(.answer(id, .getChargingProfiles(GetChargingProfilesResponse(status: status))))
        for report in reports { call(.reportChargingProfiles(report), .triggered) }
    }

    /// Also what external systems have set (K27.FR.02). Ids or the other criteria select (K09.FR.03).
    private func chargingProfileReports(_ request: GetChargingProfilesRequest) -> [ReportChargingProfilesRequest] {
        let criteria = request.chargingProfile
        let found = smart.store.profiles.matching(
            ChargingProfiles.Selection(
                ids: criteria.chargingProfileId, evse: request.evseId,
                purpose: (criteria.chargingProfilePurpose).flatMap { ChargingProfile.Purpose(rawValue: $0.word) },
                stackLevel: criteria.stackLevel)
        ).filter { each in
            // With ids the EVSE still counts (K09.FR.04, K09.FR.05); without one, all do (K09.FR.06).
            guard (request.evseId ?? each.evse) == each.evse else { return false }
            guard criteria.chargingProfileId == nil else { return true }
            return criteria.chargingLimitSource?.contains(smart.store.source(of: each.profile.id)) ?? true
        }
        return parts(of: found, request.requestId)
    }

    /// One message tells of one source at one EVSE, and of no more periods than a link may be trusted with.
    private func parts(of found: [InstalledProfile], _ requestID: Int) -> [ReportChargingProfilesRequest] {
        var parts: [ReportChargingProfilesRequest] = []
        var periods = 0
        let sorted = found.sorted {
            ($0.evse, smart.store.source(of: $0.profile.id), $0.profile.id)
                < ($1.evse, smart.store.source(of: $1.profile.id), $1.profile.id)
        }
        for each in sorted {
            guard let message = smart.store.messages[each.profile.id] else { continue }
            let source = smart.store.source(of: each.profile.id)
            let size = message.chargingSchedule.reduce(0) { $0 + $1.chargingSchedulePeriod.count }
            if let last = parts.last, last.evseId == each.evse, last.chargingLimitSource == source,
                periods + size <= Self.mostPeriodsReported
            {
                parts[parts.count - 1].chargingProfile.append(message)
                periods += size
            } else {
                periods = size
                parts.append(
                    ReportChargingProfilesRequest(
                        // K09.FR.01.
                        requestId: requestID, chargingLimitSource: source, chargingProfile: [message],
                        evseId: each.evse))
            }
        }
        // All but the last say that more is to come (K09.FR.02).
        for index in parts.indices.dropLast() { parts[index].tbc = true }
        return parts
    }

    private static var mostPeriodsReported: Int { 1_024 }
}
