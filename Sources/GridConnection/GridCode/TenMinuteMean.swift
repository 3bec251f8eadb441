// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The mean of a voltage over the last ten minutes, in sixty parts of ten seconds. A voltage counts for the time it was
/// seen; time without a voltage counts for nothing.
package struct TenMinuteMean: Sendable, BitwiseCopyable {
    private struct Part: Sendable, BitwiseCopyable {
        var number: Int64 = -1
        /// Millionths times milliseconds.
        var sum: Int64 = 0
        var milliseconds: Int64 = 0
    }
    private static var partLength: Int64 { 10_000_000_000 }
    private var parts: InlineArray<60, Part> = InlineArray(repeating: Part())
    private var last = PerUnit.zero
    private var at: Instant?

    @_noLocks package init() {}

    /// - Parameter voltage: Held since the step before; nil is not seen.
    @_noLocks package mutating func advance(to now: Instant, voltage: PerUnit?) {
        if let at, at < now {
            // A voltage nobody renewed for a whole part is not known for longer.
            let latest = at.nanoseconds + Self.partLength
            count(last, from: at.nanoseconds, to: min(now.nanoseconds, latest))
        }
        if let voltage {
            last = voltage
            at = now
        } else {
            at = nil
        }
    }

    @_noLocks private mutating func count(_ voltage: PerUnit, from start: Int64, to end: Int64) {
        var position = start
        while position < end {
            let number = position.dividedDown(by: Self.partLength)
            let stop = min(end, (number + 1) * Self.partLength)
            let index = Int(number - number.dividedDown(by: 60) * 60)
            if parts[index].number != number { parts[index] = Part(number: number) }
            let length = stop / 1_000_000 - position / 1_000_000
            parts[index].sum += voltage.millionths * length
            parts[index].milliseconds += length
            position = stop
        }
    }

    /// Of what was seen in the last ten minutes; nil when that is nothing.
    @_noLocks package func mean(at now: Instant) -> PerUnit? {
        let newest = now.nanoseconds.dividedDown(by: Self.partLength)
        var sum: Int64 = 0
        var milliseconds: Int64 = 0
        var index = 0
        while index < 60 {
            if parts[index].number > newest - 60, parts[index].number <= newest {
                sum += parts[index].sum
                milliseconds += parts[index].milliseconds
            }
            index += 1
        }
        return milliseconds > 0 ? PerUnit(millionths: sum.dividedRounding(by: milliseconds)) : nil
    }
}

extension Int64 {
    /// The quotient rounded down. The divisor is positive.
    @_noLocks func dividedDown(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
