// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

/// Power that comes back through the composed rules of a connection point.
struct ReturnRampsTests {
    private struct Site: ~Copyable {
        var rules: ConnectionRules
        let settings: ConnectionSettings
        var now: Instant
        var limits = GridLimits()
        var events = ConnectionEvents()

        init(longestDelay: Interval = .zero, bootedBefore nanoseconds: Int64 = 1_000_000_000_000) {
            now = Instant(nanoseconds: nanoseconds)
            var settings = ConnectionSettings.unbound
            settings.section14a = Section14a.Settings(guaranteedMinimum: .watts(4_200))
            var production = LimitationSettings(.production)
            production.isPaired = false
            settings.production = production
            settings.returning = ReturnSettings(
                connectionPoint: PowerLimits(from: .watts(-30_000), to: .watts(40_000)), devices: .watts(20_000))
            settings.returning?.longestDelay = longestDelay
            self.settings = settings
            rules = ConnectionRules(settings, restored: nil, at: now)
        }

        mutating func pass(_ interval: Interval) {
            now = now + interval
            events.removeAll()
            rules.step(at: now, wall: nil, .unknown, &limits, &events)
        }

        mutating func reduce(to power: Power, for duration: Interval) {
            _ = rules.take(
                .section14a(.reduce(to: power, duration: duration, InstructionID(1))), at: now, wall: nil, &events)
        }

        mutating func restart() { rules = ConnectionRules(settings, restored: rules.memory(at: now), at: now) }

        /// What the EVSEs together may draw.
        var devices: Power {
            (0..<limits.count).map { limits[$0] }.filter { $0.scope == .controllable }.map(\.power.upper)
                .reduce(PowerLimits.unbounded.upper) { min($0, $1) }
        }
    }

    @Test func `a reduction binds at once and the draw comes back by a tenth of the rating a minute`() {
        var site = Site()
        site.pass(.zero)
        #expect(site.devices == PowerLimits.unbounded.upper)
        site.reduce(to: .watts(4_200), for: .seconds(600))
        site.pass(.milliseconds(100))
        #expect(site.devices == .watts(4_200))
        site.pass(.milliseconds(599_900))
        #expect(site.devices == .watts(4_200))
        site.pass(.seconds(60))
        #expect((site.devices - .watts(6_200)).magnitude <= .watts(4))
        site.pass(.seconds(60 * 6))
        #expect((site.devices - .watts(18_200)).magnitude <= .watts(30))
        site.pass(.seconds(60 * 2))
        #expect(site.devices == PowerLimits.unbounded.upper)
    }

    @Test func `a restart during the return goes on from where it stood`() {
        var site = Site()
        site.reduce(to: .zero, for: .seconds(60))
        site.pass(.seconds(30))
        site.pass(.seconds(30))
        site.pass(.seconds(60))
        let before = site.devices
        site.restart()
        site.pass(.zero)
        #expect((site.devices - before).magnitude <= .watts(4))
        #expect(before > .watts(1_900))
    }

    @Test func `a return waits for a random part of the longest delay, and never for longer`() {
        var delays: Set<Int> = []
        for site in 0..<40 {
            var site = Site(longestDelay: .seconds(100), bootedBefore: 1_000_000_000_000 + Int64(site))
            site.reduce(to: .zero, for: .seconds(60))
            for _ in 0..<60 { site.pass(.seconds(1)) }
            var waited = 0
            while site.devices == .zero, waited <= 101 {
                site.pass(.seconds(1))
                waited += 1
            }
            #expect(waited <= 101)
            delays.insert(waited)
        }
        #expect(delays.count > 10)
    }
}
