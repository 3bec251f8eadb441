// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The mean of a voltage over the last ten minutes, in sixty parts of ten seconds. A voltage counts for the time it was
/// seen; time without a voltage counts for nothing.
package struct TenMinuteMean: Sendable, BitwiseCopyable {
    private struct Part: Sendable, BitwiseCopyable {
        var number: Int64 = .min
        /// Millionths times milliseconds.
        var sum: Int64 = 0
        var milliseconds: Int64 = 0
    }
    private static var partLength: Int64 { 10_000_000_000 }
    private var parts: InlineArray<60, Part> = InlineArray(repeating: Part())
    /// Of all parts, kept along: reading the whole array in every step would cost more than all functions together.
    private var sum: Int64 = 0
    private var milliseconds: Int64 = 0
    private var newest = Int64.min
    private var last = PerUnit(millionths: 0)
    private var at: Instant?

    @_noLocks package init() {}

    /// Of what was seen in the last ten minutes; nil when that is nothing.
    package var value: PerUnit? {
        @_noLocks get { milliseconds > 0 ? PerUnit(millionths: sum.dividedRounding(by: milliseconds)) : nil }
    }

    /// - Parameter voltage: Held since the step before; nil is not seen.
    @_noLocks package mutating func advance(to now: Instant, voltage: PerUnit?) {
        forget(at: now)
        if let at, at < now {
            // A voltage nobody renewed for a whole part is not known for longer.
            count(last, from: at.nanoseconds, to: min(now.nanoseconds, at.nanoseconds + Self.partLength))
        }
        if let voltage {
            last = voltage
            at = now
        } else {
            at = nil
        }
    }

    /// Drops parts that are ten minutes old, once for each new part.
    @_noLocks private mutating func forget(at now: Instant) {
        let number = now.nanoseconds.dividedDown(by: Self.partLength)
        guard number != newest else { return }
        newest = number
        var index = 0
        while index < 60 {
            if parts[index].number <= number - 60 { replace(index, by: .min) }
            index += 1
        }
    }

    @_noLocks private mutating func replace(_ index: Int, by number: Int64) {
        sum -= parts[index].sum
        milliseconds -= parts[index].milliseconds
        parts[index] = Part(number: number)
    }

    @_noLocks private mutating func count(_ voltage: PerUnit, from start: Int64, to end: Int64) {
        var position = start
        while position < end {
            let number = position.dividedDown(by: Self.partLength)
            let stop = min(end, (number + 1) * Self.partLength)
            if number > newest - 60 {
                let index = Int(number - number.dividedDown(by: 60) * 60)
                if parts[index].number != number { replace(index, by: number) }
                let length = stop / 1_000_000 - position / 1_000_000
                parts[index].sum += voltage.millionths * length
                parts[index].milliseconds += length
                sum += voltage.millionths * length
                milliseconds += length
            }
            position = stop
        }
    }
}

extension Int64 {
    /// The quotient rounded down. The divisor is positive.
    @_noLocks func dividedDown(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
