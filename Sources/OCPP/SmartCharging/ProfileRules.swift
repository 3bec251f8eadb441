// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension ChargingProfiles {
    /// What speaks against a profile from the backend; nil if it may be installed.
    public func rejection(
        of profile: ChargingProfile, on evse: Int, _ evses: [EVSEConditions], _ support: SmartChargingSupport,
        _ version: OCPPVersion
    ) -> ProfileRejection? {
        do throws(ProfileRejection) {
            let check = ProfileCheck(
                profile: profile, evse: evse, conditions: evses.first { $0.id == evse }, supplies: evses.map(\.supply),
                support: support, version: version)
            guard evse == 0 || check.conditions != nil else { throw ProfileRejection(.unknownEVSE, "K01.FR.28") }
            try check.purpose()
            try check.kind()
            for schedule in profile.schedules {
                try check.schedule(schedule)
                for period in schedule.periods { try check.period(period, of: schedule) }
            }
            try duplicate(of: profile, on: evse, version)
            try phaseConflict(of: profile, on: evse)
            guard installed.count < support.mostProfiles || installed.contains(where: { $0.profile.id == profile.id })
            else {
                throw ProfileRejection(.tooManyElements, "K01.FR.05")
            }
            return nil
        } catch { return error }
    }

    /// Two profiles that apply at the same EVSE may not want different phases. When they would is not asked: with relative schedules
    /// nobody knows (K 3.8).
    private func phaseConflict(of profile: ChargingProfile, on evse: Int) throws(ProfileRejection) {
        let wanted = profile.phasesToUse
        guard !wanted.isEmpty else { return }
        for each in installed where each.profile.id != profile.id && each.profile.purpose != profile.purpose {
            guard each.evse == evse || each.evse == 0 || evse == 0 else { continue }
            let others = each.profile.phasesToUse
            guard others.isEmpty || others == wanted && wanted.count == 1 else {
                throw ProfileRejection(.phaseConflict, "K01.FR.141")
            }
        }
    }

    private func duplicate(of profile: ChargingProfile, on evse: Int, _ version: OCPPVersion) throws(ProfileRejection) {
        for each in installed where each.profile.id == profile.id && each.isExternal {
            throw ProfileRejection(.invalidProfileID, "K01.FR.05")
        }
        // 1.6 lets the newer one take the place instead.
        guard version != .v16 else { return }
        for each in installed where each.profile.id != profile.id && each.profile.stackLevel == profile.stackLevel {
            guard each.profile.purpose == profile.purpose, each.profile.overlaps(profile) else { continue }
            switch profile.purpose {
            case .tx:
                guard each.profile.transactionID != profile.transactionID else {
                    throw ProfileRejection(.duplicateProfile, "K01.FR.39")
                }
            case .txDefault:
                if each.evse == evse { throw ProfileRejection(.duplicateProfile, "K01.FR.06") }
                if evse == 0 { throw ProfileRejection(.duplicateProfile, "K01.FR.52") }
                if each.evse == 0 { throw ProfileRejection(.duplicateProfile, "K01.FR.53") }
            case .externalConstraints, .stationMaximum, .priorityCharging, .localGeneration:
                if each.evse == evse { throw ProfileRejection(.duplicateProfile, "K01.FR.06") }
            }
        }
    }
}

extension ChargingProfile {
    fileprivate var phasesToUse: Set<Int> {
        Set(schedules.flatMap { $0.periods.compactMap(\.phaseToUse) })
    }

    fileprivate func overlaps(_ other: ChargingProfile) -> Bool {
        (validFrom ?? .min) < (other.validTo ?? .max) && (other.validFrom ?? .min) < (validTo ?? .max)
    }
}

/// The rules for a profile by itself.
private struct ProfileCheck {
    let profile: ChargingProfile
    let evse: Int
    let conditions: EVSEConditions?
    let supplies: [EVSEConditions.Supply]
    let support: SmartChargingSupport
    let version: OCPPVersion

