// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Both clocks of a machine under the worst that can happen to them: gaps, jumps in both directions, a second that is
/// repeated, times near the change of local clocks, a wall clock that is lost or shows nonsense.
struct HostileTime {
    private(set) var now: Instant
    private(set) var wall: WallTime?
    /// What the wall clock shows when it works.
    private(set) var shown: WallTime
    /// All steps are whole seconds, so that times are often met exactly.
    private let isWhole: Bool
    /// Where local clocks change, to be visited.
    static let changes = [
        utc(2026, 3, 29, 1), utc(2026, 10, 25, 1), utc(2027, 3, 28, 1), utc(2026, 4, 4, 15), utc(2026, 10, 3, 15, 30),
        utc(2026, 12, 31, 23, 59, 59), utc(2027, 1, 1),
    ]

    init(_ random: inout Seeded) {
        now = Instant(nanoseconds: Int64(random.int(0...1_000_000_000_000)))
        isWhole = random.chance(50)
        shown = utc(2026, 6, 1) + .seconds(random.int(0...96 * 300) * 900)
        wall = random.chance(80) ? shown : nil
    }

    mutating func pass(_ random: inout Seeded) {
        let interval = isWhole ? Self.wholeInterval(&random) : Self.interval(&random)
        now = now + interval
        shown = shown + interval
        switch random.int(1...100) {
        case 1...3: shown = shown + .seconds(random.int(-220...220) * 900)
        case 4...6: shown = shown + .seconds(-1)
        case 7...8: shown = random.pick(Self.changes) + .seconds(random.int(-3_700...3_700))
        case 9...10: shown = shown + .milliseconds(isWhole ? 900_000 : random.int(-1_500...1_500))
        default: break
        }
        switch random.int(1...100) {
        case 1...5: wall = nil
        case 6: wall = WallTime(milliseconds: random.pick([.min, -1, 7_258_118_400_000, .max]))
        case 7...30: wall = shown
        default: wall = wall == nil ? nil : shown
        }
    }

    /// Mostly ticks, sometimes to the second or the minute, sometimes hours in which nobody called.
    private static func interval(_ random: inout Seeded) -> Interval {
        switch random.int(1...100) {
        case 1...40: .milliseconds(random.int(10...1_000))
        case 41...60: .seconds(random.int(0...60))
        case 61...70: Interval(nanoseconds: Int64(random.int(0...3)))
        case 71...95: .minutes(random.int(1...15))
        default: .minutes(random.int(15...600))
        }
    }

    private static func wholeInterval(_ random: inout Seeded) -> Interval {
        .seconds(random.chance(80) ? random.int(0...5) * random.pick([1, 10, 60]) : 900 * random.int(1...8))
    }

    /// The wall clock as far as anybody may believe it.
    var believed: WallTime? {
        guard let wall, (0..<7_258_118_400_000).contains(wall.milliseconds) else { return nil }
        return wall
    }
}
