// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

// What a backend's settings are in the registers. Signs are SunSpec's already: positive is injected.
extension DERFunction {
    var model: SunSpecGridModel {
        switch self {
        case .voltVar: .voltVar
        case .wattVar: .wattVar
        case .fixedVar, .fixedPowerFactorInjecting, .fixedPowerFactorAbsorbing: .control
        case .voltWatt: .voltWatt
        case .frequencyDroop: .droop
        }
    }
}

extension SunSpecGridModel {
    /// What a backend may set, in the order in which it is written.
    static let settable: [SunSpecGridModel] = [.control, .voltVar, .wattVar, .voltWatt, .droop]

    var functions: Set<DERFunction> { Set(DERFunction.allCases.filter { $0.model == self }) }
}

extension DERSettings {
    private typealias Values = [(name: String, value: Double, isDispensable: Bool)]

    /// - Returns: nil where these settings have nothing to say about the model.
    func target(_ model: SunSpecGridModel) -> SunSpecTarget? {
        let given = functions
        guard !given.isDisjoint(with: model.functions) else {
            // An inverter follows one function of reactive power: the others give way.
            let decidesReactive = model.functions.contains(where: \.isReactive)
            guard decidesReactive, given.contains(where: \.isReactive) else { return nil }
            return switchedOff(model)
        }
        let values = values(model)
        return SunSpecTarget(model: model, isOn: true) { (set, image) throws(SunSpecUnsuited) in
            try Self.fields(values, model, set, image)
        }
    }

    private func switchedOff(_ model: SunSpecGridModel) -> SunSpecTarget {
        let values = model == .control ? controls : []
        return SunSpecTarget(model: model, isOn: false) { (set, image) throws(SunSpecUnsuited) in
            try Self.fields(values, model, set, image)
        }
    }

    private static func fields(
        _ values: Values, _ model: SunSpecGridModel, _ set: Int, _ image: SunSpecModelImage
    ) throws(SunSpecUnsuited) -> [SunSpecField] {
        let layout = model.layout(image)
        var fields: [SunSpecField] = []
        for (name, value, isDispensable) in values {
            guard let point = layout.first(where: { $0.name == name }) else {
                let count = values.filter { $0.name.hasPrefix("Pt") }.count / 2
                throw SunSpecUnsuited(
                    why: "model \(model.rawValue) holds \(model.pointCount(image)) points and the control has \(count)")
            }
            let field = model.field(point, set: set, image, value: value, isDispensable: isDispensable)
            guard field.words != nil else {
                throw SunSpecUnsuited(why: "“\(field.name)” cannot hold \(SunSpecField.text(value))")
            }
            fields.append(field)
        }
        return fields.isEmpty ? [] : fields + model.kept(values.map(\.name), set: set, image)
    }

    private func values(_ model: SunSpecGridModel) -> Values {
        switch model {
        case .control: controls
        case .voltVar: voltVar.map { $0.values(y: "Var", x: "V") + $0.reference() } ?? []
        case .wattVar: wattVar.map { $0.values(y: "Var", x: "W") } ?? []
        case .voltWatt: voltWatt.map { $0.values(y: "W", x: "V") } ?? []
        case .droop: droop.map(\.values) ?? []
        case .enterService, .tripLowVoltage, .tripHighVoltage, .tripLowFrequency, .tripHighFrequency: []
        }
    }

    /// Values of what is not given are left alone; its switch is off. What a device has no switch for is off.
    private var controls: Values {
        var values: Values = [
            ("PFWInjEna", powerFactorInjecting == nil ? 0 : 1, powerFactorInjecting == nil),
            ("PFWAbsEna", powerFactorAbsorbing == nil ? 0 : 1, powerFactorAbsorbing == nil),
            ("VarSetEna", fixedVar == nil ? 0 : 1, fixedVar == nil),
        ]
        for (name, factor) in [("PFWInj", powerFactorInjecting), ("PFWAbs", powerFactorAbsorbing)] {
            guard let factor else { continue }
            values += [
                ("\(name).PF", Double(factor.thousandths) / 1_000, false),
                // 0 is over-excited.
                ("\(name).Ext", factor.isOverExcited ? 0 : 1, false), ("\(name)RvrtTms", 0, true),
            ]
        }
        guard let fixedVar else { return values }
        values.append(("VarSetMod", Double(fixedVar.mode), false))
        switch fixedVar {
        case .share(let percent, _): values.append(("VarSetPct", Double(percent) / 1_000, false))
        case .millivars(let power): values.append(("VarSet", Double(power) / 1_000, false))
        }
        return values + [("VarSetRvrtTms", 0, true)]
    }
}

extension DERSettings.FixedVar {
    /// Of 704.VarSetMod.
    fileprivate var mode: Int {
        switch self {
        case .share(_, .maximumActive), .share(_, .availableActive): 0
        case .share(_, .maximumReactive): 1
        case .share(_, .availableReactive): 2
        case .millivars: 4
        }
    }
}

extension DERSettings.Curve {
    fileprivate func values(y: String, x: String) -> [(name: String, value: Double, isDispensable: Bool)] {
        let isActive = y == "W"
        var values = [
            ("ActPt", Double(points.count), false),
            ("DeptRef", Double(isActive ? activeReference : reactiveReference), false),
        ]
        if let responseTime, x == "V" { values.append(("RspTms", responseTime.inSeconds, false)) }
        for (index, point) in points.enumerated() {
            values.append(("Pt\(index + 1).\(x)", Double(point.x) / 1_000, false))
            values.append(("Pt\(index + 1).\(y)", Double(point.y) / 1_000, false))
        }
        return values
    }

    fileprivate func reference() -> [(name: String, value: Double, isDispensable: Bool)] {
        [("VRef", Double(referenceVoltage) / 1_000, referenceVoltage == 100_000), ("VRefAutoEna", 0, true)]
    }

    /// DeptRef of models 705 and 712.
    private var reactiveReference: Int {
        switch reference {
        case .maximumActive, .availableActive: 0
        case .maximumReactive: 1
        case .availableReactive: 2
        }
    }

    /// DeptRef of model 706.
    private var activeReference: Int {
        switch reference {
        case .availableActive: 1
        case .maximumActive, .maximumReactive, .availableReactive: 0
        }
    }
}

extension DERSettings.Droop {
    fileprivate var values: [(name: String, value: Double, isDispensable: Bool)] {
        [
            ("DbOf", deadBandOver.inUnits, false), ("DbUf", deadBandUnder.inUnits, false),
            ("KOf", Double(slopeOver) / 1_000_000, false), ("KUf", Double(slopeUnder) / 1_000_000, false),
            ("RspTms", responseTime.inSeconds, false),
        ]
    }
}
