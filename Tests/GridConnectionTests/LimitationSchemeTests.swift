// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

/// EREC G100 Issue 2: limits, excursions, lock-out, the lock of the settings.
struct LimitationSchemeTests {
    private let nanosecond = Interval(nanoseconds: 1)

    // MARK: Limits

    @Test func `the agreed currents bound each phase of the connection point in every state`() {
        for state in LimitationScheme.State.allCases {
            let limit = LimitedSite.inState(state).scheme.limit()
            #expect(limit.scope == .connectionPoint)
            #expect(limit.rule == .limitationScheme)
            #expect(limit.current == CurrentLimits(from: .amperes(-32), to: .amperes(60)))
        }
    }

    @Test func `a direction without an agreement is left alone, a senseless limit allows nothing`() {
        let imports = SchemeLimits(maximumImport: .amperes(60), maximumExport: nil)
        #expect(imports.bounds() == CurrentLimits(from: CurrentLimits.unbounded.lower, to: .amperes(60)))
        let senseless = SchemeLimits(maximumImport: .amperes(-1), maximumExport: Current(milli: .min))
        #expect(senseless.bounds() == .zero)
    }

    @Test func `in fail-safe each EVSE has its part of the fail-safe power`() {
        var settings = LimitedSite.settings
        settings.failSafePower = PowerLimits(from: .zero, to: .watts(2_800))
        let site = LimitedSite(starting: settings)
        #expect(site.scheme.limitOfEach()?.power == PowerLimits(from: .zero, to: .watts(1_400)))
        #expect(site.scheme.limitOfEach()?.scope == .everyEVSE)
        settings.evseCount = 0
        #expect(LimitedSite(starting: settings).scheme.limitOfEach()?.power.upper == .watts(2_800))
    }

    @Test(arguments: LimitationScheme.State.allCases)
    func `the EVSEs are bounded to zero exactly in fail-safe and lock-out`(state: LimitationScheme.State) {
        let site = LimitedSite.inState(state)
        #expect(site.scheme.state == state)
        let isBounded = state == .failSafe || state == .lockedOut
        #expect(site.scheme.limitOfEach()?.power == (isBounded ? .zero : nil))
    }

    // MARK: Excursions

    @Test(arguments: [(60, false), (61, true), (-32, false), (-33, true)])
    func `an excursion is a current beyond a limit on any phase`(amperes: Int, isExcursion: Bool) {
        for phase in Phase.allCases {
            var site = LimitedSite()
            var current = PerPhase(all: Current.amperes(1))
            current[phase] = .amperes(amperes)
            site.measure(.seconds(1), current)
            #expect((site.scheme.state == .excursion) == isExcursion)
        }
    }

    @Test func `an excursion below 15 s is told and not counted`() {
        var site = LimitedSite()
        for _ in 0..<20 {
            site.run(14, amperes: 61)
            site.measure(.milliseconds(999), PerPhase(all: .amperes(60)))
            #expect(site.scheme.state == .normal)
            #expect(site.events.kinds == [.stateChanged, .effective, .stateChanged])
            #expect(site.events.first(.effective)?.took == .milliseconds(13_999))
            site.forgetEvents()
        }
    }

    @Test func `an excursion counts after exactly 15 s, and then the EVSEs give way`() {
        var site = LimitedSite()
        site.run(15, amperes: 61)
        site.step(.seconds(1) - nanosecond)
        #expect(site.scheme.limitOfEach() == nil)
        site.step(nanosecond)
        #expect(site.events.kinds == [.stateChanged, .overdue])
        #expect(site.events.first(.overdue)?.took == .seconds(15))
        #expect(site.scheme.limitOfEach()?.power == .zero)
        site.measure(.zero + nanosecond, PerPhase(all: .amperes(60)))
        #expect(site.scheme.state == .normal)
        #expect(site.scheme.limitOfEach() == nil)
    }

    @Test func `60 s are the most: back at that moment is in time, still beyond is not`() {
        var inTime = LimitedSite()
        inTime.run(60, amperes: 61)
        inTime.measure(.seconds(1), PerPhase(all: .amperes(60)))
        #expect(inTime.scheme.state == .normal)
        #expect(inTime.events.first(.effective)?.took == .seconds(60))
        var late = LimitedSite()
        late.run(60, amperes: 61)
        late.step(.seconds(1))
        #expect(late.scheme.state == .lockedOut)
        #expect(late.events.first(.lockedOut)?.detail == LimitationScheme.LockOut.tooLong.code)
    }

    @Test func `the second counted excursion within 10 minutes locks out, a later one does not`() {
        for (pause, locks) in [(Interval.minutes(10), true), (.minutes(10) + nanosecond, false)] {
            var site = LimitedSite()
            let start = site.now + .seconds(1)
            site.run(17, amperes: 61)
            site.run(1, amperes: 10)
            while site.now + .seconds(1) < start + pause { site.run(1, amperes: 10) }
            site.measure(start + pause - site.now, PerPhase(all: .amperes(61)))
            site.run(16, amperes: 61)
            #expect((site.scheme.state == .lockedOut) == locks)
            let expected = LimitationScheme.LockOut.tooOftenSoon.code
            #expect(site.events.first(.lockedOut)?.detail == (locks ? expected : nil))
        }
    }

