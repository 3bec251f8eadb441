// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A charging profile of any version. Times are whole seconds since 1970, rates thousandths of the schedule's unit.
public struct ChargingProfile: Equatable, Sendable {
    public enum Purpose: String, CaseIterable, Sendable {
        /// What an external system (EMS, grid operator) allows.
        case externalConstraints = "ChargingStationExternalConstraints"
        /// What the station may take at most; `ChargePointMaxProfile` in 1.6.
        case stationMaximum = "ChargingStationMaxProfile"
        case txDefault = "TxDefaultProfile"
        case tx = "TxProfile"
        /// Since 2.1.
        case priorityCharging = "PriorityCharging"
        /// Since 2.1: power that is there in addition.
        case localGeneration = "LocalGeneration"
    }

    public enum Kind: Equatable, Sendable {
        case absolute
        case recurring(Recurrency)
        case relative
        /// Since 2.1: one period, changed by messages.
        case dynamic
    }

    public enum Recurrency: Int, Sendable {
        case daily = 86_400
        case weekly = 604_800
        var seconds: Int64 { Int64(rawValue) }
    }

    public var id: Int
    public var stackLevel: Int
    public var purpose: Purpose
    public var kind: Kind
    public var validFrom: Int64?
    public var validTo: Int64?
    /// Of a TxProfile.
    public var transactionID: String?
    /// 1…3; an EV chooses among them, until then the first counts.
    public var schedules: [ChargingSchedule]
    /// Seconds without connection after which the profile rests.
    public var maxOfflineDuration: Int?
    /// Whether it stays invalid after such an outage.
    public var isInvalidAfterOffline = false
    /// Dynamic: how often to ask for an update, in seconds.
    public var updateInterval: Int?
    /// Dynamic: when it was updated last.
    public var updateTime: Int64?

    public init(
        id: Int, stackLevel: Int, purpose: Purpose, kind: Kind, schedules: [ChargingSchedule], validFrom: Int64? = nil,
        validTo: Int64? = nil, transactionID: String? = nil
    ) {
        self.id = id
        self.stackLevel = stackLevel
        self.purpose = purpose
        self.kind = kind
        self.schedules = schedules
        self.validFrom = validFrom
        self.validTo = validTo
        self.transactionID = transactionID
    }
}

public enum RateUnit: String, CaseIterable, Sendable {
    case amperes = "A"
    case watts = "W"
}

public struct ChargingSchedule: Equatable, Sendable {
    /// Where an absolute or recurring schedule starts.
    public enum Start: Equatable, Sendable {
        case instant(Int64)
        /// What the station's clock on the wall shows then, as seconds since 1970 (`useLocalTime`).
        case civil(Int64)
    }

    public var id: Int
    public var start: Start?
    /// Seconds.
    public var duration: Int?
    public var unit: RateUnit
    public var periods: [SchedulePeriod]
    /// For local optimisation; not part of a composite schedule.
    public var minChargingRate: Int64?
    /// Seconds by which starts of periods are delayed at most.
    public var randomizedDelay: Int?
    public var limitAtSoC: LimitAtSoC?

    public init(
        id: Int = 1, start: Start? = nil, duration: Int? = nil, unit: RateUnit, periods: [SchedulePeriod],
        minChargingRate: Int64? = nil, randomizedDelay: Int? = nil, limitAtSoC: LimitAtSoC? = nil
    ) {
        self.id = id
        self.start = start
        self.duration = duration
        self.unit = unit
        self.periods = periods
        self.minChargingRate = minChargingRate
        self.randomizedDelay = randomizedDelay
        self.limitAtSoC = limitAtSoC
    }
}

public struct LimitAtSoC: Equatable, Sendable {
    /// Percent.
    public var soc: Int
    public var limit: Int64

    public init(soc: Int, limit: Int64) {
        self.soc = soc
        self.limit = limit
    }
}

/// A rate in thousandths of W or A. In W it is the sum of all phases, in A that of each phase; with `l2` and `l3` it is
/// that of L1 alone.
public struct PhaseRates: Hashable, Sendable {
    public var base: Int64
    // Many are copied for a composite schedule, so absence costs no room of its own.
    private var second: Int64
    private var third: Int64
    private static let absent = Int64.min

    public init(_ base: Int64, l2: Int64? = nil, l3: Int64? = nil) {
        self.base = base
        second = l2 ?? Self.absent
        third = l3 ?? Self.absent
    }

    public var l2: Int64? { second == Self.absent ? nil : second }
    public var l3: Int64? { third == Self.absent ? nil : third }

    public var isPerPhase: Bool { l2 != nil || l3 != nil }

    func map(_ change: (Int64) -> Int64) -> PhaseRates {
        PhaseRates(change(base), l2: l2.map(change), l3: l3.map(change))
    }
}

public enum OperationMode: String, CaseIterable, Sendable {
    case idle = "Idle"
    case chargingOnly = "ChargingOnly"
    case centralSetpoint = "CentralSetpoint"
    case externalSetpoint = "ExternalSetpoint"
    case externalLimits = "ExternalLimits"
    case centralFrequency = "CentralFrequency"
    case localFrequency = "LocalFrequency"
    case localLoadBalancing = "LocalLoadBalancing"
}

public struct SchedulePeriod: Equatable, Sendable {
    /// Seconds after the schedule's start.
    public var start: Int
    public var limit: PhaseRates?
    /// At most zero.
    public var dischargeLimit: PhaseRates?
    public var setpoint: PhaseRates?
    /// Positive is inductive.
    public var setpointReactive: PhaseRates?
    /// 1…3; absent on AC means 3.
    public var numberPhases: Int? {
        get { phases < 0 ? nil : Int(phases) }
        set { phases = newValue.map(Int8.init(clamping:)) ?? -1 }
    }
    public var phaseToUse: Int? {
        get { phase < 0 ? nil : Int(phase) }
        set { phase = newValue.map(Int8.init(clamping:)) ?? -1 }
    }
    private var phases: Int8
    private var phase: Int8
    /// Absent means ChargingOnly.
    public var mode: OperationMode
    public var wantsPreconditioning = false
    public var sleeps = false
    /// Thousandths of a watt, on top of which the curves add.
    public var baseline: Int64?
    public var frequencyCurve: [CurvePoint] = []
    public var signalCurve: [CurvePoint] = []

    public init(
        start: Int, limit: PhaseRates? = nil, dischargeLimit: PhaseRates? = nil, setpoint: PhaseRates? = nil,
        setpointReactive: PhaseRates? = nil, numberPhases: Int? = nil, phaseToUse: Int? = nil,
        mode: OperationMode = .chargingOnly
    ) {
        self.start = start
        self.limit = limit
        self.dischargeLimit = dischargeLimit
        self.setpoint = setpoint
        self.setpointReactive = setpointReactive
        phases = numberPhases.map(Int8.init(clamping:)) ?? -1
        phase = phaseToUse.map(Int8.init(clamping:)) ?? -1
        self.mode = mode
    }
}

/// A point of `v2xFreqWattCurve` (x in mHz) or `v2xSignalWattCurve` (x the signal in thousandths), y in mW.
public struct CurvePoint: Equatable, Sendable {
    public var x: Int64
    public var milliwatts: Int64

    public init(x: Int64, milliwatts: Int64) {
        self.x = x
        self.milliwatts = milliwatts
    }
}
