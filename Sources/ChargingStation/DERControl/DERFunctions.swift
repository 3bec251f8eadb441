// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// The DER controls that the station carries out itself, by what it commands: pure arithmetic of one EVSE at one instant. They only ever
/// narrow limits; a curve that cannot be looked up for want of a reading lets no power flow back.
struct DERFunctions {
    /// Which; the first that changes anything is the cause.
    static let order: [DERControlEnumType] = [
        .freqDroop, .freqWatt, .voltWatt, .limitMaxDischarge, .voltVar, .wattVar, .fixedVar, .fixedPFInject,
        .fixedPFAbsorb,
    ]
    static let known = Set(order)
    /// Those of reactive power; of equal rank the first acts.
    static let reactive: [DERControlEnumType] = [.voltVar, .wattVar, .fixedVar, .fixedPFInject, .fixedPFAbsorb]

    struct Cause: Equatable {
        var type: DERControlEnumType
        var fault: GridEventFaultEnumType?
    }

    struct Result {
        var command: EVSECommand
        var cause: Cause?
        var droopFrom: Power?
    }

    let nameplate: InverterNameplate
    let nominalVolts: Int
    /// Nil is not known.
    let frequency: Frequency?
    let voltage: Voltage?
    let power: Power?
    let offered: PowerLimits?
    /// The power at which droop began, where no setpoint says it.
    let droopFrom: Power?

    func apply(_ controls: [SetDERControlRequest], to command: EVSECommand) -> Result {
        var result = Result(command: command)
        // Bounds first: the droop moves within them.
        for type in [DERControlEnumType.limitMaxDischarge, .voltWatt, .freqWatt, .freqDroop] {
            guard let control = controls.first(where: { $0.controlType == type }) else { continue }
            let before = result.command
            let fault = active(control, &result)
            if target(before) != target(result.command) { result.cause = Cause(type: type, fault: fault) }
        }
        for type in [DERControlEnumType.fixedPFAbsorb, .fixedPFInject, .fixedVar, .wattVar, .voltVar] {
            guard let control = controls.first(where: { $0.controlType == type }),
                let new = reactive(control, result.command)
            else { continue }
            // Only where a profile wanted another reactive power is it a deviation.
            if let wanted = command.reactive, wanted != new, result.cause == nil {
                result.cause = Cause(type: type, fault: nil)
            }
            result.command.reactive = new
        }
        return result
    }

    /// Where the power will go.
    private func target(_ command: EVSECommand) -> Power {
        let limits = command.limits.narrowed(to: offered ?? .unbounded)
        return limits.nearest(to: command.setpoint ?? limits.upper)
    }

    // MARK: Active power

    private func active(_ control: SetDERControlRequest, _ result: inout Result) -> GridEventFaultEnumType? {
        switch control.body {
        case .limitMaxDischarge(let body)?:
            guard let percent = body.pctMaxDischargePower else { return nil }
            hold(Power(milli: -part(percent, of: nameplate.maxDischarge.milli)), &result.command)
            return nil
        case .freqDroop(let body)?: return droop(body, &result)
        case .curve(let curve)?:
            return control.controlType == .voltWatt ? voltWatt(curve, &result) : freqWatt(curve, &result)
        case .enterService?, .fixedPF?, .fixedVar?, .gradient?, nil: return nil
        }
    }

    /// At least so much power toward the car; negative lets so much flow back.
    private func hold(_ floor: Power, _ command: inout EVSECommand) {
        if floor <= .zero {
            command.limits = command.limits.narrowed(to: PowerLimits(from: floor, to: command.limits.upper))
            command.setpoint = command.setpoint.map { command.limits.nearest(to: $0) }
        } else if let setpoint = command.setpoint {
            command.setpoint = command.limits.nearest(to: max(setpoint, floor))
            command.limits = command.limits.narrowed(to: PowerLimits(from: .zero, to: command.limits.upper))
        }
    }

    private func freqWatt(_ curve: DERCurveType, _ result: inout Result) -> GridEventFaultEnumType? {
        guard let frequency, let percent = curve.percent(at: frequency.milli) else {
            hold(.zero, &result.command)
            return nil
        }
        hold(Power(milli: -part(percent, of: base(curve.yUnit))), &result.command)
        let nominal: Int64 = frequency.milli > 55_000 ? 60_000 : 50_000
        return frequency.milli >= nominal ? .overFrequency : .underFrequency
    }

    private func voltWatt(_ curve: DERCurveType, _ result: inout Result) -> GridEventFaultEnumType? {
        guard let voltage, let percent = curve.percent(at: place(voltage, curve)) else {
            hold(.zero, &result.command)
            return nil
        }
        hold(Power(milli: -part(percent, of: base(curve.yUnit))), &result.command)
        return voltage.milli >= Int64(nominalVolts) * 1_000 ? .overVoltage : .underVoltage
    }

    /// Δ = (f − start) / (nominal × droop) × rated power, toward charging above and toward discharging below.
    private func droop(_ body: FreqDroopType, _ result: inout Result) -> GridEventFaultEnumType? {
        guard let frequency, let over = body.overFreq.thousandths, let under = body.underFreq.thousandths else {
            hold(.zero, &result.command)
            return nil
        }
        let (excess, droop, fault): (Int64, DecimalNumber, GridEventFaultEnumType)
        if frequency.milli > over {
            (excess, droop, fault) = (frequency.milli - over, body.overDroop, .overFrequency)
        } else if frequency.milli < under {
            (excess, droop, fault) = (frequency.milli - under, body.underDroop, .underFrequency)
        } else {
            return nil
        }
        let nominal: Int128 = over > 55_000 ? 60_000 : 50_000
        let rated = Int128(
            max(nameplate.maxDischarge.milli, nameplate.maxDischarge == .zero ? nameplate.maxCharge.milli : 0))
        let slope = nominal * Int128(max(1, droop.thousandths ?? 1))
        let change = Int64(clamping: rated * Int128(excess) * 1_000 / slope)
        move(by: change, &result)
        return fault
    }