    func purpose() throws(ProfileRejection) {
        guard profile.stackLevel >= 0, profile.stackLevel <= support.highestStackLevel else {
            throw ProfileRejection(.invalidStackLevel, "K01.FR.05")
        }
        if let highest = support.highestExternalID, profile.id <= highest {
            throw ProfileRejection(.invalidProfileID, "K01.FR.81")
        }
        switch profile.purpose {
        case .externalConstraints: throw ProfileRejection(.invalidProfile, "K01.FR.22")
        case .tx: try ofTransaction()
        case .stationMaximum:
            // K04.FR.03.
            guard evse == 0 else { throw ProfileRejection(.invalidProfile, "K01.FR.03") }
            guard profile.kind != .relative else { throw ProfileRejection(.invalidSchedule, "K01.FR.38") }
        case .txDefault: break
        case .priorityCharging, .localGeneration:
            guard support.additionalPurposes.contains(profile.purpose) else {
                throw ProfileRejection(.unsupportedPurpose, "K01.FR.120")
            }
        }
    }

    private func ofTransaction() throws(ProfileRejection) {
        guard evse > 0 else { throw ProfileRejection(.txNotFound, "K01.FR.16") }
        guard let transaction = conditions?.transaction else { throw ProfileRejection(.txNotFound, "K01.FR.09") }
        // 1.6 may leave the id out: the transaction is the one at the connector.
        guard profile.transactionID == transaction.id || profile.transactionID == nil && version == .v16 else {
            throw ProfileRejection(.txNotFound, "K01.FR.33")
        }
    }

    /// Among others that a dynamic profile is one period from the beginning (K28.FR.01, K28.FR.02, K29.FR.01, K29.FR.02).
    func kind() throws(ProfileRejection) {
        guard !profile.schedules.isEmpty, profile.schedules.count <= (version == .v16 ? 1 : 3) else {
            throw ProfileRejection(.invalidSchedule, "K01.FR.31")
        }
        // Only an EV that said what it needs can choose among several.
        guard profile.schedules.count == 1 || profile.purpose == .tx && conditions?.hasNeeds == true else {
            throw ProfileRejection(.invalidSchedule, "K01.FR.34")
        }
        if profile.maxOfflineDuration != nil, !support.offlineDuration {
            throw ProfileRejection(.invalidProfile, "K01.FR.120")
        }
        guard case .dynamic = profile.kind else {
            // K28.FR.04.
            guard profile.updateInterval == nil, profile.updateTime == nil else {
                throw ProfileRejection(.invalidProfile, "K01.FR.122")
            }
            return
        }
        guard support.dynamicProfiles else { throw ProfileRejection(.unsupportedKind, "K01.FR.121") }
        guard profile.schedules.count == 1, profile.schedules[0].periods.count == 1 else {
            throw ProfileRejection(.invalidSchedule, "K28.FR.03")
        }
    }

    func schedule(_ schedule: ChargingSchedule) throws(ProfileRejection) {
        guard support.units.contains(schedule.unit) else { throw ProfileRejection(.unsupportedRateUnit, "K01.FR.26") }
        guard schedule.periods.count <= support.mostPeriods else {
            throw ProfileRejection(.tooManyElements, "K01.FR.05")
        }
        guard let first = schedule.periods.first, first.start == 0 else {
            throw ProfileRejection(.invalidSchedule, "K01.FR.31")
        }
        guard zip(schedule.periods, schedule.periods.dropFirst()).allSatisfy({ $0.start < $1.start }) else {
            throw ProfileRejection(.invalidSchedule, "K01.FR.35")
        }
        guard schedule.duration ?? 0 >= 0 else { throw ProfileRejection(.invalidSchedule, "K01.FR.35") }
        try start(of: schedule)
        if profile.purpose == .priorityCharging, schedule.duration != nil {
            throw ProfileRejection(.invalidSchedule, "K01.FR.70")
        }
        if let delay = schedule.randomizedDelay, delay > 0 {
            guard support.randomizedDelay else { throw ProfileRejection(.invalidSchedule, "K01.FR.124") }
            guard profile.purpose == .tx || profile.purpose == .txDefault else {
                throw ProfileRejection(.invalidSchedule, "K01.FR.95")
            }
        }
        if schedule.limitAtSoC != nil, !support.limitAtSoC { throw ProfileRejection(.invalidSchedule, "K01.FR.125") }
    }

