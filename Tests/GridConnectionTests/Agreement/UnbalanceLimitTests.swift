// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

struct UnbalanceLimitTests {
    typealias Device = UnbalanceLimit.Device
    static func single(_ phase: PhaseSet, _ lower: Int = 0, _ upper: Int = 7_360) -> Device {
        Device(wiring: phase, ratings: watts(lower, upper))
    }

    @Test func `charging alone may reach the limit on each phase`() {
        let rule = UnbalanceLimit(devices: [Self.single(.l1), Self.single(.l2), Self.single(.l3)])
        #expect(rule.allowed() == PerPhase(all: watts(0, 4_600)))
        #expect(rule.allowed(asymmetric: PerPhase(.watts(4_600), .zero, .zero)) == PerPhase(all: watts(0, 4_600)))
    }

    @Test func `a bidirectional EVSE alone on its phase may reach the limit in both directions`() {
        let rule = UnbalanceLimit(devices: [Self.single(.l2, -7_360)])
        #expect(rule.allowed() == PerPhase(.zero, watts(-4_600, 4_600), .zero))
    }

    @Test func `what one phase delivers takes room to draw from the others`() {
        let rule = UnbalanceLimit(devices: [Self.single(.l1, -7_360), Self.single(.l2, -7_360)])
        #expect(rule.allowed() == PerPhase(watts(-2_300, 2_300), watts(-2_300, 2_300), .zero))
        let delivering = rule.allowed(asymmetric: PerPhase(.watts(-4_000), .zero, .zero))
        #expect(delivering.l1.lower == .watts(-4_300))
        #expect(delivering.l2.upper == .watts(300))
        #expect(delivering.l2.lower == .watts(-2_300))
        #expect(delivering.l1.upper == .watts(2_300))
    }

    @Test func `what is too much already is cut in proportion`() {
        let rule = UnbalanceLimit(devices: [Self.single(.l1, -7_360), Self.single(.l2, -7_360)])
        let allowed = rule.allowed(asymmetric: PerPhase(.watts(6_900), .watts(-2_300), .zero))
        #expect(allowed.l1.upper == .watts(3_450) && allowed.l2.lower == .watts(-1_150))
    }

    @Test func `what always loads all phases alike does not count, a three-phase socket does`() {
        let inverter = Device(wiring: .three, ratings: watts(-22_000, 22_000), isAlwaysBalanced: true)
        #expect(UnbalanceLimit(devices: [inverter]).reach == PerPhase(all: .zero))
        let socket = Device(wiring: .three, ratings: watts(0, 11_040))
        #expect(UnbalanceLimit(devices: [socket]).reach == PerPhase(all: watts(0, 3_680)))
        let mislabelled = Device(wiring: PhaseSet.l1.union(.l2), ratings: watts(0, 7_360), isAlwaysBalanced: true)
        #expect(UnbalanceLimit(devices: [mislabelled]).reach == PerPhase(watts(0, 3_680), watts(0, 3_680), .zero))
    }

    @Test func `a limit below zero allows nothing`() {
        let rule = UnbalanceLimit(limit: .watts(-1), devices: [Self.single(.l1, -7_360), Self.single(.l2)])
        #expect(rule.allowed(asymmetric: PerPhase(all: .watts(1_000))) == PerPhase(all: .zero))
    }

    @Test func `whatever each phase does within its bounds, no two differ by more than the limit`() {
        var random = Seeded(7)
        for _ in 0..<20_000 {
            let limit = Power(milli: Int64(random.int(0...10_000_000)))
            let rule = UnbalanceLimit(limit: limit, devices: Self.devices(&random))
            let reading = { (random: inout Seeded) in
                Power(
                    milli: random.chance(2)
                        ? (random.chance(50) ? .max : .min) : Int64(random.int(-9_000_000...9_000_000)))
            }
            let draw = PerPhase(reading(&random), reading(&random), reading(&random))
            let bounds = rule.allowed(asymmetric: draw)
            for phase in Phase.allCases {
                #expect(
                    rule.reach[phase].contains(bounds[phase].lower) && rule.reach[phase].contains(bounds[phase].upper))
                for other in Phase.allCases where other != phase && bounds[phase].upper - bounds[other].lower > limit {
                    Issue.record("\(phase) may differ from \(other): \(bounds) for \(draw) under \(limit)")
                    return
                }
            }
            if let wasted = Self.unused(bounds, rule) {
                Issue.record("\(wasted) could go further: \(bounds) for \(draw) under \(limit)")
                return
            }
        }
    }

    @Test func `who is within the limit already is left what he has`() {
        var random = Seeded(8)
        for _ in 0..<20_000 {
            let rule = UnbalanceLimit(devices: Self.devices(&random))
            let draw = PerPhase(
                Power.watts(random.int(-4_000...4_000)), .watts(random.int(-4_000...4_000)),
                .watts(random.int(-4_000...4_000)))
            let possible = PerPhase(
                rule.reach.l1.nearest(to: draw.l1), rule.reach.l2.nearest(to: draw.l2),
                rule.reach.l3.nearest(to: draw.l3))
            let all = [possible.l1, possible.l2, possible.l3]
            guard let highest = all.max(), let lowest = all.min(), highest - lowest <= rule.limit else { continue }
            let bounds = rule.allowed(asymmetric: draw)
            for phase in Phase.allCases { #expect(bounds[phase].contains(possible[phase])) }
        }
    }

    static func devices(_ random: inout Seeded) -> [Device] {
        (0...random.int(0...4)).map { _ in
            Device(
                wiring: random.pick([.l1, .l2, .l3, .three, PhaseSet.l1.union(.l3)]),
                ratings: watts(-random.int(0...1) * random.int(0...7_360), random.int(0...11_000)),
                isAlwaysBalanced: random.chance(20))
        }
    }

    /// A phase whose bound could be wider although ratings and limit allow it.
    static func unused(_ bounds: PerPhase<PowerLimits>, _ rule: UnbalanceLimit) -> Phase? {
        Phase.allCases.first { phase in
            let others = Phase.allCases.filter { $0 != phase }
            let lowest = others.map { bounds[$0].lower }.min() ?? .zero
            return bounds[phase].upper < rule.reach[phase].upper && bounds[phase].upper - lowest < rule.limit
        }
    }
}
