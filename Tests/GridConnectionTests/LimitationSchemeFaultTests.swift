// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

/// EREC G100: a scheme that cannot know is in its safe state.
struct LimitationSchemeFaultTests {
    private let nanosecond = Interval(nanoseconds: 1)

    @Test func `a start is in fail-safe until everything has been well for a minute`() {
        var site = LimitedSite(starting: LimitedSite.settings)
        #expect(site.scheme.state == .failSafe)
        #expect(site.scheme.limitOfEach()?.power == .zero)
        site.run(1, amperes: 10)
        #expect(site.events.kinds == [.failsafeEntered])
        site.run(59, amperes: 10)
        #expect(site.scheme.state == .failSafe)
        site.run(1, amperes: 10)
        #expect(site.scheme.state == .normal)
        #expect(site.events.kinds == [.failsafeEntered, .failsafeLeft, .stateChanged])
    }

    @Test func `a meter silent for more than 3 s selects the fail-safe`() {
        var site = LimitedSite()
        site.step(.seconds(3))
        #expect(site.scheme.state == .normal)
        site.step(nanosecond)
        #expect(site.scheme.state == .failSafe)
        #expect(site.events.first(.failsafeEntered)?.detail == SchemeFaults.meterLost)
    }

    @Test func `measurements of the future, or without currents, are none`() {
        var site = LimitedSite()
        site.sample.measuredAt = site.now + .minutes(60)
        site.silence(4)
        #expect(site.scheme.state == .failSafe)
        site = LimitedSite()
        for _ in 0..<4 {
            site.step(.seconds(1))
            site.sample.measuredAt = site.now
            site.sample.current = nil
        }
        #expect(site.scheme.state == .failSafe)
    }

    @Test func `a charger silent for more than 10 s selects the fail-safe`() {
        var site = LimitedSite()
        site.chargersAnswer = false
        site.run(10, amperes: 10)
        #expect(site.scheme.state == .normal)
        site.run(1, amperes: 10)
        #expect(site.scheme.state == .failSafe)
        #expect(site.scheme.faults.contains(SchemeFaults.chargerLost))
    }

    @Test func `the fail-safe ends when everything was well for exactly a minute without a break`() {
        var site = LimitedSite.inState(.failSafe)
        site.run(31, amperes: 10)
        site.silence(4)
        site.run(1, amperes: 10)
        let wellSince = site.now
        site.run(59, amperes: 10)
        site.measure(wellSince + .minutes(1) - nanosecond - site.now, PerPhase(all: .amperes(10)))
        #expect(site.scheme.state == .failSafe)
        site.step(nanosecond)
        #expect(site.scheme.state == .normal)
    }

    @Test func `a gap between the steps counts as a loss of the meter`() {
        var site = LimitedSite()
        site.measure(.seconds(4), PerPhase(all: .amperes(10)))
        #expect(site.scheme.state == .failSafe)
        #expect(site.events.first(.failsafeEntered)?.detail == SchemeFaults.meterLost)
    }

    @Test func `an excursion is no longer timed once the meter is lost, but is while a charger is`() {
        var meter = LimitedSite.inState(.excursion)
        meter.silence(300)
        #expect(meter.scheme.state == .failSafe)
        var charger = LimitedSite.inState(.excursion)
        charger.chargersAnswer = false
        charger.run(58, amperes: 70)
        #expect(charger.scheme.state == .failSafe)
        charger.run(2, amperes: 70)
        #expect(charger.scheme.state == .lockedOut)
    }

    // MARK: Readings that cannot be true

    @Test(arguments: [(100, false), (101, true), (-100, false), (-101, true), (100_000_000, true)])
    func `three readings beyond the sensors' rating are not believed`(amperes: Int, isFault: Bool) {
        var settings = LimitedSite.settings
        settings.limits = SchemeLimits(maximumImport: nil, maximumExport: nil)
        var site = LimitedSite(settings)
        site.run(2, amperes: amperes)
        #expect(site.scheme.state == .normal)
        site.run(1, amperes: amperes)
        #expect((site.scheme.state == .failSafe) == isFault)
        #expect(site.scheme.faults.contains(SchemeFaults.implausible) == isFault)
    }

    /// 10 A at 230 V: 2300 W apparent, 2730 W with a tenth and the tolerance.
    @Test(arguments: [
        (2_300, false), (2_730, false), (2_731, true), (0, false), (-200, false), (-201, true), (-2_300, true),
    ])
    func `power and current have to agree in each phase`(watts: Int, isFault: Bool) {
        var site = LimitedSite()
        site.sample.power = PerPhase(.watts(1_000), .watts(watts), .watts(1_000))
        site.run(3, amperes: 10)
        #expect((site.scheme.state == .failSafe) == isFault)
    }

