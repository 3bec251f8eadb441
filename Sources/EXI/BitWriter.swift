// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Writes bit-packed EXI.
public struct BitWriter: Sendable {
    private var bytes: [UInt8] = []
    /// Bits not yet in `bytes`, right-aligned.
    private var window: UInt64 = 0
    private var pending = 0

    /// - Parameter capacity: Bytes to expect; more are possible.
    public init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    /// Bits written so far.
    public var position: Int { bytes.count * 8 + pending }

    func failure(_ reason: EXIError.Reason) -> EXIError { EXIError(bit: position, reason: reason) }

    /// - Parameter count: 0…32; `value` has no more bits than that.
    mutating func bits(_ value: UInt64, _ count: Int) {
        window = window &<< UInt64(count) | value
        pending += count
        if pending >= 32 { drain() }
    }

    @inline(never) private mutating func drain() {
        pending -= 32
        let word = UInt32(truncatingIfNeeded: window >> UInt64(pending))
        bytes.append(UInt8(truncatingIfNeeded: word >> 24))
        bytes.append(UInt8(truncatingIfNeeded: word >> 16))
        bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        bytes.append(UInt8(truncatingIfNeeded: word))
    }

    /// The message, filled up to a whole byte with zero bits.
    public consuming func finish() -> [UInt8] {
        while pending > 0 {
            let left = pending - 8
            bytes.append(UInt8(truncatingIfNeeded: left >= 0 ? window >> UInt64(left) : window << UInt64(-left)))
            pending = max(left, 0)
        }
        return bytes
    }
}
