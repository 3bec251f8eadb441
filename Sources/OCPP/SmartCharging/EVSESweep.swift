// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Profiles of one purpose, the leading first.
struct ProfileStack {
    private let timelines: [ProfileTimeline]
    /// Where each was found last, for the next search.
    private var hints: [Int]

    init(_ profiles: [InstalledProfile], of evse: Int) {
        // At the same level, profiles take turns by validity; should two meet, the newer id leads.
        timelines = profiles.sorted {
            ($0.profile.stackLevel, $0.profile.id) > ($1.profile.stackLevel, $1.profile.id)
        }.compactMap { ProfileTimeline($0, of: evse) }
        hints = Array(repeating: 0, count: timelines.count)
    }

    /// The highest that has a period now (K01.FR.17). What lies below it does not matter until that ends.
    mutating func leader(at time: Int64, _ conditions: TimelineConditions, _ until: inout Int64) -> LeadingPeriod? {
        for index in timelines.indices {
            let segment = timelines[index].segment(at: time, conditions, hint: hints[index])
            until = min(until, segment.until)
            guard let period = segment.period else { continue }
            hints[index] = period
            return timelines[index].leading(period)
        }
        return nil
    }
}

struct LeadingPeriod {
    let id: Int
    let unit: RateUnit
    let limitAtSoC: LimitAtSoC?
    /// Periods are large and looked at a field at a time, so they stay where they are.
    let periods: [SchedulePeriod]
    let index: Int

    @inline(__always) var period: SchedulePeriod { periods[index] }
}

/// Walks through time for one EVSE.
struct EVSESweep {
    private var priority: ProfileStack
    private var tx: ProfileStack
    private var txDefault: ProfileStack
    /// 1.6: what was set for connector 0, used where the connector has nothing of its own.
    private var stationDefault: ProfileStack
    private var maximum: ProfileStack
    private var external: ProfileStack
    private var generation: ProfileStack
    private let evse: EVSEConditions
    private let station: StationConditions
    private let conditions: TimelineConditions

    /// - Parameter includingStation: Whether Max, External and LocalGeneration of EVSE 0 count, as they do unless the EVSEs are
    ///   summed up.
    init(
        _ profiles: ChargingProfiles, _ evse: EVSEConditions, _ station: StationConditions, includingStation: Bool,
        usesDelays: Bool
    ) {
        let places: Set<Int> = includingStation ? [0, evse.id] : [evse.id]
        let found = { (purpose: ChargingProfile.Purpose, places: Set<Int>) in
            ProfileStack(
                profiles.installed.filter { $0.profile.purpose == purpose && places.contains($0.evse) }, of: evse.id)
        }
        let isOld = station.version == .v16
        priority = evse.isPriorityCharging ? found(.priorityCharging, [0, evse.id]) : ProfileStack([], of: evse.id)
        tx = ProfileStack(
            profiles.installed.filter {
                $0.profile.purpose == .tx && $0.evse == evse.id
                    && ($0.profile.transactionID == nil || $0.profile.transactionID == evse.transaction?.id)
            }, of: evse.id)
        // Of the station and of the EVSE together (K01.FR.14, K01.FR.15), also for a transaction that runs already (K01.FR.32).
        txDefault = found(.txDefault, isOld ? [evse.id] : [0, evse.id])
        stationDefault = found(.txDefault, isOld ? [0] : [])
        maximum = found(.stationMaximum, places)
        external = found(.externalConstraints, places)
        generation = found(.localGeneration, places)
        self.evse = evse
        self.station = station
        conditions = TimelineConditions(
            clock: station.clock, offlineSince: station.offlineSince, chargingSince: evse.transaction?.since,
            usesDelays: usesDelays)
    }

    mutating func leadingUnit(at time: Int64) -> RateUnit? {
        var until = Int64.max
        return leader(at: time, &until)?.unit
    }

    /// A TxProfile overrules the defaults for as long as it says something (K02.FR.04, K02.FR.08).
    private mutating func leader(at time: Int64, _ until: inout Int64) -> LeadingPeriod? {
        if let found = priority.leader(at: time, conditions, &until) { return found }
        if let found = tx.leader(at: time, conditions, &until) { return found }
        if let found = txDefault.leader(at: time, conditions, &until) { return found }
        return stationDefault.leader(at: time, conditions, &until)
    }

