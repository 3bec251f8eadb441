// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing

/// Whatever instructions, restarts and clocks do, no limit is wider than what a slow model calls safe.
struct NeverWiderTests {
    @Test func `a capacity calendar is never wider than its windows allow`() {
        #expect(NeverWider.firstFault(of: HostileCalendar.self) == nil)
    }

    @Test func `flexible capacity is never wider than its instructions allow`() {
        #expect(NeverWider.firstFault(of: HostileFlexibleCapacity.self) == nil)
    }

    @Test func `an operating envelope is never wider than its controls and its default allow`() {
        #expect(NeverWider.firstFault(of: HostileEnvelope.self) == nil)
    }

    @Test func `the rules of a connection point together are never wider than the agreements allow`() {
        #expect(NeverWider.firstFault(of: HostileConnection.self) == nil)
    }
}
