// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The room's only source of chance (Steele, Lea, Flood: “Fast splittable pseudorandom number generators”, 2014). The
/// same seed gives the same day on every machine.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// In [0, 1).
    package mutating func unit() -> Double { Self.unit(from: next()) }

    /// Mean 0, standard deviation 1, within ±6: the sum of twelve uniform values needs no transcendental function and
    /// is therefore the same to the last bit everywhere.
    package mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + unit() } }

    /// In [-1, 1), a function of its arguments alone: the noise at one moment does not depend on who asked before.
    static func noise(seed: UInt64, at index: Int64) -> Double {
        let key = seed ^ (UInt64(bitPattern: index) &* 0xD1B5_4A32_D192_ED03)
        return unit(from: mixed(key &+ 0x9E37_79B9_7F4A_7C15)) * 2 - 1
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private static func unit(from bits: UInt64) -> Double { Double(bits >> 11) / 9_007_199_254_740_992 }
}
