// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import ConfigurationFiles
import Electricity
import LinuxIO

/// How late the loop's thread wakes, beside a loop in C that does nothing else: both at the same time, with the same
/// priority, half a period apart.
struct WakeUpJitter {
    static let period = Interval.milliseconds(10)

    let profiles: ProfileLibrary
    let length: Interval

    func report() throws {
        print("\nLateness of wake-ups at 100 Hz over \(length.milliseconds / 1_000) s, in µs")
        print("  second core  loop         p50       p99     p99.9       max")
        try report("idle")
        let stop = StopFlag()
        let spinning = PlainThread(name: "busy") {
            while !stop.isRaised {}
        }
        try report("busy")
        stop.raise()
        spinning.join()
    }

    private func report(_ load: String) throws {
        let site = try BenchmarkSite.configuration(evses: 10, profiles: profiles)
        let wakeUps = Int(length.nanoseconds / Self.period.nanoseconds)
        let start = MonotonicClock.now() + .milliseconds(50)
        let ours = Outcome<Durations>()
        let plain = Outcome<Durations>()
        let threads = [
            try RealTimeThread(name: "swift-loop") { _ in
                ours.set(Result { try Self.swiftLoop(site, from: start, wakeUps) })
            },
            try RealTimeThread(name: "c-loop") { _ in
                plain.set(.success(Self.cLoop(from: start + Self.period / 2, wakeUps)))
            },
        ]
        for thread in threads { thread.join() }
        print(row(load, "Swift", try ours.get()))
        print(row(load, "C", try plain.get()))
        for notice in threads.flatMap(\.notices).prefix(2) { print("  notice: \(notice)") }
    }

    private func row(_ load: String, _ name: String, _ late: Durations) -> String {
        let shares = [0.5, 0.99, 0.999].map { late.percentile($0) } + [late.longest]
        return "  \(load.rightPadded(12)) \(name.rightPadded(6))\(shares.map { $0.microseconds() }.joined())"
    }

    /// The shape of the daemon's own loop: sleep to a deadline, tick, count.
    private static func swiftLoop(_ site: SiteConfiguration, from start: Instant, _ wakeUps: Int) throws -> Durations {
        var run = try LoopRun(site, .steady, at: start)
        var lateness: [Interval] = []
        lateness.reserveCapacity(wakeUps)
        var due = start
        for _ in 0..<wakeUps {
            run.prepare(at: due)
            due = due + period
            MonotonicClock.sleep(until: due)
            let began = MonotonicClock.now()
            run.tick(due: due, at: began)
            lateness.append(began - due)
        }
        return Durations(lateness)
    }

    private static func cLoop(from start: Instant, _ wakeUps: Int) -> Durations {
        var lateness = [Int64](repeating: 0, count: wakeUps)
        MonotonicClock.sleep(until: start)
        sluice_reference_loop(period.nanoseconds, Int64(wakeUps), &lateness)
        return Durations(lateness.map { Interval(nanoseconds: $0) })
    }
}
