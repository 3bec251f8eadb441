// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import GridConnection
import Testing

@testable import Gateway

struct GridCodePlanTests {
    private static let project =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

    private func site(
        _ code: String, meter: String = "sluice/simulated-meter", charger: String = "sluice/simulated-bidi-22",
        evse: String = ""
    ) throws -> SiteConfiguration {
        let check = ConfigurationReader.read(
            text: """
                site: { name: Test, timezone: UTC, fuse: 63 A, meter: { profile: \(meter), at: "tcp://127.0.0.1:5020" } }
                agreement: { import: 16 kW, export: 8 kW }
                grid_code: { profile: \(code) }
                evses: [{ id: 1, charger: { profile: \(charger), at: "tcp://127.0.0.1:5021" }\(evse) }]
                """, file: "s", profiles: ProfileLibrary(folders: ["\(Self.project)/Firmware-Profiles"]),
            gridCodes: GridCodeLibrary(folders: ["\(Self.project)/Grid-Codes"]))
        return try #require(check.site, "\(check.errors)")
    }

    private func plan(_ site: SiteConfiguration) throws -> GridCodePlan {
        GridCodePlan(try #require(site.gridCode), site.evses[0], site)
    }

    private func party(_ function: GridFunction, _ plan: GridCodePlan) -> GridCodePlan.Party? {
        plan.rows.first { $0.function == function }?.by
    }

    @Test func `a fast meter and charger answer within the code's time, which the filter shortens by theirs`() throws {
        let plan = try plan(try site("en-50549-1-2019"))
        #expect(plan.answer <= .seconds(2))
        #expect(party(.frequencyResponse, plan) == .gateway)
        #expect(plan.profile.frequencyResponse.over.responseTime == .seconds(2) - plan.answer)
        #expect(plan.profile.voltWatt.responseTime == .seconds(10) - plan.answer)
        #expect(party(.trips, plan) == .nobody)
        #expect(party(.reactivePower, plan) == nil, "no mode is on")
    }

    @Test func `a slow charger is late, which is said, and follows all the same`() throws {
        let plan = try plan(try site("en-50549-1-2019", meter: "eastron/sdm630", charger: "evtec/bidipro-10"))
        let row = try #require(plan.rows.first { $0.function == .frequencyResponse })
        #expect(row.by == .nobody)
        #expect(row.reason == "the code gives 2 s and the gateway takes \(plan.answer); it follows all the same, late")
        #expect(plan.profile.frequencyResponse.over.isOn)
        #expect(plan.profile.frequencyResponse.over.responseTime == .zero)
    }

    @Test func `what the device does by itself the gateway leaves alone`() throws {
        let own = ", own_grid_functions: [frequency_response, volt_watt, enter_service, trips]"
        let plan = try plan(try site("en-50549-1-2019", evse: own))
        #expect(party(.frequencyResponse, plan) == .device)
        #expect(party(.trips, plan) == .device)
        #expect(!plan.profile.frequencyResponse.over.isOn && !plan.profile.frequencyResponse.under.isOn)
        #expect(!plan.profile.voltWatt.isOn)
        #expect(plan.profile.enterService.delay == .zero && plan.profile.enterService.ramp == .zero)
        #expect(!plan.needsMeasurement, "nothing that is left looks at the grid")
        #expect(party(.ceaseToEnergise, plan) == .gateway)
    }

    @Test func `a SunSpec charger does what its models can say, and the gateway the rest`() throws {
        let plan = try plan(try site("en-50549-1-2019", charger: "sunspec/der"))
        #expect(plan.settings?.droop.isOn == true)
        #expect(party(.frequencyResponse, plan) == .device && party(.trips, plan) == .device)
        #expect(!plan.profile.frequencyResponse.over.isOn && !plan.profile.voltWatt.isOn)
        #expect(plan.profile.tenMinuteVoltage != nil && plan.needsMeasurement)
        let entering = try #require(plan.rows.first { $0.function == .enterService })
        #expect(
            entering.reason
                == "its settings are written and read back (SunSpec 703); the gateway watches the mean of ten minutes")
    }

    @Test func `load to shed at a threshold is no droop, so the gateway sheds it`() throws {
        let plan = try plan(try site("g99-1", charger: "sunspec/der"))
        #expect(!plan.profile.frequencyResponse.over.isOn && plan.profile.frequencyResponse.under.isOn)
        #expect(plan.settings?.droop.deadBandUnder == .hertz(50))
        #expect(plan.needsMeasurement)
    }

    @Test func `charging by the voltage stays with the gateway, for model 706 knows delivery only`() throws {
        let plan = try plan(try site("as-nzs-4777.2-2020-a", charger: "sunspec/der"))
        #expect(plan.profile.voltWatt.isOn && plan.profile.voltWatt.delivery.count == 0)
        #expect(plan.profile.voltWatt.charging.count > 0)
        #expect(party(.voltWatt, plan) == .device)
        #expect(plan.profile.frequencyResponse.over.isOn, "it keeps its deepest response, which no droop does")
        #expect(party(.frequencyResponse, plan) != .device && plan.settings?.droop.isOn == false)
    }

    @Test func `settings that are left to the installer are not written`() throws {
        let plan = try plan(try site("en-50549-1-2019", charger: "sunspec/der", evse: ", grid_settings: leave"))
        #expect(plan.settings == nil)
        #expect(party(.frequencyResponse, plan) != .device && plan.profile.frequencyResponse.over.isOn)
    }

    @Test func `lines name the code, the EVSEs and the party`() throws {
        let lines = GridCodePlan.lines(try site("ieee-1547-2018-b-iii"))
        #expect(
            lines.contains {
                $0.hasPrefix("IEEE 1547") && $0.contains("EVSE 1: frequency response by the gateway: 90 %")
            })
        #expect(lines.contains { $0.contains("momentary cessation by nobody: it takes milliseconds") })
    }

    @Test func `every source of the grid code is found again by its number, and no other is taken for one`() {
        for rule in GridRule.allCases {
            for effect in GridCodeSource.Effect.allCases {
                let source = GridCodeSource(rule, effect)
                #expect(GridCodeSource(number: source.number) == source)
                #expect(!source.inWords("EN 50549-1").isEmpty)
            }
            #expect(GridCodeSource(number: 1_000 + UInt16(rule.number)) == nil)
        }
        #expect(GridCodeSource(number: .max) == nil)
        #expect(GridCodeSource(.frequencyResponse, .limitsDelivery).inWords("EN 50549-1") == "LFSM-O of EN 50549-1")
        #expect(GridCodeSource(.frequencyResponse, .demandsDelivery).inWords("EN 50549-1") == "LFSM-U of EN 50549-1")
        #expect(
            GridCodeSource(.frequencyResponse, .limitsDelivery).inWords("IEEE 1547")
                == "over-frequency droop of IEEE 1547")
    }
}
