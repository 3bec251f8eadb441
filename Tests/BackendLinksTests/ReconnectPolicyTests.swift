// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing

@testable import BackendLinks

@Suite struct ReconnectPolicyTests {
    @Test func `waits double as often as told, then stay`() {
        var policy = ReconnectPolicy(
            minimum: .seconds(10), repeatTimes: 3, randomRange: .zero, attemptsPerProfile: 9, profiles: 1)
        var chance = SystemRandomNumberGenerator()
        let waits = (0..<6).map { _ in policy.refused(at: .zero, using: &chance).at }
        #expect(waits == [10, 20, 40, 80, 80, 80].map { .seconds($0) })
    }

    @Test func `each wait has a random part of its own within the range`() {
        var chance = SystemRandomNumberGenerator()
        var seen: Set<Duration> = []
        for _ in 0..<200 {
            var policy = ReconnectPolicy(minimum: .seconds(10), repeatTimes: 0, randomRange: .seconds(5))
            let wait = policy.lost(at: .seconds(100), using: &chance).at
            #expect((.seconds(110) ... .seconds(115)).contains(wait))
            seen.insert(wait)
        }
        #expect(seen.count > 100)
    }

    @Test func `success brings the wait back to the minimum`() {
        var policy = ReconnectPolicy(minimum: .seconds(10), repeatTimes: 5, randomRange: .zero)
        var chance = SystemRandomNumberGenerator()
        for _ in 0..<4 { _ = policy.refused(at: .zero, using: &chance) }
        policy.opened()
        #expect(policy.lost(at: .seconds(7), using: &chance).at == .seconds(17))
    }

    @Test func `after its attempts the next profile has its turn, and after the last the first`() {
        var policy = ReconnectPolicy(randomRange: .zero, attemptsPerProfile: 2, profiles: 3)
        var chance = SystemRandomNumberGenerator()
        let order = (0..<7).map { _ in policy.refused(at: .zero, using: &chance).profile }
        #expect(order == [0, 1, 1, 2, 2, 0, 0])
    }

    @Test func `a profile that worked is kept when its link is lost`() {
        var policy = ReconnectPolicy(randomRange: .zero, attemptsPerProfile: 1, profiles: 2)
        var chance = SystemRandomNumberGenerator()
        _ = policy.refused(at: .zero, using: &chance)
        policy.opened()
        #expect(policy.lost(at: .zero, using: &chance).profile == 1)
    }

    @Test func `another profile's turn does not make the waits shorter`() {
        var policy = ReconnectPolicy(
            minimum: .seconds(1), repeatTimes: 9, randomRange: .zero, attemptsPerProfile: 1, profiles: 2)
        var chance = SystemRandomNumberGenerator()
        let waits = (0..<4).map { _ in policy.refused(at: .zero, using: &chance).at }
        #expect(waits == [1, 2, 4, 8].map { .seconds($0) })
    }
}

@Suite struct PingWatchTests {
    @Test func `a ping goes out at the interval and its answer quiets the watch`() {
        var watch = PingWatch(interval: .seconds(30), patience: .seconds(10), at: .zero)
        #expect(watch.step(at: .seconds(29)) == .wait(until: .seconds(30)))
        #expect(watch.step(at: .seconds(30)) == .ping(lookAgainAt: .seconds(40)))
        watch.heard()
        #expect(watch.step(at: .seconds(40)) == .wait(until: .seconds(60)))
    }

    @Test func `silence after a ping is death once patience ends`() {
        var watch = PingWatch(interval: .seconds(30), patience: .seconds(10), at: .zero)
        _ = watch.step(at: .seconds(30))
        #expect(watch.step(at: .seconds(39)) == .wait(until: .seconds(40)))
        #expect(watch.step(at: .seconds(40)) == .dead(silentFor: .seconds(10)))
    }

    @Test func `later pings do not renew patience`() {
        var watch = PingWatch(interval: .seconds(5), patience: .seconds(12), at: .zero)
        #expect(watch.step(at: .seconds(5)) == .ping(lookAgainAt: .seconds(10)))
        #expect(watch.step(at: .seconds(10)) == .ping(lookAgainAt: .seconds(15)))
        #expect(watch.step(at: .seconds(15)) == .ping(lookAgainAt: .seconds(17)))
        #expect(watch.step(at: .seconds(17)) == .dead(silentFor: .seconds(12)))
    }
}
