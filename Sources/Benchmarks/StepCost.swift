// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import LinuxIO

/// What one step, and one whole tick, cost at sites of different sizes.
struct StepCost {
    static let sizes = [1, 10, 50, 200, 1_000]

    let profiles: ProfileLibrary
    let warmUp: Int
    let ticks: Int

    func report() throws {
        print("\nCost of one step (Controller.step) and one tick (commands, cells, tables, step, orders), in µs")
        print("  goals: p99 of the step at most 20 at 50 EVSEs and 500 at 1,000; growth no worse than n log n\n")
        print("  EVSEs  state      step p50       p99       max    tick p50       p99       max")
        var medians: [BenchmarkDay.Pace: [Int: Interval]] = [:]
        for size in Self.sizes {
            let site = try BenchmarkSite.configuration(evses: size, profiles: profiles)
            for pace in BenchmarkDay.Pace.allCases {
                let step = try onLoopThread { steps(site, pace) }
                let tick = try onLoopThread { try self.ticks(site, pace) }
                medians[pace, default: [:]][size] = step.median
                print("  \("\(size)".leftPadded(5))  \(pace.rawValue.rightPadded(6)) \(row(step))  \(row(tick))")
            }
        }
        for pace in BenchmarkDay.Pace.allCases { report(growth: medians[pace] ?? [:], pace) }
    }

    private func row(_ durations: Durations) -> String {
        [durations.median, durations.percentile(0.99), durations.longest].map { $0.microseconds() }.joined()
    }

    private func report(growth medians: [Int: Interval], _ pace: BenchmarkDay.Pace) {
        guard let small = medians[50], let large = medians[1_000], small > .zero else { return }
        let times = Double(large.nanoseconds) / Double(small.nanoseconds)
        // log 1,000 / log 50
        let allowed = 20 * 1.766
        print("  growth of the median, 50 to 1,000 EVSEs, \(pace): × \(tenths(times)); n log n is × \(tenths(allowed))")
    }

    private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private func steps(_ site: SiteConfiguration, _ pace: BenchmarkDay.Pace) -> Durations {
        var run = StepRun(site, pace)
        return measure { run.advance() }
    }

    private func ticks(_ site: SiteConfiguration, _ pace: BenchmarkDay.Pace) throws -> Durations {
        var now = Instant(nanoseconds: 1_000_000_000_000)
        var run = try LoopRun(site, pace, at: now)
        return measure {
            now = now + BenchmarkPlant.tick
            run.prepare(at: now)
            let began = MonotonicClock.now()
            run.tick(due: now, at: now)
            return MonotonicClock.now() - began
        }
    }

    private func measure(_ once: () -> Interval) -> Durations {
        for _ in 0..<warmUp { _ = once() }
        var costs: [Interval] = []
        costs.reserveCapacity(ticks)
        for _ in 0..<ticks {
            costs.append(once())
            // The kernel stops real-time threads that never rest.
            MonotonicClock.sleep(for: Interval(nanoseconds: 300_000))
        }
        return Durations(costs)
    }
}
