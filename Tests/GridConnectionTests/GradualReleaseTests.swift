// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

/// A site rated 12 kW whose power returns by 100 W a second.
private struct Return {
    static var settings: GradualRelease.Settings {
        var settings = GradualRelease.Settings(.consumption, scope: .controllable, rating: .watts(12_000))
        settings.rate = .perSecond(.watts(100))
        return settings
    }
    var release: GradualRelease
    var now = Instant(nanoseconds: 0)
    var events = ConnectionEvents()

    init(_ settings: GradualRelease.Settings = settings, restored: GradualRelease.Memory? = nil) {
        release = GradualRelease(settings, restored: restored, at: now)
    }

    mutating func step(_ interval: Interval = .milliseconds(100), bound: Int?, delay: Interval = .zero) {
        now = now + interval
        release.advance(to: now, bound: bound.map { .watts($0) }, delay: delay, &events)
    }
    var watts: Int64? { release.limit().map { $0.power.upper.milli / 1_000 } }
}

struct GradualReleaseTests {
    @Test func `nothing is bounded before a reduction`() {
        var site = Return()
        site.step(bound: nil)
        #expect(site.release.limit() == nil)
        #expect(site.events.count == 0)
    }

    @Test func `power returns by the ramp until the rating is reached`() {
        var site = Return()
        site.step(bound: 2_000)
        #expect(site.watts == 2_000)
        #expect(site.release.limit()?.scope == .controllable)
        #expect(site.release.limit()?.rule == .gradualRelease)
        site.step(bound: nil)
        #expect(site.watts == 2_000)
        site.step(.seconds(10), bound: nil)
        #expect(site.watts == 3_000)
        site.step(.seconds(90) - Interval(nanoseconds: 1_000_000), bound: nil)
        #expect(site.watts == 11_999)
        site.step(.milliseconds(1), bound: nil)
        #expect(site.release.limit() == nil)
        #expect(site.release.state == .free)
    }

    @Test func `the rise waits for its delay, to the nanosecond`() {
        var site = Return()
        site.step(bound: 2_000)
        site.step(bound: nil, delay: .seconds(45))
        #expect(site.release.state == .waiting)
        site.step(.seconds(45) - Interval(nanoseconds: 1), bound: nil, delay: .seconds(600))
        #expect(site.release.state == .waiting)
        #expect(site.watts == 2_000)
        site.step(Interval(nanoseconds: 1), bound: nil)
        #expect(site.release.state == .rising)
        site.step(.seconds(1), bound: nil)
        #expect(site.watts == 2_100)
    }

    @Test(arguments: [(Interval.seconds(-5), 0), (.seconds(600), 600), (.seconds(601), 600), (.minutes(9_000), 600)])
    func `a delay is 0 to 600 s`(delay: Interval, seconds: Int) {
        var site = Return()
        site.step(bound: 2_000)
        site.step(bound: nil, delay: delay)
        #expect(site.release.memory?.delay == .seconds(seconds))
    }

    @Test func `protection never waits`() {
        var site = Return()
        site.step(bound: 5_000)
        site.step(bound: 1_000)
        #expect(site.watts == 1_000)
        site.step(bound: nil, delay: .seconds(60))
        site.step(bound: 500)
        #expect(site.watts == 500)
        site.step(bound: nil)
        site.step(.seconds(30), bound: nil)
        #expect(site.watts == 3_500)
        site.step(bound: 0)
        #expect(site.watts == 0)
    }

    @Test func `a looser reduction is reached by the ramp as well`() {
        var site = Return()
        site.step(bound: 1_000)
        site.step(bound: 4_000)
        #expect(site.watts == 1_000)
        site.step(.seconds(20), bound: 4_000)
        #expect(site.watts == 3_000)
        site.step(.seconds(20), bound: 4_000)
        #expect(site.watts == 4_000)
        #expect(site.release.state == .reduced)
    }

