// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// Why a value cannot be put into a point's registers.
package enum PointEncodingError: Error, Equatable, Sendable {
    /// Does not fit the encoding, the mask or the plausible range, or would read as “no value”.
    case outOfRange(point: String, value: Double)
    case scaleFactor(point: String)
    /// A number for a text point, or a text that is too long.
    case notThisEncoding(point: String)
}

/// Registers to values and back. Total: whatever a device answers, nothing traps.
extension Point {
    /// - Parameter scaleFactor: The power of ten beside the value; ignored by points that name none.
    package func decode(_ registers: [UInt16], scaleFactor: Int64? = nil) -> PointValue {
        guard registers.count >= encoding.registers else { return .absent(.tooShort) }
        let own = Array(registers.prefix(encoding.registers))
        if case .text = encoding { return .text(Self.text(own)) }
        let bits = self.bits(of: own)
        guard !invalid.contains(bits) else { return .absent(.sentinel) }
        guard let (number, raw) = unscaled(bits) else { return .absent(.notANumber) }
        var factor = scale
        if self.scaleFactor != nil {
            guard let power = Self.powerOfTen(scaleFactor) else { return .absent(.scaleFactor) }
            factor *= power
        }
        // Dividing by an exact power of ten keeps 2300 × 10^-1 equal to 230.
        let value = (abs(factor) < 1 ? number / (1 / factor).rounded(ifNear: 1e-9) : number * factor) + offset
        guard value.isFinite else { return .absent(.notANumber) }
        if let plausible, !plausible.contains(value) { return .absent(.implausible(value)) }
        return .number(value, raw: raw)
    }

    /// - Parameters:
    ///   - number: In the point's unit and with the device's sign.
    ///   - towardZero: For setpoints: a coarse register must not hold more than was ordered.
    package func encode(
        _ number: Double, scaleFactor: Int64? = nil, towardZero: Bool = false
    ) throws(PointEncodingError) -> [UInt16] {
        var factor = scale
        if self.scaleFactor != nil {
            guard let power = Self.powerOfTen(scaleFactor) else { throw .scaleFactor(point: name) }
            factor *= power
        }
        let quotient = (number - offset) / factor
        let refusal = PointEncodingError.outOfRange(point: name, value: number)
        guard quotient.isFinite, plausible?.contains(number) ?? true else { throw refusal }
        guard let bits = bits(for: quotient, towardZero: towardZero) else {
            if case .text = encoding { throw .notThisEncoding(point: name) }
            throw refusal
        }
        guard !invalid.contains(bits) else { throw refusal }
        return registers(of: bits)
    }

    package func encode(_ text: String) throws(PointEncodingError) -> [UInt16] {
        guard case .text(let count) = encoding else { throw .notThisEncoding(point: name) }
        var bytes = Array(text.utf8)
        guard bytes.count <= count * 2 else { throw .notThisEncoding(point: name) }
        bytes += Array(repeating: 0, count: count * 2 - bytes.count)
        return (0..<count).map { UInt16(bytes[$0 * 2]) << 8 | UInt16(bytes[$0 * 2 + 1]) }
    }

    // MARK: Bits

    private func bits(of registers: [UInt16]) -> UInt64 {
        let words = order == .bigEndian ? registers : registers.reversed()
        return words.reduce(0) { $0 << 16 | UInt64($1) }
    }

    private func registers(of bits: UInt64) -> [UInt16] {
        let words = (0..<encoding.registers).reversed().map { UInt16(truncatingIfNeeded: bits >> (UInt64($0) * 16)) }
        return order == .bigEndian ? words : words.reversed()
    }

    private func unscaled(_ bits: UInt64) -> (number: Double, raw: Int64)? {
        if let mask {
            let part = (bits & mask) >> shift
            return (Double(part), Int64(bitPattern: part))
        }
        switch encoding {
        case .bool: return (bits == 0 ? 0 : 1, bits == 0 ? 0 : 1)
        case .u16, .u32, .u64: return (Double(bits >> shift), Int64(bitPattern: bits >> shift))
        case .i16: return signed(Int64(Int16(truncatingIfNeeded: bits)))
        case .i32: return signed(Int64(Int32(truncatingIfNeeded: bits)))
        case .i64: return signed(Int64(bitPattern: bits))
        case .f32: return real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
        case .f64: return real(Double(bitPattern: bits))
        case .text: return nil
        }
    }

    private func signed(_ value: Int64) -> (Double, Int64) { (Double(value >> shift), value >> shift) }

    private func real(_ value: Double) -> (Double, Int64)? {
        value.isFinite ? (value, Int64(exactly: value.rounded()) ?? 0) : nil
    }

    private func bits(for value: Double, towardZero: Bool) -> UInt64? {
        switch encoding {
        case .f32:
            let single = Float(value)
            return single.isFinite ? UInt64(single.bitPattern) : nil
        case .f64: return value.bitPattern
        case .text: return nil
        case .bool: return value == 0 ? 0 : 1
        case .u16, .i16, .u32, .i32, .u64, .i64: break
        }
        let near = value.rounded(ifNear: 1e-6)
        let whole = near.rounded(towardZero ? .towardZero : .toNearestOrAwayFromZero)
        if let mask {
            guard let part = UInt64(exactly: whole), (part << shift) >> shift == part, part << shift & ~mask == 0 else {
                return nil
            }
            return part << shift
        }
        guard shift == 0 else { return nil }
        return switch encoding {
        case .u16: UInt16(exactly: whole).map(UInt64.init)
        case .i16: Int16(exactly: whole).map { UInt64(UInt16(bitPattern: $0)) }
        case .u32: UInt32(exactly: whole).map(UInt64.init)
        case .i32: Int32(exactly: whole).map { UInt64(UInt32(bitPattern: $0)) }
        case .u64: UInt64(exactly: whole)
        case .i64: Int64(exactly: whole).map { UInt64(bitPattern: $0) }
        case .f32, .f64, .bool, .text: nil
        }
    }

    // MARK: Text and powers of ten

    private static func text(_ registers: [UInt16]) -> String {
        var bytes = registers.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        if let end = bytes.firstIndex(of: 0) { bytes.removeSubrange(end...) }
        // What reaches a log or a page is printable ASCII, whatever the device sends.
        var printable = bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
        while printable.last == UInt8(ascii: " ") { printable.removeLast() }
        return String(decoding: printable.drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
    }

    /// SunSpec Device Information Model: sunssf is −10…10, 0x8000 is “not implemented”.
    private static func powerOfTen(_ exponent: Int64?) -> Double? {
        guard let exponent, (-10...10).contains(exponent) else { return nil }
        let power = (0..<abs(Int(exponent))).reduce(1.0) { product, _ in product * 10 }
        return exponent < 0 ? 1 / power : power
    }
}

extension Double {
    /// The nearest whole number where it is as near as `distance`, relative to magnitudes above one.
    fileprivate func rounded(ifNear distance: Double) -> Double {
        let whole = rounded()
        return abs(self - whole) <= distance * Swift.max(1, abs(self)) ? whole : self
    }
}
