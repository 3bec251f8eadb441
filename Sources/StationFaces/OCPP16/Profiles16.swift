// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP16
import OCPP21

extension Face16 {
    func asking(_ request: OCPP16.SetChargingProfileRequest) -> Asking {
        var profile = raised(request.csChargingProfiles)
        if request.csChargingProfiles.chargingProfilePurpose == .txProfile {
            guard let id = transaction(request.csChargingProfiles.transactionId, at: request.connectorId) else {
                // 5.16: a TxProfile needs a transaction that runs.
                return .known(.setChargingProfile(.init(status: .rejected)))
            }
            profile.transactionId = id
        }
        return .steps([.setChargingProfile(.init(evseId: request.connectorId, chargingProfile: profile))])
    }

    /// The station's name of a transaction; without a number the one that runs.
    private func transaction(_ number: Int?, at evse: Int) -> String? {
        number.map { transactions.id(of: $0) } ?? transactions.running(at: evse)?.id
    }

    func completed(_ request: OCPP21.SetChargingProfileRequest) -> OCPP21.SetChargingProfileRequest {
        guard request.chargingProfile.chargingProfilePurpose == .txProfile else { return request }
        var request = request
        let named = request.chargingProfile.transactionId
        request.chargingProfile.transactionId =
            named.flatMap { Int($0) }.flatMap { transactions.id(of: $0) } ?? named
            ?? transactions.running(at: request.evseId)?.id
        return request
    }

    /// A negative limit stays one: in every version it is the setpoint of a transaction (docs/ocpp-decisions.md, i). Such a profile ends
    /// with the link, after the watchdog's time.
    func raised(_ profile: OCPP16.ChargingProfileType) -> OCPP21.ChargingProfileType {
        let old = profile.chargingSchedule
        let periods = old.chargingSchedulePeriod.map { period in
            OCPP21.ChargingSchedulePeriodType(
                startPeriod: period.startPeriod, limit: period.limit, numberPhases: period.numberPhases)
        }
        // Relative has no start (5.16); absolute without one is for the station to read (docs/ocpp-decisions.md, f).
        let kind = OCPP21.ChargingProfileKindEnumType(like: profile.chargingProfileKind, or: .absolute)
        let schedule = OCPP21.ChargingScheduleType(
            id: profile.chargingProfileId, chargingRateUnit: .init(like: old.chargingRateUnit, or: .w),
            chargingSchedulePeriod: periods, startSchedule: kind == .relative ? nil : old.startSchedule,
            duration: old.duration, minChargingRate: old.minChargingRate)
        let discharges = old.chargingSchedulePeriod.contains { $0.limit < 0 }
        return .init(
            id: profile.chargingProfileId, stackLevel: profile.stackLevel,
            chargingProfilePurpose: Self.purpose(profile.chargingProfilePurpose), chargingProfileKind: kind,
            chargingSchedule: [schedule], recurrencyKind: profile.recurrencyKind.flatMap { .init(like: $0) },
            validFrom: profile.validFrom, validTo: profile.validTo,
            maxOfflineDuration: discharges && local.watchdog > 0 ? local.watchdog : nil)
    }

    static func purpose(_ purpose: OCPP16.ChargingProfilePurposeEnumType) -> OCPP21.ChargingProfilePurposeEnumType {
        switch purpose {
        case .chargePointMaxProfile: .chargingStationMaxProfile
        case .txDefaultProfile: .txDefaultProfile
        case .txProfile: .txProfile
        }
    }

    func asking(_ request: OCPP16.ClearChargingProfileRequest) -> Asking {
        // An id names one profile, whatever else is said (5.5).
        if let id = request.id { return .steps([.clearChargingProfile(.init(chargingProfileId: id))]) }
        let criteria = OCPP21.ClearChargingProfileType(
            evseId: request.connectorId, chargingProfilePurpose: request.chargingProfilePurpose.map(Self.purpose),
            stackLevel: request.stackLevel)
        return .steps([.clearChargingProfile(.init(chargingProfileCriteria: criteria))])
    }

    /// In 1.6 a profile takes the place of another of its purpose and level (5.16), which 2.1 refuses: then that one goes first.
    func concluded(_ request: OCPP16.SetChargingProfileRequest, _ answers: [OCPP21.StationResponse]) -> Asking {
        guard case .setChargingProfile(let answer) = answers.last else { return .unexpected }
        let isDuplicate = answer.status == .rejected && answer.statusInfo?.reasonCode == "DuplicateProfile"
        if isDuplicate, answers.count == 1, case .steps(let again) = asking(request) {
            let profile = request.csChargingProfiles
            let criteria = OCPP21.ClearChargingProfileType(
                evseId: request.connectorId, chargingProfilePurpose: Self.purpose(profile.chargingProfilePurpose),
                stackLevel: profile.stackLevel)
            return .steps([.clearChargingProfile(.init(chargingProfileCriteria: criteria))] + again)
        }
        let isUnknown = ["UnsupportedPurpose", "UnsupportedKind"].contains(answer.statusInfo?.reasonCode)
        return .known(
            .setChargingProfile(
                .init(status: answer.status == .accepted ? .accepted : isUnknown ? .notSupported : .rejected)))
    }

    /// Without startSchedule: periods count from `scheduleStart` (errata 3.57). One decimal, rounded toward zero.
    static func composite(_ answer: OCPP21.GetCompositeScheduleResponse) -> OCPP16.GetCompositeScheduleResponse {
        guard answer.status == .accepted, let schedule = answer.schedule else { return .init(status: .rejected) }
        let periods = schedule.chargingSchedulePeriod.map { period in
            OCPP16.ChargingSchedulePeriodType(
                startPeriod: period.startPeriod,
                limit: DecimalNumber(tenthsOf: (period.setpoint ?? period.limit ?? 0).rate),
                numberPhases: period.numberPhases)
        }
        return .init(
            status: .accepted, connectorId: schedule.evseId, scheduleStart: schedule.scheduleStart,
            chargingSchedule: .init(
                chargingRateUnit: .init(like: schedule.chargingRateUnit, or: .w), chargingSchedulePeriod: periods,
                duration: schedule.duration))
    }
}
