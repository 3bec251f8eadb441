// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import Testing

@testable import Gateway

/// Whole gateways in virtual time: the figures do not depend on the machine that runs the test.
struct ResponseBenchTests {
    private static var profiles: ProfileLibrary {
        let project = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
            separator: "/")
        return ProfileLibrary(folders: ["\(project)/Firmware-Profiles"])
    }

    /// A limit alone is obeyed with the next tick. A load step is first seen by the meter, and a relay's contact debounced,
    /// which takes one tick more. The scheme bounds each phase, and 10 % spread over three is within the reserve. Nil: there was
    /// nothing to do.
    @Test(
        arguments: [
            ("firm capacity", [2, 2, nil]), ("capacity by the calendar", [2, 2, 1]), ("flexible capacity", [2, 2, 1]),
            ("LPC", [2, 2, 1]), ("LPP", [2, 2, 1]), ("§ 14a EnWG", [1, 1, 1]), ("relay W4", [2, 2, 2]),
            ("operating envelope", [2, 2, 1]), ("feed-in cap", [2, nil, nil]), ("limit entered by hand", [2, 2, 1]),
            ("limitation scheme (G100)", [2, 1, 1]), ("LPC with a gradual return", [2, 2, 1]),
        ] as [(String, [Int?])])
    func `every kind of limit is commanded within two ticks, is kept, and lets go no faster than its ramp`(
        name: String, ticks: [Int?]
    ) throws {
        let rows = try ResponseBench.rows(name, profiles: Self.profiles)
        #expect(rows.map(\.ticksToCommand) == ticks)
        for row in rows {
            if row.ticksToCommand != nil { #expect(try #require(row.toBelow) < .seconds(6)) }
            if row.loadStep > 0 {
                #expect(try #require(row.stepToBelow) <= .milliseconds(1_300))
                #expect(row.stepExcess < row.limit * row.loadStep / 100)
            }
            guard let ramp = row.ramp else { continue }
            // Targets are whole watts, one of each EVSE.
            #expect(try #require(row.steepest) <= ramp + .watts(2))
            #expect(try #require(row.steepest) >= ramp / 10 * 9)
        }
    }

    @Test func `every kind of agreement has its rows`() {
        #expect(ResponseBench.names.count == 12)
        #expect(Set(ResponseBench.names).count == 12)
    }

    @Test func `the same run twice gives the same figures`() throws {
        let once = try ResponseBench.rows("LPP", profiles: Self.profiles)
        #expect(try ResponseBench.rows("LPP", profiles: Self.profiles) == once)
    }
}
