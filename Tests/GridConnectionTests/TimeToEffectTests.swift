// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

/// An instruction to draw at most 5 kW, received at 1000 s.
private struct Watched {
    static let received = Instant(nanoseconds: 0) + .seconds(1_000)
    var watch: TimeToEffect
    var events = ConnectionEvents()

    init(_ settings: TimeToEffect.Settings = TimeToEffect.Settings()) {
        watch = TimeToEffect(settings)
        _ = watch.handle(
            .received(InstructionID(1), .consumptionLimit, PowerLimits(from: .watts(-50_000), to: .watts(5_000))),
            at: Self.received)
    }

    /// Both times after the receipt.
    mutating func step(_ now: Interval, watts: Int, measured: Interval) {
        watch.advance(
            to: Self.received + now, TimeToEffect.Measurement(.watts(watts), at: Self.received + measured), &events)
    }
}

struct TimeToEffectTests {
    private let nanosecond = Interval(nanoseconds: 1)

    @Test func `a measurement taken after the receipt that obeys is the effect`() {
        var site = Watched()
        site.step(.zero, watts: 9_000, measured: .seconds(-1))
        site.step(.seconds(1), watts: 7_000, measured: .seconds(1))
        #expect(site.watch.state == .watching)
        site.step(.seconds(3), watts: 5_000, measured: .milliseconds(2_500))
        #expect(site.watch.state == .obeyed)
        #expect(site.events.kinds == [.effective])
        #expect(site.events[0].took == .milliseconds(2_500))
        #expect(site.events[0].instruction == InstructionID(1))
        #expect(site.events[0].rule == .consumptionLimit)
        site.step(.seconds(400), watts: 9_000, measured: .seconds(400))
        #expect(site.events.count == 1)
    }

    @Test func `what obeyed at the receipt was not commanded`() {
        var site = Watched()
        site.step(.zero, watts: 4_000, measured: .seconds(-10))
        #expect(site.events.kinds == [.alreadyBelow])
        var stale = Watched()
        stale.step(.zero, watts: 4_000, measured: .seconds(-10) - nanosecond)
        #expect(stale.watch.state == .watching)
        var unmeasured = Watched()
        unmeasured.watch.advance(
            to: Watched.received, TimeToEffect.Measurement(.zero, at: .distantPast), &unmeasured.events)
        #expect(unmeasured.watch.state == .watching)
    }

    @Test func `five minutes are exact (4_2)`() {
        var site = Watched()
        site.step(.minutes(5) - nanosecond, watts: 6_000, measured: .minutes(5) - nanosecond)
        #expect(site.watch.state == .watching)
        var late = site
        late.step(.minutes(5), watts: 6_000, measured: .minutes(5))
        #expect(late.watch.state == .overdue)
        #expect(late.events.kinds == [.overdue])
        #expect(late.events[0].took == .minutes(5))
        late.step(.minutes(6), watts: 5_000, measured: .minutes(6))
        #expect(late.events.kinds == [.overdue, .effective])
        #expect(late.events[1].took == .minutes(6))
        site.step(.minutes(5), watts: 5_000, measured: .minutes(5))
        #expect(site.events.kinds == [.effective])
    }

    @Test func `a gap in the steps tells the same, in the order in which it happened`() {
        var site = Watched()
        site.step(.minutes(10), watts: 4_000, measured: .minutes(10))
        #expect(site.events.kinds == [.overdue, .effective])
        #expect(site.events[0].at == Watched.received + .minutes(5))
        var inTime = Watched()
        inTime.step(.minutes(5) + .seconds(5), watts: 4_000, measured: .minutes(5) - .seconds(1))
        #expect(inTime.events.kinds == [.effective])
    }

    @Test func `old measurements and those from the future prove nothing`() {
        var site = Watched()
        site.step(.seconds(30), watts: 0, measured: .seconds(20) - nanosecond)
        #expect(site.watch.state == .watching)
        site.step(.seconds(30), watts: 0, measured: .seconds(31))
        #expect(site.watch.state == .watching)
        site.step(.minutes(5), watts: 0, measured: .seconds(20))
        #expect(site.events.kinds == [.overdue])
    }