    /// 7590 W with a tenth, and the tolerance.
    @Test(arguments: [(7_790, false), (7_791, true), (-7_790, false), (-7_791, true)])
    func `the sum of the power stays below what the currents can carry`(watts: Int, isFault: Bool) {
        var site = LimitedSite()
        site.sample.totalPower = .watts(watts)
        site.run(3, amperes: 10)
        #expect((site.scheme.state == .failSafe) == isFault)
    }

    @Test func `numbers beyond any site are not believed and do not trap`() {
        for extreme in [Int64.min, Int64.max] {
            var site = LimitedSite()
            site.sample.voltage = PerPhase(all: Voltage(milli: extreme))
            site.run(3, amperes: 10)
            #expect(site.scheme.state == .failSafe)
            site = LimitedSite()
            site.sample.power = PerPhase(all: Power(milli: extreme))
            site.sample.totalPower = Power(milli: extreme)
            site.run(3, amperes: 10)
            #expect(site.scheme.state == .failSafe)
            site = LimitedSite()
            for _ in 0..<3 { site.measure(.seconds(1), PerPhase(all: Current(milli: extreme))) }
            #expect(site.scheme.state == .failSafe)
        }
    }

    @Test(arguments: [Int64.min, -1, 0, .max]) func `no setting makes it trap`(extreme: Int64) {
        let interval = Interval(nanoseconds: extreme)
        var settings = LimitedSite.settings
        settings.limits = SchemeLimits(maximumImport: Current(milli: extreme), maximumExport: Current(milli: extreme))
        settings.sensorRating = Current(milli: extreme)
        settings.nominalVoltage = Voltage(milli: extreme)
        settings.powerTolerance = Power(milli: extreme)
        settings.reaction = interval
        settings.longestReaction = interval
        settings.oftenSoon = .init(Int(extreme), within: interval)
        settings.oftenADay = .init(Int(extreme), within: interval)
        settings.meterMaximumAge = interval
        settings.chargerMaximumAge = interval
        settings.goodFor = interval
        settings.relockAfter = interval
        settings.implausibleReadings = Int(extreme)
        settings.reversal.step = Current(milli: extreme)
        settings.reversal.settling = interval
        settings.reversal.longestStep = interval
        settings.reversal.votes = Int(extreme)
        settings.evseCount = Int(extreme)
        var ages = ExcursionHistory.Ages()
        ages.count = Int(extreme)
        ages.ages[0] = interval
        let memory = LimitationScheme.Memory(
            isLockedOut: false, isSensorReversed: false, excursions: ages, limits: nil)
        var site = LimitedSite(starting: settings, restored: memory)
        _ = site.handle(.unlock)
        site.run(5, amperes: 10, chargers: 10)
        site.run(70, amperes: -90, chargers: -90)
        _ = site.handle(.reset)
        let limit = site.scheme.limitOfEach()
        #expect(limit == nil || limit?.power == .zero)
        #expect(site.scheme.limit().current.upper >= .zero)
    }

    @Test func `one odd reading is nothing, and does not end an excursion`() {
        var site = LimitedSite.inState(.excursion)
        for _ in 0..<30 {
            site.run(1, amperes: 70)
            site.run(1, amperes: 101)
        }
        #expect(site.scheme.state == .lockedOut)
    }

    // MARK: Reversed sensors

    @Test func `a meter that answers the chargers with the opposite sign is mounted the wrong way round`() {
        var site = LimitedSite()
        site.run(10, amperes: 5)
        site.stepChargers(2, amperes: 16) { -$0 }
        #expect(site.scheme.state == .normal)
        site.stepChargers(1, amperes: 16) { -$0 }
        #expect(site.scheme.state == .failSafe)
        #expect(site.scheme.faults.contains(SchemeFaults.sensorReversed))
        #expect(site.events.first(.failsafeEntered)?.detail == SchemeFaults.sensorReversed)
    }

    @Test func `one reversed phase is enough, and discharging tells as well as charging`() {
        for phase in Phase.allCases {
            var site = LimitedSite()
            site.run(10, amperes: 5)
            for step in 0..<3 {
                let drawn = Current.amperes(step % 2 == 0 ? -10 : 0)
                for _ in 0..<10 {
                    var meter = PerPhase(all: drawn + .amperes(5))
                    meter[phase] = .amperes(5) - drawn
                    site.measure(.seconds(1), meter, chargers: PerPhase(all: drawn))
                }
            }
            #expect(site.scheme.faults.contains(SchemeFaults.sensorReversed))
        }
    }

