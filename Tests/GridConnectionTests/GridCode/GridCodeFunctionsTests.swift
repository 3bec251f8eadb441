// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

struct GridCodeFunctionsTests {
    static func profile() -> GridCodeProfile {
        var profile = GridCodeProfile()
        profile.frequencyResponse.over = limitedMode(.over)
        profile.frequencyResponse.under = limitedMode(.under)
        profile.enterService = entering()
        profile.enterService.delay = .seconds(1)
        profile.enterService.ramp = .zero
        return profile
    }

    struct Course {
        var functions: GridCodeFunctions
        var events = ConnectionEvents()
        var frequency: Double? = 50
        var volts: Double? = 230
        var power = 0.0
        var wanted = 0.0
        var areSettingsVerified = true

        init(_ profile: GridCodeProfile = GridCodeFunctionsTests.profile()) {
            functions = GridCodeFunctions(profile, silence: GridCodeFunctions.Silence(), seed: 1, at: at(0))
        }

        mutating func step(_ time: Double, measuredAt: Double? = nil) -> GridCodeOutput {
            let voltage = volts.map { Voltage(milli: Int64($0 * 1_000)) }
            let measurement = GridMeasurement(
                frequency: frequency.map(hertz), voltage: PerPhase(all: voltage), measuredAt: at(measuredAt ?? time))
            let point = OperatingPoint(
                power: pu(power), wanted: pu(wanted), areSettingsVerified: areSettingsVerified)
            return functions.step(at(time), measurement, point, &events)
        }

        /// Every tenth of a second up to `end`.
        mutating func run(from start: Double, to end: Double) -> GridCodeOutput {
            var output = step(start)
            for tenth in Int(start * 10)...Int(end * 10) { output = step(Double(tenth) / 10) }
            return output
        }

        static func inService() -> Course {
            var course = Course()
            _ = course.run(from: 0, to: 2)
            return course
        }
    }

    @Test func `before entering service nothing is delivered and charging is free`() {
        var course = Course()
        let output = course.step(0)
        #expect(!output.isPermittedToDeliver)
        #expect(output.delivery.most == .zero && output.delivery.rule == .enterService)
        #expect(output.charging.most == .unbounded && output.charging.rule == nil)
        #expect(output.served(pu(-0.5)) == .zero)
        #expect(output.served(pu(0.5)) == pu(0.5))
    }

    @Test func `in service with a grid at rest nothing is asked`() {
        var course = Course.inService()
        let output = course.step(2.1)
        #expect(output.count == 0)
        #expect(output.isPermittedToDeliver && output.isMeasured)
        #expect(output.served(pu(-1)) == pu(-1))
    }

