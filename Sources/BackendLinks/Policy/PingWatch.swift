// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Whether the backend is still there: pings at an interval, and how long after one nothing came in. A value; time is an
/// argument. Anything whole that comes in counts, since a backend busy with a long message may answer a ping late.
struct PingWatch {
    enum Step: Equatable {
        case wait(until: Duration)
        case ping(lookAgainAt: Duration)
        case dead(silentFor: Duration)
    }

    let interval: Duration
    let patience: Duration
    private var nextPing: Duration
    /// When the oldest ping that nothing came after was sent.
    private var unanswered: Duration?

    init(interval: Duration, patience: Duration, at now: Duration) {
        (self.interval, self.patience) = (interval, patience)
        nextPing = now + interval
    }

    mutating func heard() { unanswered = nil }

    mutating func step(at now: Duration) -> Step {
        if let unanswered, now - unanswered >= patience { return .dead(silentFor: now - unanswered) }
        guard now < nextPing else {
            nextPing = now + interval
            let sent = unanswered ?? now
            unanswered = sent
            return .ping(lookAgainAt: min(nextPing, sent + patience))
        }
        return .wait(until: min(nextPing, unanswered.map { $0 + patience } ?? nextPing))
    }
}
