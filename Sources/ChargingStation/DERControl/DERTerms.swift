// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP
import OCPP21

/// What all kinds of DER controls have in common.
struct DERTerms: Equatable, Sendable {
    /// 0 is the highest.
    var priority: Int
    /// Nil for a default.
    var start: WallTime?
    /// Exclusive.
    var end: WallTime?

    /// Nil for a request that R04 forbids: a body that is not the type's own (R04.FR.17), a default with times (R04.FR.13), a scheduled
    /// control of a type that has defaults only (R04.FR.15), values that cannot be carried out.
    init?(_ request: SetDERControlRequest, receivedAt now: WallTime) {
        guard let body = request.body, body.isPlausible(for: request.controlType) else { return nil }
        let (priority, start, duration) = body.schedule
        guard priority >= 0 else { return nil }
        self.priority = priority
        guard !request.isDefault else {
            guard start == nil, duration == nil else { return nil }
            return
        }
        switch body {
        case .enterService, .gradient: return nil
        case .curve, .freqDroop, .fixedPF, .fixedVar, .limitMaxDischarge: break
        }
        self.start = start?.time ?? now
        guard let duration else { return }
        guard let thousandths = duration.thousandths, thousandths > 0 else { return nil }
        end = (self.start ?? now).milliseconds.adding(thousandths).asWallTime
    }
}

extension Int64 {
    fileprivate var asWallTime: WallTime { WallTime(milliseconds: self) }
}

/// The one part of a request that says what is to be done.
enum DERBody: Equatable, Sendable {
    case curve(DERCurveType)
    case enterService(EnterServiceType)
    case fixedPF(FixedPFType)
    case fixedVar(FixedVarType)
    case freqDroop(FreqDroopType)
    case gradient(GradientType)
    case limitMaxDischarge(LimitMaxDischargeType)

    var schedule: (priority: Int, start: DateTime?, duration: DecimalNumber?) {
        switch self {
        case .curve(let body): (body.priority, body.startTime, body.duration)
        case .enterService(let body): (body.priority, nil, nil)
        case .fixedPF(let body): (body.priority, body.startTime, body.duration)
        case .fixedVar(let body): (body.priority, body.startTime, body.duration)
        case .freqDroop(let body): (body.priority, body.startTime, body.duration)
        case .gradient(let body): (body.priority, nil, nil)
        case .limitMaxDischarge(let body): (body.priority, body.startTime, body.duration)
        }
    }

    /// Whether the values are ones that can be carried out; units as R04 says.
    func isPlausible(for type: DERControlEnumType) -> Bool {
        switch self {
        case .curve(let curve):
            curve.reactivePowerParams?.autonomousVRefEnable != true && type.units.contains(curve.yUnit)
        case .enterService, .gradient: true
        case .fixedPF(let body): body.displacement > 0 && body.displacement <= 1
        case .fixedVar(let body): (-100...100).contains(body.setpoint) && DERControlEnumType.powers.contains(body.unit)
        case .freqDroop(let body):
            (body.overDroop.thousandths ?? 0) > 0 && (body.underDroop.thousandths ?? 0) > 0
                && body.overFreq > body.underFreq && body.underFreq > 0
        case .limitMaxDischarge(let body):
            (body.pctMaxDischargePower.map { (0...100).contains($0) } ?? true)
                // R04.FR.56.
                && (body.powerMonitoringMustTrip.map { $0.yUnit == .notApplicable } ?? true)
        }
    }
}

extension DERControlEnumType {
    fileprivate static let powers: Set<DERUnitEnumType> = [.pctMaxW, .pctMaxVar, .pctWAvail, .pctVarAvail]

