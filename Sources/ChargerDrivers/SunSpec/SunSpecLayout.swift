// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Where a value that may be set stands in a model.
struct SunSpecPoint: Equatable {
    let name: String
    /// From the ID register, or from the beginning of a set.
    let offset: Int
    let kind: SunSpecField.Kind
    /// Of the scale factor, from the ID register.
    var factor: Int?
    /// Switches a function of model 704 on and off.
    var isSwitch = false
}

// What of each model a backend may set (github.com/sunspec/models, model_704 to model_706, model_711, model_712).
extension SunSpecGridModel {
    /// More points than any device holds.
    private static let mostPoints = 64

    /// - Parameter image: Says how many points a curve has.
    func layout(_ image: SunSpecModelImage) -> [SunSpecPoint] {
        switch self {
        case .control: Self.controls
        case .voltVar:
            [
                SunSpecPoint(name: "ActPt", offset: 0, kind: .u16),
                SunSpecPoint(name: "DeptRef", offset: 1, kind: .u16),
                SunSpecPoint(name: "Pri", offset: 2, kind: .u16),
                SunSpecPoint(name: "VRef", offset: 3, kind: .u16, factor: 12),
                SunSpecPoint(name: "VRefAutoEna", offset: 5, kind: .u16),
                SunSpecPoint(name: "VRefAutoTms", offset: 6, kind: .u16),
                SunSpecPoint(name: "RspTms", offset: 7, kind: .u32, factor: 14),
            ] + points(image, from: 10, ("V", .u16, 12), ("Var", .i16, 13))
        case .voltWatt:
            [
                SunSpecPoint(name: "ActPt", offset: 0, kind: .u16),
                SunSpecPoint(name: "DeptRef", offset: 1, kind: .u16),
                SunSpecPoint(name: "RspTms", offset: 2, kind: .u32, factor: 14),
            ] + points(image, from: 5, ("V", .u16, 12), ("W", .i16, 13))
        case .wattVar:
            [SunSpecPoint(name: "ActPt", offset: 0, kind: .u16), SunSpecPoint(name: "DeptRef", offset: 1, kind: .u16)]
                + points(image, from: 4, ("W", .i16, 12), ("Var", .i16, 13))
        case .droop:
            [
                SunSpecPoint(name: "DbOf", offset: 0, kind: .u32, factor: 11),
                SunSpecPoint(name: "DbUf", offset: 2, kind: .u32, factor: 11),
                SunSpecPoint(name: "KOf", offset: 4, kind: .u16, factor: 12),
                SunSpecPoint(name: "KUf", offset: 5, kind: .u16, factor: 12),
                SunSpecPoint(name: "RspTms", offset: 6, kind: .u32, factor: 13),
                SunSpecPoint(name: "PMin", offset: 8, kind: .i16),
            ]
        case .enterService, .tripLowVoltage, .tripHighVoltage, .tripLowFrequency, .tripHighFrequency: []
        }
    }

    private func points(
        _ image: SunSpecModelImage, from offset: Int, _ x: (String, SunSpecField.Kind, Int),
        _ y: (String, SunSpecField.Kind, Int)
    ) -> [SunSpecPoint] {
        (0..<min(pointCount(image), Self.mostPoints)).flatMap { index in
            [(x, 0), (y, 1)].map { axis, place in
                SunSpecPoint(
                    name: "Pt\(index + 1).\(axis.0)", offset: offset + 2 * index + place, kind: axis.1, factor: axis.2)
            }
        }
    }

    private static let controls = [
        SunSpecPoint(name: "PFWInjEna", offset: 2, kind: .u16, isSwitch: true),
        SunSpecPoint(name: "PFWInjRvrtTms", offset: 4, kind: .u32),
        SunSpecPoint(name: "PFWAbsEna", offset: 8, kind: .u16, isSwitch: true),
        SunSpecPoint(name: "PFWAbsRvrtTms", offset: 10, kind: .u32),
        SunSpecPoint(name: "VarSetEna", offset: 35, kind: .u16, isSwitch: true),
        SunSpecPoint(name: "VarSetMod", offset: 36, kind: .u16),
        SunSpecPoint(name: "VarSet", offset: 38, kind: .i32, factor: 57),
        SunSpecPoint(name: "VarSetPct", offset: 42, kind: .i16, factor: 58),
        SunSpecPoint(name: "VarSetRvrtTms", offset: 45, kind: .u32),
        SunSpecPoint(name: "PFWInj.PF", offset: 59, kind: .u16, factor: 53),
        SunSpecPoint(name: "PFWInj.Ext", offset: 60, kind: .u16),
        SunSpecPoint(name: "PFWAbs.PF", offset: 63, kind: .u16, factor: 53),
        SunSpecPoint(name: "PFWAbs.Ext", offset: 64, kind: .u16),
    ]

    /// - Parameter set: Counted from one; of no meaning where there are none.
    func field(
        _ point: SunSpecPoint, set: Int, _ image: SunSpecModelImage, value: Double, isDispensable: Bool = false
    ) -> SunSpecField {
        let start = hasSets ? start(ofSet: set, image) : 0
        let group = hasSets ? (self == .droop ? "Ctl\(set)." : "Crv\(set).") : ""
        return SunSpecField(
            name: "\(rawValue).\(group)\(point.name)", offset: start + point.offset, kind: point.kind, value: value,
            scale: point.factor.map(image.scale), isDispensable: isDispensable,
            turn: point.isSwitch ? (value == 0 ? -1 : 1) : 0)
    }

    /// What the model held when this image was read, for any set of it as it is now. What a set to be written holds already is
    /// left out, for not every device takes all of it.
    func fields(formerly former: SunSpecModelImage, set: Int, _ image: SunSpecModelImage) -> [SunSpecField] {
        layout(former).compactMap { point in
            let there = field(point, set: 1, former, value: 0)
            guard let value = there.found(in: former) else { return nil }
            let new = field(point, set: set, image, value: value)
            return hasSets && set > 1 && new.found(in: image) == value ? nil : new
        }
    }

    /// What a set to be written needs of the one in force so that only what is named changes.
    func kept(_ named: [String], set: Int, _ image: SunSpecModelImage) -> [SunSpecField] {
        guard hasSets, set > 1 else { return [] }
        return fields(formerly: image, set: set, image).filter { field in
            !named.contains { field.name.hasSuffix(".\($0)") } && !field.name.contains(".Pt")
        }
    }
}
