// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// The reads of one reading, one block per turn, so that a protective write never waits for more than one of them.
struct PollRound {
    private var fast: [RegisterPlan.Block] = []
    private var slow: [RegisterPlan.Block] = []
    private var open: [RegisterPlan.Block] = []
    private var isSlowDue = true
    private var slowDueAt = Instant.distantPast
    /// When the first block of the round was asked for: the age of the reading.
    private(set) var startedAt = Instant.distantPast
    private(set) var dueAt = Instant.distantPast

    mutating func plan(_ session: ModbusSession) {
        self = PollRound()
        fast = session.plan(polling: .fast)
        slow = session.plan(polling: .slow)
    }

    mutating func postpone(to instant: Instant) {
        open = []
        dueAt = instant
    }

    /// One read.
    /// - Returns: Whether the round is complete.
    mutating func step(_ session: ModbusSession, every poll: Interval, at now: Instant) throws(DeviceFault) -> Bool {
        if open.isEmpty {
            isSlowDue = now >= slowDueAt
            open = fast + (isSlowDue ? slow : [])
            startedAt = now
            dueAt = now + poll
        }
        guard let block = open.first else { return true }
        do {
            try session.read(block, at: now)
        } catch .exception(let code) where slow.contains(block) {
            // A slow extra that the device does not have must not cost the values that matter.
            session.note(refused: block, code: code, at: now)
        } catch {
            postpone(to: now + poll)
            throw .link(error)
        }
        open.removeFirst()
        if open.isEmpty, isSlowDue { slowDueAt = now + session.profile.timing.slowPoll }
        return open.isEmpty
    }

    var nextAt: Instant { open.isEmpty ? dueAt : startedAt }
}