    /// The meter's answer in sixteenths of the chargers' step.
    @Test(arguments: [
        ("the right sign", 16, 16), ("a battery that balances", 16, 0), ("another load that moves too", 16, -7),
        ("steps too small", 5, -16),
    ])
    func `no reversal is seen in`(what: String, amperes: Int, sixteenths: Int) {
        var site = LimitedSite()
        site.run(10, amperes: 5)
        site.stepChargers(40, amperes: amperes) { $0 * sixteenths / 16 }
        #expect(site.scheme.state == .normal)
    }

    @Test func `answers with the right sign outweigh as many with the wrong one`() {
        var site = LimitedSite()
        site.run(10, amperes: 5)
        for round in 0..<30 {
            let sign = round % 2 == 0 ? -1 : 1
            site.stepChargers(2, amperes: 16) { $0 * sign }
        }
        #expect(site.scheme.state == .normal)
    }

    @Test func `a meter that is a second late is not taken for reversed`() {
        var site = LimitedSite()
        var before = 0
        site.run(10, amperes: 5)
        for second in 0..<600 {
            let drawn = second / 4 % 2 == 0 ? 16 : 0
            site.measure(
                .seconds(1), PerPhase(all: .amperes(5 + before)), chargers: PerPhase(all: .amperes(drawn)))
            before = drawn
        }
        #expect(site.scheme.state == .normal)
    }

    @Test func `a reversed sensor stays suspected, through restarts, until somebody has turned it round`() {
        var site = LimitedSite()
        site.run(10, amperes: 5)
        site.stepChargers(3, amperes: 16) { -$0 }
        site.run(1_000, amperes: 5)
        #expect(site.scheme.state == .failSafe)
        var again = LimitedSite(starting: LimitedSite.settings, restored: site.scheme.memory(at: site.now))
        again.run(1_000, amperes: 5)
        #expect(again.scheme.state == .failSafe)
        _ = again.handle(.unlock)
        #expect(again.handle(.reset) == .accepted)
        again.run(60, amperes: 5)
        #expect(again.scheme.state == .normal)
        again.stepChargers(10, amperes: 16) { $0 }
        #expect(again.scheme.state == .normal)
    }

    @Test func `the table of transitions is the one checked in`() throws {
        var table = TransitionTable(
            "LimitationScheme",
            about: "The limitation scheme of EREC G100. The meter measures every second, except where it is lost.")
        let inputs: [(String, LimitationScheme.Input)] = [
            ("unlock", .unlock), ("lock", .lock), ("reset", .reset), ("change", .change(LimitedSite.settings.limits)),
        ]
        for state in LimitationScheme.State.allCases {
            for (name, input) in inputs {
                for isUnlocked in [false, true] {
                    var site = LimitedSite.inState(state)
                    if isUnlocked { _ = site.handle(.unlock) }
                    let reply = site.handle(input)
                    table.add(
                        state: "\(state)", input: name + (isUnlocked ? ", unlocked" : ", locked"),
                        after: "\(site.scheme.state)", reply: "\(reply)", site.events)
                }
            }
            for (name, run) in Self.runs {
                var site = LimitedSite.inState(state)
                run(&site)
                table.add(state: "\(state)", input: name, after: "\(site.scheme.state)", reply: "", site.events)
            }
        }
        try table.expectToMatchFile()
    }

    private static var runs: [(String, (inout LimitedSite) -> Void)] {
        [
            ("within the limits for 1 s", { $0.run(1, amperes: 10) }),
            ("within the limits for 61 s", { $0.run(61, amperes: 10) }),
            ("beyond a limit for 10 s", { $0.run(10, amperes: 70) }),
            ("beyond a limit for 20 s", { $0.run(20, amperes: 70) }),
            ("beyond a limit for 61 s", { $0.run(61, amperes: 70) }), ("meter lost", { $0.silence(4) }),
            ("readings not to be believed", { $0.run(3, amperes: 101) }),
            (
                "charger lost",
                { site in
                    site.chargersAnswer = false
                    site.run(11, amperes: 10)
                }
            ), ("sensor reversed", { $0.stepChargers(4, amperes: 16) { -$0 } }),
        ]
    }
}
