// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

struct VoltWattTests {
    /// TOR Erzeuger Typ A: 253 V to 257.6 V.
    private func settings() -> VoltWatt.Settings {
        var settings = VoltWatt.Settings()
        settings.isOn = true
        settings.delivery = curve((1.10, 1), (1.12, 0))
        return settings
    }

    @Test(arguments: [(230.0, 1.0), (253, 1), (255.3, 0.5), (257.6, 0), (270, 0)])
    func `delivery is reduced while the voltage is high, charging is not`(volts: Double, most: Double) {
        var function = VoltWatt(settings())
        function.advance(to: at(0), voltage: LineVoltage(all: pu(volts / 230)))
        #expect(function.bound?.lower == -pu(most))
        #expect(function.bound?.upper == .unbounded)
        #expect(function.bound?.demand == nil)
    }

    @Test func `the highest phase counts for delivery and the lowest for charging, or the mean for both`() {
        var settings = settings()
        settings.charging = curve((0.9, 0.2), (0.935, 1))
        let voltage = LineVoltage(lowest: pu(0.9), mean: pu(1.0), highest: pu(1.11))
        var function = VoltWatt(settings)
        function.advance(to: at(0), voltage: voltage)
        #expect(function.bound == ActivePowerBound(.voltageWatt, atLeast: pu(-0.5), atMost: pu(0.2)))
        settings.usesMean = true
        function = VoltWatt(settings)
        function.advance(to: at(0), voltage: voltage)
        #expect(function.bound == ActivePowerBound(.voltageWatt, atLeast: pu(-1), atMost: pu(1)))
    }

    @Test func `a curve below zero demands to charge`() {
        var settings = settings()
        settings.delivery = curve((1.06, 1), (1.10, -0.5))
        var function = VoltWatt(settings)
        function.advance(to: at(0), voltage: LineVoltage(all: pu(1.10)))
        #expect(function.bound?.demand == pu(0.5))
    }

    @Test func `before the first voltage it asks nothing, after it an unknown one changes nothing`() {
        var function = VoltWatt(settings())
        function.advance(to: at(0), voltage: nil)
        #expect(function.bound == nil)
        function.advance(to: at(1), voltage: LineVoltage(all: pu(1.11)))
        function.advance(to: at(100), voltage: nil)
        #expect(function.bound?.lower == pu(-0.5))
    }
}

struct ReactivePowerTests {
    private func value(_ settings: ReactivePower.Settings, voltage: Double? = 1, power: Double = 0) -> PerUnit? {
        var function = ReactivePower(settings)
        function.advance(to: at(0), voltage: voltage.map { LineVoltage(all: pu($0)) }, power: pu(power))
        return function.value
    }

    @Test func `off says nothing`() { #expect(value(ReactivePower.Settings()) == nil) }

    @Test(arguments: [(0.90, 0.44), (0.95, 0.22), (1.0, 0), (1.05, -0.22), (1.10, -0.44)])
    func `volt-var injects while the voltage is low and absorbs while it is high`(voltage: Double, reactive: Double) {
        var settings = ReactivePower.Settings()
        settings.mode = .voltVar
        settings.voltVar = PiecewiseLinearTests.voltVar
        #expect(value(settings, voltage: voltage) == pu(reactive))
        #expect(value(settings, voltage: nil) == nil)
    }

    @Test func `the first voltage that is known after an unknown one sets the value, later ones move it in time`() {
        var settings = ReactivePower.Settings()
        settings.mode = .voltVar
        settings.voltVar = PiecewiseLinearTests.voltVar
        settings.voltVarResponse = ResponseFilter(reaching: .ninetyPercent, after: .seconds(5))
        var function = ReactivePower(settings)
        function.advance(to: at(0), voltage: nil, power: .zero)
        function.advance(to: at(1), voltage: LineVoltage(all: pu(1.0)), power: .zero)
        function.advance(to: at(1), voltage: LineVoltage(all: pu(1.08)), power: .zero)
        #expect(function.value == .zero)
        function.advance(to: at(6), voltage: nil, power: .zero)
        #expect(((function.value ?? .zero) - pu(-0.396)).magnitude < pu(0.000_1))
    }

    @Test(arguments: [(-1.0, -0.44), (-0.75, -0.22), (-0.5, 0), (0, 0), (0.5, 0), (0.75, 0.22), (1, 0.44)])
    func `watt-var follows delivered power, and charging with the other sign`(power: Double, reactive: Double) {
        var settings = ReactivePower.Settings()
        settings.mode = .wattVar
        settings.wattVar = curve((-1, 0.44), (-0.5, 0), (0.5, 0), (1, -0.44))
        #expect(value(settings, power: power) == pu(reactive))
    }

    @Test func `a fixed power factor absorbs in proportion to power, either way`() {
        var settings = ReactivePower.Settings()
        settings.mode = .fixedPowerFactor
        settings.fixedPowerFactor = pu(0.9)
        #expect(((value(settings, power: -1) ?? .zero) - pu(-0.484_322)).magnitude <= PerUnit(millionths: 1))
        #expect(((value(settings, power: 0.5) ?? .zero) - pu(-0.242_161)).magnitude <= PerUnit(millionths: 1))
        settings.injects = true
        #expect(((value(settings, power: -1) ?? .zero) - pu(0.484_322)).magnitude <= PerUnit(millionths: 1))
        settings.fixedPowerFactor = .zero
        #expect(value(settings, power: -1) == .one, "never beyond the rating")
    }

    @Test(arguments: [(-0.5, 0), (-0.75, -0.170_927), (-1.0, -0.328_684), (0.8, 0)])
    func `cos φ(P) begins at half the rating and knows delivery only`(power: Double, reactive: Double) {
        var settings = ReactivePower.Settings()
        settings.mode = .powerFactorByPower
        settings.powerFactor = curve((0.5, 1), (1, 0.95))
        #expect(((value(settings, power: power) ?? .one) - pu(reactive)).magnitude < pu(0.000_01))
    }

    @Test func `a fixed reactive power is what it says`() {
        var settings = ReactivePower.Settings()
        settings.mode = .fixedReactivePower
        settings.fixedReactivePower = pu(-0.3)
        #expect(value(settings, voltage: nil) == pu(-0.3))
    }

    @Test(arguments: [0, 1, 2, 3, 4, 15, 16, 17, 1_000_000, 999_999_999_999, Int64.max])
    func `the square root is the greatest whole number whose square fits`(value: Int64) {
        let root = SquareRoot.of(value)
        #expect(root * root <= value)
        #expect(root == 3_037_000_499 || (root + 1) * (root + 1) > value)
        #expect(SquareRoot.of(-4) == 0)
    }
}

struct MomentaryCessationTests {
    @Test func `nothing flows while the voltage of one phase is below half, and it flows again at once`() {
        var settings = MomentaryCessation.Settings()
        settings.isOn = true
        settings.below = pu(0.5)
        var events = ConnectionEvents()
        var function = MomentaryCessation(settings)
        let dip = LineVoltage(lowest: pu(0.499_999), mean: pu(0.8), highest: pu(1))
        function.advance(to: at(0), voltage: dip, &events)
        #expect(function.bound == ActivePowerBound(.momentaryCessation, atLeast: .zero, atMost: .zero))
        function.advance(to: at(1), voltage: nil, &events)
        #expect(function.isCeased, "an unknown voltage keeps what is in force")
        function.advance(to: at(2), voltage: LineVoltage(all: pu(0.5)), &events)
        #expect(function.bound == nil)
        #expect(kinds(of: events) == [.stateChanged, .stateChanged])
    }
}
