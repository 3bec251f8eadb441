// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118
import LinuxIO
import Logging
import Testing
import VehicleLinks

@testable import Gateway

/// What is kept of a car that has paused.
struct PausedSessionsTests {
    private static let session = PausedSession(
        sessionID: [1, 2, 3, 4, 5, 6, 7, 8], vehicle: "car", emaid: "DEABCC00012345")
    private static let now = Instant(nanoseconds: 5_000_000_000)
    private static let wall = WallTime(milliseconds: 1_900_000_000_000)

    private static func stored(for length: Interval = PausedSession.longest) -> StoredPause {
        StoredPause(WaitingSession(session, until: now + length), at: now, wall: wall)
    }

    @Test func `what is written down is read again`() throws {
        let data = try #require(StoredPause.data([7: Self.stored()]))
        let read = try JSONDecoder().decode([Int: StoredPause].self, from: data)
        #expect(read == [7: Self.stored()])
        #expect(read[7]?.waiting(at: Self.now, wall: Self.wall)?.session == Self.session)
        #expect(StoredPause.data([:]) == nil)
    }

    @Test func `the restart does not lengthen the wait`() {
        let hour = Interval.seconds(3_600)
        let stored = Self.stored()
        let later = stored.waiting(at: Self.now + hour, wall: Self.wall + hour)
        #expect(later?.until == Self.now + PausedSession.longest)
        #expect(stored.waiting(at: Self.now + PausedSession.longest, wall: Self.wall + PausedSession.longest) == nil)
        // Another run of the system: the time of day counts, and the clock begins anew.
        var elsewhere = stored
        elsewhere.deadline.boot = "another"
        let begun = Instant(nanoseconds: 0)
        #expect(elsewhere.waiting(at: begun, wall: Self.wall + hour)?.until == begun + PausedSession.longest - hour)
        #expect(elsewhere.waiting(at: begun, wall: Self.wall + PausedSession.longest) == nil)
    }

    @Test func `a value that somebody changed keeps nobody waiting for longer than a day`() {
        var stored = Self.stored()
        stored.deadline.remaining_ns = .max
        stored.deadline.monotonic_ns = .max
        let until = stored.waiting(at: Self.now, wall: Self.wall)?.until
        #expect(until == Self.now + PausedSession.longest)
    }

    static let ends: [(StationEnd, Bool)] = [
        (.finished, false), (.disconnected, true), (.silent, true), (.byOwner, true), (.noCommonProtocol, true),
    ]

    @Test(arguments: ends) func `only a session that ends as it should makes an end of the wait`(
        _ end: StationEnd, _ waits: Bool
    ) {
        let paused = PausedSessions(nil, evses: [1, 2], logger: Logger(label: "test"))
        paused.note(.paused(Self.session), evse: 1)
        paused.note(.paused(Self.session), evse: 2)
        paused.note(end, evse: 1)
        #expect(paused.waiting(1)?.session == (waits ? Self.session : nil))
        #expect(paused.waiting(2)?.session == Self.session)
    }
}
