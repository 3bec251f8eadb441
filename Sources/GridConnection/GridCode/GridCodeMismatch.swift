// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The first setting a charger answers differently than it was given.
package struct GridCodeMismatch: Equatable, Sendable, CustomStringConvertible {
    package enum Item: String, CaseIterable, Sendable {
        case enterServiceLowerVoltage, enterServiceUpperVoltage, enterServiceLowerFrequency, enterServiceUpperFrequency
        case enterServiceDelay, enterServiceRandomDelay, enterServiceRampTime
        case powerFactorIsOn, powerFactor, powerFactorInjects, reactivePowerIsOn, reactivePower
        case voltVarIsOn, voltVarPoints, voltVarVoltage, voltVarReactivePower, voltVarResponseTime
        case voltWattIsOn, voltWattPoints, voltWattVoltage, voltWattPower, voltWattResponseTime
        case wattVarIsOn, wattVarPoints, wattVarPower, wattVarReactivePower, wattVarResponseTime
        case droopIsOn, droopDeadBandOver, droopDeadBandUnder, droopSlopeOver, droopSlopeUnder, droopResponseTime
        case tripStages, tripKind, tripVoltage, tripFrequency, tripTime
    }
    package let item: Item
    /// Of the point or stage, from zero.
    package let index: Int
    package let expected: GridCodeValue
    package let found: GridCodeValue

    package var description: String {
        "\(item.rawValue)[\(index)] is \(found), the grid code has \(expected). "
            + "Nothing is delivered until they agree; write the settings again or choose the code the charger is set to."
    }
}

/// One setting in the unit it is compared in.
package enum GridCodeValue: Equatable, Sendable, CustomStringConvertible {
    case share(PerUnit)
    case frequency(Frequency)
    case time(Interval)
    case flag(Bool)
    case number(Int)
    case missing

    package var description: String {
        switch self {
        case .share(let share): "\(share.inUnits * 100) %"
        case .frequency(let frequency): "\(frequency)"
        case .time(let time): "\(time)"
        case .flag(let flag): flag ? "on" : "off"
        case .number(let number): "\(number)"
        case .missing: "not answered"
        }
    }

    func isNear(_ other: GridCodeValue, _ tolerance: GridCodeSettings.Tolerance) -> Bool {
        switch (self, other) {
        case (.share(let mine), .share(let its)): (mine - its).magnitude <= tolerance.share
        case (.frequency(let mine), .frequency(let its)): (mine - its).magnitude <= tolerance.frequency
        case (.time(let mine), .time(let its)): abs((mine - its).nanoseconds) <= tolerance.time.nanoseconds
        case (.flag(let mine), .flag(let its)): mine == its
        case (.number(let mine), .number(let its)): mine == its
        case (.share, _), (.frequency, _), (.time, _), (.flag, _), (.number, _), (.missing, _): false
        }
    }
}

extension GridCodeSettings {
    /// What rounding to a register's step may cost. Our own choice; half a step of a register of 0.1 %, 0.01 Hz or 0.01 s.
    package struct Tolerance: Equatable, Sendable {
        package var share = PerUnit(millionths: 500)
        package var frequency = Frequency(milli: 5)
        package var time = Interval.milliseconds(5)
        package init() {}
    }

    /// Compares with what the charger answered.
    /// - Returns: The first difference, nil when all agree. Of a function that is to be off only that is compared.
    package func matches(readBack other: GridCodeSettings, tolerance: Tolerance = Tolerance()) -> GridCodeMismatch? {
        let mine = entries
        let its = other.entries
        for (index, entry) in mine.enumerated() {
            // Entries before this one agree, numbers of points included, so both lists have the same order here.
            let isThere = index < its.count && its[index].item == entry.item
            let found = isThere ? its[index].value : .missing
            guard entry.value.isNear(found, tolerance) else {
                return GridCodeMismatch(item: entry.item, index: entry.index, expected: entry.value, found: found)
            }
        }
        return nil
    }

