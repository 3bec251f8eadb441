// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

struct FrequencySideTests {
    /// A side with the power it sees; delivering everything unless a test says otherwise.
    struct Course {
        var side: FrequencySide
        var power = PerUnit.one
        var wanted = PerUnit.one

        init(_ settings: FrequencySide.Settings, _ direction: FrequencySide.Direction = .over, nominal: Double = 50) {
            side = FrequencySide(direction, settings, nominal: hertz(nominal))
        }
        @discardableResult mutating func see(_ frequency: Double?, at time: Double) -> PerUnit? {
            side.advance(to: at(time), frequency: frequency.map(hertz), power: power, wanted: wanted)
            return side.most
        }
    }

    @Test(
        arguments: [
            (50.2, nil), (50.201, 0.9996), (50.45, 0.9), (51.2, 0.6), (51.45, 0.5), (52.7, 0.0), (53.5, 0.0),
        ] as [(Double, Double?)]) func `40 %/Hz from 50.2 Hz, which itself is not beyond`(
            frequency: Double, most: Double?
        )
    {
        var course = Course(limitedMode(.over))
        #expect(course.see(frequency, at: 0) == most.map(pu))
    }

    @Test(arguments: [(49.8, nil), (49.55, 0.9), (47.3, 0.0)] as [(Double, Double?)])
    func `below 49.8 Hz charging is reduced likewise`(frequency: Double, most: Double?) {
        var course = Course(limitedMode(.under), .under)
        #expect(course.see(frequency, at: 0) == most.map(pu))
    }

    @Test func `the reference is the power at the crossing, whatever flows later`() {
        var course = Course(limitedMode(.over))
        course.power = pu(0.6)
        #expect(course.see(50.7, at: 0) == pu(0.4))
        course.power = pu(0.1)
        #expect(course.see(50.7, at: 1) == pu(0.4))
        #expect(course.see(50.3, at: 2) == pu(0.56))
    }

    @Test func `of the momentary power the slope takes its share`() {
        var settings = limitedMode(.over)
        settings.reference = .momentary
        var course = Course(settings)
        course.power = pu(0.5)
        #expect(course.see(51.2, at: 0) == pu(0.3))
    }

    @Test func `a side that may reverse goes on to demand the other direction`() {
        var settings = limitedMode(.over)
        settings.mayReverse = true
        var course = Course(settings)
        course.power = pu(0.2)
        #expect(course.see(51.2, at: 0) == pu(-0.2))
        #expect(course.see(60, at: 1) == pu(-1), "never more than the rating")
    }

    @Test func `power does not begin to hurt while the frequency is beyond`() {
        var course = Course(limitedMode(.over))
        course.power = pu(-0.5)
        #expect(course.see(50.3, at: 0) == .zero, "a car that charges does not begin to deliver")
    }

    @Test func `a start delay has to pass beyond the threshold without a break`() {
        var settings = limitedMode(.over)
        settings.startDelay = .seconds(2)
        var course = Course(settings)
        #expect(course.see(51.2, at: 0) == nil)
        course.power = pu(0.3)
        #expect(course.see(51.2, at: 1.999_999_999) == nil)
        #expect(course.see(51.2, at: 2) == pu(0.6), "of the power when the threshold was crossed")

        course = Course(settings)
        course.see(51.2, at: 0)
        course.see(50.2, at: 1)
        course.see(51.2, at: 1.5)
        #expect(course.see(51.2, at: 3.4) == nil)
        #expect(course.see(51.2, at: 3.5) == pu(0.6))
    }

    @Test func `power returns at ten percent per minute after a minute in the window`() {
        var course = Course(limitedMode(.over))
        course.see(51.2, at: 0)
        #expect(course.see(50.2, at: 10) == .one, "the slope itself gives everything back")
        course = Course(limitedMode(.over))
        course.power = pu(0.5)
        course.see(51.2, at: 0)
        #expect(course.see(50.2, at: 10) == pu(0.5))
        #expect(course.side.phase == .settling)
        #expect(course.see(50.2, at: 69.999_999_999) == pu(0.5))
        #expect(course.side.phase == .settling)
        #expect(course.see(50.2, at: 70) == pu(0.5))
        #expect(course.side.phase == .returning)
        #expect(course.see(50, at: 130) == pu(0.6))
        #expect(course.see(50, at: 369.9) != nil)
        #expect(course.see(50, at: 370) == nil)
        #expect(course.side.phase == .idle)
    }

    @Test func `leaving the window starts the delay anew, and rests the ramp`() {
        var course = Course(limitedMode(.over))
        course.power = pu(0.5)
        course.see(51.2, at: 0)
        course.see(50, at: 10)
        course.see(49.7, at: 60)
        #expect(course.side.phase == .active)
        course.see(50, at: 61)
        course.see(50, at: 120.9)
        #expect(course.side.phase == .settling)
        course.see(50, at: 121)
        #expect(course.see(50, at: 151) == pu(0.55))
        #expect(course.see(49.7, at: 151.1) == pu(0.55))
        #expect(course.see(49.7, at: 200) == pu(0.55))
        #expect(course.see(50, at: 230) == pu(0.6))
    }

    @Test func `a second crossing during the return freezes what is held back`() {
        var course = Course(limitedMode(.over))
        course.power = pu(0.4)
        course.see(51.2, at: 0)
        course.see(50, at: 10)
        course.see(50, at: 70)
        course.see(50, at: 130)
        course.power = pu(0.9)
        #expect(course.see(50.45, at: 131) == pu(0.4), "0.1 below the 0.5 that was allowed")
    }

