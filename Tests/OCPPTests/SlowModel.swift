// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP

/// A second opinion on composite schedules: every second is computed from nothing, straight from the rules, for rates that
/// are sums over the phases. Slow, and written without a look at the sweep.
struct SlowModel {
    let profiles: [InstalledProfile]
    let evse: EVSEConditions
    let station: StationConditions
    let unit: RateUnit

    struct Second: Equatable {
        var limit: Int64?
        var discharge: Int64?
        var setpoint: Int64?
        var reactive: Int64?
        var phases: Int?
        var mode = OperationMode.chargingOnly
    }

    func seconds(from: Int64, duration: Int) -> [Second] { (0..<max(1, duration)).map { second(from + Int64($0)) } }

    func second(_ t: Int64) -> Second {
        let isOld = station.version == .v16
        var candidates: [[InstalledProfile]] = []
        if evse.isPriorityCharging { candidates.append(of(.priorityCharging, [0, evse.id])) }
        candidates.append(
            of(.tx, [evse.id]).filter { [nil, evse.transaction?.id].contains($0.profile.transactionID) })
        if isOld {
            candidates += [of(.txDefault, [evse.id]), of(.txDefault, [0])]
        } else {
            candidates.append(of(.txDefault, [0, evse.id]))
        }
        let tx = candidates.lazy.compactMap { best($0, t) }.first
        let everywhere: Set<Int> = [0, evse.id]
        return merged(
            tx, best(of(.stationMaximum, everywhere), t), best(of(.externalConstraints, everywhere), t),
            best(of(.localGeneration, everywhere), t))
    }

    private typealias Found = (schedule: ChargingSchedule, period: SchedulePeriod)

    private func of(_ purpose: ChargingProfile.Purpose, _ places: Set<Int>) -> [InstalledProfile] {
        profiles.filter { $0.profile.purpose == purpose && places.contains($0.evse) }
    }

    private func best(_ all: [InstalledProfile], _ t: Int64) -> Found? {
        let speaking = all.compactMap { each in period(of: each, t).map { (each, $0) } }
        let top = speaking.max { a, b in
            a.0.profile.stackLevel != b.0.profile.stackLevel
                ? a.0.profile.stackLevel < b.0.profile.stackLevel : a.0.profile.id < b.0.profile.id
        }
        return top.flatMap { (each, period) in each.profile.schedules.first.map { ($0, period) } }
    }

    private func wall(_ t: Int64) -> Int64 {
        t + (station.clock.changes.last { $0.at <= t }?.offset ?? station.clock.initialOffset)
    }

    private func period(of each: InstalledProfile, _ t: Int64) -> SchedulePeriod? {
        let profile = each.profile
        guard let schedule = profile.schedules.first, !each.isBurnt else { return nil }
        if t < profile.validFrom ?? t || t >= profile.validTo ?? (t + 1) { return nil }
        if let since = station.offlineSince, let most = profile.maxOfflineDuration, t - since >= Int64(most) {
            return nil
        }
        var x: Int64
        switch (profile.kind, schedule.start) {
        case (.dynamic, _):
            x = t - (profile.updateTime ?? each.installedAt)
            if let duration = schedule.duration, x >= Int64(duration) { return nil }
            return schedule.periods.first
        case (.absolute, nil), (.relative, nil): x = t - (evse.transaction?.since ?? each.installedAt)
        case (.absolute, .instant(let start)), (.relative, .instant(let start)): x = t - start
        case (.absolute, .civil(let start)), (.relative, .civil(let start)): x = wall(t) - start
        case (.recurring(let cycle), let start):
            switch start {
            case nil: x = t - each.installedAt
            case .instant(let start): x = t - start
            case .civil(let start): x = wall(t) - start
            }
            if x < 0 { return nil }
            while x >= Int64(cycle.rawValue) { x -= Int64(cycle.rawValue) }
        }
        if x < 0 || x >= schedule.duration.map(Int64.init) ?? .max { return nil }
        var found: SchedulePeriod?
        let delays = each.delays[evse.id] ?? []
        for (index, period) in schedule.periods.enumerated() {
            var begin = Int64(period.start)
            if evse.transaction != nil, index > 0, index < delays.count { begin += Int64(delays[index]) }
            if begin <= x { found = period }
        }
        return found
    }

