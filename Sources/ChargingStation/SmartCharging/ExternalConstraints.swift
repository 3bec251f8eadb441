// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What systems besides the backend impose on the whole station. One signal per source and kind, so at most six.
struct ExternalConstraints: Equatable, Sendable {
    struct Key: Hashable, Comparable, Sendable {
        var source: ExternalSignal.Source
        var isLocalGeneration: Bool

        /// Negative, so that it meets no id of the backend (K11.FR.06, K01.FR.82).
        var profileID: Int { -1 - rank }
        /// The grid operator stands above the others, so that its values are those reported.
        var stackLevel: Int { 2 - rank % 3 }
        private var rank: Int {
            let rank =
                switch source {
                case .grid: 0
                case .energyManager: 1
                case .other: 2
                }
            return isLocalGeneration ? rank + 3 : rank
        }
        static func < (lhs: Key, rhs: Key) -> Bool { lhs.rank < rhs.rank }
    }

    /// What each source wants now.
    private(set) var held: [Key: ExternalSignal] = [:]
    /// What the backend knows of it.
    var told: [Key: ExternalSignal] = [:]
    /// What has been made profiles of.
    var installed: [Key: ExternalSignal] = [:]
    /// What held before the signal that is being handled, which may change what EVSEs do (K11.FR.04); nil while none is.
    var before: Before?
    struct Before: Equatable, Sendable { var limits: PowerLimits? }

    mutating func take(_ signal: ExternalSignal) {
        before = Before(limits: limits)
        let key = Key(source: signal.source, isLocalGeneration: signal.isLocalGeneration)
        held[key] = signal.limits == nil && signal.setpoint == nil ? nil : signal
    }

    mutating func expire(at time: Int64) {
        guard let first = nextExpiry, first <= time else { return }
        before = Before(limits: limits)
        held = held.filter { $0.value.expiresAt.map { $0 > time } ?? true }
    }

    var nextExpiry: Int64? { held.values.compactMap(\.expiresAt).min() }

    /// The strictest of all bounds; nil where nobody bounds anything.
    var limits: PowerLimits? {
        held.filter { !$0.key.isLocalGeneration }.values.compactMap(\.limits).reduce(nil) { $0?.narrowed(to: $1) ?? $1 }
    }

    /// Of the energy manager before all others, since it alone sees the house.
    var setpoint: Power? {
        let order: [ExternalSignal.Source] = [.energyManager, .grid, .other]
        return order.lazy.compactMap { self.held[Key(source: $0, isLocalGeneration: false)]?.setpoint }.first
    }
}

extension ExternalConstraints {
    /// A signal as the profile that represents it, under a purpose of its own (K12.FR.05): one value, so dynamic (K29.FR.04, Q06.FR.02, Q06.FR.04, K27.FR.01).
    static func profile(
        _ key: Key, limits: PowerLimits?, setpoint: Power?, expiresAt: Int64?, at time: Int64
    ) -> ChargingProfileType {
        var period = ChargingSchedulePeriodType(startPeriod: 0)
        period.operationMode = setpoint == nil ? .externalLimits : .externalSetpoint
        if let limits {
            period.limit = limits.upper.milli < Power.plausible ? DecimalNumber(thousandths: limits.upper.milli) : nil
            if !key.isLocalGeneration, limits.lower.milli > -Power.plausible {
                period.dischargeLimit = DecimalNumber(thousandths: limits.lower.milli)
            }
        }
        period.setpoint = setpoint.map { DecimalNumber(thousandths: $0.milli) }
        let instant = { (second: Int64) in DateTime(WallTime(milliseconds: second.multiplied(by: 1_000))) }
        return ChargingProfileType(
            id: key.profileID, stackLevel: key.stackLevel,
            chargingProfilePurpose: key.isLocalGeneration ? .localGeneration : .chargingStationExternalConstraints,
            chargingProfileKind: .dynamic,
            chargingSchedule: [ChargingScheduleType(id: 1, chargingRateUnit: .w, chargingSchedulePeriod: [period])],
            validTo: expiresAt.map(instant), dynUpdateTime: instant(time))
    }
}

extension Station {
    /// K11, K12, K13, K27, K29.
    mutating func take(_ signal: ExternalSignal) {
        guard variables.flag(SmartChargingVariables.externalSignals) else {
            return emit(.notice("A signal of \(signal.source.rawValue) is not heeded: ExternalControlSignalsEnabled."))
        }
        if let end = signal.expiresAt, end <= now.seconds { return }
        // The new value takes the place of the former (K29.FR.05, Q06.FR.05, Q06.FR.06), or nothing does (K13.FR.01).
        smart.external.take(signal)
        if !signal.isLocalGeneration { updateProfilesLed(by: signal) }
        installExternalSignals()
    }

    mutating func expireExternalSignals() {
        smart.external.expire(at: now.seconds)
        installExternalSignals()
    }

    /// Profiles by which the backend lets the external system in: their values are its own (K29.FR.03, Q05.FR.03, Q05.FR.04, Q05.FR.05,
    /// Q05.FR.06), which also makes them valid again (Q05.FR.08).
    private mutating func updateProfilesLed(by signal: ExternalSignal) {
        for each in smart.store.profiles.installed where each.profile.kind == .dynamic {
            guard each.profile.purpose == .tx || each.profile.purpose == .txDefault,
                let mode = each.schedule?.periods.first?.mode
            else { continue }
            var update = ChargingScheduleUpdateType()
            switch mode {
            case .externalLimits:
                guard let limits = smart.external.limits else { continue }
                update.limit = DecimalNumber(thousandths: limits.upper.milli)
                update.dischargeLimit = DecimalNumber(thousandths: limits.lower.milli)
            case .externalSetpoint:
                guard let setpoint = smart.external.setpoint else { continue }
                update.setpoint = DecimalNumber(thousandths: setpoint.milli)
            case .idle, .chargingOnly, .centralSetpoint, .centralFrequency, .localFrequency, .localLoadBalancing:
                continue
            }
            _ = smart.store.update(each.profile.id, update, at: now.seconds)
        }
    }

