// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CAllocationCount
import ConfigurationFiles
import Electricity
import LinuxIO

/// How often the loop's thread asks for memory while it ticks.
struct Allocations {
    let profiles: ProfileLibrary
    let ticks: Int

    func report() throws {
        print("\nCalls to malloc and free on the loop's thread, whole ticks of a busy site with 10 EVSEs (goal 0)")
        let site = try BenchmarkSite.configuration(evses: 10, profiles: profiles)
        let ticks = ticks
        let count = try onLoopThread { try Self.count(site, ticks) }
        print("  in \(ticks) ticks: \(count)")
    }

    private static func count(_ site: SiteConfiguration, _ ticks: Int) throws -> Int64 {
        var now = Instant(nanoseconds: 1_000_000_000_000)
        var run = try LoopRun(site, .busy, at: now)
        var count: Int64 = 0
        for _ in 0..<ticks {
            now = now + BenchmarkPlant.tick
            run.prepare(at: now)
            sluice_begin_allocation_count()
            run.tick(due: now, at: now)
            count += sluice_end_allocation_count()
        }
        return count
    }
}