    private func merged(_ tx: Found?, _ max: Found?, _ external: Found?, _ generation: Found?) -> Second {
        var out = Second()
        out.mode = tx?.period.mode ?? .chargingOnly
        var n: Int64 = 1
        var volts = Double(station.nominalVolts)
        switch evse.supply {
        case .alternating(let wired):
            n = [tx, max, external].compactMap { $0.map { Int64($0.period.numberPhases ?? 3) } }.reduce(
                Int64(wired), Swift.min)
            out.phases = Int(n)
        case .direct(let session): volts = Double(session)
        }
        func inUnit(_ value: Int64, _ from: RateUnit) -> Int64 {
            if from == unit { return value }
            let factor = volts * Double(n)
            return Int64((unit == .watts ? Double(value) * factor : Double(value) / factor).rounded(.towardZero))
        }
        if out.mode == .idle { return out }
        let hardware = inUnit(evse.hardware.charge, evse.hardware.unit)
        var limits: [Int64] = []
        for found in [tx, max, external] {
            if let found, let limit = found.period.limit { limits.append(inUnit(limit.base, found.schedule.unit)) }
        }
        if let tx, let beyond = tx.schedule.limitAtSoC, let soc = evse.soc, soc >= beyond.soc {
            limits.append(inUnit(beyond.limit, tx.schedule.unit))
        }
        var limit = limits.min()
        if let sum = limit, let generation, let more = generation.period.limit {
            limit = sum + inUnit(more.base, generation.schedule.unit)
        }
        out.limit = Swift.min(limit ?? hardware, hardware)
        var setpoint = tx.flatMap { found in found.period.setpoint.map { inUnit($0.base, found.schedule.unit) } }
        var speaker = tx
        if let external, external.period.mode == .externalSetpoint, let theirs = external.period.setpoint,
            setpoint == nil || station.setpointPriority == .external
        {
            setpoint = inUnit(theirs.base, external.schedule.unit)
            speaker = external
            out.mode = .externalSetpoint
        }
        if out.mode != .chargingOnly {
            var floors = [inUnit(evse.hardware.discharge, evse.hardware.unit)]
            for found in [tx, external] {
                if let found, let floor = found.period.dischargeLimit {
                    floors.append(inUnit(floor.base, found.schedule.unit))
                }
            }
            out.discharge = floors.max()
        }
        if let wish = setpoint {
            if wish > 0 { setpoint = Swift.min(wish, out.limit ?? wish) }
            if wish < 0 { setpoint = Swift.max(wish, out.discharge ?? wish) }
        }
        out.setpoint = setpoint
        out.reactive = speaker.flatMap { found in
            found.period.setpointReactive.map { inUnit($0.base, found.schedule.unit) }
        }
        return out
    }
}

extension CompositeSchedule {
    /// The same, second by second.
    var seconds: [SlowModel.Second] {
        var out: [SlowModel.Second] = []
        for (index, period) in periods.enumerated() {
            let end = index + 1 < periods.count ? periods[index + 1].start : max(1, duration)
            let second = SlowModel.Second(
                limit: period.limit?.base, discharge: period.dischargeLimit?.base, setpoint: period.setpoint?.base,
                reactive: period.setpointReactive?.base, phases: period.numberPhases, mode: period.mode)
            out += Array(repeating: second, count: max(0, end - period.start))
        }
        return out
    }

    /// `0:8A 60:10A` with a minus for what flows back: limit, then `d` discharge limit, `s` setpoint.
    var text: String {
        periods.map { period in
            func number(_ rates: PhaseRates?, _ mark: String) -> String {
                guard let rates else { return "" }
                let parts = [rates.base, rates.l2, rates.l3].compactMap(\.self)
                return mark + parts.map { DecimalNumber(thousandths: $0).description }.joined(separator: "/")
            }
            return "\(period.start):" + number(period.limit, "") + number(period.dischargeLimit, "d")
                + number(period.setpoint, "s") + number(period.setpointReactive, "q")
        }.joined(separator: " ")
    }
}