    private func start(of schedule: ChargingSchedule) throws(ProfileRejection) {
        if case .civil = schedule.start, !support.localTime { throw ProfileRejection(.invalidSchedule, "K01.FR.123") }
        switch profile.kind {
        case .absolute:
            // 1.6 leaves it out for a schedule that starts with charging.
            guard schedule.start != nil || version == .v16 else {
                throw ProfileRejection(.invalidSchedule, "K01.FR.40")
            }
        case .recurring:
            guard schedule.start != nil else { throw ProfileRejection(.invalidSchedule, "K01.FR.40") }
        case .relative:
            guard schedule.start == nil else { throw ProfileRejection(.invalidSchedule, "K01.FR.41") }
        case .dynamic: break
        }
    }

    func period(_ period: SchedulePeriod, of schedule: ChargingSchedule) throws(ProfileRejection) {
        try phases(of: period)
        try mode(of: period)
        try rates(of: period, in: schedule.unit)
        if period.sleeps, period.mode != .idle {
            throw ProfileRejection(.invalidSchedule, "K01.FR.126")
        }
    }

    private func phases(of period: SchedulePeriod) throws(ProfileRejection) {
        let isDirect = conditions?.supply.isDirect ?? (!supplies.isEmpty && supplies.allSatisfy(\.isDirect))
        let asks = period.numberPhases != nil || period.phaseToUse != nil
        if isDirect, asks, !support.controlsPhasesOnDC, version != .v16 {
            throw ProfileRejection(.noPhaseForDC, "K01.FR.44")
        }
        if let phases = period.numberPhases, !(1...3).contains(phases) {
            throw ProfileRejection(.invalidSchedule, "K01.FR.43")
        }
        if let phases = period.numberPhases, !isDirect, !support.switchesPhaseCount, phases < fewestPhases {
            throw ProfileRejection(.invalidSchedule, "K01.FR.43")
        }
        if let phase = period.phaseToUse {
            guard support.switchesPhases, period.numberPhases == 1, (1...3).contains(phase) else {
                throw ProfileRejection(.invalidSchedule, "K01.FR.48")
            }
        }
        let all = [period.limit, period.dischargeLimit, period.setpoint, period.setpointReactive]
        guard all.contains(where: { $0?.isPerPhase == true }) else { return }
        guard profile.purpose == .tx else { throw ProfileRejection(.phaseConflict, "K01.FR.143") }
        if period.limit?.isPerPhase == true, conditions?.reportsPhasesCharging == false {
            throw ProfileRejection(.phaseConflict, "K01.FR.144")
        }
        if all.dropFirst().contains(where: { $0?.isPerPhase == true }), conditions?.reportsPhasesDischarging == false {
            throw ProfileRejection(.phaseConflict, "V2X.10")
        }
    }

    /// What a profile for this EVSE meets at least, in phases.
    private var fewestPhases: Int { conditions?.supply.phases ?? supplies.map(\.phases).max() ?? 3 }

