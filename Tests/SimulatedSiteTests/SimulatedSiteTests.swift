// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Testing

@testable import SimulatedSite

@Suite struct SimulatedSiteTests {
    private func site(seed: UInt64 = 7) -> SimulatedSite {
        SimulatedSite(
            chargers: [pluggedCharger(), pluggedCharger(id: 2)], load: HouseholdLoad(seed: seed),
            photovoltaic: PhotovoltaicPlant(peak: .watts(8_000), seed: seed),
            meter: SimulatedMeter(noise: .watts(5), seed: seed, at: start), startingAt: start)
    }

    /// Setpoints every quarter of an hour; 96 are a day.
    private func trajectory(seed: UInt64, quarters: Int) -> UInt64 {
        var site = site(seed: seed)
        var hash: UInt64 = 14_695_981_039_346_656_037
        for quarter in 0..<quarters {
            let now = start + .minutes(15 * quarter)
            site.advance(to: now)
            site.withCharger(1 + quarter % 2) { $0.setpoint(.watts((quarter % 7 - 3) * 2_500), at: now) }
            for value in [site.connectionPoint.total.milli, site.meter.shown?.power.milli ?? 0] {
                hash = (hash ^ UInt64(bitPattern: value)) &* 1_099_511_628_211
            }
        }
        return hash
    }

    @Test func `the same seed gives the same day`() {
        #expect(trajectory(seed: 7, quarters: 96) == trajectory(seed: 7, quarters: 96))
        #expect(trajectory(seed: 7, quarters: 4) != trajectory(seed: 8, quarters: 4))
    }

    @Test func `the connection point is the sum of its parts and the recorder sees an excess`() throws {
        var site = site()
        try site.perform(.load(PerPhase(.watts(1_000), .watts(200), .watts(0))), at: start)
        try site.perform(.photovoltaic(.zero), at: start)
        site.recorder.restart(limits: PowerLimits(from: .watts(-5_000), to: .watts(5_000)))
        site.withCharger(1) { $0.setpoint(.watts(6_000), at: start) }
        site.advance(to: after(61_000))
        #expect(site.connectionPoint.power == PerPhase(.watts(3_000), .watts(2_200), .watts(2_000)))
        #expect(site.recorder.maximumImport == .watts(7_200))
        #expect(site.recorder.worstExcess == .watts(2_200))
        #expect(site.recorder.maximumExport == .zero)
        #expect(site.recorder.longestExcess > .seconds(50))
        #expect(abs(site.recorder.excess.inUnits - 2_200.0 * 57 / 3_600) < 1.5)
    }

    @Test func `a meter shows its last sample, late`() throws {
        var site = SimulatedSite(
            chargers: [], load: HouseholdLoad(profile: .flat(PerPhase(all: .watts(100))), noise: 0),
            meter: SimulatedMeter(refresh: .seconds(1), latency: .milliseconds(300), at: start), startingAt: start)
        site.advance(to: after(1_500))
        try site.perform(.load(PerPhase(all: .watts(500))), at: after(1_500))
        site.advance(to: after(2_299))
        #expect(site.meter.shown?.power == .watts(300))
        #expect(site.meter.shown?.measuredAt == after(1_000))
        site.advance(to: after(2_300))
        #expect(site.meter.shown?.power == .watts(1_500))
        #expect(site.meter.shown?.measuredAt == after(2_000))
    }

    @Test(arguments: [(SimulatedMeter.Condition.frozen, 300), (.reversed, -1_500), (.healthy, 1_500)])
    func `a meter can lie`(condition: SimulatedMeter.Condition, watts: Int) throws {
        var site = SimulatedSite(
            chargers: [], load: HouseholdLoad(profile: .flat(PerPhase(all: .watts(100))), noise: 0),
            startingAt: start)
        site.advance(to: after(1_500))
        try site.perform(.meter(condition), at: after(1_500))
        try site.perform(.load(PerPhase(all: .watts(500))), at: after(1_500))
        site.advance(to: after(5_000))
        #expect(site.meter.shown?.power == .watts(watts))
        #expect(site.connectionPoint.total == .watts(1_500))
    }

    @Test func `current lowers the voltage behind a resistance and the script changes the grid`() {
        let event = SimulatedGrid.Event(at: after(10_000), frequency: Frequency(milli: 49_800))
        var site = SimulatedSite(
            chargers: [], load: HouseholdLoad(profile: .flat(PerPhase(all: .watts(2_300))), noise: 0),
            grid: SimulatedGrid(lineResistance_ohm: 0.5, script: [event]), startingAt: start)
        site.advance(to: after(9_999))
        #expect(abs(site.connectionPoint.voltage.l1.inUnits - 224.9) < 0.2)
        #expect(site.connectionPoint.frequency == .hertz(50))
        site.advance(to: after(10_000))
        #expect(site.connectionPoint.frequency == Frequency(milli: 49_800))
    }

    @Test func `verbs that make no sense say why`() {
        var site = site()
        let cases: [(SiteAction, BenchRefused)] = [
            (.swipe(evse: 9), .noSuchCharger(9, known: [1, 2])), (.plugIn(evse: 1, nil), .alreadyPluggedIn(evse: 1)),
        ]
        for (verb, refusal) in cases {
            #expect(throws: refusal) { try site.perform(verb, at: start) }
        }
    }
}

@Suite struct DayProfileTests {
    @Test func `reads three conductors or a sum, straight between points`() throws {
        let three = try DayProfile(
            csv: "# a day\ntime,l1_W,l2_W,l3_W\r\n00:00,100,0,-50\r\n\r\n12:00:00,300,0,-50\r\n", file: "a")
        #expect(three.watts(at: .seconds(6 * 3_600)) == PerPhase(200, 0, -50))
        #expect(three.watts(at: .seconds(18 * 3_600)) == PerPhase(200, 0, -50))
        let sum = try DayProfile(csv: "time,power_W\n08:00,300", file: "b")
        #expect(sum.watts(at: .zero) == PerPhase(all: 100))
    }

    @Test(arguments: [
        ("", "p.csv:1: the file is empty"), ("hour,W\n", "p.csv:1: the header is “hour,W”"),
        ("time,power_W\n", "p.csv:1: there is a header and no values"),
        ("time,power_W\n08:00,abc", "p.csv:2: “abc” is not a power in watts"),
        ("time,power_W\n08:00,nan", "p.csv:2: “nan” is not a power in watts"),
        ("time,power_W\n25:00,1", "p.csv:2: “25:00” is not a time of day"),
        ("time,power_W\n\n#\n08:00,1\n07:00,1", "p.csv:5: 07:00 is not later"),
        ("time,l1_W,l2_W,l3_W\n08:00,1,2", "p.csv:2: 3 fields, the header names 4"),
        ("time,power_W\n08:00:99,1", "p.csv:2: “08:00:99” has 99 seconds"),
    ])
    func `says which line is wrong and what is allowed`(text: String, message: String) {
        #expect {
            try DayProfile(csv: text, file: "p.csv")
        } throws: {
            "\($0)".hasPrefix(message)
        }
    }
}
