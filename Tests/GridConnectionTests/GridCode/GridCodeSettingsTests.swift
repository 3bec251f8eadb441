// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

struct GridCodeSettingsTests {
    static func profile() -> GridCodeProfile {
        var profile = GridCodeProfile()
        profile.nominalFrequency = hertz(60)
        profile.frequencyResponse = droop()
        profile.enterService = entering()
        profile.reactivePower.mode = .voltVar
        profile.reactivePower.voltVar = PiecewiseLinearTests.voltVar
        profile.reactivePower.voltVarResponse = ResponseFilter(reaching: .ninetyPercent, after: .seconds(5))
        profile.voltWatt.delivery = curve((1.06, 1), (1.1, 0))
        profile.trips = TripSettings([
            TripSettings.Stage(.underVoltage, voltage: pu(0.88), after: .seconds(21)),
            TripSettings.Stage(.overFrequency, frequency: hertz(61.2), after: .seconds(300)),
        ])
        return profile
    }

    @Test func `what is pushed is the profile in the words of SunSpec`() {
        let settings = GridCodeSettings(Self.profile())
        #expect(settings.droop.deadBandOver == hertz(0.036) && settings.droop.deadBandUnder == hertz(0.036))
        #expect(settings.droop.slopeOver == pu(0.05) && settings.droop.responseTime == .seconds(5))
        #expect(settings.enterService.rampTime == .seconds(600))
        #expect(settings.voltVar.isOn && settings.voltVar.points.count == 4)
        #expect(abs((settings.voltVar.responseTime - .seconds(5)).nanoseconds) < 3_000)
        #expect(!settings.voltWatt.isOn)
        #expect(settings.trips.map(\.kind) == [.underVoltage, .overFrequency])
    }

    @Test func `a side that is more than a droop, or off, has a dead band that no grid leaves`() {
        var profile = Self.profile()
        profile.frequencyResponse.under.shedThreshold = hertz(59)
        var settings = GridCodeSettings(profile)
        #expect(settings.droop.isOn && settings.droop.deadBandUnder == hertz(60))
        #expect(settings.droop.slopeUnder == .one && settings.droop.deadBandOver == hertz(0.036))
        profile.frequencyResponse.over.isOn = false
        settings = GridCodeSettings(profile)
        #expect(!settings.droop.isOn)
    }
}