    @Test(arguments: [(5_000, true), (5_001, false), (-50_000, true), (-50_001, false)])
    func `both bounds are to be kept`(watts: Int, obeys: Bool) {
        var site = Watched()
        site.step(.seconds(1), watts: watts, measured: .seconds(1))
        #expect((site.watch.state == .obeyed) == obeys)
    }

    @Test func `the tolerance is for the meter's error`() {
        var settings = TimeToEffect.Settings()
        settings.tolerance = .watts(100)
        var site = Watched(settings)
        site.step(.seconds(1), watts: 5_101, measured: .seconds(1))
        #expect(site.watch.state == .watching)
        site.step(.seconds(2), watts: 5_100, measured: .seconds(2))
        #expect(site.watch.state == .obeyed)
    }

    @Test(arguments: [Int64.min, -1, 0, .max]) func `no setting makes it trap`(extreme: Int64) {
        var settings = TimeToEffect.Settings()
        settings.allowed = Interval(nanoseconds: extreme)
        settings.maximumAge = Interval(nanoseconds: extreme)
        settings.tolerance = Power(milli: extreme)
        var site = Watched(settings)
        site.step(.seconds(1), watts: 9_000, measured: .seconds(1))
        site.step(.minutes(6), watts: 5_000, measured: .minutes(6))
        #expect(site.events.first(.effective) != nil || site.events.first(.overdue) != nil || extreme == .max)
    }

    @Test func `a newer instruction takes the place and an older one's end changes nothing`() {
        var site = Watched()
        _ = site.watch.handle(
            .received(InstructionID(2), .section14a, PowerLimits(from: .zero, to: .zero)), at: Watched.received)
        #expect(site.watch.handle(.ended(InstructionID(1)), at: Watched.received) == .notWatched)
        #expect(site.watch.state == .watching)
        #expect(site.watch.handle(.ended(InstructionID(2)), at: Watched.received) == .accepted)
        #expect(site.watch.state == .idle)
        site.step(.minutes(6), watts: 9_000, measured: .minutes(6))
        #expect(site.events.count == 0)
    }

    @Test func `the table of transitions is the one checked in`() throws {
        var table = TransitionTable(
            "TimeToEffect",
            about: "The watch over one instruction. Measurements are fresh unless the input says otherwise.")
        let steps: [(String, Interval, Int, Interval)] = [
            ("measured in time, obeys", .minutes(4), 4_000, .minutes(4)),
            ("measured in time, does not obey", .minutes(4), 6_000, .minutes(4)),
            ("5 minutes over, obeys only now", .minutes(6), 4_000, .minutes(6)),
            ("5 minutes over, does not obey", .minutes(6), 6_000, .minutes(6)),
            ("5 minutes over, only an old measurement", .minutes(6), 4_000, .minutes(4)),
        ]
        for state in TimeToEffect.State.allCases {
            for (name, now, watts, measured) in steps {
                var site = inState(state)
                site.step(now, watts: watts, measured: measured)
                table.add(state: "\(state)", input: name, after: "\(site.watch.state)", reply: "", site.events)
            }
            let inputs: [(String, TimeToEffect.Input)] = [
                ("received", .received(InstructionID(2), .section14a, .zero)), ("ended", .ended(InstructionID(1))),
                ("another one ended", .ended(InstructionID(7))),
            ]
            for (name, input) in inputs {
                var site = inState(state)
                let reply = site.watch.handle(input, at: Watched.received + .minutes(6))
                table.add(
                    state: "\(state)", input: name, after: "\(site.watch.state)", reply: "\(reply)", site.events)
            }
        }
        try table.expectToMatchFile()
    }

    private func inState(_ state: TimeToEffect.State) -> Watched {
        var site = Watched()
        switch state {
        case .idle: _ = site.watch.handle(.ended(InstructionID(1)), at: Watched.received)
        case .watching: site.step(.zero, watts: 9_000, measured: .zero)
        case .overdue: site.step(.minutes(5), watts: 9_000, measured: .minutes(5))
        case .obeyed: site.step(.zero, watts: 0, measured: .zero)
        }
        site.events.removeAll()
        return site
    }
}