    /// Whether the backend has asked for external values itself, so that they need no profile of their own (K29.FR.04).
    private var isLetIn: Bool {
        smart.store.profiles.installed.contains { each in
            (each.profile.purpose == .tx || each.profile.purpose == .txDefault) && each.profile.kind == .dynamic
                && each.schedule?.periods.first.map { $0.mode == .externalLimits || $0.mode == .externalSetpoint }
                    == true
        }
    }

    /// Makes the profiles match the signals. Not allowed to constrain, they are none (K11.FR.07, Q06.FR.08).
    private mutating func installExternalSignals() {
        let mayConstrain = !variables.flag(SmartChargingVariables.externalProfilesDisallowed) && !isLetIn
        let wanted = smart.external.held.filter { mayConstrain || $0.key.isLocalGeneration }
        guard wanted != smart.external.installed else { return }
        for key in smart.external.installed.keys.sorted() where wanted[key] == nil {
            smart.store.releaseExternal(key.profileID)
        }
        let (limits, setpoint) = (smart.external.limits, smart.external.setpoint)
        for (key, signal) in wanted.sorted(by: { $0.key < $1.key }) {
            let own = ExternalConstraints.profile(
                key, limits: signal.limits, setpoint: signal.setpoint, expiresAt: signal.expiresAt, at: now.seconds)
            // Only the highest level counts, so each says what all want together.
            let together = ExternalConstraints.profile(
                key, limits: limits, setpoint: setpoint, expiresAt: signal.expiresAt, at: now.seconds)
            let effective = key.isLocalGeneration ? own : together
            // Updated now (K29.FR.06, Q06.FR.07), which also makes it valid again (K29.FR.08, Q06.FR.41).
            smart.store.installExternal(
                own, ChargingProfile(effective), from: key.source.rawValue, isHeldBelow: signal.isHeldBelow,
                at: now.seconds)
        }
        smart.external.installed = wanted
    }

    // MARK: Telling the backend

    /// Says what has changed by more than `LimitChangeSignificance` since it was told (K11.FR.02, K12.FR.02, K27.FR.03), and what is
    /// over (K13.FR.02); Q06.FR.11. What happens without a connection is said once there is one.
    mutating func tellExternalLimits() {
        guard mayCall(.volatile) else { return }
        let installed = smart.external.installed
        for (key, signal) in installed.sorted(by: { $0.key < $1.key }) {
            guard isSignificant(signal, since: smart.external.told[key]) else { continue }
            smart.external.told[key] = signal
            notifyLimit(key)
        }
        for key in smart.external.told.keys.sorted() where installed[key] == nil {
            smart.external.told[key] = nil
            call(.clearedChargingLimit(ClearedChargingLimitRequest(chargingLimitSource: key.source.rawValue)))
        }
    }

    private mutating func notifyLimit(_ key: ExternalConstraints.Key) {
        // A source is never CSO (K11.FR.05, K12.FR.04).
        var limit = ChargingLimitType(chargingLimitSource: key.source.rawValue)
        limit.isLocalGeneration = key.isLocalGeneration ? true : nil
        var request = NotifyChargingLimitRequest(chargingLimit: limit)
        // K11.FR.03, K12.FR.03, K27.FR.04; apart for both kinds (K27.FR.05).
        if variables.flag(SmartChargingVariables.notifyWithSchedules) {
            request.chargingSchedule = smart.store.messages[key.profileID]?.chargingSchedule
        }
        call(.notifyChargingLimit(request))
    }

    private func isSignificant(_ signal: ExternalSignal, since told: ExternalSignal?) -> Bool {
        guard let told else { return true }
        return isSignificant(signal.limits?.upper.milli, since: told.limits?.upper.milli)
            || isSignificant(signal.limits?.lower.milli, since: told.limits?.lower.milli)
            || isSignificant(signal.setpoint?.milli, since: told.setpoint?.milli)
    }

    func isSignificant(_ new: Int64?, since old: Int64?) -> Bool {
        guard let new, let old else { return new != old }
        let threshold = variables.thousandths(SmartChargingVariables.limitChangeSignificance) ?? 0
        // In thousandths of a percent, by 128 bits.
        return Int128(new.distance(to: old).magnitude) * 100_000 > Int128(old.magnitude) * Int128(max(0, threshold))
    }

    /// The backend did not hear of a limit: it is said again.
    mutating func doWithout(_ request: NotifyChargingLimitRequest, _ failure: CallFailure) {
        guard failure == .timedOut else { return }
        smart.external.told = smart.external.told.filter { key, _ in
            key.source.rawValue != request.chargingLimit.chargingLimitSource
                || key.isLocalGeneration != (request.chargingLimit.isLocalGeneration ?? false)
        }
    }

    mutating func doWithout(_ request: ClearedChargingLimitRequest, _ failure: CallFailure) {
        guard failure == .timedOut, mayCall(.volatile) else { return }
        call(.clearedChargingLimit(request))
    }
}