    /// What the curve of this type may be given in (R04.FR.50, R04.FR.51, R04.FR.52, R04.FR.53, R04.FR.54, R04.FR.55).
    fileprivate var units: Set<DERUnitEnumType> {
        switch self {
        case .freqWatt, .voltWatt: [.pctMaxW, .pctWAvail]
        case .voltVar, .wattVar: [.pctMaxVar, .pctVarAvail]
        case .hfMustTrip, .hfMayTrip, .hvMustTrip, .hvMomCess, .hvMayTrip, .lfMustTrip, .lvMustTrip, .lvMomCess,
            .lvMayTrip,
            .wattPF, .powerMonitoringMustTrip:
            [.notApplicable]
        case .enterService, .freqDroop, .fixedPFAbsorb, .fixedPFInject, .fixedVar, .gradients, .limitMaxDischarge: []
        }
    }
}

extension SetDERControlRequest {
    /// Nil unless there is exactly one, and the one of the type (R04.FR.16).
    var body: DERBody? {
        let bodies: [DERBody] = [
            curve.map(DERBody.curve), enterService.map(DERBody.enterService), fixedPFAbsorb.map(DERBody.fixedPF),
            fixedPFInject.map(DERBody.fixedPF), fixedVar.map(DERBody.fixedVar), freqDroop.map(DERBody.freqDroop),
            gradient.map(DERBody.gradient), limitMaxDischarge.map(DERBody.limitMaxDischarge),
        ].compactMap(\.self)
        guard bodies.count == 1 else { return nil }
        switch controlType {
        case .enterService: return enterService.map(DERBody.enterService)
        case .freqDroop: return freqDroop.map(DERBody.freqDroop)
        case .fixedPFAbsorb: return fixedPFAbsorb.map(DERBody.fixedPF)
        case .fixedPFInject: return fixedPFInject.map(DERBody.fixedPF)
        case .fixedVar: return fixedVar.map(DERBody.fixedVar)
        case .gradients: return gradient.map(DERBody.gradient)
        case .limitMaxDischarge: return limitMaxDischarge.map(DERBody.limitMaxDischarge)
        case .freqWatt, .hfMustTrip, .hfMayTrip, .hvMustTrip, .hvMomCess, .hvMayTrip, .lfMustTrip, .lvMustTrip,
            .lvMomCess,
            .lvMayTrip, .powerMonitoringMustTrip, .voltVar, .voltWatt, .wattPF, .wattVar:
            return curve.map(DERBody.curve)
        }
    }

    /// Names the start of a scheduled control that names none, so that it is the same after a restart.
    mutating func beginning(at now: WallTime) {
        let start = DateTime(now)
        if curve?.startTime == nil { curve?.startTime = start }
        if fixedPFAbsorb?.startTime == nil { fixedPFAbsorb?.startTime = start }
        if fixedPFInject?.startTime == nil { fixedPFInject?.startTime = start }
        if fixedVar?.startTime == nil { fixedVar?.startTime = start }
        if freqDroop?.startTime == nil { freqDroop?.startTime = start }
        if limitMaxDischarge?.startTime == nil { limitMaxDischarge?.startTime = start }
    }
}

extension DERControl {
    private static let vendor = "sluice"

    var bytes: [UInt8] {
        var request = request
        request.customData = CustomDataType(
            vendorId: Self.vendor,
            others: [
                JSON.Member("isSuperseded", .boolean(isSuperseded)),
                JSON.Member("hasStarted", .boolean(hasStarted)),
            ])
        var writer = PayloadWriter()
        request.write(to: &writer)
        return writer.bytes
    }

    init?(_ bytes: [UInt8]) {
        var reader = PayloadReader(bytes, version: .v21)
        guard var request = try? SetDERControlRequest(from: &reader), let added = request.customData,
            added.vendorId == Self.vendor,
            let terms = DERTerms(request, receivedAt: WallTime(milliseconds: 0))
        else { return nil }
        request.customData = nil
        self.init(request: request, terms: terms)
        isSuperseded = added.others.contains { $0.key == "isSuperseded" && $0.value == .boolean(true) }
        hasStarted = added.others.contains { $0.key == "hasStarted" && $0.value == .boolean(true) }
    }
}
