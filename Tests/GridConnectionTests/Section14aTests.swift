// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

struct Section14aTests {
    private let start = Instant(nanoseconds: 0)
    private let nanosecond = Interval(nanoseconds: 1)
    private let settings = Section14a.Settings(guaranteedMinimum: .watts(10_500))

    /// BK6-22-300 Annex 1: devices, simultaneity in percent, minimum without and with heat pumps of 20 kW together.
    @Test(arguments: [
        (0, 100, 0, 0), (1, 100, 4_200, 8_000), (2, 80, 7_560, 11_360), (3, 75, 10_500, 14_300),
        (4, 70, 13_020, 16_820),
        (5, 65, 15_120, 18_920), (6, 60, 16_800, 20_600), (7, 55, 18_060, 21_860), (8, 50, 18_900, 22_700),
        (9, 45, 19_320, 23_120), (10, 45, 21_210, 25_010), (11, 45, 23_100, 26_900), (12, 45, 24_990, 28_790),
    ])
    func `the guaranteed minimum follows the table`(devices: Int, percent: Int, alone: Int, withHeatPumps: Int) {
        #expect(Section14a.simultaneity(of: devices) == percent)
        #expect(Section14a.guaranteedMinimum(controllables: devices) == .watts(alone))
        let heatPumps = Section14a.HeatPumps(heating: .watts(20_000))
        #expect(
            Section14a.guaranteedMinimum(controllables: devices, heatPumps: heatPumps) == .watts(withHeatPumps))
    }

    @Test(arguments: [
        (11_000, 0, 4_200), (11_001, 0, 4_400), (0, 11_001, 4_400), (12_000, 15_000, 6_000), (15_000, 12_000, 6_000),
        (5_000, 12_000, 4_800), (9_000, 9_000, 4_200), (-20_000, -1, 4_200),
    ])
    func `a group counts above 11 kW, and the greater one instead of the sum`(heating: Int, cooling: Int, base: Int) {
        let heatPumps = Section14a.HeatPumps(heating: .watts(heating), cooling: .watts(cooling))
        let minimum = Section14a.guaranteedMinimum(controllables: 1, heatPumps: heatPumps)
        #expect(minimum.milli / 1_000 == Int64(base))
        #expect(
            Section14a.guaranteedMinimum(controllables: 2, heatPumps: heatPumps) - minimum == .watts(3_360))
    }

    @Test(arguments: [Int.min, -1, 0]) func `without devices nothing is guaranteed`(devices: Int) {
        #expect(Section14a.guaranteedMinimum(controllables: devices) == .zero)
    }

    @Test func `absurd numbers of devices and watts do not trap`() {
        let heatPumps = Section14a.HeatPumps(heating: Power(milli: .max), cooling: Power(milli: .min))
        #expect(Section14a.guaranteedMinimum(controllables: .max, heatPumps: heatPumps) > .zero)
    }

    @Test func `a reduction bounds what the controllable devices draw together and not what they deliver`() {
        var events = ConnectionEvents()
        var machine = Section14a(settings, restored: nil, at: start)
        #expect(machine.limit() == nil)
        _ = machine.handle(.reduce(to: .watts(10_500), duration: nil, InstructionID(1)), at: start, &events)
        #expect(machine.limit()?.scope == .controllable)
        #expect(machine.limit()?.rule == .section14a)
        #expect(machine.limit()?.power == PowerLimits(from: PowerLimits.unbounded.lower, to: .watts(10_500)))
        #expect(events.kinds == [.began])
    }

    @Test(arguments: [(20_000, 11_800), (8_200, 0), (3_000, 0)])
    func `heat pumps that others control keep their part of a reduction`(order: Int, left: Int) {
        var events = ConnectionEvents()
        let shared = Section14a.Settings(guaranteedMinimum: .watts(14_300), keptByOthers: .watts(8_200))
        var statute = Section14a(shared, restored: nil, at: start)
        _ = statute.handle(.reduce(to: .watts(order), duration: nil, InstructionID(1)), at: start, &events)
        #expect(statute.limit()?.power.upper == .watts(left))
        #expect(statute.memory(at: start)?.power == .watts(order))
    }

    @Test(arguments: [(GridLimit.Scope.controllable, 800), (.connectionPoint, 5_000)])
    func `they keep their part of a box's limit on the devices, not of one on the connection point`(
        scope: GridLimit.Scope, left: Int
    ) {
        var settings = LimitationSettings(.consumption, scope: scope)
        settings.failsafeLimit = .watts(5_000)
        settings.keptByOthers = .watts(4_200)
        let machine = LimitationMachine(settings, restored: nil, at: start)
        #expect(machine.limit()?.power.upper == .watts(left))
    }

    @Test(arguments: [(10_500, false), (10_499, true), (0, true)])
    func `a command below the minimum is obeyed and flagged (4_6 sentence 2)`(watts: Int, below: Bool) {
        var events = ConnectionEvents()
        var machine = Section14a(settings, restored: nil, at: start)
        let reply = machine.handle(.reduce(to: .watts(watts), duration: nil, InstructionID(3)), at: start, &events)
        #expect(reply == .accepted)
        #expect(machine.limit()?.power.upper == .watts(watts))
        #expect(events.kinds == (below ? [.began, .belowMinimum] : [.began]))
        #expect(events.first(.belowMinimum)?.power.upper == (below ? .watts(10_500) : nil))
    }

    @Test(
        arguments: [
            (Int64(-1), nil, Section14a.Reply.refusedNegative), (Power.plausible + 1, nil, .refusedImplausible),
            (0, .zero, .refusedDuration), (0, Interval(nanoseconds: -1), .refusedDuration),
            (0, Interval(nanoseconds: 1), .accepted),
        ] as [(Int64, Interval?, Section14a.Reply)])
    func `what makes no sense is refused and leaves the reduction in force`(
        milliwatts: Int64, duration: Interval?, expected: Section14a.Reply
    ) {
        var events = ConnectionEvents()
        var machine = Section14a(settings, restored: nil, at: start)
        _ = machine.handle(.reduce(to: .watts(5_000), duration: nil, InstructionID(1)), at: start, &events)
        let reply = machine.handle(
            .reduce(to: Power(milli: milliwatts), duration: duration, InstructionID(2)), at: start, &events)
        #expect(reply == expected)
        #expect(machine.limit()?.power.upper == (expected == .accepted ? .zero : .watts(5_000)))
    }

    @Test func `a reduction ends exactly with its duration`() {
        var events = ConnectionEvents()
        var machine = Section14a(settings, restored: nil, at: start)
        _ = machine.handle(.reduce(to: .watts(11_000), duration: .minutes(60), InstructionID(1)), at: start, &events)
        machine.advance(to: start + .minutes(60) - nanosecond, &events)
        #expect(machine.state == .reduced)
        machine.advance(to: start + .minutes(60), &events)
        #expect(machine.limit() == nil)
        #expect(events.kinds == [.began, .expired])
    }

    @Test func `a restart brings the reduction back with the rest of its time`() {
        var events = ConnectionEvents()
        var machine = Section14a(settings, restored: nil, at: start)
        _ = machine.handle(.reduce(to: .watts(5_000), duration: .minutes(60), InstructionID(7)), at: start, &events)
        let memory = machine.memory(at: start + .minutes(45))
        let again = Instant(nanoseconds: 99)
        var restored = Section14a(settings, restored: memory, at: again)
        restored.advance(to: again + .minutes(15) - nanosecond, &events)
        #expect(restored.limit()?.power.upper == .watts(5_000))
        restored.advance(to: again + .minutes(15), &events)
        #expect(restored.limit() == nil)
        #expect(events.all.last?.instruction == InstructionID(7))
        var endless = Section14a(settings, restored: nil, at: start)
        _ = endless.handle(.reduce(to: .zero, duration: nil, InstructionID(8)), at: start, &events)
        restored = Section14a(settings, restored: endless.memory(at: start), at: again)
        restored.advance(to: again + .minutes(100_000), &events)
        #expect(restored.limit()?.power.upper == .zero)
    }

    @Test func `the table of transitions is the one checked in`() throws {
        var table = TransitionTable(
            "Section14a", about: "The reduction of § 14a EnWG, with a guaranteed minimum of 10.5 kW.")
        let inputs: [(String, Section14a.Input)] = [
            ("reduce to 11 kW", .reduce(to: .watts(11_000), duration: nil, InstructionID(2))),
            ("reduce to 4 kW", .reduce(to: .watts(4_000), duration: nil, InstructionID(2))),
            ("reduce to -1 W", .reduce(to: .watts(-1), duration: nil, InstructionID(2))),
            ("reduce for 0 s", .reduce(to: .watts(11_000), duration: .zero, InstructionID(2))), ("release", .release),
        ]
        for state in Section14a.State.allCases {
            for (name, input) in inputs {
                var (machine, events) = inState(state)
                let reply = machine.handle(input, at: start, &events)
                table.add(state: "\(state)", input: name, after: "\(machine.state)", reply: "\(reply)", events)
            }
            var (machine, events) = inState(state)
            machine.advance(to: start + .minutes(60), &events)
            table.add(state: "\(state)", input: "its time is up", after: "\(machine.state)", reply: "", events)
        }
        try table.expectToMatchFile()
    }

    private func inState(_ state: Section14a.State) -> (Section14a, ConnectionEvents) {
        var machine = Section14a(settings, restored: nil, at: start)
        var events = ConnectionEvents()
        switch state {
        case .free: break
        case .reduced:
            _ = machine.handle(
                .reduce(to: .watts(11_000), duration: .minutes(60), InstructionID(1)), at: start, &events)
        }
        events.removeAll()
        return (machine, events)
    }
}
