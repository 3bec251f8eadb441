// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP

/// 2026-03-28T00:00:00Z, a Saturday; in the night after it the clocks of Berlin go from 02:00 to 03:00 (01:00Z on the 29th).
let saturday: Int64 = 1_774_656_000
/// 2026-10-24T00:00:00Z, before the night in which they go back (01:00Z on the 25th).
let october: Int64 = 1_792_800_000
let berlin = LocalClock(
    initialOffset: 3_600,
    changes: [
        .init(at: saturday + 86_400 + 3_600, offset: 7_200), .init(at: october + 86_400 + 3_600, offset: 3_600),
    ])

extension Int64 {
    /// From W or A to thousandths.
    init(units: Double) { self.init((units * 1_000).rounded()) }
}

/// A period with a limit in W or A.
func at(_ start: Int, _ limit: Double, phases: Int? = nil) -> SchedulePeriod {
    SchedulePeriod(start: start, limit: PhaseRates(Int64(units: limit)), numberPhases: phases)
}

/// A period with a setpoint in W or A.
func at(
    _ start: Int, _ mode: OperationMode = .centralSetpoint, set: Double? = nil, limit: Double? = nil,
    discharge: Double? = nil,
    reactive: Double? = nil
) -> SchedulePeriod {
    let rates = { (value: Double?) in value.map { PhaseRates(Int64(units: $0)) } }
    return SchedulePeriod(
        start: start, limit: rates(limit), dischargeLimit: rates(discharge), setpoint: rates(set),
        setpointReactive: rates(reactive), mode: mode)
}

func profile(
    _ id: Int, _ purpose: ChargingProfile.Purpose, level: Int = 0, kind: ChargingProfile.Kind = .absolute,
    start: ChargingSchedule.Start? = nil, duration: Int? = nil, unit: RateUnit = .amperes, on evse: Int = 1,
    installed: Int64 = saturday, valid: Range<Int64>? = nil, transaction: String? = nil, _ periods: SchedulePeriod...,
    change: (inout ChargingProfile) -> Void = { _ in }
) -> InstalledProfile {
    var start = start
    if kind == .absolute, start == nil { start = .instant(saturday) }
    var profile = ChargingProfile(
        id: id, stackLevel: level, purpose: purpose, kind: kind,
        schedules: [ChargingSchedule(start: start, duration: duration, unit: unit, periods: periods)],
        validFrom: valid?.lowerBound, validTo: valid?.upperBound, transactionID: transaction)
    change(&profile)
    return InstalledProfile(profile, on: evse, at: installed)
}

let ac = EVSEConditions(
    id: 1, supply: .alternating(phases: 3), hardware: .init(unit: .amperes, charge: 32_000, discharge: -32_000),
    transaction: .init(id: "T", since: saturday))
let dc = EVSEConditions(
    id: 1, supply: .direct(volts: 400), hardware: .init(unit: .watts, charge: 50_000_000, discharge: -20_000_000),
    transaction: .init(id: "T", since: saturday))

func changed<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var value = value
    change(&value)
    return value
}
