// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    // MARK: SetChargingProfile (K01)

    mutating func answer(_ request: SetChargingProfileRequest, _ id: MessageID) {
        guard isSmartChargingEnabled(id) else { return }
        if let reason = refusal(of: request.chargingProfile, on: request.evseId) {
            let response = SetChargingProfileResponse(status: .rejected, statusInfo: reason)
            return emit(.answer(id, .setChargingProfile(response)))
        }
        install(request.chargingProfile, on: request.evseId)
        emit(.answer(id, .setChargingProfile(SetChargingProfileResponse(status: .accepted))))
    }

    /// Whether smart charging is switched on; if not, the request is refused here (K01.FR.29).
    mutating func isSmartChargingEnabled(_ id: MessageID) -> Bool {
        guard !variables.flag(SmartChargingVariables.enabled) else { return true }
        emit(.refuse(id, Refusal(.notSupported, "Smart charging is switched off (SmartChargingCtrlr.Enabled).")))
        return false
    }

    /// Why a profile of the backend cannot be set; nil if it can.
    /// - Parameter transaction: The one it is for, where none runs yet (K05).
    func refusal(of message: ChargingProfileType, on evse: Int, transaction: String? = nil) -> StatusInfoType? {
        guard setup.role == .inCharge else {
            return StatusInfoType(reasonCode: "NotEnabled", additionalInfo: "This backend may read, not command.")
        }
        if let pause = pause(before: message) {
            // K01.FR.56, K01.FR.57.
            return StatusInfoType(reasonCode: "RateLimitExceeded", additionalInfo: "\(pause) seconds before retry")
        }
        // L2 and L3 alone say nothing; the conversion would drop them (K01.FR.145, K01.FR.146, V2X.07).
        let periods = message.chargingSchedule.flatMap(\.chargingSchedulePeriod)
        guard !periods.contains(where: \.namesPhasesWithoutBase) else {
            return StatusInfoType(reasonCode: "PhaseConflict", additionalInfo: "K01.FR.146")
        }
        if periods.contains(where: \.wantsReactivePower), !takesReactivePower(evse) { return Self.noReactivePower }
        var conditions = evseConditions
        if let transaction, let index = conditions.firstIndex(where: { $0.id == evse }) {
            conditions[index].transaction = EVSEConditions.Transaction(id: transaction, since: now.seconds)
        }
        return smart.store.profiles.rejection(
            of: ChargingProfile(message), on: evse, conditions, support(of: evse), version
        ).map { StatusInfoType(reasonCode: $0.reason.rawValue, additionalInfo: $0.requirement) }
    }

    static let noReactivePower = StatusInfoType(
        reasonCode: "UnsupportedParam", additionalInfo: "setpointReactive: no charger here follows reactive power.")

    /// Seconds until a persistent profile may be set again; nil if it may.
    private func pause(before message: ChargingProfileType) -> Int64? {
        let profile = InstalledProfile(ChargingProfile(message), on: 0, at: now.seconds)
        guard profile.isPersistent, let limit = variables.integer(SmartChargingVariables.updateRateLimit), limit > 0,
            let last = smart.setAt[message.id]
        else { return nil }
        let pause = last.adding(Int64(limit)).adding(-now.seconds)
        return pause > 0 ? min(pause, Int64(limit)) : nil
    }

    /// Puts a profile in force that nothing speaks against; it takes the place of one with the same id (K01.FR.05).
    mutating func install(_ message: ChargingProfileType, on evse: Int) {
        var message = message
        // 1.6 may leave it out: it is for the transaction that runs there.
        if message.chargingProfilePurpose == .txProfile, message.transactionId == nil {
            message.transactionId = index(ofEVSE: evse).flatMap { evses[$0].transaction?.id }
        }
        smart.store.install(message, on: evse, at: now.seconds, version)
        smart.pulledAt[message.id] = nil
        let left = Set(smart.store.profiles.installed.map(\.profile.id))
        smart.setAt = smart.setAt.filter { left.contains($0.key) }
        smart.setAt[message.id] = now.seconds
        smart.pulledAt = smart.pulledAt.filter { left.contains($0.key) }
        // Delays are drawn again for what comes during a transaction (K01.FR.93).
        for each in evses where each.transaction?.since != nil && (evse == 0 || evse == each.id) {
            drawDelays(of: message.id, on: each.id)
        }
        if ChargingProfile(message).purpose == .tx { profileArrived(evse) }
        keepProfiles()
    }

    // MARK: With RequestStartTransaction (K05)

    /// Why the profile of a RequestStartTransaction does not do; nil if it does (K05.FR.02, K05.FR.05).
    func refusal(ofRemote message: ChargingProfileType, evse: Int?) -> StatusInfoType? {
        // A station without smart charging ignores it (K05.FR.04).
        guard variables.flag(SmartChargingVariables.enabled) else { return nil }
        guard message.chargingProfilePurpose == .txProfile else {
            return StatusInfoType(reasonCode: "InvalidProfile", additionalInfo: "K05.FR.02")
        }
        guard let place = evse ?? evses.first?.id else { return nil }
        var message = message
        message.transactionId = "-"
        return refusal(of: message, on: place, transaction: "-")
    }

    /// The transaction that was asked for has begun: its profile is used from the start (K05.FR.03,
    /// F01.FR.10, F02.FR.18).
    mutating func installRemoteProfile(_ profile: ChargingProfileType, evse: Int, transaction: String) {
        guard variables.flag(SmartChargingVariables.enabled) else { return }
        var profile = profile
        profile.transactionId = transaction
        if let reason = refusal(of: profile, on: evse, transaction: transaction) {
            return emit(.notice("The profile of the remote start was dropped: \(reason.reasonCode)."))
        }
        install(profile, on: evse)
    }

    // MARK: ClearChargingProfile (K10)

    mutating func answer(_ request: ClearChargingProfileRequest, _ id: MessageID) {
        guard isSmartChargingEnabled(id) else { return }
        guard setup.role == .inCharge else {
            let info = StatusInfoType(reasonCode: "NotEnabled", additionalInfo: "This backend may read, not command.")
            let response = ClearChargingProfileResponse(status: .unknown, statusInfo: info)
            return emit(.answer(id, .clearChargingProfile(response)))
        }
        let criteria = request.chargingProfileCriteria
        // An id selects by itself (K10.FR.03), the rest as a logical and (K10.FR.04).
        let cleared = smart.store.clear(
            ChargingProfiles.Selection(
                ids: request.chargingProfileId.map { [$0] }, evse: criteria?.evseId,
                purpose: (criteria?.chargingProfilePurpose).flatMap { ChargingProfile.Purpose(rawValue: $0.word) },
                stackLevel: criteria?.stackLevel))
        endUnfoundedPriority()
        keepProfiles()
        // External constraints are disregarded (K10.FR.08, K10.FR.09), so that there may be none (K10.FR.01).
        let status: ClearChargingProfileStatusEnumType = cleared.isEmpty ? .unknown : .accepted
        emit(.answer(id, .clearChargingProfile(ClearChargingProfileResponse(status: status))))
    }
}

extension ChargingSchedulePeriodType {
    /// Zero wants none.
    var wantsReactivePower: Bool {
        [setpointReactive, setpointReactive_L2, setpointReactive_L3].contains { ($0?.rate ?? 0) != 0 }
    }

    fileprivate var namesPhasesWithoutBase: Bool {
        limit == nil && (limit_L2 != nil || limit_L3 != nil)
            || dischargeLimit == nil && (dischargeLimit_L2 != nil || dischargeLimit_L3 != nil)
            || setpoint == nil && (setpoint_L2 != nil || setpoint_L3 != nil)
            || setpointReactive == nil && (setpointReactive_L2 != nil || setpointReactive_L3 != nil)
    }
}