    mutating func step(at time: Int64, in unit: RateUnit) -> (period: CompositePeriod, until: Int64) {
        var until = Int64.max
        let merging = Merging(
            leader: leader(at: time, &until), maximum: maximum.leader(at: time, conditions, &until),
            external: external.leader(at: time, conditions, &until),
            generation: generation.leader(at: time, conditions, &until), evse: evse, station: station, unit: unit)
        return (merging.result, until)
    }
}

/// Walks through time for what is set for EVSE 0.
struct StationSweep {
    private var maximum: ProfileStack
    private var external: ProfileStack
    private var generation: ProfileStack
    private let evses: [EVSEConditions]
    private let station: StationConditions
    private let conditions: TimelineConditions

    init(_ profiles: ChargingProfiles, _ evses: [EVSEConditions], _ station: StationConditions) {
        let found = { (purpose: ChargingProfile.Purpose) in
            ProfileStack(profiles.installed.filter { $0.profile.purpose == purpose && $0.evse == 0 }, of: 0)
        }
        maximum = found(.stationMaximum)
        external = found(.externalConstraints)
        generation = found(.localGeneration)
        self.evses = evses
        self.station = station
        conditions = TimelineConditions(
            clock: station.clock, offlineSince: station.offlineSince, chargingSince: nil, usesDelays: false)
    }

    /// What holds for all EVSEs together, in thousandths of a watt.
    /// - Parameter own: What the EVSEs may take by what is set for themselves.
    mutating func bounds(at time: Int64, own: () -> Int64) -> StationBounds {
        var until = Int64.max
        var bounds = StationBounds()
        for found in [maximum.leader(at: time, conditions, &until), external.leader(at: time, conditions, &until)] {
            guard let found else { continue }
            if let limit = watts(found, found.period.limit) { bounds.limit = min(bounds.limit ?? .max, limit) }
            // A maximum only bounds charging (Table 95), external constraints both directions (Q06.FR.30).
            if let limit = watts(found, found.period.dischargeLimit) {
                bounds.dischargeLimit = max(bounds.dischargeLimit ?? .min, limit)
            }
            if found.period.mode == .externalSetpoint { bounds.setpoint = watts(found, found.period.setpoint) }
        }
        // What is generated on site is there once, not once for each EVSE.
        if let found = generation.leader(at: time, conditions, &until), let more = watts(found, found.period.limit) {
            bounds.limit = (bounds.limit ?? own()).adding(more)
        }
        bounds.until = until
        return bounds
    }

    private func watts(_ found: LeadingPeriod, _ rates: PhaseRates?) -> Int64? {
        guard let rates else { return nil }
        let supply = evses.first?.supply ?? .alternating(phases: 3)
        let phases = evses.map(\.supply.phases).max() ?? 3
        return RateConversion(supply, nominalVolts: station.nominalVolts, phases: phases)
            .convert(rates, from: found.unit, to: .watts).total
    }

    mutating func step(
        at time: Int64, over sum: Int64, in unit: RateUnit, _ horizon: Int64
    ) -> (period: CompositePeriod, until: Int64) {
        var until = horizon
        var limit = sum
        let phases = evses.map(\.supply.phases).max() ?? 3
        let supply = evses.first?.supply ?? .alternating(phases: 3)
        let conversion = RateConversion(supply, nominalVolts: station.nominalVolts, phases: phases)
        for found in [maximum.leader(at: time, conditions, &until), external.leader(at: time, conditions, &until)] {
            guard let found, let own = found.period.limit else { continue }
            limit = min(limit, conversion.convert(own.sum(in: found.unit), from: found.unit, to: unit))
        }
        if let found = generation.leader(at: time, conditions, &until), let own = found.period.limit {
            let more = limit.adding(conversion.convert(own.sum(in: found.unit), from: found.unit, to: unit))
            let hardware = evses.reduce(Int64(0)) { sum, evse in
                let own = RateConversion(evse.supply, nominalVolts: station.nominalVolts, phases: evse.supply.phases)
                return sum.adding(own.convert(evse.hardware.charge, from: evse.hardware.unit, to: unit))
            }
            limit = max(limit, min(more, hardware))
        }
        var period = CompositePeriod()
        period.limit = PhaseRates(limit)
        return (period, until)
    }
}
