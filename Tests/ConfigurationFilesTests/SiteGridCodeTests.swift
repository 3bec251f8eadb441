// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

@testable import ConfigurationFiles

struct SiteGridCodeTests {
    private static let codes = GridCodeLibrary(folders: [
        Samples.folder.replacing("Firmware-Profiles", with: "Grid-Codes")
    ])

    /// `grid_code` stands at line 12.
    private func check(_ gridCode: String, meter: String = "eastron/sdm630") -> ConfigurationCheck {
        let text = Samples.minimal.replacing("eastron/sdm630", with: meter) + "grid_code: \(gridCode)\n"
        return ConfigurationReader.read(text: text, file: "s", profiles: Samples.library, gridCodes: Self.codes)
    }

    @Test func `without the key there is no grid code`() {
        let check = ConfigurationReader.read(text: Samples.minimal, file: "s", profiles: Samples.library)
        #expect(check.site != nil && check.site?.gridCode == nil)
    }

    @Test func `a code comes with its numbers and with what is to be confirmed`() throws {
        let check = check("{ profile: en-50549-1-2019 }")
        let code = try #require(check.site?.gridCode)
        #expect(code.name == "EN 50549-1")
        #expect(code.profile.frequencyResponse.over.threshold == Frequency(milli: 50_200))
        #expect(code.changes.isEmpty)
        #expect(check.notices.contains { $0.description.contains("24 of 50 values of EN 50549-1:2019") })
        // Twice what the meter needs to renew its values.
        #expect(code.silence.maximumAge == .seconds(2))
        #expect(code.silence.tolerated == .seconds(5))
    }

    @Test func `a site sets some of them otherwise, which is remembered`() throws {
        let code = try #require(
            check(
                """
                { profile: en-50549-1-2019, frequency_response: { over: { threshold: 50.3 Hz, droop: 4 %, may_reverse: true },
                  under: { enabled: false } }, volt_watt: { enabled: false }, reactive_power: { mode: volt_var },
                  enter_service: { delay: 5 min, ramp: 0.1 %/s }, stale_after: 3 s, no_discharge_after: 10 s }
                """
            ).site?.gridCode)
        let response = code.profile.frequencyResponse
        #expect(response.over.threshold == Frequency(milli: 50_300) && response.over.droop == PerUnit(percent: 4))
        #expect(response.over.mayReverse && !response.under.isOn)
        #expect(!code.profile.voltWatt.isOn && code.profile.reactivePower.mode == .voltVar)
        #expect(code.profile.enterService.delay == .seconds(300))
        #expect(code.profile.enterService.ramp == PerUnit(percent: 6))
        #expect(code.silence.maximumAge == .seconds(3) && code.silence.tolerated == .seconds(10))
        #expect(code.changes.count == 10)
        #expect(code.changes.first == "grid_code.frequency_response.over.threshold: 50.3 Hz")
        #expect(code != check("{ profile: en-50549-1-2019 }").site?.gridCode)
    }

    @Test func `a telegram has no frequency, which is noticed`() {
        let notices = check("{ profile: en-50549-1-2019 }", meter: "sluice/simulated-meter").notices.map(\.description)
        #expect(!notices.contains { $0.contains("does not measure") })
        let text = Samples.minimal.replacing(
            "eastron/sdm630, at: \"tcp://192.0.2.20:502\", unit: 1",
            with: "dsmr/p1-v5, at: \"serial:///dev/ttyUSB0\"")
        let check = ConfigurationReader.read(
            text: text + "grid_code: { profile: en-50549-1-2019 }\n", file: "s", profiles: Samples.library,
            gridCodes: Self.codes)
        #expect(check.site != nil, "\(check.errors)")
        #expect(check.notices.contains { $0.description.contains("dsmr/p1-v5 does not measure the frequency") })
    }

    @Test(arguments: [
        ("{}", "“profile” is missing"),
        ("{ profile: en-50549-1-2018 }", "no grid code is called “en-50549-1-2018”; did you mean en-50549-1-2019?"),
        ("{ profile: g99-1, volt_watt: { enabled: true } }", "the grid code g99-1 has no curve of power by voltage"),
        ("{ profile: g99-1, reactive_power: { mode: volt_var } }", "the grid code g99-1 has no curve for this mode"),
        (
            "{ profile: en-50549-1-2019, frequency_response: { over: { threshold: 50.1 Hz } } }",
            "the threshold of 50.1 Hz is not above 50 Hz and the end of the window of return, 50.2 Hz"
        ),
        (
            "{ profile: en-50549-1-2019, frequency_response: { under: { threshold: 49.9 Hz } } }",
            "the threshold of 49.9 Hz is not below 50 Hz and the begin of the window of return, 49.8 Hz"
        ),
        ("{ profile: en-50549-1-2019, stale_after: 1 s }", "a shorter time than 2 s makes them stale all the time"),
        ("{ profile: en-50549-1-2019, droop: 4 % }", "“droop” is not a known key"),
    ])
    func `a mistake is named`(gridCode: String, complaint: String) {
        let check = check(gridCode)
        #expect(check.site == nil)
        #expect(
            check.errors.contains { $0.description.hasPrefix("s:12:") && $0.description.contains(complaint) },
            "\(check.errors)")
    }

    @Test func `the functions a charger has itself are a list of known words`() throws {
        let text = Samples.minimal + "    own_grid_functions: [frequency_response, trips]\n"
        let site = ConfigurationReader.read(text: text, file: "s", profiles: Samples.library).site
        #expect(site?.evses.first?.ownGridFunctions == [.frequencyResponse, .trips])
        let wrong = Samples.minimal + "    own_grid_functions: [volt]\n"
        let errors = ConfigurationReader.read(text: wrong, file: "s", profiles: Samples.library).errors
        #expect(errors.contains { $0.description.contains("expected one of") })
    }
}
