// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Journal
import LinuxIO
import LocalAPI
import Synchronization

/// Gathers one sample a second into the trace of each minute. A second without a fresh meter is a gap, never filled.
final class MinuteTracer: Sendable {
    private struct Sums {
        var minute: Int64
        var samples = 0
        var flow: Int64 = 0
        var least = Int64.max
        var greatest = Int64.min
        var controllable: Int64 = 0
        var controllableSamples = 0

        init(minute: Int64) { self.minute = minute }

        mutating func add(_ status: SiteStatus) {
            if let power = status.connectionPoint.power {
                samples += 1
                flow += power.milli
                least = min(least, power.milli)
                greatest = max(greatest, power.milli)
            }
            let powers = status.evses.compactMap(\.power)
            guard powers.count == status.evses.count else { return }
            controllable += powers.map(\.milli).reduce(0, +)
            controllableSamples += 1
        }
    }
    private let sums = Mutex<Sums?>(nil)

    /// - Returns: The minute that is over, once.
    func add(_ status: SiteStatus, at now: WallTime) -> MinuteTrace? {
        sums.withLock { sums in
            let minute = now.seconds / 60
            var finished: MinuteTrace?
            if let held = sums, held.minute != minute { finished = Self.trace(held) }
            if sums?.minute != minute { sums = Sums(minute: minute) }
            sums?.add(status)
            return finished
        }
    }

    private static func trace(_ sums: Sums) -> MinuteTrace {
        let flow: MinuteTrace.Flow? =
            sums.samples == 0
            ? nil
            : MinuteTrace.Flow(
                mean: Power(milli: sums.flow / Int64(sums.samples)), least: Power(milli: sums.least),
                greatest: Power(milli: sums.greatest))
        let controllable =
            sums.controllableSamples == 0
            ? nil : Power(milli: sums.controllable / Int64(sums.controllableSamples))
        return MinuteTrace(
            minute: WallTime(milliseconds: sums.minute * 60_000), flow: flow, controllable: controllable,
            samples: sums.samples, covered: min(60, sums.samples),
            clock: SystemFacts.clockIsSynchronised() ? .synchronised : .free)
    }
}
