// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// How a value lies in registers: big-endian, the higher register first. What is not known reads as the pattern SunSpec
/// calls “not implemented”, in the project's own map too.
package enum RegisterType: Hashable, Sendable {
    case uint16, int16, uint32, int32, uint64
    /// SunSpec's names for two uses of the unsigned types, and its power of ten.
    case enum16, bitfield32, scaleFactor
    /// Bytes, two to a register, filled with zeros.
    case text(registers: Int)
    case pad

    package var width: Int {
        switch self {
        case .uint16, .int16, .enum16, .scaleFactor, .pad: 1
        case .uint32, .int32, .bitfield32: 2
        case .uint64: 4
        case .text(let registers): registers
        }
    }

    private var range: ClosedRange<Int64> {
        switch self {
        case .uint16, .enum16: 0...0xFFFE
        case .int16: -0x7FFF...0x7FFF
        case .uint32, .bitfield32: 0...0xFFFF_FFFE
        case .int32: -0x7FFF_FFFF...0x7FFF_FFFF
        case .uint64: 0...Int64.max
        case .scaleFactor: -10...10
        case .text, .pad: 0...0
        }
    }

    private var notAvailable: UInt64 {
        switch self {
        case .uint16, .enum16: 0xFFFF
        case .int16, .scaleFactor, .pad: 0x8000
        case .uint32, .bitfield32: 0xFFFF_FFFF
        case .int32: 0x8000_0000
        case .uint64: .max
        case .text: 0
        }
    }

    /// A value beyond what fits reads as the nearest that does.
    func words(_ value: Int64?) -> [UInt16] {
        let pattern =
            value.map { UInt64(bitPattern: min(max($0, range.lowerBound), range.upperBound)) } ?? notAvailable
        return (0..<width).map { UInt16(truncatingIfNeeded: $0 < 4 ? pattern >> UInt64(16 * (width - 1 - $0)) : 0) }
    }

    func words(text: String) -> [UInt16] {
        let bytes = Array(text.utf8.prefix(2 * width))
        return (0..<width).map { index in
            let high = 2 * index < bytes.count ? UInt16(bytes[2 * index]) : 0
            let low = 2 * index + 1 < bytes.count ? UInt16(bytes[2 * index + 1]) : 0
            return high << 8 | low
        }
    }

    /// - Parameter words: `width` of them.
    /// - Returns: nil for the pattern that stands for nothing.
    func value(_ words: ArraySlice<UInt16>) -> Int64? {
        let pattern = words.reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        guard pattern != notAvailable else { return nil }
        switch self {
        case .int16: return Int64(Int16(truncatingIfNeeded: pattern))
        case .int32: return Int64(Int32(truncatingIfNeeded: pattern))
        case .uint16, .enum16, .uint32, .bitfield32: return Int64(pattern)
        case .uint64, .scaleFactor, .text, .pad: return nil
        }
    }
}
