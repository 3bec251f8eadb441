// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What local modes need to know, and where each EVSE stands in its mode (block Q).
struct Bidirectional: Equatable, Sendable {
    var grid = GridSense()
    var signals = AFRRSignals()
    /// By EVSE.
    var operations: [Int: Operation] = [:]
    /// What the device model says of the car, by EVSE.
    var vehiclesTold: [Int: ConnectedVehicle] = [:]
}

/// How far an EVSE has got with a mode in which the station finds the setpoint.
struct Operation: Equatable, Sendable {
    var mode: OperationMode
    /// In which the setpoint was worked out last.
    var period: CompositePeriod?
    /// The frequency of which the setpoint was worked out last; small changes leave it (Q08.FR.07).
    var frequency: Frequency?
    /// Which sample of the load was counted last: each counts once.
    var loadSample = 0
    /// In milliwatts.
    var setpoint: Int64 = 0

    init(_ mode: OperationMode) { self.mode = mode }
}

extension Station {
    /// Turns what the profiles say into limits and a setpoint, by the operation mode.
    mutating func operate(_ index: Int, _ period: CompositePeriod, _ command: inout EVSECommand) {
        let evse = evses[index]
        command.limits = limits(of: period, evse)
        let wanted = setpoint(index, period, &command.limits)
        guard command.mayTransfer else { return }
        // Never beyond what profiles, external systems and hardware leave (V2X.03, V2X.04, Q09.FR.05).
        command.setpoint = wanted.map { command.limits.nearest(to: Power(milli: $0)) }
        command.reactive = period.setpointReactive.map { ReactivePower(millivars: $0.total) }
    }

    private func limits(of period: CompositePeriod, _ evse: EVSEState) -> PowerLimits {
        guard period.mode != .idle else { return .zero }
        let upper = period.limit.map { sum($0, period, evse) } ?? 0
        let lower = period.mode == .chargingOnly || !isBidirectional(evse) ? 0 : period.dischargeLimit?.total ?? 0
        return PowerLimits(from: Power(milli: lower), to: Power(milli: upper)).narrowed(to: evse.setup.ratings)
    }

    /// Over all phases. Where the car cannot be told each phase's own, the least counts for all (K01.FR.147).
    private func sum(_ rates: PhaseRates, _ period: CompositePeriod, _ evse: EVSEState) -> Int64 {
        guard rates.isPerPhase, smart.vehicles[evse.id]?.isNewer != true else { return rates.total }
        let phases = [rates.base, rates.l2, rates.l3].compactMap(\.self)
        return (phases.min() ?? 0).multiplied(by: Int64(phases.count))
    }

    /// In milliwatts; nil takes what there is.
    private mutating func setpoint(_ index: Int, _ period: CompositePeriod, _ limits: inout PowerLimits) -> Int64? {
        let evse = evses[index].id
        if bidirectional.operations[evse]?.mode != period.mode {
            bidirectional.operations[evse] = Operation(period.mode)
        }
        switch period.mode {
        case .idle: return 0
        case .chargingOnly: return nil
        case .centralSetpoint, .centralFrequency: return period.setpoint?.total
        case .localFrequency: return frequencySetpoint(evse, period)
        case .localLoadBalancing: return balancingSetpoint(index, limits)
        case .externalSetpoint:
            // Nobody has said anything yet: nothing flows (Q05.FR.01).
            return period.setpoint?.total ?? smart.external.setpoint?.milli ?? 0
        case .externalLimits:
            // The values are the external system's (Q05.FR.02); without any, nothing may flow.
            if let external = smart.external.limits {
                limits = limits.narrowed(to: external)
            } else if period.leader.flatMap(ownLimit) == nil {
                limits = .zero
            }
            return period.setpoint?.total
        }
    }

    /// The limit that a profile itself names.
    private func ownLimit(_ id: Int) -> DecimalNumber? {
        smart.store.messages[id]?.chargingSchedule.first?.chargingSchedulePeriod.first?.limit
    }

    /// Q08: baseline, plus what the curve says to the frequency, plus what it says to the operator's signal. Without a frequency
    /// that can be trusted nothing is added to the baseline.
    private mutating func frequencySetpoint(_ evse: Int, _ period: CompositePeriod) -> Int64 {
        var operation = bidirectional.operations[evse] ?? Operation(.localFrequency)
        defer { bidirectional.operations[evse] = operation }
        var setpoint = period.baseline ?? 0
        if let measured = bidirectional.grid.frequency {
            let threshold = variables.integer(BidirectionalVariables.frequencyThreshold(evse)) ?? 0
            // A period that begins takes what is measured.
            let used = operation.period == period ? operation.frequency ?? measured : measured
            // At the begin at once, then after a change that counts (Q08.FR.06, Q08.FR.07).
            let isNear = (measured.milli - used.milli).magnitude < max(1, threshold).magnitude
            operation.frequency = isNear ? used : measured
            operation.period = period
            let frequency = operation.frequency ?? measured
            setpoint = setpoint.adding(Curve(period.frequencyCurve).value(at: frequency.milli) ?? 0)
        } else {
            operation.frequency = nil
        }
        // Q08.FR.10.
        if let signal = bidirectional.signals.current {
            let x = Int64(signal).multiplied(by: 1_000)
            setpoint = setpoint.adding(Curve(period.signalCurve).value(at: x) ?? 0)
        }
        return setpoint
    }

    /// Q09.FR.03, Q09.FR.04. Each sample of the load is counted once, and what it asks for divided among the EVSEs that balance. Without a load that
    /// can be trusted nothing flows.
    private mutating func balancingSetpoint(_ index: Int, _ limits: PowerLimits) -> Int64 {
        let evse = evses[index].id
        var operation = bidirectional.operations[evse] ?? Operation(.localLoadBalancing)
        defer { bidirectional.operations[evse] = operation }
        guard mayTransfer(index), let load = bidirectional.grid.load,
            let rule = loadBalancing(evse)
        else {
            operation = Operation(.localLoadBalancing)
            return 0
        }
        guard operation.loadSample != bidirectional.grid.loadSample else { return operation.setpoint }
        if operation.loadSample == 0 {
            // What flows already is part of the load.
            operation.setpoint = evses[index].report.power?.milli ?? 0
        }
        operation.loadSample = bidirectional.grid.loadSample
        let share = rule.change(at: load.milli) / Int64(max(1, balancingCount))
        // Held within the limits, so that what cannot be had does not pile up (Q09.FR.05).
        operation.setpoint = limits.nearest(to: Power(milli: operation.setpoint.adding(share))).milli
        return operation.setpoint
    }

    private var balancingCount: Int {
        evses.indices.count {
            mayTransfer($0) && smart.inForce[evses[$0].id]?.period.mode == .localLoadBalancing
        }
    }
}

/// The thresholds of local load balancing, in milliwatts; positive is drawn from the grid.
struct LoadBalancing: Equatable, Sendable {
    var upperThreshold: Int64
    var lowerThreshold: Int64
    var upperOffset: Int64
    var lowerOffset: Int64

    /// How the power of the cars is to change at this load (Q09.FR.04).
    func change(at load: Int64) -> Int64 {
        if load > upperThreshold { return upperThreshold.adding(upperOffset).adding(-load) }
        if load < lowerThreshold { return lowerThreshold.adding(lowerOffset).adding(-load) }
        return 0
    }
}
