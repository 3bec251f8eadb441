// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

// What each model shall hold.
extension SunSpecGridModel {
    /// Whether the function shall be on.
    func isOn(_ settings: GridCodeSettings) -> Bool {
        switch self {
        case .enterService: true
        case .voltVar: settings.voltVar.isOn
        case .voltWatt: settings.voltWatt.isOn
        case .tripLowVoltage, .tripHighVoltage, .tripLowFrequency, .tripHighFrequency: !stages(settings).isEmpty
        case .droop: settings.droop.isOn
        case .control, .wattVar: false
        }
    }

    /// - Parameter set: Counted from one; of no meaning for model 703.
    func fields(
        _ settings: GridCodeSettings, set: Int, _ image: SunSpecModelImage
    ) throws(SunSpecUnsuited) -> [SunSpecField] {
        let place = Place(model: self, image: image, set: set)
        let fields: [SunSpecField] =
            switch self {
            case .enterService: entering(settings.enterService, place)
            case .voltVar: try voltVar(settings.voltVar, place)
            case .voltWatt: try voltWatt(settings.voltWatt, place)
            case .tripLowVoltage, .tripHighVoltage: try trips(settings, place, timeOffset: 1, stride: 3)
            case .tripLowFrequency, .tripHighFrequency: try trips(settings, place, timeOffset: 2, stride: 4)
            case .droop: droop(settings.droop, place)
            case .control, .wattVar: []
            }
        if let field = fields.first(where: { $0.words == nil }) {
            throw SunSpecUnsuited(why: "\(field.name) cannot hold \(SunSpecField.text(field.value))")
        }
        return fields
    }

    /// Makes fields of one set, or of the model's fixed part.
    private struct Place {
        let model: SunSpecGridModel
        let image: SunSpecModelImage
        let set: Int

        func field(
            _ name: String, _ offset: Int, _ kind: SunSpecField.Kind, _ value: Double, factor: Int? = nil,
            isDispensable: Bool = false
        ) -> SunSpecField {
            let start = model.hasSets ? model.start(ofSet: set, image) : 0
            let group = model.hasSets ? (model == .droop ? "Ctl\(set)." : "Crv\(set).") : ""
            return SunSpecField(
                name: "\(model.rawValue).\(group)\(name)", offset: start + offset, kind: kind, value: value,
                scale: factor.map(image.scale), isDispensable: isDispensable)
        }

        /// A time in whole seconds, or with a scale factor.
        func time(_ name: String, _ offset: Int, _ time: Interval, factor: Int?) -> SunSpecField {
            let named = field(name, offset, .u32, time.inSeconds, factor: factor)
            return SunSpecField(
                name: named.name, offset: named.offset, kind: .u32, value: named.value, scale: named.scale ?? 1,
                isDispensable: time == .zero)
        }

        func count(_ name: String, _ offset: Int, _ count: Int) throws(SunSpecUnsuited) -> SunSpecField {
            let most = model.pointCount(image)
            guard count <= most else {
                throw SunSpecUnsuited(
                    why: "model \(model.rawValue) holds \(most) points and the grid code needs \(count)")
            }
            return field(name, offset, .u16, Double(count))
        }
    }

    private func entering(_ entering: GridCodeSettings.Entering, _ place: Place) -> [SunSpecField] {
        [
            place.field("ESVHi", 3, .u16, entering.upperVoltage.inPercent, factor: 17),
            place.field("ESVLo", 4, .u16, entering.lowerVoltage.inPercent, factor: 17),
            place.field("ESHzHi", 5, .u32, entering.upperFrequency.inUnits, factor: 18),
            place.field("ESHzLo", 7, .u32, entering.lowerFrequency.inUnits, factor: 18),
            place.time("ESDlyTms", 9, entering.delay, factor: nil),
            place.time("ESRndTms", 11, entering.randomDelay, factor: nil),
            place.time("ESRmpTms", 13, entering.rampTime, factor: nil),
        ]
    }

    /// Reactive power counts in percent of the apparent power rating (DeptRef 3), voltage of the nominal one.
    private func voltVar(_ curve: GridCodeSettings.Curve, _ place: Place) throws(SunSpecUnsuited) -> [SunSpecField] {
        let points = curve.points.enumerated().flatMap { index, point in
            [
                place.field("Pt\(index + 1).V", 10 + 2 * index, .u16, point.x.inPercent, factor: 12),
                place.field("Pt\(index + 1).Var", 11 + 2 * index, .i16, point.y.inPercent, factor: 13),
            ]
        }
        return [
            try place.count("ActPt", 0, curve.points.count), place.field("DeptRef", 1, .u16, 3),
            place.field("VRef", 3, .u16, 100, factor: 12, isDispensable: true),
            place.field("VRefAutoEna", 5, .u16, 0, isDispensable: true),
            place.time("RspTms", 7, curve.responseTime, factor: 14),
        ] + points
    }