    private func mode(of period: SchedulePeriod) throws(ProfileRejection) {
        let allowed: Set<OperationMode>
        let requirement: String
        switch profile.purpose {
        case .stationMaximum: (allowed, requirement) = ([.chargingOnly], "K01.FR.111")
        case .priorityCharging: (allowed, requirement) = ([.chargingOnly], "K01.FR.71")
        case .localGeneration: (allowed, requirement) = ([.chargingOnly, .externalLimits], "K01.FR.114")
        case .externalConstraints:
            // K01.FR.112.
            (allowed, requirement) = ([.chargingOnly, .externalLimits, .externalSetpoint], "K01.FR.113")
        case .tx, .txDefault:
            // Without V2X there is charging, which needs no mode.
            (allowed, requirement) = (support.operationModes.union([.chargingOnly]), "K01.FR.115")
        }
        if period.mode == .localLoadBalancing, profile.purpose == .tx || profile.purpose == .txDefault,
            !allowed.contains(.localLoadBalancing)
        {
            throw ProfileRejection(.unsupportedParameter, "Q09.FR.01")
        }
        guard allowed.contains(period.mode) else { throw ProfileRejection(.invalidOperationMode, requirement) }
        if profile.purpose == .tx, period.mode.needsDischarging, conditions?.isBidirectional == false {
            throw ProfileRejection(.invalidOperationMode, "K01.FR.116")
        }
        switch period.mode {
        case .chargingOnly:
            guard period.limit != nil else { throw ProfileRejection(.invalidSchedule, "Q01.FR.30") }
            guard period.dischargeLimit == nil, period.setpoint == nil else {
                throw ProfileRejection(.invalidSchedule, "V2X.05")
            }
        case .idle:
            // Q10.FR.01.
            guard period.hasNoRates else {
                throw ProfileRejection(.invalidSchedule, "Q10.FR.02")
            }
        case .centralSetpoint, .centralFrequency:
            guard period.setpoint != nil else { throw ProfileRejection(.invalidSchedule, "Q03.FR.01") }
        case .localFrequency: try localFrequency(period)
        case .localLoadBalancing:
            guard support.loadBalancingIsSet else { throw ProfileRejection(.missingDeviceModelInfo, "Q09.FR.02") }
        case .externalSetpoint, .externalLimits: break
        }
    }

    private func localFrequency(_ period: SchedulePeriod) throws(ProfileRejection) {
        // Q08.FR.01.
        guard period.hasNoRates else { throw ProfileRejection(.invalidSchedule, "Q08.FR.04") }
        guard period.baseline != nil, period.frequencyCurve.count >= 2 else {
            throw ProfileRejection(.noFrequencyCurve, "Q08.FR.03")
        }
        guard period.signalCurve.count != 1 else { throw ProfileRejection(.invalidSchedule, "Q08.FR.02") }
    }

    private func rates(of period: SchedulePeriod, in unit: RateUnit) throws(ProfileRejection) {
        if period.mode == .localFrequency, unit != .watts { throw ProfileRejection(.unsupportedRateUnit, "Q08.FR.05") }
        // A negative limit was made a setpoint where that is allowed; here none is left.
        if let limit = period.limit, limit.isNegative { throw ProfileRejection(.invalidSchedule, "K01.FR.05") }
        guard let setpoint = period.setpoint else { return }
        if let limit = period.limit, setpoint.total > limit.total { throw ProfileRejection(.invalidSchedule, "V2X.05") }
        if let limit = period.dischargeLimit, setpoint.total < limit.total {
            throw ProfileRejection(.invalidSchedule, "V2X.05")
        }
    }
}

extension SchedulePeriod {
    fileprivate var hasNoRates: Bool {
        limit == nil && dischargeLimit == nil && setpoint == nil && setpointReactive == nil
    }
}

extension OperationMode {
    /// Whether a transaction must be bidirectional for it.
    fileprivate var needsDischarging: Bool {
        switch self {
        case .centralSetpoint, .centralFrequency, .localFrequency, .localLoadBalancing, .idle: true
        case .chargingOnly, .externalSetpoint, .externalLimits: false
        }
    }
}

extension PhaseRates {
    fileprivate var isNegative: Bool { base < 0 || (l2 ?? 0) < 0 || (l3 ?? 0) < 0 }
}
