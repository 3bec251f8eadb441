// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Steps frequency, voltage or active power of a plant, one fresh plant per point, and compares where it settles with
/// the curve of the code, which is computed here a second time and in floating point.
package struct GridCodeSweep: Sendable {
    package enum Quantity: Sendable { case frequency, voltage, power }

    package struct Point: Sendable {
        /// In Hz, or in percent of the nominal voltage or the rating.
        package let x: Double
        /// In percent of the rating: import positive, reactive power injected positive.
        package let expected: Double
        package let measured: Double
        /// From the step until within 2 % of the rating of where it settles; nil where nothing moved by more.
        package let settling: Interval?
    }

    /// For people, `P(f), delivering 50 %`, and for file names, `pf-delivering`.
    package let title: String
    package let name: String
    package let quantity: Quantity
    package let isOnByDefault: Bool
    package let points: [Point]
    /// Of x, around the nominal value, in which nothing moves by more than 0.5 % of the rating.
    package let deadBand: ClosedRange<Double>?

    package var worst: Point? { points.max { abs($0.measured - $0.expected) < abs($1.measured - $1.expected) } }
    package var slowest: Interval? { points.compactMap(\.settling).max() }

    /// All sweeps the code has a curve for, functions that are off by default included. Each is swept alone: what else acts on
    /// voltage is off meanwhile.
    /// - Parameter every: Takes only each so many-th point.
    package static func all(of profile: GridCodeProfile, every: Int = 1) -> [GridCodeSweep] {
        var sweeps: [GridCodeSweep] = []
        let response = profile.frequencyResponse
        for wanted in [-0.5, 0.5] where response.over.isOn || response.under.isOn {
            sweeps.append(frequency(profile, wanted: wanted, every))
        }
        if profile.voltWatt.delivery.count > 0 { sweeps.append(voltWatt(profile, wanted: -1, every)) }
        if profile.voltWatt.charging.count > 0 { sweeps.append(voltWatt(profile, wanted: 1, every)) }
        if profile.reactivePower.voltVar.count > 0 { sweeps.append(voltVar(profile, every)) }
        if profile.reactivePower.wattVar.count > 0 { sweeps.append(byPower(profile, .wattVar, "Q(P)", "qp", every)) }
        if profile.reactivePower.powerFactor.count > 0 {
            sweeps.append(byPower(profile, .powerFactorByPower, "cos φ(P)", "cosphi-p", every))
        }
        return sweeps
    }

    // MARK: The sweeps

    private static func frequency(_ profile: GridCodeProfile, wanted: Double, _ every: Int) -> GridCodeSweep {
        let nominal = profile.nominalFrequency.milli
        let steps = stride(from: nominal - 2_500, through: nominal + 2_500, by: 50 * Int64.Stride(every)).map {
            Frequency(milli: $0)
        }
        let rested = GridCodePlant.inService(profile, wanted: PerUnit(fraction: wanted))
        let curve = ExpectedCurve(profile)
        let points = steps.map { frequency in
            measure(rested, x: frequency.inUnits, expected: curve.power(at: frequency, wanted: wanted)) {
                $0.setGrid(frequency: frequency)
            } reading: {
                $0.power
            }
        }
        let verb = wanted < 0 ? "delivering" : "charging"
        return GridCodeSweep(
            "P(f), \(verb) 50 %", "pf-\(verb)", .frequency, isOnByDefault: true, points,
            around: profile.nominalFrequency.inUnits)
    }

    private static func voltages(_ profile: GridCodeProfile, _ every: Int) -> [(share: PerUnit, voltage: Voltage)] {
        stride(from: Int64(800_000), through: 1_200_000, by: 5_000 * Int64.Stride(every)).map {
            let share = PerUnit(millionths: $0)
            return (share, share.voltage(of: profile.nominalVoltage))
        }
    }

    private static func voltWatt(_ original: GridCodeProfile, wanted: Double, _ every: Int) -> GridCodeSweep {
        var profile = original
        profile.voltWatt.isOn = true
        profile.tenMinuteVoltage = nil
        profile.momentaryCessation.isOn = false
        let rested = GridCodePlant.inService(profile, wanted: PerUnit(fraction: wanted))
        let curve = ExpectedCurve(profile)
        let points = voltages(profile, every).map { share, voltage in
            measure(rested, x: share.percent, expected: curve.power(atVoltage: share.inUnits, wanted: wanted)) {
                $0.setGrid(voltage: voltage)
            } reading: {
                $0.power
            }
        }
        let verb = wanted < 0 ? "delivering" : "charging"
        return GridCodeSweep(
            "P(U), \(verb) 100 %", "pu-\(verb)", .voltage, isOnByDefault: original.voltWatt.isOn, points, around: 100)
    }

    private static func voltVar(_ original: GridCodeProfile, _ every: Int) -> GridCodeSweep {
        var profile = original
        profile.reactivePower.mode = .voltVar
        profile.voltWatt.isOn = false
        profile.tenMinuteVoltage = nil
        profile.momentaryCessation.isOn = false
        let rested = GridCodePlant.inService(profile, wanted: PerUnit(fraction: -0.5))
        let curve = ExpectedCurve(profile)
        let points = voltages(profile, every).map { share, voltage in
            measure(rested, x: share.percent, expected: curve.reactivePower(atVoltage: share.inUnits)) {
                $0.setGrid(voltage: voltage)
            } reading: {
                $0.reactivePower
            }
        }
        return GridCodeSweep(
            "Q(U)", "qu", .voltage, isOnByDefault: original.reactivePower.mode == .voltVar, points, around: 100)
    }

    private static func byPower(
        _ original: GridCodeProfile, _ mode: ReactivePower.Mode, _ title: String, _ name: String,
        _ every: Int
    ) -> GridCodeSweep {
        var profile = original
        profile.reactivePower.mode = mode
        let rested = GridCodePlant.inService(profile, wanted: PerUnit(fraction: 0))
        let curve = ExpectedCurve(profile)
        let points = stride(from: -100, through: 100, by: 5 * every).map { percent in
            let delivered = Double(percent) / 100
            return measure(rested, x: Double(percent), expected: curve.reactivePower(delivering: delivered)) {
                $0.wanted = PerUnit(fraction: -delivered)
            } reading: {
                $0.reactivePower
            }
        }
        return GridCodeSweep(
            title, name, .power, isOnByDefault: original.reactivePower.mode == mode, points, around: 0)
    }

    // MARK: One point

    /// How long each point is held: longer than every response time of the codes.
    static let hold = Interval.seconds(60)

    private static func measure(
        _ rested: GridCodePlant, x: Double, expected: Double, step: (inout GridCodePlant) -> Void,
        reading: (GridCodePlant) -> PerUnit
    ) -> Point {
        var plant = rested
        let began = plant.now
        step(&plant)
        var course = [(began, reading(plant))]
        while plant.now - began < hold {
            plant.step()
            course.append((plant.now, reading(plant)))
        }
        let final = course.last?.1 ?? PerUnit(millionths: 0)
        let band = PerUnit(percent: 2)
        let lastOutside = course.last { ($0.1 - final).magnitude > band }
        return Point(
            x: x, expected: expected * 100, measured: final.percent,
            settling: lastOutside.map { $0.0 - began + GridCodePlant.tick })
    }

    private init(
        _ title: String, _ name: String, _ quantity: Quantity, isOnByDefault: Bool, _ points: [Point],
        around nominal: Double
    ) {
        self.title = title
        self.name = name
        self.quantity = quantity
        self.isOnByDefault = isOnByDefault
        self.points = points
        deadBand = Self.deadBand(points, around: nominal)
    }

    private static func deadBand(_ points: [Point], around nominal: Double) -> ClosedRange<Double>? {
        guard let centre = points.indices.min(by: { abs(points[$0].x - nominal) < abs(points[$1].x - nominal) }) else {
            return nil
        }
        func isStill(_ index: Int) -> Bool { abs(points[index].measured - points[centre].measured) <= 0.5 }
        var lower = centre
        while lower > 0, isStill(lower - 1) { lower -= 1 }
        var upper = centre
        while upper < points.count - 1, isStill(upper + 1) { upper += 1 }
        return points[lower].x...points[upper].x
    }
}

extension PerUnit {
    package init(fraction: Double) {
        self.init(millionths: Int64((min(max(fraction, -1_000), 1_000) * 1_000_000).rounded()))
    }
    var percent: Double { Double(millionths) / 10_000 }
}
