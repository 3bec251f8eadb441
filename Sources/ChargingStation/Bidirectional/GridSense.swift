// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP

/// What is known of the grid at the connection point. A reading is trusted for three seconds, three times the pace at which meters are
/// read; what is older is not known.
struct GridSense: Equatable, Sendable {
    private struct Sample<Value: Equatable & Sendable>: Equatable, Sendable {
        var value: Value
        var at: Instant
    }

    static let trust = Interval.seconds(3)
    private var frequencySample: Sample<Frequency>?
    private var loadSampleTaken: Sample<Power>?
    private var voltageSample: Sample<Voltage>?
    /// Counts the readings of the load.
    private(set) var loadSample = 0

    var frequency: Frequency? { frequencySample?.value }
    var load: Power? { loadSampleTaken?.value }
    /// Phase to neutral.
    var voltage: Voltage? { voltageSample?.value }

    /// A reading that lacks a quantity says that it is not known.
    mutating func take(_ reading: GridReading, at now: Instant) {
        frequencySample = reading.frequency.map { Sample(value: $0, at: now) }
        voltageSample = reading.voltage.map { Sample(value: $0, at: now) }
        loadSampleTaken = reading.load.map { Sample(value: $0, at: now) }
        if reading.load != nil { loadSample &+= 1 }
    }

    mutating func expire(at now: Instant) {
        if let at = frequencySample?.at, now - at > Self.trust { frequencySample = nil }
        if let at = loadSampleTaken?.at, now - at > Self.trust { loadSampleTaken = nil }
        if let at = voltageSample?.at, now - at > Self.trust { voltageSample = nil }
    }

    /// When something known will be too old.
    var trustEnds: Instant? {
        [frequencySample?.at, loadSampleTaken?.at, voltageSample?.at].compactMap(\.self).min()
            .map { $0 + Self.trust + .milliseconds(1) }
    }
}

/// Points joined by straight lines; beyond its ends the curve stays level.
struct Curve: Equatable, Sendable {
    private let points: [CurvePoint]

    init(_ points: [CurvePoint]) {
        // Of points above each other the order given decides, which makes a step.
        self.points = points.enumerated().sorted { ($0.element.x, $0.offset) < ($1.element.x, $1.offset) }.map(
            \.element)
    }

    /// Nil for a curve without points.
    func value(at x: Int64) -> Int64? {
        guard let first = points.first, let last = points.last else { return nil }
        if x <= first.x { return first.milliwatts }
        if x >= last.x { return last.milliwatts }
        guard let upper = points.firstIndex(where: { $0.x > x }), upper > 0 else { return last.milliwatts }
        let (left, right) = (points[upper - 1], points[upper])
        guard right.x > left.x else { return left.milliwatts }
        let rise = Int128(right.milliwatts) - Int128(left.milliwatts)
        let part = rise * (Int128(x) - Int128(left.x)) / (Int128(right.x) - Int128(left.x))
        return Int64(clamping: Int128(left.milliwatts) + part)
    }
}
