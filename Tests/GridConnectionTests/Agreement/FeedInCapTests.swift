// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

struct FeedInCapTests {
    @Test(arguments: [
        (Power.watts(10_000), 600, Power.watts(-6_000)), (.watts(9_999), 600, Power(milli: -5_999_400)),
        (.watts(10_000), 0, .zero), (.watts(10_000), 1_000, .watts(-10_000)),
        // What makes no sense allows less, never more.
        (.watts(10_000), -1, .zero), (.watts(10_000), 1_001, .watts(-10_000)), (.watts(-10_000), 600, .zero),
        (Power(milli: 3_000_000_000_000), 600, Power(milli: -600_000_000_000)), (Power(milli: 1), 600, .zero),
    ])
    func `the share of the installed power bounds export alone`(installed: Power, permille: Int, lower: Power) {
        let limit = FeedInCap(installed: installed, permille: permille).limit
        #expect(limit == GridLimit(.feedInCap, power: PowerLimits(from: lower, to: PowerLimits.unbounded.upper)))
    }
}
