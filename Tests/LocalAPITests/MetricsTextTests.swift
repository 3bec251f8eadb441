// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing

@testable import LocalAPI

struct MetricsTextTests {
    @Test func `families, labels and histograms are written as Prometheus reads them`() {
        var power = Metric("sluice_power_watts", .gauge, help: "Power.\nBackslash \\")
        power.add(-1.5, .init("evse", "a\"b\\c\nd"), .init("site", "x"))
        power.add(.nan)
        var ticks = Metric("sluice_ticks_total", .counter, help: "Ticks")
        ticks.add(12)
        var late = Metric("sluice_late_seconds", .histogram, help: "Late")
        late.add(buckets: [.init(upTo: 0.01, count: 2), .init(upTo: 0.001, count: 3)], count: 6, sum: 0.5)
        #expect(
            MetricsText.render([power, ticks, late]) == #"""
                # HELP sluice_power_watts Power.\nBackslash \\
                # TYPE sluice_power_watts gauge
                sluice_power_watts{evse="a\"b\\c\nd",site="x"} -1.5
                sluice_power_watts NaN
                # HELP sluice_ticks_total Ticks
                # TYPE sluice_ticks_total counter
                sluice_ticks_total 12
                # HELP sluice_late_seconds Late
                # TYPE sluice_late_seconds histogram
                sluice_late_seconds_bucket{le="0.001"} 3
                sluice_late_seconds_bucket{le="0.01"} 5
                sluice_late_seconds_bucket{le="+Inf"} 6
                sluice_late_seconds_sum 0.5
                sluice_late_seconds_count 6

                """#)
    }
}