    @Test func `the third counted excursion within a day locks out`() {
        var site = LimitedSite()
        for excursion in 1...3 {
            site.run(17, amperes: -33)
            site.run(11 * 60, amperes: 10)
            #expect((site.scheme.state == .lockedOut) == (excursion == 3))
        }
        #expect(site.events.first(.lockedOut)?.detail == LimitationScheme.LockOut.tooOftenADay.code)
    }

    @Test func `a lock-out lasts, through good currents and restarts, until it is reset`() {
        var site = LimitedSite.inState(.lockedOut)
        site.run(4_000, amperes: 10)
        #expect(site.scheme.state == .lockedOut)
        var again = LimitedSite(starting: LimitedSite.settings, restored: site.scheme.memory(at: site.now))
        #expect(again.scheme.limitOfEach()?.power == .zero)
        again.run(4_000, amperes: 10)
        #expect(again.scheme.state == .lockedOut)
        #expect(again.events.count == 0)
        #expect(again.handle(.reset) == .refusedLocked)
        #expect(again.handle(.unlock) == .accepted)
        #expect(again.handle(.reset) == .accepted)
        #expect(again.events.kinds == [.refused, .lockOutReset, .failsafeEntered, .stateChanged])
        again.run(59, amperes: 10)
        #expect(again.scheme.state == .failSafe)
        again.run(1, amperes: 10)
        #expect(again.scheme.state == .normal)
    }

    @Test func `excursions before a restart count after it`() {
        var site = LimitedSite()
        site.run(17, amperes: 61)
        site.run(1, amperes: 10)
        var again = LimitedSite(starting: LimitedSite.settings, restored: site.scheme.memory(at: site.now))
        again.run(70, amperes: 10)
        again.run(17, amperes: 61)
        #expect(again.scheme.state == .lockedOut)
    }

    @Test func `a reset forgets the excursions`() {
        var site = LimitedSite.inState(.lockedOut)
        _ = site.handle(.unlock)
        _ = site.handle(.reset)
        site.run(61, amperes: 10)
        site.run(17, amperes: 61)
        #expect(site.scheme.state == .excursion)
    }

    // MARK: The lock

    @Test func `locked settings change for nobody, and the lock falls shut by itself`() {
        var site = LimitedSite()
        let wider = SchemeLimits(maximumImport: .amperes(80), maximumExport: .amperes(40))
        #expect(site.scheme.isLocked(at: site.now))
        #expect(site.handle(.change(wider)) == .refusedLocked)
        #expect(site.scheme.limit().current.upper == .amperes(60))
        _ = site.handle(.unlock)
        site.step(.minutes(15) - nanosecond)
        #expect(site.handle(.change(wider)) == .accepted)
        #expect(site.scheme.limit().current == CurrentLimits(from: .amperes(-40), to: .amperes(80)))
        site.step(nanosecond)
        #expect(site.handle(.change(LimitedSite.settings.limits)) == .refusedLocked)
        _ = site.handle(.unlock)
        _ = site.handle(.lock)
        #expect(site.handle(.reset) == .refusedLocked)
        let again = LimitedSite(starting: LimitedSite.settings, restored: site.scheme.memory(at: site.now))
        #expect(again.scheme.limit().current.upper == .amperes(80))
        #expect(again.scheme.isLocked(at: again.now))
    }

    @Test(arguments: [
        (100, 100, LimitationScheme.Reply.accepted), (0, 0, .accepted), (101, 10, .refusedBeyondSensors),
        (10, 101, .refusedBeyondSensors), (-1, 10, .refusedNegative), (10, -1, .refusedNegative),
    ])
    func `a limit is a magnitude that the sensors can measure`(
        imports: Int, exports: Int, reply: LimitationScheme.Reply
    ) {
        var site = LimitedSite()
        _ = site.handle(.unlock)
        let limits = SchemeLimits(maximumImport: .amperes(imports), maximumExport: .amperes(exports))
        #expect(site.handle(.change(limits)) == reply)
        #expect(site.events.first(.refused)?.detail == (reply == .accepted ? nil : reply.code))
    }

    @Test func `nothing is reset where nothing is to reset`() {
        var site = LimitedSite()
        _ = site.handle(.unlock)
        #expect(site.handle(.reset) == .refusedNothingToReset)
    }

    @Test func `steps in between change nothing`() {
        var coarse = LimitedSite()
        var fine = coarse
        for second in 0..<200 {
            let current = PerPhase(all: Current.amperes(second % 40 < 18 ? 61 : 10))
            coarse.measure(.seconds(1), current)
            for _ in 0..<9 { fine.step(.milliseconds(100)) }
            fine.measure(.milliseconds(100), current)
        }
        #expect(coarse.events.all == fine.events.all)
        #expect(coarse.scheme.state == .lockedOut)
    }
}