    private typealias Entry = (item: GridCodeMismatch.Item, index: Int, value: GridCodeValue)

    private var entries: [Entry] { enteringEntries + reactiveEntries + curveEntries + droopEntries + tripEntries }

    private var enteringEntries: [Entry] {
        [
            (.enterServiceLowerVoltage, 0, .share(enterService.lowerVoltage)),
            (.enterServiceUpperVoltage, 0, .share(enterService.upperVoltage)),
            (.enterServiceLowerFrequency, 0, .frequency(enterService.lowerFrequency)),
            (.enterServiceUpperFrequency, 0, .frequency(enterService.upperFrequency)),
            (.enterServiceDelay, 0, .time(enterService.delay)),
            (.enterServiceRandomDelay, 0, .time(enterService.randomDelay)),
            (.enterServiceRampTime, 0, .time(enterService.rampTime)),
        ]
    }

    private var reactiveEntries: [Entry] {
        var entries: [Entry] = [(.powerFactorIsOn, 0, .flag(fixedReactive.powerFactorIsOn))]
        if fixedReactive.powerFactorIsOn {
            entries.append((.powerFactor, 0, .share(fixedReactive.powerFactor)))
            entries.append((.powerFactorInjects, 0, .flag(fixedReactive.injects)))
        }
        entries.append((.reactivePowerIsOn, 0, .flag(fixedReactive.reactivePowerIsOn)))
        if fixedReactive.reactivePowerIsOn {
            entries.append((.reactivePower, 0, .share(fixedReactive.reactivePower)))
        }
        return entries
    }

    private var curveEntries: [Entry] {
        Self.entries(
            voltVar, .voltVarIsOn, .voltVarPoints, .voltVarVoltage, .voltVarReactivePower, .voltVarResponseTime)
            + Self.entries(
                voltWatt, .voltWattIsOn, .voltWattPoints, .voltWattVoltage, .voltWattPower, .voltWattResponseTime)
            + Self.entries(
                wattVar, .wattVarIsOn, .wattVarPoints, .wattVarPower, .wattVarReactivePower, .wattVarResponseTime)
    }

    private static func entries(
        _ curve: Curve, _ isOn: GridCodeMismatch.Item, _ count: GridCodeMismatch.Item, _ x: GridCodeMismatch.Item,
        _ y: GridCodeMismatch.Item, _ time: GridCodeMismatch.Item
    ) -> [Entry] {
        guard curve.isOn else { return [(isOn, 0, .flag(false))] }
        var entries: [Entry] = [(isOn, 0, .flag(true)), (count, 0, .number(curve.points.count))]
        for (index, point) in curve.points.enumerated() {
            entries.append((x, index, .share(PerUnit(millionths: point.x))))
            entries.append((y, index, .share(PerUnit(millionths: point.y))))
        }
        entries.append((time, 0, .time(curve.responseTime)))
        return entries
    }

    private var droopEntries: [Entry] {
        guard droop.isOn else { return [(.droopIsOn, 0, .flag(false))] }
        return [
            (.droopIsOn, 0, .flag(true)), (.droopDeadBandOver, 0, .frequency(droop.deadBandOver)),
            (.droopDeadBandUnder, 0, .frequency(droop.deadBandUnder)), (.droopSlopeOver, 0, .share(droop.slopeOver)),
            (.droopSlopeUnder, 0, .share(droop.slopeUnder)), (.droopResponseTime, 0, .time(droop.responseTime)),
        ]
    }

    private var tripEntries: [Entry] {
        var entries: [Entry] = [(.tripStages, 0, .number(trips.count))]
        for (index, stage) in trips.enumerated() {
            entries.append((.tripKind, index, .number(Int(stage.kind.rawValue))))
            entries.append((.tripVoltage, index, .share(stage.voltage)))
            entries.append((.tripFrequency, index, .frequency(stage.frequency)))
            entries.append((.tripTime, index, .time(stage.after)))
        }
        return entries
    }
}