    private func move(by change: Int64, _ result: inout Result) {
        let limits = result.command.limits
        if let setpoint = result.command.setpoint {
            result.command.setpoint = limits.nearest(to: Power(milli: setpoint.milli.adding(change)))
            return
        }
        // Without a setpoint the car takes what there is: it can be made to take less than when this began, not more.
        guard change < 0 else { return }
        let most = limits.narrowed(to: offered ?? .unbounded).upper
        let from = droopFrom ?? limits.nearest(to: min(most, max(.zero, power ?? most)))
        result.droopFrom = from
        let wanted = Power(milli: from.milli.adding(change))
        result.command.limits = limits.narrowed(to: PowerLimits(from: limits.lower, to: max(.zero, wanted)))
        if wanted < .zero, limits.lower < .zero { result.command.setpoint = limits.nearest(to: wanted) }
    }

    // MARK: Reactive power

    /// Positive is inductive, that is absorbed; OCPP counts what is injected as positive.
    private func reactive(_ control: SetDERControlRequest, _ command: EVSECommand) -> ReactivePower? {
        let flow = command.setpoint ?? power ?? .zero
        switch control.body {
        case .fixedVar(let body)?:
            return injected(part(body.setpoint, of: reactiveBase(body.unit, body.setpoint, flow)))
        case .fixedPF(let body)?:
            // One is for the power that flows back, the other for the power that is taken.
            guard (control.controlType == .fixedPFInject) == (flow < .zero) else { return nil }
            let most = Double(flow.milli.magnitude) * body.displacement.tangent
            let rate = Int64(max(0, min(most, Double(nameplate.maxApparent))).rounded())
            return injected(body.excitation ? rate : -rate)
        case .curve(let curve)?:
            guard let percent = percent(curve, control.controlType, flow) else { return injected(0) }
            return injected(part(percent, of: reactiveBase(curve.yUnit, percent, flow)))
        case .enterService?, .freqDroop?, .gradient?, .limitMaxDischarge?, nil: return nil
        }
    }

    private func percent(_ curve: DERCurveType, _ type: DERControlEnumType, _ flow: Power) -> DecimalNumber? {
        if type == .voltVar { return voltage.flatMap { curve.percent(at: place($0, curve)) } }
        // WattVar: percent of the rated power, positive where it flows back.
        let rated = flow > .zero ? nameplate.maxCharge.milli : nameplate.maxDischarge.milli
        guard rated > 0 else { return nil }
        return curve.percent(at: Int64(clamping: Int128(-flow.milli) * 100_000 / Int128(rated)))
    }

    private func injected(_ rate: Int64) -> ReactivePower {
        ReactivePower(millivars: -max(-nameplate.maxAbsorbed, min(nameplate.maxInjected, rate)))
    }

    // MARK: Percentages

    /// In thousandths of what the base is in.
    private func part(_ percent: DecimalNumber, of base: Int64) -> Int64 {
        Int64(clamping: Int128(percent.rate) * Int128(base) / 100_000)
    }

    private func base(_ unit: DERUnitEnumType) -> Int64 {
        switch unit {
        case .pctWAvail:
            min(nameplate.maxDischarge.milli, offered.map { -$0.lower.milli } ?? nameplate.maxDischarge.milli)
        case .notApplicable, .pctMaxW, .pctMaxVar, .pctVarAvail, .pctEffectiveV: nameplate.maxDischarge.milli
        }
    }

    private func reactiveBase(_ unit: DERUnitEnumType, _ percent: DecimalNumber, _ flow: Power) -> Int64 {
        let most = percent < 0 ? nameplate.maxAbsorbed : nameplate.maxInjected
        switch unit {
        case .pctMaxVar, .pctEffectiveV, .notApplicable: return most
        case .pctVarAvail:
            let (apparent, active) = (Double(nameplate.maxApparent), Double(flow.milli))
            return min(most, Int64((max(0, apparent * apparent - active * active)).squareRoot()))
        case .pctMaxW: return nameplate.maxDischarge.milli
        case .pctWAvail: return base(.pctWAvail)
        }
    }

    /// Where the voltage lies on the curve: points beyond 200 can only be volts, others are percent of the nominal voltage.
    private func place(_ voltage: Voltage, _ curve: DERCurveType) -> Int64 {
        guard !curve.curveData.contains(where: { $0.x > 200 }) else { return voltage.milli }
        let reference = curve.reactivePowerParams?.vRef?.rate ?? 100_000
        let nominal = Int128(max(1, nominalVolts)) * Int128(max(1, reference))
        return Int64(clamping: Int128(voltage.milli) * 10_000_000 / nominal)
    }
}

extension DERCurveType {
    /// What the curve says at this place, both in thousandths.
    fileprivate func percent(at x: Int64) -> DecimalNumber? {
        Curve(curveData.map { CurvePoint(x: $0.x.rate, milliwatts: $0.y.rate) }).value(at: x)
            .map(DecimalNumber.init(thousandths:))
    }
}

extension DecimalNumber {
    /// Of a power factor: reactive over active power.
    fileprivate var tangent: Double {
        let factor = Double(rate) / 1_000
        guard factor > 0, factor < 1 else { return 0 }
        return (1 - factor * factor).squareRoot() / factor
    }
}