    @Test func `with a hysteresis the deepest response holds until the window`() {
        var settings = limitedMode(.over)
        settings.holdsDeepest = true
        settings.returnUpper = hertz(50.05)
        var course = Course(settings)
        course.see(51.2, at: 0)
        #expect(course.see(50.5, at: 1) == pu(0.6))
        #expect(course.see(50.1, at: 2) == pu(0.6))
        #expect(course.side.phase == .active)
        course.see(50.05, at: 3)
        #expect(course.side.phase == .settling)
        #expect(course.see(50.05, at: 63) == pu(0.6))
        #expect(course.see(50.05, at: 123) == pu(0.7))
    }

    @Test func `an unknown frequency neither begins nor ends anything`() {
        var course = Course(limitedMode(.over))
        #expect(course.see(nil, at: 0) == nil)
        course.power = pu(0.5)
        course.see(51.2, at: 1)
        for time in stride(from: 2.0, to: 500, by: 10) { #expect(course.see(nil, at: time) == pu(0.1)) }
        course.see(50, at: 500)
        #expect(course.see(nil, at: 559) == pu(0.5))
        #expect(course.side.phase == .active, "not seen is not in the window")
        course.see(50, at: 560)
        course.see(50, at: 620)
        #expect(course.side.phase == .returning)
        #expect(course.see(nil, at: 1_000) == pu(0.5), "the ramp rests")
    }

    @Test func `a car that charges is shed below the shed threshold`() {
        var settings = limitedMode(.under)
        settings.threshold = hertz(49.5)
        settings.droop = .zero
        settings.shedThreshold = hertz(49.5)
        var course = Course(settings, .under)
        #expect(course.see(49.5, at: 0) == nil)
        #expect(course.see(49.499, at: 1) == .zero)
    }

    @Test func `the response takes its time, the limit begins at the power of the crossing`() {
        var settings = limitedMode(.over)
        settings.responseTime = .seconds(5)
        var course = Course(settings)
        course.power = pu(0.8)
        #expect(course.see(51.2, at: 0) == pu(0.8))
        let after = course.see(51.2, at: 5) ?? .zero
        #expect((after - pu(0.8 - 0.9 * 0.4)).magnitude < PerUnit(millionths: 50))
    }

    @Test func `odd settings do not trap`() {
        var settings = FrequencySide.Settings()
        settings.isOn = true
        settings.droop = PerUnit(millionths: .max)
        settings.returnRamp = PerUnit(millionths: .min)
        settings.responseTime = Interval(nanoseconds: .max)
        settings.startDelay = Interval(nanoseconds: .min)
        settings.mayReverse = true
        var course = Course(settings, .under, nominal: 0)
        for time in 0..<50 { course.see(Double(time % 7) * 20 - 50, at: Double(time)) }
    }

    @Test func `a side that is off asks for nothing`() {
        var course = Course(FrequencySide.Settings())
        #expect(course.see(60, at: 0) == nil)
    }
}

struct FrequencyResponseTests {
    struct Course {
        var response: FrequencyResponse
        var events = ConnectionEvents()
        init(_ settings: FrequencyResponse.Settings, nominal: Double) {
            response = FrequencyResponse(settings, nominal: hertz(nominal))
        }
        mutating func see(_ frequency: Double, power: Double, wanted: Double, at time: Double) -> ActivePowerBound? {
            response.advance(
                to: at(time), frequency: hertz(frequency), power: pu(power), wanted: pu(wanted), &events)
            return response.bound
        }
    }

    @Test func `IEEE 1547 droop moves delivery down and past zero into charging`() {
        var course = Course(droop(), nominal: 60)
        // Delivering 0.1, 0.6 Hz beyond the dead band: 0.2 per unit less, charging 0.1.
        _ = course.see(60.636, power: -0.1, wanted: -0.1, at: 0)
        let bound = course.see(60.636, power: -0.1, wanted: -0.1, at: 60)
        #expect(bound?.demand == pu(0.1))
        #expect(bound?.lower == .zero)
        #expect(bound?.upper == .unbounded)
    }

    @Test func `low frequency moves charging down and past zero into delivery`() {
        var course = Course(droop(), nominal: 60)
        _ = course.see(59.364, power: 0.1, wanted: 0.1, at: 0)
        let bound = course.see(59.364, power: 0.1, wanted: 0.1, at: 60)
        #expect(bound?.demand == pu(-0.1))
        #expect(bound?.upper == .zero)
    }

    @Test func `after a droop power goes back to what is wanted within the response time`() {
        var course = Course(droop(), nominal: 60)
        _ = course.see(60.636, power: -0.5, wanted: -0.5, at: 0)
        _ = course.see(60.636, power: -0.5, wanted: -0.5, at: 60)
        _ = course.see(60, power: -0.3, wanted: -0.5, at: 60)
        let during = course.see(60, power: -0.3, wanted: -0.5, at: 65)
        #expect(((during?.atLeast ?? .zero) - pu(-0.48)).magnitude < pu(0.000_1))
        #expect(course.see(60, power: -0.5, wanted: -0.5, at: 80) == nil)
        #expect(kinds(of: course.events) == [.stateChanged, .stateChanged, .stateChanged])
        #expect(course.events[0].rule == .frequencyResponse)
    }
}
