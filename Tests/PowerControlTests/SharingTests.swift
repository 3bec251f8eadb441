// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import PowerControl

struct SharingTests {
    /// Sizes, floors and weights close to each other: the search for the common height used to creep past them, give up
    /// and leave everyone at its minimum.
    @Test func `what is shared uses the room up, whatever the floors and sizes`() {
        for seed in 0..<2_000 {
            var random = Seeded(UInt64(seed))
            let count = random.int(2...80)
            var sharing = Sharing(circuits: [.init(start: 0, end: count)], slotCount: count)
            var ranking = Ranking(count: count)
            var floors: Int64 = 0
            var sizes: Int64 = 0
            for slot in 0..<count {
                let floor = Int64(random.int(0...4_140)) * 1_000
                let size = floor + Int64(random.int(0...18_000_000))
                floors += floor
                sizes += size
                sharing.slots[slot] = .init(
                    power: size, floor: floor, weight: Int64(random.int(1...80)), step: 1,
                    perMilliwatt: drawPerMilliwatt(on: .three), siteShare: 0)
            }
            let room = floors + (sizes - floors) * Int64(random.int(1...99)) / 100
            sharing.circuits[0].importRoom = Draw(repeating: room * 6)
            sharing.circuits[0].exportRoom = .zero
            sharing.fit(&ranking)
            var used: Int64 = 0
            for slot in 0..<count { used += sharing.slots[slot].power }
            // A milliwatt per unit of weight stays free.
            #expect(used <= room && used >= room - 100 - Int64(count) * 81, "seed \(seed)")
        }
    }
}
