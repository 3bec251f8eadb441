// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import Gateway

struct StoredDeadlineTests {
    private let written = Instant(nanoseconds: 5_000_000_000)
    private let noon = WallTime(milliseconds: 1_800_000_000_000)
    private func deadline(wall: WallTime?) -> StoredDeadline {
        StoredDeadline(written + .minutes(120), at: written, wall: wall, boot: "first")
    }

    @Test func `within one run of the system the clock has gone on`() {
        let left = deadline(wall: nil).remaining(at: written + .minutes(45), wall: nil, boot: "first")
        #expect(left == .minutes(75))
    }

    @Test(arguments: [(45, 75), (120, 0), (500, 0), (-30, 120)])
    func `after a restart of the machine the time of day counts, and never gives more than was left`(
        passed: Int, left: Int
    ) {
        let wall = noon + .minutes(passed)
        #expect(deadline(wall: noon).remaining(at: .distantPast, wall: wall, boot: "second") == .minutes(left))
    }

    @Test func `where a time of day is not trusted nothing is taken to have passed`() {
        let later = noon + .minutes(45)
        #expect(deadline(wall: nil).remaining(at: .distantPast, wall: later, boot: "second") == .minutes(120))
        #expect(deadline(wall: noon).remaining(at: .distantPast, wall: nil, boot: "second") == .minutes(120))
    }
}
