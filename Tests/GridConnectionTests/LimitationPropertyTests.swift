// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

/// What the site owes the box under `hold`, told from the history alone and not from states.
private struct Owed {
    var failsafe = Power.watts(4_200)
    var startedAt = Instant(nanoseconds: 0)
    var heartbeatAt: Instant?
    /// Since the last write the box fell silent, or the gateway restarted.
    var isBroken = false
    var wasLed = false
    var limit: Power?
    var limitEndsAt = Instant.distantFuture

    mutating func pass(to now: Instant) {
        if wasLed, let heartbeatAt, now - heartbeatAt >= .seconds(120) { isBroken = true }
    }
    mutating func restart(at now: Instant) {
        isBroken = true
        startedAt = now
        heartbeatAt = nil
    }
    func takesWrite(at now: Instant) -> Bool {
        guard let heartbeatAt else { return false }
        return now - heartbeatAt <= .seconds(60)
    }
    mutating func write(_ magnitude: Power, active: Bool, for duration: Interval?, at now: Instant) {
        wasLed = true
        isBroken = false
        limit = active ? magnitude : nil
        limitEndsAt = duration.map { now + $0 } ?? .distantFuture
    }
    func upper(at now: Instant) -> Power? {
        if !wasLed { return now - startedAt < .seconds(120) ? failsafe : nil }
        if isBroken { return failsafe }
        return now < limitEndsAt ? limit : nil
    }
}

struct LimitationPropertyTests {
    @Test(arguments: 1...200)
    func `whatever the order, the limit is the one that the history calls for`(seed: UInt64) {
        var random = Seeded(seed)
        var owed = Owed()
        var box = Limitation()
        for _ in 0..<300 {
            box.now = box.now + .milliseconds(Int.random(in: 0...70_000, using: &random))
            owed.pass(to: box.now)
            act(Int.random(in: 0..<20, using: &random), &box, &owed, &random)
            box.wait(.zero)
            box.forgetEvents()
            #expect(box.limit == owed.upper(at: box.now), "seed \(seed) at \(box.now.nanoseconds)")
        }
    }

    private func act(_ choice: Int, _ box: inout Limitation, _ owed: inout Owed, _ random: inout Seeded) {
        switch choice {
        case 0..<12:
            box.beat()
            owed.heartbeatAt = box.now
        case 12..<16:
            let watts = Int.random(in: -500...9_000, using: &random)
            let isActive = Bool.random(using: &random)
            let duration = Bool.random(using: &random) ? Interval.seconds(.random(in: -5...300, using: &random)) : nil
            let isSensible = watts >= 0 && !(isActive && (duration ?? .seconds(1)) <= .zero)
            let reply = box.write(watts, active: isActive, for: duration, id: UInt64(box.now.nanoseconds))
            #expect((reply == .accepted) == (isSensible && owed.takesWrite(at: box.now)))
            if reply == .accepted { owed.write(.watts(watts), active: isActive, for: duration, at: box.now) }
        case 16:
            let watts = Int.random(in: -500...9_000, using: &random)
            if box.handle(.writeFailsafeLimit(.watts(watts))) == .accepted { owed.failsafe = .watts(watts) }
        case 17:
            let now = box.now
            box = Limitation(restored: box.machine.memory, at: now)
            owed.restart(at: now)
        default: break
        }
    }
}