    @Test func `a high frequency reduces delivery and says why`() {
        var course = Course.inService()
        course.power = -1
        course.frequency = 50.7
        let output = course.step(3)
        #expect(output.delivery.most == pu(0.8) && output.delivery.rule == .frequencyResponse)
        let limit = output.limit(0, scope: .evse(3), rating: .watts(10_000))
        #expect(
            limit
                == GridLimit(
                    .frequencyResponse, scope: .evse(3),
                    power: PowerLimits(from: .watts(-8_000), to: Power(milli: Power.plausible))))
    }

    @Test func `a demand is served within what other functions leave`() {
        var profile = Self.profile()
        profile.frequencyResponse.under.mayReverse = true
        profile.voltWatt.isOn = true
        profile.voltWatt.delivery = curve((1.1, 1), (1.12, 0))
        var course = Course(profile)
        _ = course.run(from: 0, to: 2)
        course.frequency = 48.8
        let output = course.step(3)
        #expect(output.demand == GridCodeOutput.Demand(rule: .frequencyResponse, power: pu(-0.4)))
        #expect(output.served(pu(0.7)) == pu(-0.4))
        course.volts = 257
        let narrowed = course.run(from: 3.1, to: 4)
        #expect(narrowed.served(pu(0.7)) > pu(-0.15))
        #expect(narrowed.delivery.rule == .voltageWatt)
    }

    @Test func `demands for both directions cancel each other`() {
        var output = GridCodeOutput()
        output.add(ActivePowerBound(.frequencyResponse, atMost: pu(-0.4)))
        #expect(output.demand?.power == pu(-0.4))
        output.add(ActivePowerBound(.voltageWatt, atLeast: pu(0.2)))
        #expect(output.demand == nil)
        #expect(output.served(pu(0.5)) == .zero)
    }

    @Test func `settings that were not read back forbid delivery, not charging`() {
        var course = Course.inService()
        course.areSettingsVerified = false
        let output = course.step(3)
        #expect(!output.isPermittedToDeliver)
        #expect(output.delivery.most == .zero && output.delivery.rule == .unverifiedSettings)
        #expect(output.charging.most == .unbounded)
    }

    @Test func `a silent meter keeps what is in force, then ends delivery, then asks to enter service anew`() {
        var course = Course.inService()
        course.power = -1
        course.frequency = 50.7
        _ = course.step(3)
        let held = course.step(8, measuredAt: 3)
        #expect(!held.isMeasured)
        #expect(held.isPermittedToDeliver && held.delivery.most == pu(0.8))
        let ended = course.step(8.000_000_001, measuredAt: 3)
        #expect(!ended.isPermittedToDeliver && ended.delivery.most == .zero)
        #expect(ended.charging.most == .unbounded)
        course.frequency = 50
        #expect(!course.step(9).isPermittedToDeliver)
        #expect(!course.step(9.9).isPermittedToDeliver)
        #expect(course.step(10).isPermittedToDeliver)
    }

    @Test func `charging that was reduced stays reduced while the meter is silent`() {
        var course = Course.inService()
        course.power = 1
        course.frequency = 49.3
        _ = course.step(3)
        #expect(course.step(600, measuredAt: 3).charging.most == pu(0.8))
    }

    @Test(arguments: [0.0, 39.9, 60.1, -50, nil]) func `a frequency no grid has is none`(frequency: Double?) {
        var course = Course.inService()
        course.frequency = frequency
        #expect(!course.step(3).isMeasured)
    }

    @Test(arguments: [-1.0, 461, nil]) func `a voltage no grid has is none`(volts: Double?) {
        var course = Course.inService()
        course.volts = volts
        #expect(!course.step(3).isMeasured)
    }

    @Test func `a conductor that is not measured spoils the measurement, one that is not there does not`() {
        let voltage = PerPhase<Voltage?>(.volts(230), .volts(230), nil)
        var measurement = GridMeasurement(frequency: hertz(50), voltage: voltage, measuredAt: at(0))
        #expect(measurement.lineVoltage(nominal: .volts(230)) == nil)
        measurement.phases = PhaseSet.l1.union(.l2)
        #expect(measurement.lineVoltage(nominal: .volts(230)) == LineVoltage(all: .one))
        measurement.phases = PhaseSet(bits: 0)
        #expect(measurement.lineVoltage(nominal: .volts(230)) == nil)
    }

    @Test func `a measurement from the future is none`() {
        var course = Course.inService()
        #expect(course.step(3, measuredAt: 4).isMeasured)
        #expect(!course.step(3.1, measuredAt: 4.100_000_001).isMeasured)
    }

    @Test func `an order to cease stops delivery in the same step and asks to enter service anew`() {
        var course = Course.inService()
        #expect(course.functions.cease(InstructionID(5), at: at(3), &course.events) == .accepted)
        let ceased = course.step(3)
        #expect(ceased.delivery.most == .zero && ceased.delivery.rule == .ceaseToEnergise)
        #expect(course.functions.permit(InstructionID(6), at: at(4), &course.events) == .accepted)
        #expect(!course.step(4).isPermittedToDeliver)
        #expect(course.step(5).isPermittedToDeliver)
    }

    @Test func `a trip of the charger asks to enter service anew`() {
        var course = Course.inService()
        #expect(course.functions.interrupt(at: at(3), &course.events) == .accepted)
        #expect(!course.step(3).isPermittedToDeliver)
    }

    @Test func `ten minutes of high voltage end delivery until their mean is low`() {
        var profile = Self.profile()
        profile.tenMinuteVoltage = pu(1.1)
        profile.enterService.upperVoltage = pu(1.15)
        var course = Course(profile)
        _ = course.run(from: 0, to: 300)
        course.volts = 258
        #expect(course.run(from: 300, to: 500).isPermittedToDeliver)
        let ended = course.run(from: 500, to: 900)
        #expect(!ended.isPermittedToDeliver && ended.delivery.rule == .enterService)
        course.volts = 230
        #expect(course.run(from: 900, to: 1_300).isPermittedToDeliver)
    }

    @Test func `a limit from afar binds delivery only`() {
        var course = Course.inService()
        let id = InstructionID(9)
        #expect(course.functions.limitDelivery(to: pu(0.3), id, at: at(3), &course.events) == .accepted)
        let output = course.step(3)
        #expect(output.delivery.most == pu(0.3) && output.delivery.rule == .instruction)
        #expect(output.charging.most == .unbounded)
        #expect(course.functions.limitDelivery(to: nil, id, at: at(4), &course.events) == .accepted)
        #expect(course.step(4).count == 0)
    }

    @Test func `whatever is measured, limits contain zero and what is served is within them`() {
        var profile = Self.profile()
        profile.frequencyResponse = droop()
        profile.nominalFrequency = hertz(60)
        profile.voltWatt.isOn = true
        profile.voltWatt.delivery = curve((1.06, 1), (1.1, -0.5))
        profile.voltWatt.charging = curve((0.9, -0.3), (0.95, 1))
        profile.enterService.upperFrequency = hertz(60.1)
        var course = Course(profile)
        var random = Draws(seed: 11)
        for step in 0..<20_000 {
            course.frequency = random.next(10) == 0 ? nil : 57 + Double(random.next(6_000)) / 1_000
            course.volts = random.next(10) == 0 ? nil : 195 + Double(random.next(70))
            course.power = Double(random.next(2_001)) / 1_000 - 1
            course.wanted = Double(random.next(2_001)) / 1_000 - 1
            let output = course.step(Double(step) / 10, measuredAt: Double(step) / 10 - Double(random.next(3)))
            let served = output.served(pu(course.wanted))
            #expect(output.delivery.most >= .zero && output.charging.most >= .zero)
            #expect(-output.delivery.most <= served && served <= output.charging.most)
            #expect(output.isPermittedToDeliver || served >= .zero)
        }
    }
}

/// SplitMix64, so that a failure replays.
struct Draws {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next(_ most: UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return (mixed ^ (mixed >> 31)) % most
    }
}
