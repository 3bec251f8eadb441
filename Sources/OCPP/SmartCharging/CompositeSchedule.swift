// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What all profiles together say about a stretch of time (K08).
public struct CompositeSchedule: Equatable, Sendable {
    public var evse: Int
    /// Seconds since 1970.
    public var start: Int64
    /// Seconds.
    public var duration: Int
    public var unit: RateUnit
    /// The first starts at 0. Neighbours differ.
    public var periods: [CompositePeriod]
}

/// What is in force from an instant on; rates in thousandths of the unit asked for.
public struct CompositePeriod: Equatable, Sendable {
    /// Seconds after the start of the composite.
    public var start = 0
    /// How much the EVSE may charge; absent only where nothing may flow anyhow (Idle).
    public var limit: PhaseRates?
    /// Present where the mode lets energy flow back.
    public var dischargeLimit: PhaseRates?
    public var setpoint: PhaseRates?
    public var setpointReactive: PhaseRates?
    /// On AC.
    public var numberPhases: Int?
    public var phaseToUse: Int?
    public var mode = OperationMode.chargingOnly
    public var wantsPreconditioning = false
    public var sleeps = false
    public var baseline: Int64?
    public var frequencyCurve: [CurvePoint] = []
    public var signalCurve: [CurvePoint] = []
    /// The profile that leads for the transaction: TxProfile, TxDefaultProfile or PriorityCharging.
    public var leader: Int?

    public init() {}

    /// Whether the same is to be done, wherever it comes from.
    func says(_ other: CompositePeriod) -> Bool {
        limit == other.limit && setpoint == other.setpoint && dischargeLimit == other.dischargeLimit
            && setpointReactive == other.setpointReactive && numberPhases == other.numberPhases
            && phaseToUse == other.phaseToUse && mode == other.mode
            && wantsPreconditioning == other.wantsPreconditioning
            && sleeps == other.sleeps && baseline == other.baseline && frequencyCurve == other.frequencyCurve
            && signalCurve == other.signalCurve
    }
}

/// What all EVSEs of a station may take and give together; nil where nothing bounds it.
public struct StationBounds: Equatable, Sendable {
    public var limit: Int64?
    public var dischargeLimit: Int64?
    /// What an external system wants of them together (Q06.FR.31).
    public var setpoint: Int64?
    /// When this may change.
    public var until = Int64.max

    public init() {}
}

extension ChargingProfiles {
    /// The composite of `duration` seconds from `start` on (K08.FR.04); a duration of 0 gives what is in force at `start`.
    ///
    /// Boundaries are exact: from one instant the next is computed at which any profile that counts may change. Without a
    /// transaction the schedule is that of one that would run (K08.FR.06).
    /// - Parameters:
    ///   - unit: Nil takes the leading profile's unit, else A on AC and W on DC.
    ///   - mostPeriods: Where more would be needed, the composite ends before them: its duration is shorter then.
    public func compositeSchedule(
        for evse: EVSEConditions, from start: Int64, duration: Int, unit: RateUnit? = nil, mostPeriods: Int = 1_024,
        _ station: StationConditions
    ) -> CompositeSchedule {
        var sweep = EVSESweep(self, evse, station, includingStation: true, usesDelays: evse.transaction != nil)
        let unit = unit ?? sweep.leadingUnit(at: start) ?? (evse.supply.isDirect ? .watts : .amperes)
        let swept = Self.sweep(from: start, for: max(0, duration), mostPeriods) { sweep.step(at: $0, in: unit) }
        return CompositeSchedule(
            evse: evse.id, start: start, duration: swept.duration, unit: unit, periods: swept.periods)
    }

    /// The composite of the whole station: what its EVSEs may take together, under what holds for EVSE 0.
    public func stationSchedule(
        of evses: [EVSEConditions], from start: Int64, duration: Int, unit: RateUnit, mostPeriods: Int = 1_024,
        _ station: StationConditions
    ) -> CompositeSchedule {
        var sweeps = evses.map {
            EVSESweep(self, $0, station, includingStation: false, usesDelays: $0.transaction != nil)
        }
        var whole = StationSweep(self, evses, station)
        let swept = Self.sweep(from: start, for: max(0, duration), mostPeriods) { time in
            var sum: Int64 = 0
            var until = Int64.max
            for index in sweeps.indices {
                let step = sweeps[index].step(at: time, in: unit)
                sum = sum.adding(step.period.limit?.sum(in: unit) ?? 0)
                until = min(until, step.until)
            }
            return whole.step(at: time, over: sum, in: unit, until)
        }
        return CompositeSchedule(evse: 0, start: start, duration: swept.duration, unit: unit, periods: swept.periods)
    }

    /// What is in force at an EVSE at this instant, and when to ask again. For the control loop.
    public func inForce(
        for evse: EVSEConditions, at time: Int64, in unit: RateUnit, _ station: StationConditions
    ) -> (period: CompositePeriod, until: Int64) {
        var sweep = EVSESweep(self, evse, station, includingStation: true, usesDelays: evse.transaction != nil)
        return sweep.step(at: time, in: unit)
    }

    /// What holds for all EVSEs together at this instant, in thousandths of a watt (K04.FR.05, Q06.FR.30).
    public func stationBounds(of evses: [EVSEConditions], at time: Int64, _ station: StationConditions) -> StationBounds
    {
        var sweep = StationSweep(self, evses, station)
        return sweep.bounds(at: time) {
            evses.filter { $0.transaction != nil }.reduce(0) { sum, evse in
                var own = EVSESweep(self, evse, station, includingStation: false, usesDelays: true)
                return sum.adding(own.step(at: time, in: .watts).period.limit?.total ?? 0)
            }
        }
    }

    /// Changes looked at before a composite ends early, whatever a backend asks for.
    private static let mostSteps = 100_000

    private static func sweep(
        from start: Int64, for duration: Int, _ mostPeriods: Int,
        _ step: (Int64) -> (period: CompositePeriod, until: Int64)
    ) -> (periods: [CompositePeriod], duration: Int) {
        var periods: [CompositePeriod] = []
        periods.reserveCapacity(min(64, max(1, mostPeriods)))
        let end = start.adding(Int64(duration))
        var time = start
        for _ in 0..<mostSteps {
            var (period, until) = step(time)
            if periods.isEmpty || !periods[periods.count - 1].says(period) {
                guard periods.count < max(1, mostPeriods) else { break }
                period.start = Int(time - start)
                periods.append(period)
            }
            time = until
            guard time < end else { return (periods, duration) }
        }
        return (periods, Int(time - start))
    }
}

extension EVSEConditions.Supply {
    var isDirect: Bool {
        switch self {
        case .direct: true
        case .alternating: false
        }
    }

    /// 1 on DC.
    var phases: Int {
        switch self {
        case .direct: 1
        case .alternating(let phases): min(3, max(1, phases))
        }
    }
}

extension PhaseRates {
    /// In W over all phases; in A the largest of the phases, which is what a fuse sees.
    func sum(in unit: RateUnit) -> Int64 { unit == .watts ? total : max(base, l2 ?? base, l3 ?? base) }
}
