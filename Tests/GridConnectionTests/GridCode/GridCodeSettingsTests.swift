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

    @Test func `what comes back as it was pushed matches, rounding to registers included`() {
        let settings = GridCodeSettings(Self.profile())
        #expect(settings.matches(readBack: settings) == nil)
        var rounded = settings
        rounded.voltVar.points[0].x += 500
        rounded.droop.deadBandOver += Frequency(milli: 5)
        rounded.enterService.delay = rounded.enterService.delay + .milliseconds(5)
        #expect(settings.matches(readBack: rounded) == nil)
    }

    static let changes: [(GridCodeMismatch.Item, Int, @Sendable (inout GridCodeSettings) -> Void)] = [
        (.enterServiceLowerVoltage, 0, { $0.enterService.lowerVoltage = pu(0.850_501) }),
        (.enterServiceUpperFrequency, 0, { $0.enterService.upperFrequency += Frequency(milli: 6) }),
        (.enterServiceDelay, 0, { $0.enterService.delay = .seconds(61) }),
        (.powerFactorIsOn, 0, { $0.fixedReactive.powerFactorIsOn = true }),
        (.reactivePowerIsOn, 0, { $0.fixedReactive.reactivePowerIsOn = true }),
        (.voltVarIsOn, 0, { $0.voltVar.isOn = false }),
        (.voltVarPoints, 0, { $0.voltVar.points.removeLast() }),
        (.voltVarVoltage, 2, { $0.voltVar.points[2].x = pu(1.03).millionths }),
        (.voltVarReactivePower, 3, { $0.voltVar.points[3].y = pu(-0.3).millionths }),
        (.voltVarResponseTime, 0, { $0.voltVar.responseTime = .seconds(10) }),
        (.voltWattIsOn, 0, { $0.voltWatt.isOn = true }),
        (.wattVarIsOn, 0, { $0.wattVar.isOn = true }),
        (.droopIsOn, 0, { $0.droop.isOn = false }),
        (.droopSlopeUnder, 0, { $0.droop.slopeUnder = pu(0.04) }),
        (.tripStages, 0, { $0.trips.removeLast() }),
        (.tripTime, 0, { $0.trips[0].after = .seconds(2) }),
        (.tripFrequency, 1, { $0.trips[1].frequency = hertz(61.3) }),
    ]

    @Test(arguments: changes.indices) func `the first difference is named`(index: Int) {
        let (item, position, change) = Self.changes[index]
        let settings = GridCodeSettings(Self.profile())
        var answer = settings
        change(&answer)
        let mismatch = settings.matches(readBack: answer)
        #expect(mismatch?.item == item && mismatch?.index == position)
    }

    @Test func `of a function that is to be off its curve does not matter`() {
        let settings = GridCodeSettings(Self.profile())
        var answer = settings
        answer.voltWatt.points = []
        #expect(settings.matches(readBack: answer) == nil)
    }

    @Test func `a mismatch says what was found, what is expected and what to do`() {
        let settings = GridCodeSettings(Self.profile())
        var answer = settings
        answer.enterService.delay = .seconds(20)
        #expect(
            settings.matches(readBack: answer)?.description
                == "enterServiceDelay[0] is 20 s, the grid code has 1 min. Nothing is delivered until they agree; "
                + "write the settings again or choose the code the charger is set to.")
    }
}
