// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Repeatable damage to bytes.
struct Mutation {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

    /// One to three bytes changed; mostly in the payload, since a damaged header ends everything at once.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(3) {
            let first = below(16) == 0 ? 0 : min(8, bytes.count - 1)
            let place = first + below(bytes.count - first)
            if below(2) == 0 {
                bytes[place] = UInt8(truncatingIfNeeded: next())
            } else {
                bytes[place] ^= 1 << UInt8(below(8))
            }
        }
        return bytes
    }
}
