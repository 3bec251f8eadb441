// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct MonitorTests {
    private func monitor(_ type: MonitorEnumType, _ value: DecimalNumber) -> Monitor {
        Monitor(
            id: 1, key: VariableKey("EVSE", "Power", evse: 1), type: type, value: value, severity: 5,
            kind: .customMonitor)
    }

    /// What a monitor finds in one value after the other; numbers, unless a value is none.
    @Test(
        arguments: [
            // Beyond the limit, not on it (N07.FR.16, N07.FR.17), and back (N07.FR.02).
            (.upperThreshold, 10, ["9", "10", "10.001", "12", "10", "11"], [nil, nil, .alert, nil, .cleared, .alert]),
            (.lowerThreshold, 10, ["11", "10", "9.999", "3", "10"], [nil, nil, .alert, nil, .cleared]),
            (.lowerThreshold, -2, ["-2", "-2.5", "-1"], [nil, .alert, .cleared]),
            // A value nobody knows changes nothing.
            (.upperThreshold, 10, ["12", nil, "", "12", "3"], [.alert, nil, nil, nil, .cleared]),
            // More than the difference, since the last event (N07.FR.18).
            (.delta, 5, ["10", "15", "15.1", "11", "10.1", "10"], [nil, nil, .delta, nil, nil, .delta]),
            (.delta, DecimalNumber(thousandths: 200), ["0.6", "0.8", "0.801"], [nil, nil, .delta]),
            (.delta, 5, [nil, "1", "1", nil], [nil, .delta, nil, .delta]),
        ] as [(MonitorEnumType, DecimalNumber, [String?], [Monitor.Finding?])])
    func `limits and differences are found`(
        _ type: MonitorEnumType, _ value: DecimalNumber, _ values: [String?], _ findings: [Monitor.Finding?]
    ) {
        var monitor = monitor(type, value)
        let found = values.map {
            monitor.look(at: .init(actual: $0, target: nil, isNumeric: true), WallTime(milliseconds: 0))
        }
        #expect(found == findings)
    }

    @Test func `what is no number differs or does not (N07.FR.19)`() {
        var monitor = monitor(.delta, 100)
        let found = ["Available", "Occupied", "Occupied", "Available"].map {
            monitor.look(at: .init(actual: $0, target: nil, isNumeric: false), WallTime(milliseconds: 0))
        }
        #expect(found == [nil, .delta, nil, .delta])
    }

    @Test(
        arguments: [
            // N07.FR.22
            (.targetDelta, 10, "100", ["90", "110", "111", "100", "89.9"], [nil, nil, .alert, .cleared, .alert]),
            (
                .targetDeltaRelative, DecimalNumber(thousandths: 100), "100", ["90", "110", "111", "100", "89.9"],
                [nil, nil, .alert, .cleared, .alert]
            ),  // N07.FR.23
            (
                .targetDeltaRelative, DecimalNumber(thousandths: 500), "-10", ["-6", "-4", "-15"],
                [nil, .alert, .cleared]
            ),
            (.targetDelta, 1, nil, ["90"], [nil]),
        ] as [(MonitorEnumType, DecimalNumber, String?, [String], [Monitor.Finding?])])
    func `the distance from the target is found`(
        _ type: MonitorEnumType, _ value: DecimalNumber, _ target: String?, _ values: [String],
        _ findings: [Monitor.Finding?]
    ) {
        var monitor = monitor(type, value)
        let found = values.map {
            monitor.look(at: .init(actual: $0, target: target, isNumeric: true), WallTime(milliseconds: 0))
        }
        #expect(found == findings)
    }

    /// Seconds since the monitor was set, at 12:00:10 → when it is due (N08.FR.06, N08.FR.07).
    @Test(
        arguments: [(.periodic, 60, [60, 120, 180]), (.periodicClockAligned, 60, [50, 110, 170])]
            as [(MonitorEnumType, DecimalNumber, [Int])])
    func `periods count from the setting or on the clock`(
        _ type: MonitorEnumType, _ value: DecimalNumber, _ due: [Int]
    ) {
        var monitor = monitor(type, value)
        let start = StationBench.start.wall.milliseconds + 10_000
        let found = (0...180).filter { second in
            let time = WallTime(milliseconds: start + Int64(second) * 1_000)
            return monitor.look(at: .init(actual: nil, target: nil, isNumeric: true), time) == .periodic
        }
        #expect(found == due)
    }

    @Test func `a clock that is set does not stop or flood a period`() {
        var monitor = monitor(.periodic, 60)
        let reading = Monitor.Reading(actual: nil, target: nil, isNumeric: true)
        _ = monitor.look(at: reading, WallTime(milliseconds: 1_000_000_000))
        #expect(monitor.look(at: reading, WallTime(milliseconds: 0)) == nil)
        #expect(monitor.look(at: reading, WallTime(milliseconds: 60_000)) == .periodic)
        #expect(monitor.look(at: reading, WallTime(milliseconds: 9_000_000)) == .periodic)
        #expect(monitor.look(at: reading, WallTime(milliseconds: 9_001_000)) == nil)
    }
}
