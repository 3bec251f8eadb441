// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What the leading profiles of all purposes say together at one instant (K08, SC.01, V2X.03-.05, Q06).
struct Merging {
    private let leader: LeadingPeriod?
    private let maximum: LeadingPeriod?
    private let external: LeadingPeriod?
    private let generation: LeadingPeriod?
    private let supply: EVSEConditions.Supply
    private let hardware: EVSEConditions.Hardware
    private let soc: Int?
    private let setpointPriority: StationConditions.SetpointPriority
    private let unit: RateUnit
    /// The fewest any of the profiles asks for (K01.FR.140); absent means all three (K01.FR.49).
    private let phases: Int
    private let conversion: RateConversion

    init(
        leader: LeadingPeriod?, maximum: LeadingPeriod?, external: LeadingPeriod?, generation: LeadingPeriod?,
        evse: EVSEConditions, station: StationConditions, unit: RateUnit
    ) {
        self.leader = leader
        self.maximum = maximum
        self.external = external
        self.generation = generation
        supply = evse.supply
        hardware = evse.hardware
        soc = evse.soc
        setpointPriority = station.setpointPriority
        self.unit = unit
        let asked = min(
            leader?.period.numberPhases ?? 3, maximum?.period.numberPhases ?? 3, external?.period.numberPhases ?? 3)
        phases = max(1, min(evse.supply.phases, asked))
        conversion = RateConversion(evse.supply, nominalVolts: station.nominalVolts, phases: phases)
    }

    var result: CompositePeriod {
        var out = CompositePeriod()
        out.leader = leader?.id
        out.mode = leader?.period.mode ?? .chargingOnly
        if let period = leader?.period {
            out.wantsPreconditioning = period.wantsPreconditioning
            out.sleeps = period.sleeps
            out.baseline = period.baseline
            out.frequencyCurve = period.frequencyCurve
            out.signalCurve = period.signalCurve
        }
        if !supply.isDirect {
            out.numberPhases = phases
            // Absent, the charger chooses (K01.FR.47).
            out.phaseToUse = phases == 1 ? leader?.period.phaseToUse : nil
        }
        guard out.mode != .idle else { return out }
        out.limit = limit
        let (setpoint, comesFromOutside) = setpoint
        if comesFromOutside { out.mode = .externalSetpoint }
        if out.mode != .chargingOnly { out.dischargeLimit = dischargeLimit }
        out.setpoint = setpoint.map { capped($0, out.limit, out.dischargeLimit) }
        // Reactive power is not capped by limits of active power (K08.FR.08).
        out.setpointReactive = comesFromOutside ? reactive(external) : reactive(leader)
        return out
    }

    private func converted(_ rates: PhaseRates, of found: LeadingPeriod) -> PhaseRates {
        conversion.convert(rates, from: found.unit, to: unit)
    }

    private func ofHardware(_ rate: Int64) -> PhaseRates {
        PhaseRates(conversion.convert(rate, from: hardware.unit, to: unit))
    }

    // MARK: Bounds

    private var limit: PhaseRates {
        var bound: PhaseRates?
        narrow(&bound, by: leader)
        narrow(&bound, by: maximum)
        narrow(&bound, by: external)
        if let beyond = limitBeyondSoC { bound = bound.map { $0.capped(to: beyond, in: unit) } ?? beyond }
        let most = ofHardware(hardware.charge)
        guard var bound else { return most }
        // Local generation comes on top of what the grid may give.
        if let generation, let own = generation.period.limit {
            bound = bound.plus(converted(own, of: generation).sum(in: unit), in: unit)
        }
        return bound.capped(to: most, in: unit)
    }

    private func narrow(_ bound: inout PhaseRates?, by found: LeadingPeriod?) {
        guard let found, let own = found.period.limit else { return }
        let other = converted(own, of: found)
        bound = bound.map { $0.capped(to: other, in: unit) } ?? other
    }

    /// From the state of charge on that the leading schedule names (K01.FR.100).
    private var limitBeyondSoC: PhaseRates? {
        guard let leader, let limit = leader.limitAtSoC, let soc, soc >= limit.soc else {
            return nil
        }
        return converted(PhaseRates(limit.limit), of: leader)
    }

    /// The one closest to zero.
    private var dischargeLimit: PhaseRates {
        var bound = ofHardware(min(0, hardware.discharge))
        // A station maximum cannot bound discharging: its only mode is ChargingOnly.
        for found in [leader, external] {
            guard let found, let own = found.period.dischargeLimit else { continue }
            bound = converted(own, of: found).raised(to: bound, in: unit)
        }
        return bound
    }

    // MARK: Setpoints

    private var setpoint: (PhaseRates?, comesFromOutside: Bool) {
        let own = leader.flatMap { found in found.period.setpoint.map { converted($0, of: found) } }
        guard let external, external.period.mode == .externalSetpoint, let outside = external.period.setpoint else {
            return (own, false)
        }
        // Q06.FR.21, Q06.FR.22.
        if own != nil, setpointPriority == .csms { return (own, false) }
        return (converted(outside, of: external), true)
    }

    private func reactive(_ found: LeadingPeriod?) -> PhaseRates? {
        found.flatMap { found in found.period.setpointReactive.map { converted($0, of: found) } }
    }

    /// To the limit if it charges, to the discharge limit if it discharges (V2X.03, V2X.04).
    private func capped(_ setpoint: PhaseRates, _ limit: PhaseRates?, _ dischargeLimit: PhaseRates?) -> PhaseRates {
        if let limit, setpoint.total > 0 { return setpoint.capped(to: limit, in: unit) }
        if let dischargeLimit, setpoint.total < 0 { return setpoint.raised(to: dischargeLimit, in: unit) }
        return setpoint
    }
}
