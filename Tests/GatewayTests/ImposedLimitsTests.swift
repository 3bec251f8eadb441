// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import Gateway

@Suite struct ImposedLimitsTests {
    private func point(_ lower: Int, _ upper: Int) -> ImposedLimits {
        var limits = ImposedLimits()
        limits.narrow(connectionPoint: PowerLimits(from: .watts(lower), to: .watts(upper)))
        return limits
    }

    @Test(arguments: [
        // The building draws: less to charge with, more to deliver. It delivers: the other way round.
        (500, -2_500, 9_500), (-3_000, 0, 13_000), (12_000, -14_000, 0),
    ])
    func `the building's load comes off a limit of the connection point`(building: Int, lower: Int, upper: Int) {
        let left = point(-2_000, 10_000).left(beside: .watts(building))
        #expect(left == PowerLimits(from: .watts(lower), to: .watts(upper)))
    }

    @Test func `what is imposed on the station is not the building's`() {
        var limits = ImposedLimits()
        limits.narrow(station: PowerLimits(from: .zero, to: .watts(4_200)))
        #expect(limits.left(beside: .watts(9_000)) == PowerLimits(from: .zero, to: .watts(4_200)))
    }

    @Test func `nothing imposed is nothing told, whatever the building draws`() {
        #expect(ImposedLimits().left(beside: .watts(9_000)) == nil)
        var told = ToldLimits()
        let now = Instant(nanoseconds: 0)
        let isNew = told.update(ImposedLimits(), beside: .watts(9_000), at: now)
        #expect(!isNew)
    }

    @Test func `an order is told at once, the building's load seldom and only where it counts`() {
        var told = ToldLimits()
        var now = Instant(nanoseconds: 0)
        func update(_ limits: ImposedLimits, _ building: Int, after seconds: Int) -> Bool {
            now = now + .seconds(seconds)
            return told.update(limits, beside: .watts(building), at: now)
        }
        let rows: [(limits: ImposedLimits, building: Int, after: Int, isTold: Bool)] = [
            (point(-2_000, 10_000), 500, 0, true), (point(-2_000, 10_000), 900, 1, false),
            (point(-2_000, 8_000), 900, 1, true), (point(-2_000, 8_000), 950, 20, false),
            (point(-2_000, 8_000), 1_000, 1, true), (ImposedLimits(), 1_000, 1, true),
        ]
        for row in rows { #expect(update(row.limits, row.building, after: row.after) == row.isTold) }
        #expect(told.left == nil)
    }
}
