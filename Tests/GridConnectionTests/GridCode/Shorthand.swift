// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

// Short spellings for the tables of these tests.

func pu(_ value: Double) -> PerUnit { PerUnit(millionths: Int64((value * 1_000_000).rounded())) }
func hertz(_ value: Double) -> Frequency { Frequency(milli: Int64((value * 1_000).rounded())) }
func seconds(_ value: Double) -> Interval { Interval(nanoseconds: Int64((value * 1e9).rounded())) }
func at(_ value: Double) -> Instant { Instant(nanoseconds: 0) + seconds(value) }
let nanosecond = Interval(nanoseconds: 1)

func curve(_ points: (Double, Double)...) -> PiecewiseLinear {
    PiecewiseLinear(points.map { PiecewiseLinear.Point(x: pu($0.0).millionths, y: pu($0.1).millionths) })
}

func kinds(of events: ConnectionEvents) -> [ConnectionEvent.Kind] { (0..<events.count).map { events[$0].kind } }

/// European defaults as far as these tests need them: 50.2 Hz, 5 %, return at 10 %/min from 49.8 to 50.2 Hz.
func limitedMode(_ direction: FrequencySide.Direction) -> FrequencySide.Settings {
    var settings = FrequencySide.Settings()
    settings.isOn = true
    settings.threshold = direction == .over ? hertz(50.2) : hertz(49.8)
    settings.droop = pu(0.05)
    settings.returnLower = hertz(49.8)
    settings.returnUpper = hertz(50.2)
    settings.returnDelay = .seconds(60)
    settings.returnRamp = pu(0.1)
    return settings
}

/// IEEE 1547-2018: 36 mHz, 5 %, 5 s, both directions.
func droop() -> FrequencyResponse.Settings {
    var side = FrequencySide.Settings()
    side.isOn = true
    side.droop = pu(0.05)
    side.responseTime = .seconds(5)
    side.mayReverse = true
    side.returnLower = hertz(59.964)
    side.returnUpper = hertz(60.036)
    var settings = FrequencyResponse.Settings()
    side.threshold = hertz(60.036)
    settings.over = side
    side.threshold = hertz(59.964)
    settings.under = side
    return settings
}

/// 4105:2018-11 as far as these tests need it.
func entering() -> EnterService.Settings {
    var settings = EnterService.Settings()
    settings.lowerVoltage = pu(0.85)
    settings.upperVoltage = pu(1.10)
    settings.lowerFrequency = hertz(47.5)
    settings.upperFrequency = hertz(50.1)
    settings.delay = .seconds(60)
    settings.ramp = pu(0.1)
    settings.shortInterruption = .seconds(3)
    settings.shortDelay = .seconds(5)
    return settings
}
