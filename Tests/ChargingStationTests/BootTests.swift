// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct BootTests {
    @Test func `a station that connects says so first`() {
        var bench = StationBench()
        let outputs = bench.handle(.connected(.v21))
        #expect(bench.calls(in: outputs).map(\.action) == [.bootNotification])
        #expect(!bench.station.mayCall(.volatile))
    }
}
