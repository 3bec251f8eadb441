// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

struct ConnectionEventsTests {
    @Test func `what does not fit is counted as lost`() {
        var events = ConnectionEvents()
        for second in 0..<40 {
            events.add(ConnectionEvent(.began, .relay, at: Instant(nanoseconds: 0) + .seconds(second)))
        }
        #expect(events.count == ConnectionEvents.capacity)
        #expect(events.lost == 8)
        #expect(events[31].at == Instant(nanoseconds: 0) + .seconds(31))
    }
}
