// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The settings a charger is given so that it executes a grid code itself: what SunSpec keeps in its models 703 (enter
/// service), 704 (fixed power factor and reactive power), 705 (volt-var), 706 (volt-watt), 707 to 710 (trips), 711
/// (frequency droop) and 712 (watt-var). Made and compared outside the tick.
package struct GridCodeSettings: Equatable, Sendable {
    /// A curve of models 705, 706 and 712, both axes per unit.
    package struct Curve: Equatable, Sendable {
        package var isOn: Bool
        package var points: [PiecewiseLinear.Point]
        package var responseTime: Interval
        package init(isOn: Bool, points: [PiecewiseLinear.Point], responseTime: Interval) {
            self.isOn = isOn
            self.points = points
            self.responseTime = responseTime
        }
    }

    /// Model 711: dead bands from the nominal frequency, slopes as the deviation per unit that moves the whole rating.
    package struct Droop: Equatable, Sendable {
        package var isOn: Bool
        package var deadBandOver: Frequency
        package var deadBandUnder: Frequency
        package var slopeOver: PerUnit
        package var slopeUnder: PerUnit
        package var responseTime: Interval
    }

    /// Model 703.
    package struct Entering: Equatable, Sendable {
        package var lowerVoltage: PerUnit
        package var upperVoltage: PerUnit
        package var lowerFrequency: Frequency
        package var upperFrequency: Frequency
        package var delay: Interval
        package var randomDelay: Interval
        /// From nothing to the rating; zero is at once.
        package var rampTime: Interval
    }

    /// Model 704.
    package struct FixedReactive: Equatable, Sendable {
        package var powerFactorIsOn: Bool
        package var powerFactor: PerUnit
        package var injects: Bool
        package var reactivePowerIsOn: Bool
        package var reactivePower: PerUnit
    }

    package var nominalFrequency: Frequency
    package var enterService: Entering
    package var fixedReactive: FixedReactive
    package var voltVar: Curve
    package var voltWatt: Curve
    package var wattVar: Curve
    package var droop: Droop
    /// Of models 707 to 710, in the profile's order within each kind.
    package var trips: [TripSettings.Stage]

    package init(_ profile: GridCodeProfile) {
        nominalFrequency = profile.nominalFrequency
        enterService = Entering(profile.enterService)
        let reactive = profile.reactivePower
        fixedReactive = FixedReactive(
            powerFactorIsOn: reactive.mode == .fixedPowerFactor, powerFactor: reactive.fixedPowerFactor,
            injects: reactive.injects, reactivePowerIsOn: reactive.mode == .fixedReactivePower,
            reactivePower: reactive.fixedReactivePower)
        voltVar = Curve(
            isOn: reactive.mode == .voltVar, points: reactive.voltVar.copy(),
            responseTime: reactive.voltVarResponse.ninetyPercentTime)
        wattVar = Curve(
            isOn: reactive.mode == .wattVar, points: reactive.wattVar.copy(),
            responseTime: reactive.response.ninetyPercentTime)
        voltWatt = Curve(
            isOn: profile.voltWatt.isOn, points: profile.voltWatt.delivery.copy(),
            responseTime: profile.voltWatt.responseTime)
        droop = Droop(profile.frequencyResponse, nominal: profile.nominalFrequency)
        trips = TripSettings.Kind.allCases.flatMap { profile.trips.of($0) }
    }
}

extension GridCodeSettings.Entering {
    init(_ settings: EnterService.Settings) {
        lowerVoltage = settings.lowerVoltage
        upperVoltage = settings.upperVoltage
        lowerFrequency = settings.lowerFrequency
        upperFrequency = settings.upperFrequency
        delay = settings.delay
        randomDelay = settings.randomDelay
        let perMinute = settings.ramp.millionths
        rampTime = perMinute > 0 ? Interval(nanoseconds: 60_000_000_000_000_000 / perMinute) : .zero
    }
}

extension GridCodeSettings.Droop {
    init(_ settings: FrequencyResponse.Settings, nominal: Frequency) {
        isOn = settings.over.isPlainDroop || settings.under.isPlainDroop
        // A side that is off, or more than a droop, has a dead band that no grid leaves.
        deadBandOver = settings.over.isPlainDroop ? settings.over.threshold - nominal : nominal
        deadBandUnder = settings.under.isPlainDroop ? nominal - settings.under.threshold : nominal
        slopeOver = settings.over.isPlainDroop ? settings.over.droop : .one
        slopeUnder = settings.under.isPlainDroop ? settings.under.droop : .one
        responseTime = settings.over.responseTime
    }
}

extension FrequencySide.Settings {
    /// Whether it is on and model 711 can say what it asks: a slope of the rating, at once, without memory and without an end
    /// of all power. How power returns the model leaves to the device.
    package var isPlainDroop: Bool {
        isOn && droop > .zero && reference == .rating && shedThreshold == nil && startDelay == .zero && !holdsDeepest
    }
}

extension PiecewiseLinear {
    package func copy() -> [Point] { (0..<count).map { self[$0] } }
}

extension ResponseFilter {
    package var ninetyPercentTime: Interval { Interval(nanoseconds: timeConstant.nanoseconds / 1_000 * 2_303) }
}
