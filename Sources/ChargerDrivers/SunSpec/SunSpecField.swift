// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// One value of a model and what it shall be.
struct SunSpecField: Equatable {
    enum Kind: Equatable {
        case u16, i16, u32, i32

        var words: Int { self == .u32 || self == .i32 ? 2 : 1 }
        /// What a device answers that does not implement the point.
        var invalid: UInt32 {
            switch self {
            case .u16: 0xFFFF
            case .i16: 0x8000
            case .u32: 0xFFFF_FFFF
            case .i32: 0x8000_0000
            }
        }
        fileprivate var range: ClosedRange<Double> {
            switch self {
            case .u16: 0...65_534
            case .i16: -32_767...32_767
            case .u32: 0...4_294_967_294
            case .i32: -2_147_483_647...2_147_483_647
            }
        }
    }

    /// As SunSpec names it, counted from one: `705.Crv1.Pt2.V`.
    let name: String
    /// From the ID register.
    let offset: Int
    let kind: Kind
    /// In the point's unit.
    let value: Double
    /// What one count of the register is worth; nil for enumerations and counts, which have to be exact.
    let scale: Double?
    /// A device that does not implement it does what is wanted all the same.
    var isDispensable = false
    /// Lower is written first: what switches off, what has a value, what switches on.
    var turn = 0

    /// The register's count; nil where it does not fit.
    private var count: Double? {
        let count = (value / (scale ?? 1)).rounded()
        return kind.range.contains(count) ? count : nil
    }

    /// nil where the value does not fit into the register.
    var words: [UInt16]? {
        guard let count else { return nil }
        switch kind {
        case .u16: return [UInt16(count)]
        case .i16: return [UInt16(bitPattern: Int16(count))]
        case .u32: return [UInt16(UInt32(count) >> 16), UInt16(UInt32(count) & 0xFFFF)]
        case .i32:
            let raw = UInt32(bitPattern: Int32(count))
            return [UInt16(raw >> 16), UInt16(raw & 0xFFFF)]
        }
    }

    /// What the image holds, in the point's unit; nil where it is not there or not implemented.
    func found(in image: SunSpecModelImage) -> Double? {
        guard let raw = image.number(offset, words: kind.words), raw != kind.invalid else { return nil }
        let number =
            switch kind {
            case .i16: Double(Int16(truncatingIfNeeded: raw))
            case .i32: Double(Int32(bitPattern: raw))
            case .u16, .u32: Double(raw)
            }
        return number * (scale ?? 1)
    }

    /// To within one count of the register.
    func agrees(with image: SunSpecModelImage) -> Bool {
        guard let found = found(in: image) else { return isDispensable }
        return abs(found - value) <= (scale.map { $0 * 1.001 } ?? 0)
    }

    /// For people.
    static func text(_ value: Double) -> String {
        let rounded = (value * 10_000).rounded() / 10_000
        return rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)"
    }
}