    @Test func `the ramp does not depend on the step`() {
        for step in [Interval.milliseconds(10), .milliseconds(100), .milliseconds(700), .seconds(1)] {
            var site = Return()
            site.step(.seconds(1), bound: 2_000)
            site.step(.seconds(1), bound: nil, delay: .seconds(3))
            let end = site.now + .seconds(70)
            while site.now + step <= end { site.step(step, bound: nil) }
            site.step(end - site.now, bound: nil)
            #expect(site.watts == 8_700)
        }
    }

    @Test func `a rate in percent of the rating per minute, and no rate that stops or traps`() {
        var settings = Return.settings
        settings.rate = .percentPerMinute(10)
        var site = Return(settings)
        site.step(bound: 0)
        site.step(bound: nil)
        site.step(.minutes(1), bound: nil)
        #expect(site.watts == 1_200)
        let rates: [GradualRelease.Rate] = [
            .percentPerMinute(0), .percentPerMinute(.min), .percentPerMinute(.max), .perSecond(Power(milli: .min)),
            .perSecond(Power(milli: .max)),
        ]
        for rate in rates {
            settings.rate = rate
            settings.rating = Power(milli: .max)
            var odd = Return(settings)
            odd.step(bound: 0)
            odd.step(bound: nil)
            odd.step(.minutes(10_000_000), bound: nil)
            odd.step(bound: nil)
            #expect(odd.release.limit().map { $0.power.upper > .zero } ?? true)
        }
    }

    @Test func `a restart goes on from where the bound stood`() {
        var site = Return()
        site.step(bound: 2_000)
        site.step(bound: nil, delay: .seconds(10))
        site.step(.seconds(4), bound: nil)
        var again = Return(restored: site.release.memory)
        #expect(again.watts == 2_000)
        again.step(.seconds(6), bound: nil)
        #expect(again.watts == 2_000)
        again.step(.seconds(5), bound: nil)
        #expect(again.watts == 2_500)
        again = Return(restored: again.release.memory)
        #expect(again.watts == 2_500)
        let odd = Return(restored: GradualRelease.Memory(level: Power(milli: .min), delay: Interval(nanoseconds: .max)))
        #expect(odd.watts == 0)
    }

    @Test func `senseless bounds allow nothing`() {
        var site = Return()
        site.step(bound: -3_000)
        #expect(site.watts == 0)
    }

    @Test func `in production the export returns`() {
        let settings = GradualRelease.Settings(.production, scope: .connectionPoint, rating: .watts(6_000))
        var site = Return(settings)
        site.step(bound: 1_000)
        #expect(site.release.limit()?.power == PowerLimits(from: .watts(-1_000), to: PowerLimits.unbounded.upper))
    }

    @Test func `the table of transitions is the one checked in`() throws {
        var table = TransitionTable(
            "GradualRelease", about: "Reductions of a site rated 12 kW by 2 kW, with 100 W a second and delays of 10 s."
        )
        let steps: [(String, Interval, Int?)] = [
            ("no reduction", .milliseconds(100), nil), ("no reduction for 20 s", .seconds(20), nil),
            ("no reduction for 5 minutes", .minutes(5), nil), ("a reduction to 1 kW", .milliseconds(100), 1_000),
            ("a reduction to 8 kW", .milliseconds(100), 8_000),
        ]
        for state in GradualRelease.State.allCases {
            for (name, interval, bound) in steps {
                var site = inState(state)
                site.step(interval, bound: bound, delay: .seconds(10))
                table.add(
                    state: "\(state)", input: name, after: "\(site.release.state)",
                    reply: site.watts.map { "\($0) W" } ?? "no bound", site.events)
            }
        }
        try table.expectToMatchFile()
    }

    private func inState(_ state: GradualRelease.State) -> Return {
        var site = Return()
        if state != .free { site.step(bound: 2_000) }
        if state == .waiting || state == .rising { site.step(bound: nil, delay: .seconds(10)) }
        if state == .rising { site.step(.seconds(11), bound: nil) }
        site.events.removeAll()
        return site
    }
}
