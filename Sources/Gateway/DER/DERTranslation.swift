// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import OCPP
import OCPP21

extension DERSettings {
    /// What a charger is given to carry out these controls.
    /// - Parameters:
    ///   - types: Those that it carries out; others are left out.
    ///   - nominalVolts: Of the grid, for curves in volts.
    init(_ controls: [SetDERControlRequest], _ types: Set<DERControlEnumType>, nominalVolts: Int) {
        self.init()
        for control in controls where types.contains(control.controlType) {
            switch control.controlType {
            case .voltVar: voltVar = control.curve.map { Curve($0, nominalVolts: nominalVolts) }
            case .voltWatt: voltWatt = control.curve.map { Curve($0, nominalVolts: nominalVolts) }
            case .wattVar: wattVar = control.curve.map { Curve($0, nominalVolts: nil) }
            case .fixedVar: fixedVar = control.fixedVar.map(FixedVar.init)
            case .fixedPFInject: powerFactorInjecting = control.fixedPFInject.map(PowerFactor.init)
            case .fixedPFAbsorb: powerFactorAbsorbing = control.fixedPFAbsorb.map(PowerFactor.init)
            case .freqDroop: droop = control.freqDroop.map(Droop.init)
            case .enterService, .freqWatt, .gradients, .hfMustTrip, .hfMayTrip, .hvMustTrip, .hvMomCess, .hvMayTrip,
                .limitMaxDischarge, .lfMustTrip, .lvMustTrip, .lvMomCess, .lvMayTrip, .powerMonitoringMustTrip,
                .wattPF:
                break
            }
        }
    }
}

extension DERSettings.Reference {
    init(_ unit: DERUnitEnumType) {
        self =
            switch unit {
            case .pctMaxW: .maximumActive
            case .pctWAvail: .availableActive
            case .pctVarAvail: .availableReactive
            case .pctMaxVar, .pctEffectiveV, .notApplicable: .maximumReactive
            }
    }
}

extension DERSettings.Curve {
    /// - Parameter nominalVolts: Nil for a curve over power. Points beyond 200 can only be volts.
    fileprivate init(_ curve: DERCurveType, nominalVolts: Int?) {
        let reference = curve.reactivePowerParams?.vRef?.rate ?? 100_000
        let isInVolts = curve.curveData.contains { $0.x > 200 }
        let points = curve.curveData.map { point in
            guard let nominalVolts, isInVolts else { return DERSettings.Point(x: point.x.rate, y: point.y.rate) }
            let whole = Int128(max(1, nominalVolts)) * Int128(max(1, reference))
            return DERSettings.Point(x: Int64(clamping: Int128(point.x.rate) * 10_000_000 / whole), y: point.y.rate)
        }
        self.init(
            points: points, reference: DERSettings.Reference(curve.yUnit),
            responseTime: curve.responseTime.map(Interval.init), referenceVoltage: reference)
    }
}

extension DERSettings.FixedVar {
    fileprivate init(_ body: FixedVarType) { self = .share(body.setpoint.rate, of: DERSettings.Reference(body.unit)) }
}

extension DERSettings.PowerFactor {
    fileprivate init(_ body: FixedPFType) {
        self.init(thousandths: max(1, min(1_000, body.displacement.rate)), isOverExcited: body.excitation)
    }
}

extension DERSettings.Droop {
    fileprivate init(_ body: FreqDroopType) {
        let nominal: Int64 = body.overFreq.rate > 55_000 ? 60_000 : 50_000
        let farthest: Int64 = 100_000
        self.init(
            deadBandOver: Frequency(milli: max(-farthest, min(farthest, body.overFreq.rate.adding(-nominal)))),
            deadBandUnder: Frequency(milli: max(-farthest, min(farthest, nominal.adding(-body.underFreq.rate)))),
            slopeOver: body.overDroop.rate.multiplied(by: 1_000),
            slopeUnder: body.underDroop.rate.multiplied(by: 1_000),
            responseTime: Interval(body.responseTime))
    }
}

extension Interval {
    /// Seconds, at most a day.
    fileprivate init(_ seconds: DecimalNumber) {
        self = .milliseconds(Int(max(0, min(86_400_000, seconds.rate))))
    }
}