    /// Active power counts in percent of the rating (DeptRef 0).
    private func voltWatt(_ curve: GridCodeSettings.Curve, _ place: Place) throws(SunSpecUnsuited) -> [SunSpecField] {
        let points = curve.points.enumerated().flatMap { index, point in
            [
                place.field("Pt\(index + 1).V", 5 + 2 * index, .u16, point.x.inPercent, factor: 12),
                place.field("Pt\(index + 1).W", 6 + 2 * index, .i16, point.y.inPercent, factor: 13),
            ]
        }
        return [
            try place.count("ActPt", 0, curve.points.count), place.field("DeptRef", 1, .u16, 0),
            place.time("RspTms", 2, curve.responseTime, factor: 14),
        ] + points
    }

    /// Dead bands in Hz; K is the change of frequency, per unit, that moves the whole rating.
    private func droop(_ droop: GridCodeSettings.Droop, _ place: Place) -> [SunSpecField] {
        [
            place.field("DbOf", 0, .u32, droop.deadBandOver.inUnits, factor: 11),
            place.field("DbUf", 2, .u32, droop.deadBandUnder.inUnits, factor: 11),
            place.field("KOf", 4, .u16, droop.slopeOver.inUnits, factor: 12),
            place.field("KUf", 5, .u16, droop.slopeUnder.inUnits, factor: 12),
            place.time("RspTms", 6, droop.responseTime, factor: 13),
        ]
    }

    // MARK: Trips

    private func stages(_ settings: GridCodeSettings) -> [TripSettings.Stage] {
        let kind: TripSettings.Kind? =
            switch self {
            case .tripLowVoltage: .underVoltage
            case .tripHighVoltage: .overVoltage
            case .tripLowFrequency: .underFrequency
            case .tripHighFrequency: .overFrequency
            case .enterService, .control, .voltVar, .voltWatt, .droop, .wattVar: nil
            }
        return settings.trips.filter { $0.kind == kind }
    }

    /// The must-trip curve: a staircase from the stage furthest out to the one nearest to the nominal value. Each stage begins
    /// at its own threshold with its time; the first step begins further out, the last ends later.
    private func trips(
        _ settings: GridCodeSettings, _ place: Place, timeOffset: Int, stride: Int
    ) throws(SunSpecUnsuited) -> [SunSpecField] {
        let isVoltage = self == .tripLowVoltage || self == .tripHighVoltage
        let isLow = self == .tripLowVoltage || self == .tripLowFrequency
        let stages = stages(settings)
            .map { (at: isVoltage ? $0.voltage.inUnits * 100 : $0.frequency.inUnits, after: $0.after) }
            .sorted { isLow ? $0.at < $1.at : $0.at > $1.at }
        guard let outermost = stages.first, let innermost = stages.last else { return [] }
        let margin: Double = (isVoltage ? 10 : 1) * (isLow ? -1 : 1)
        var corners = [(at: max(0, outermost.at + margin), after: outermost.after)]
        for (index, stage) in stages.enumerated() {
            corners.append(stage)
            if index + 1 < stages.count { corners.append((stage.at, stages[index + 1].after)) }
        }
        corners.append((innermost.at, innermost.after * 10))
        let name = isVoltage ? "V" : "Hz"
        let points = corners.enumerated().flatMap { index, corner in
            [
                place.field(
                    "MustTrip.Pt\(index + 1).\(name)", 2 + stride * index, isVoltage ? .u16 : .u32, corner.at, factor: 7
                ),
                place.field(
                    "MustTrip.Pt\(index + 1).Tms", 2 + stride * index + timeOffset, .u32, corner.after.inSeconds,
                    factor: 8),
            ]
        }
        return [try place.count("MustTrip.ActPt", 1, corners.count)] + points
    }
}

extension PerUnit {
    fileprivate var inPercent: Double { inUnits * 100 }
}

extension Int64 {
    /// Of millionths.
    fileprivate var inPercent: Double { Double(self) / 10_000 }
}
