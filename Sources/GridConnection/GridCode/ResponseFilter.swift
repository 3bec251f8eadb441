// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A first-order response, exact for a target that holds between two steps, whatever their distance. Integer arithmetic
/// with 32 fractional bits of a millionth: it replays identically and never stalls short of its target.
package struct ResponseFilter: Sendable, BitwiseCopyable {
    /// How a code states how fast a response is.
    package enum Speed: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// The time to 90 % of a step: the open loop response time of IEEE 1547, 2.303 time constants.
        case ninetyPercent
        /// The time to 95 % of a step, three time constants: the “3 tau” of EN 50549.
        case threeTau
    }

    /// Zero responds at once.
    package let timeConstant: Interval
    /// Millionths with 32 fractional bits.
    private var state: Int64 = 0
    private var target = PerUnit.zero
    /// Of the last step; nil before the first.
    private var at: Instant?

    @_noLocks package init(timeConstant: Interval) {
        self.timeConstant = timeConstant.nanoseconds < 0 ? .zero : timeConstant
    }

    /// - Parameter time: What the code states; zero responds at once.
    @_noLocks package init(reaching speed: Speed, after time: Interval) {
        let nanoseconds = min(max(time.nanoseconds, 0), 1_000_000_000_000_000)
        switch speed {
        case .ninetyPercent: self.init(timeConstant: Interval(nanoseconds: nanoseconds * 1_000 / 2_303))
        case .threeTau: self.init(timeConstant: Interval(nanoseconds: nanoseconds / 3))
        }
    }

    package var value: PerUnit {
        @_noLocks get { PerUnit(millionths: (state + (1 << 31)) >> 32) }
    }

    /// Starts anew from `value`.
    @_noLocks package mutating func restart(at now: Instant, from value: PerUnit) {
        state = value.millionths << 32
        target = value
        at = now
    }

    /// Moves toward the target that held since the last step, then takes the new one.
    /// - Parameter newTarget: The first one is taken as it is, there is nothing to move from; nil keeps the last one.
    @_noLocks package mutating func advance(to now: Instant, target newTarget: PerUnit?) {
        guard let last = at else {
            if let newTarget { restart(at: now, from: newTarget) }
            return
        }
        if last < now {
            let gain = Exponential.approach(after: now - last, timeConstant: timeConstant)
            let rest = (target.millionths << 32) - state
            state += Int64(truncatingIfNeeded: (Int128(rest) * Int128(gain)) >> 32)
            at = now
        }
        target = newTarget ?? target
        if timeConstant.nanoseconds == 0 { state = target.millionths << 32 }
    }
}

/// 1 − e⁻ˣ in whole numbers.
enum Exponential {
    static var one: Int64 { 1 << 32 }

    /// - Returns: How much of the way to its target a first-order response goes, with 32 fractional bits, to about 10⁻⁸.
    @_noLocks static func approach(after step: Interval, timeConstant: Interval) -> Int64 {
        guard step.nanoseconds > 0 else { return 0 }
        guard timeConstant.nanoseconds > 0, step.nanoseconds / 24 < timeConstant.nanoseconds else { return one }
        let x = Int64(truncatingIfNeeded: (Int128(step.nanoseconds) << 32) / Int128(timeConstant.nanoseconds))
        return approach(x)
    }

    /// Halves the exponent until a short series is exact, then doubles: 1 − e⁻²ˣ = g·(2 − g) with g = 1 − e⁻ˣ.
    @_noLocks private static func approach(_ x: Int64) -> Int64 {
        var reduced = x
        var doublings = 0
        while reduced > one / 32 {
            reduced >>= 1
            doublings += 1
        }
        // x − x²/2 + x³/6 − x⁴/24, by Horner.
        var gain = one - reduced / 4
        gain = one - ((reduced * gain) >> 32) / 3
        gain = one - ((reduced * gain) >> 32) / 2
        gain = (reduced * gain) >> 32
        while doublings > 0 {
            let rest = 2 * one - gain
            gain = Int64(truncatingIfNeeded: (Int128(gain) * Int128(rest)) >> 32)
            doublings -= 1
        }
        return gain
    }
}
