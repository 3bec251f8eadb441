// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Values in a point's unit to its registers and back, with the profile's scales and scale factors.
struct PointScaling: Sendable {
    let profile: FirmwareProfile

    /// - Parameter value: In the point's unit and sign.
    func words(_ value: Double, of point: Point) -> [UInt16] {
        let raw = (value - point.offset) / (point.scale == 0 ? 1 : point.scale) / factor(of: point)
        let bits = RegisterWords.bits(raw, as: point.encoding)
        guard let mask = point.mask else { return RegisterWords.ordered(bits, of: point) }
        return RegisterWords.ordered((bits << UInt64(max(0, point.shift))) & mask, of: point)
    }

    /// In the point's unit and sign.
    func value(_ words: [UInt16], of point: Point) -> Double {
        var bits = RegisterWords.bits(of: words, in: point)
        if let mask = point.mask { bits = (bits & mask) >> UInt64(max(0, point.shift)) }
        return RegisterWords.number(bits, as: point.encoding) * point.scale * factor(of: point) + point.offset
    }

    /// The words of “no value”.
    func missing(_ point: Point) -> [UInt16] {
        if let first = point.invalid.first { return RegisterWords.ordered(first, of: point) }
        return RegisterWords.words(.nan, as: point)
    }

    private func factor(of point: Point) -> Double {
        guard let name = point.scaleFactor, case .number(let exponent) = profile.point(named: name)?.example else {
            return 1
        }
        let power = (0..<Int(min(abs(exponent), 10))).reduce(1.0) { result, _ in result * 10 }
        return exponent < 0 ? 1 / power : power
    }
}

extension Point {
    var isFlipped: Bool { sign == .dischargePositive }

    /// How many watts, amperes, volts, hertz, watt-hours, seconds or percent one of the point's unit is.
    var unitSize: Double {
        switch unit {
        case .kilowatt, .kilowattHour: 1_000
        case .millisecond: 0.001
        case .watt, .ampere, .volt, .hertz, .wattHour, .second, .percent, .none: 1
        }
    }

    /// Whether a negative number fits.
    var isSigned: Bool {
        switch encoding {
        case .i16, .i32, .i64, .f32, .f64: true
        case .u16, .u32, .u64, .bool, .text: false
        }
    }
}
