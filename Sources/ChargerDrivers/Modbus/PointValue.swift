// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// What a point's registers stand for. The sign is still the device's own.
package enum PointValue: Equatable, Sendable {
    /// In the point's unit; `raw` is the integer in the registers after mask and shift (the bit pattern of a u64).
    case number(Double, raw: Int64)
    case text(String)
    case absent(Absence)

    package enum Absence: Equatable, Sendable {
        /// The device says that it has no value.
        case sentinel
        case notANumber
        /// Outside of what the profile believes, in the point's unit.
        case implausible(Double)
        /// Its scale factor is missing or no power of ten from −10 to 10.
        case scaleFactor
        /// Fewer registers than the encoding needs.
        case tooShort
        /// The device answers a read of the point with this Modbus exception.
        case refused(UInt8)
    }

    package var number: Double? {
        switch self {
        case .number(let value, _): value
        case .text, .absent: nil
        }
    }
    package var raw: Int64? {
        switch self {
        case .number(_, let raw): raw
        case .text, .absent: nil
        }
    }
    package var text: String? {
        switch self {
        case .text(let text): text
        case .number, .absent: nil
        }
    }
}

extension PointValue: CustomStringConvertible {
    package var description: String {
        switch self {
        case .number(let value, let raw): Int64(exactly: value).map { "\($0)" } ?? "\(value) (raw \(raw))"
        case .text(let text): "“\(text)”"
        case .absent(.sentinel): "no value"
        case .absent(.notANumber): "not a number"
        case .absent(.implausible(let value)): "\(value), which is implausible"
        case .absent(.scaleFactor): "a value without a usable scale factor"
        case .absent(.tooShort): "too few registers"
        case .absent(.refused(let code)): "nothing (Modbus exception \(code))"
        }
    }
}

extension Condition {
    /// Whether the condition holds for the latest value; an absent one fulfils nothing.
    package func holds(for value: PointValue?) -> Bool {
        guard let number = value?.number else { return false }
        return switch test {
        case .oneOf(let allowed): allowed.contains { Double($0) == number }
        case .noneOf(let excluded): !excluded.contains { Double($0) == number }
        case .above(let bound): number > bound
        case .below(let bound): number < bound
        }
    }
}
