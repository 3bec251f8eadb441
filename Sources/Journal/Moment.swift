// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One run of the kernel: monotonic times compare only within it.
package struct BootID: Hashable, Sendable {
    /// As Linux names it, `3b0b7d9c-1f0e-4c6e-9a54-0d6c1f1f7d11`.
    package let text: String

    /// - Returns: Nil unless `text` is one to 64 letters, digits and dashes.
    package init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            case _: false
            }
        }
        guard isPlain, (1...64).contains(text.utf8.count) else { return nil }
        self.text = text
    }
}

/// When something happened, by both clocks: the wall clock, which people and grid operators use and which may jump, and
/// the monotonic one, which shows by how much.
package struct Moment: Hashable, Sendable {
    package var wall: WallTime
    package var monotonic: Instant
    package var boot: BootID

    package init(wall: WallTime, monotonic: Instant, boot: BootID) {
        self.wall = wall
        self.monotonic = monotonic
        self.boot = boot
    }
}

/// What happened and when, ready for the chain.
package struct EvidenceEntry: Hashable, Sendable {
    package var at: Moment
    package var record: EvidenceRecord

    package init(at: Moment, _ record: EvidenceRecord) {
        self.at = at
        self.record = record
    }
}
