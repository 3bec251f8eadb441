// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// Values to registers and back, seen from the device. Written without a look at the driver's decoder, so that each
/// checks the other.
enum RegisterWords {
    /// The words of a number that is already in raw counts, big-endian word order unless the point says otherwise.
    /// Integers are rounded and held inside their range; what is no number becomes the encoding's “not implemented”.
    static func words(_ raw: Double, as point: Point) -> [UInt16] {
        ordered(bits(raw, as: point.encoding), of: point)
    }

    /// A bit pattern in the point's width and order.
    static func ordered(_ bits: UInt64, of point: Point) -> [UInt16] {
        let width = point.encoding.registers
        let big = (0..<width).map { UInt16(truncatingIfNeeded: bits >> UInt64(16 * (width - 1 - $0) & 63)) }
        switch point.order {
        case .bigEndian: return big
        case .littleEndian: return big.reversed()
        }
    }

    /// The bit pattern the words hold.
    static func bits(of words: [UInt16], in point: Point) -> UInt64 {
        let big: [UInt16] =
            switch point.order {
            case .bigEndian: words
            case .littleEndian: words.reversed()
            }
        return big.reduce(0) { $0 << 16 | UInt64($1) }
    }

    /// The number a bit pattern stands for, in raw counts.
    static func number(_ bits: UInt64, as encoding: Point.Encoding) -> Double {
        switch encoding {
        case .u16, .u32, .u64: Double(bits)
        case .bool: bits == 0 ? 0 : 1
        case .i16: Double(Int16(truncatingIfNeeded: bits))
        case .i32: Double(Int32(truncatingIfNeeded: bits))
        case .i64: Double(Int64(bitPattern: bits))
        case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case .f64: Double(bitPattern: bits)
        case .text: .nan
        }
    }

    static func bits(_ raw: Double, as encoding: Point.Encoding) -> UInt64 {
        switch encoding {
        case .bool: raw.isNaN || raw == 0 ? 0 : 1
        case .u16: UInt64(integer(raw, UInt16.self, missing: .max))
        case .i16: UInt64(UInt16(bitPattern: integer(raw, Int16.self, missing: .min)))
        case .u32: UInt64(integer(raw, UInt32.self, missing: .max))
        case .i32: UInt64(UInt32(bitPattern: integer(raw, Int32.self, missing: .min)))
        case .u64: integer(raw, UInt64.self, missing: .max)
        case .i64: UInt64(bitPattern: integer(raw, Int64.self, missing: .min))
        case .f32: UInt64(Float(raw).bitPattern)
        case .f64: raw.bitPattern
        case .text: 0
        }
    }

    private static func integer<Value: FixedWidthInteger>(
        _ raw: Double, _ type: Value.Type, missing: Value
    ) -> Value {
        guard !raw.isNaN else { return missing }
        let rounded = raw.rounded()
        if let exact = Value(exactly: rounded) { return exact }
        return rounded < 0 ? .min : .max
    }

    /// Two bytes a register, padded with zero.
    static func words(_ text: String, registers: Int) -> [UInt16] {
        var bytes = Array(text.utf8.prefix(registers * 2))
        bytes += [UInt8](repeating: 0, count: registers * 2 - bytes.count)
        return (0..<registers).map { UInt16(bytes[$0 * 2]) << 8 | UInt16(bytes[$0 * 2 + 1]) }
    }
}
