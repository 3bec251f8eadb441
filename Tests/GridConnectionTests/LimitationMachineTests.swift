// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

/// The LPC machine on a clock that starts at 0.
struct Limitation {
    typealias State = LimitationMachine.State
    var machine: LimitationMachine
    var events = ConnectionEvents()
    var now: Instant

    init(
        _ settings: LimitationSettings = LimitationSettings(.consumption), restored: LimitationMachine.Memory? = nil,
        at start: Instant = Instant(nanoseconds: 0)
    ) {
        now = start
        machine = LimitationMachine(settings, restored: restored, at: now)
    }

    static func settings(_ end: LimitationSettings.FailsafeEnd) -> LimitationSettings {
        var settings = LimitationSettings(.consumption)
        settings.failsafeEnd = end
        return settings
    }

    var state: State { machine.state }
    var limit: Power? { machine.limit()?.power.upper }

    mutating func wait(_ interval: Interval) { wait(until: now + interval) }
    mutating func wait(until instant: Instant) {
        now = instant
        machine.advance(to: now, &events)
    }
    mutating func handle(_ input: LimitationInput) -> LimitationReply { machine.handle(input, at: now, &events) }
    mutating func beat() { _ = handle(.heartbeat) }
    @discardableResult
    mutating func write(_ watts: Int, active: Bool = true, for duration: Interval? = nil, id: UInt64 = 1)
        -> LimitationReply
    {
        handle(
            .write(LimitationWrite(.watts(watts), isActive: active, duration: duration, instruction: InstructionID(id)))
        )
    }
    /// Beats and waits, as a box that is well does.
    mutating func live(_ interval: Interval) {
        let end = now + interval
        while now < end {
            beat()
            wait(until: now + .seconds(60) < end ? now + .seconds(60) : end)
        }
    }
    mutating func forgetEvents() { events.removeAll() }

    /// Brings a new machine into the state by the shortest way.
    static func inState(_ state: State, _ end: LimitationSettings.FailsafeEnd = .hold) -> Limitation {
        var box = Limitation(settings(end))
        switch state {
        case .initial: break
        case .unlimitedAutonomous: box.wait(.seconds(120))
        case .limited:
            box.beat()
            box.write(3_000)
        case .unlimitedControlled:
            box.beat()
            box.write(0, active: false)
        case .failsafe:
            box.beat()
            box.write(3_000)
            box.wait(.seconds(120))
        }
        box.forgetEvents()
        return box
    }
}

struct LimitationMachineTests {
    private let nanosecond = Interval(nanoseconds: 1)

    // MARK: Start (LPC-901 to 906)

    @Test func `power-on applies the failsafe limit at once (LPC-901/1)`() {
        let box = Limitation()
        #expect(box.state == .initial)
        #expect(box.limit == .watts(4_200))
        #expect(box.machine.limit()?.rule == .consumptionFailsafe)
    }

    @Test func `a start without a box ends after exactly 120 s (LPC-906)`() {
        var box = Limitation()
        box.wait(until: Instant(nanoseconds: 0) + .seconds(120) - nanosecond)
        #expect(box.state == .initial)
        box.wait(nanosecond)
        #expect(box.state == .unlimitedAutonomous)
        #expect(box.machine.limit() == nil)
        #expect(box.events.kinds == [.stateChanged])
    }

    @Test func `an active write at the start limits (LPC-904), an inactive one leads without limiting (LPC-902, 905)`()
    {
        var box = Limitation()
        box.beat()
        #expect(box.write(2_000) == .accepted)
        #expect(box.state == .limited)
        #expect(box.limit == .watts(2_000))
        #expect(box.machine.limit()?.rule == .consumptionLimit)
        box = Limitation()
        box.beat()
        box.write(2_000, active: false)
        #expect(box.state == .unlimitedControlled)
        #expect(box.limit == nil)
    }

    @Test func `no box paired, no failsafe`() {
        var settings = LimitationSettings(.consumption)
        settings.isPaired = false
        var box = Limitation(settings)
        #expect(box.state == .unlimitedAutonomous)
        #expect(box.handle(.heartbeat) == .refusedNotPaired)
        #expect(box.write(0) == .refusedNotPaired)
        box.wait(.minutes(10_000))
        #expect(box.limit == nil)
        #expect(box.handle(.paired) == .accepted)
        #expect(box.state == .initial)
        #expect(box.limit == .watts(4_200))
        box.beat()
        box.write(0)
        #expect(box.limit == .zero)
        #expect(box.handle(.unpaired) == .accepted)
        #expect(box.limit == nil)
    }

    @Test func `pairing again does not restart the wait`() {
        var box = Limitation.inState(.failsafe)
        #expect(box.handle(.paired) == .accepted)
        #expect(box.state == .failsafe)
    }

    // MARK: Writes

    @Test func `a limit of 0 W is a limit`() {
        var box = Limitation()
        box.beat()
        box.write(0)
        #expect(box.state == .limited)
        #expect(box.machine.limit()?.power == PowerLimits(from: .watts(-1_000_000_000), to: .zero))
    }

    @Test(arguments: [
        (Int64(-1), true, LimitationReply.refusedNegative), (-1, false, .refusedNegative), (0, true, .accepted),
        (Power.plausible, true, .accepted), (Power.plausible + 1, true, .refusedImplausible),
        (Int64.min, true, .refusedNegative), (Int64.max, false, .refusedImplausible),
    ])
    func `a limit is a magnitude of a real site (LPC-001)`(milliwatts: Int64, active: Bool, reply: LimitationReply) {
        var box = Limitation()
        box.beat()
        let write = LimitationWrite(Power(milli: milliwatts), isActive: active, instruction: InstructionID(9))
        #expect(box.handle(.write(write)) == reply)
        #expect(box.state == (reply == .accepted ? .limited : .initial))
        #expect(box.events.first(.refused)?.detail == (reply == .accepted ? nil : reply.code))
    }

    @Test func `a write is taken up to exactly 60 s after a heartbeat`() {
        for (after, reply) in [
            (Interval.zero, LimitationReply.accepted), (.seconds(60), .accepted),
            (.seconds(60) + nanosecond, .refusedNoHeartbeat),
        ] {
            var box = Limitation()
            box.beat()
            box.wait(after)
            #expect(box.write(1_000) == reply)
        }
        var silent = Limitation()
        #expect(silent.write(1_000) == .refusedNoHeartbeat)
    }

    @Test func `after a lost connection the box is heard again before it writes (LPC-913)`() {
        var box = Limitation.inState(.limited)
        #expect(box.handle(.partnerLost) == .accepted)
        #expect(box.write(9_000) == .refusedNoHeartbeat)
        #expect(box.limit == .watts(3_000))
        box.beat()
        #expect(box.write(9_000) == .accepted)
    }

    @Test func `a lost connection does not prolong the wait for the failsafe`() {
        var box = Limitation.inState(.limited)
        box.wait(.seconds(119))
        _ = box.handle(.partnerLost)
        box.wait(.seconds(1))
        #expect(box.state == .failsafe)
    }

    @Test func `a newer limit takes the place of the older one, a deactivation ends it (LPC-908)`() {
        var box = Limitation.inState(.limited)
        box.write(5_000, id: 2)
        #expect(box.events.all.map(\.instruction) == [InstructionID(1), InstructionID(2)])
        #expect(box.events.kinds == [.superseded, .began])
        #expect(box.limit == .watts(5_000))
        box.forgetEvents()
        box.write(0, active: false, id: 3)
        #expect(box.events.kinds == [.cancelled, .stateChanged])
        #expect(box.events[0].instruction == InstructionID(2))
        #expect(box.state == .unlimitedControlled)
    }

    @Test func `an instruction stated again begins only once, and its end moves`() {
        var box = Limitation()
        box.beat()
        box.write(3_000, for: .seconds(30))
        box.wait(.seconds(20))
        box.write(3_000, for: .seconds(30))
        #expect(box.events.kinds == [.began, .stateChanged])
        box.wait(.seconds(29))
        #expect(box.state == .limited)
        box.wait(.seconds(1))
        #expect(box.state == .unlimitedControlled)
    }

    @Test func `a duration ends the limit exactly, whatever the tick (LPC-909)`() {
        for step in [Interval.milliseconds(10), .milliseconds(100), .seconds(1), .seconds(90)] {
            var box = Limitation()
            box.beat()
            box.write(3_000, for: .seconds(90))
            while box.now < Instant(nanoseconds: 0) + .seconds(90) - step { box.wait(step) }
            box.wait(until: Instant(nanoseconds: 0) + .seconds(90) - nanosecond)
            #expect(box.state == .limited)
            box.wait(nanosecond)
            #expect(box.state == .unlimitedControlled)
            #expect(box.events.first(.expired)?.at == Instant(nanoseconds: 0) + .seconds(90))
        }
    }

    @Test(arguments: [Interval.zero, Interval(nanoseconds: -1), Interval(nanoseconds: -(1 << 62))])
    func `a duration of nothing is refused`(duration: Interval) {
        var box = Limitation()
        box.beat()
        #expect(box.write(3_000, for: duration) == .refusedDuration)
        #expect(box.state == .initial)
    }

    @Test func `a duration beyond every clock never ends`() {
        var box = Limitation()
        box.beat()
        box.write(3_000, for: Interval(nanoseconds: .max))
        box.live(.minutes(24 * 60))
        #expect(box.state == .limited)
    }

    // MARK: Failsafe (LPC-911 to 922)

    @Test(arguments: [Limitation.State.limited, .unlimitedControlled])
    func `120 s without a heartbeat select the failsafe (LPC-911, LPC-912)`(state: Limitation.State) {
        var box = Limitation.inState(state)
        box.wait(.seconds(120) - nanosecond)
        #expect(box.state == state)
        box.wait(nanosecond)
        #expect(box.state == .failsafe)
        #expect(box.limit == .watts(4_200))
        #expect(box.events.first(.failsafeEntered)?.at == Instant(nanoseconds: 0) + .seconds(120))
    }

    @Test func `a heartbeat that comes when the silence is full is too late`() {
        var box = Limitation.inState(.limited)
        box.now = box.now + .seconds(120)
        box.beat()
        #expect(box.state == .failsafe)
    }

    @Test func `a failsafe ends with a heartbeat and a write after it (LPC-916, 918 to 920)`() {
        var box = Limitation.inState(.failsafe)
        #expect(box.write(1_000) == .refusedNoHeartbeat)
        box.wait(.seconds(10))
        box.beat()
        #expect(box.write(1_000, id: 2) == .accepted)
        #expect(box.state == .limited)
        #expect(box.events.first(.failsafeLeft)?.took == .seconds(10))
        box = .inState(.failsafe)
        box.beat()
        box.write(0, active: false)
        #expect(box.state == .unlimitedControlled)
    }

    @Test func `released, a box that beats but does not write loses the lead after 120 s (LPC-921)`() {
        var box = Limitation.inState(.failsafe, .release)
        box.wait(.seconds(10))
        box.beat()
        box.wait(.seconds(60))
        box.beat()
        box.wait(.seconds(60) - nanosecond)
        #expect(box.state == .failsafe)
        box.wait(nanosecond)
        #expect(box.state == .unlimitedAutonomous)
    }

    @Test func `released, the Failsafe Duration Minimum ends the failsafe (LPC-922)`() {
        var box = Limitation.inState(.failsafe, .release)
        box.wait(.minutes(120) - nanosecond)
        #expect(box.state == .failsafe)
        box.wait(nanosecond)
        #expect(box.state == .unlimitedAutonomous)
        #expect(box.events.first(.failsafeLeft)?.took == .minutes(120))
    }

    @Test func `released, a lost connection stops the wait for a write`() {
        var box = Limitation.inState(.failsafe, .release)
        box.beat()
        box.wait(.seconds(119))
        _ = box.handle(.partnerLost)
        box.wait(.seconds(10))
        #expect(box.state == .failsafe)
    }

    @Test(arguments: [
        (Interval.minutes(120), LimitationReply.accepted), (.minutes(1_440), .accepted),
        (.minutes(120) - Interval(nanoseconds: 1), .refusedFailsafeDuration),
        (.minutes(1_440) + Interval(nanoseconds: 1), .refusedFailsafeDuration), (.zero, .refusedFailsafeDuration),
    ])
    func `a failsafe lasts 2 h to 24 h (LPC-022)`(duration: Interval, reply: LimitationReply) {
        var box = Limitation()
        box.beat()
        #expect(box.handle(.writeFailsafeDuration(duration)) == reply)
        #expect(box.machine.failsafeDuration == (reply == .accepted ? duration : .minutes(120)))
    }

    @Test func `a failsafe limit is written by a box that was just heard, and is a magnitude`() {
        var box = Limitation()
        #expect(box.handle(.writeFailsafeLimit(.watts(7_000))) == .refusedNoHeartbeat)
        box.beat()
        #expect(box.handle(.writeFailsafeLimit(.watts(-1))) == .refusedNegative)
        #expect(box.limit == .watts(4_200))
        #expect(box.handle(.writeFailsafeLimit(.watts(7_000))) == .accepted)
        #expect(box.limit == .watts(7_000))
    }

    // MARK: Any order, any gap

    @Test func `one long gap does what many short steps do`() {
        for end in [LimitationSettings.FailsafeEnd.release, .hold] {
            var stepped = Limitation(Limitation.settings(end))
            var leapt = stepped
            for index in 0..<2 {
                var box = index == 0 ? stepped : leapt
                box.beat()
                box.write(3_000, for: .seconds(90))
                let target = box.now + .minutes(240)
                if index == 0 { while box.now < target { box.wait(.milliseconds(700)) } }
                box.wait(until: target)
                box.wait(until: target)
                if index == 0 { stepped = box } else { leapt = box }
            }
            #expect(stepped.events.all == leapt.events.all)
            #expect(stepped.state == leapt.state)
            #expect(leapt.state == (end == .release ? .unlimitedAutonomous : .failsafe))
        }
    }

    @Test func `a limit whose time is up as the silence is full is followed by the failsafe`() {
        var box = Limitation()
        box.beat()
        box.write(3_000, for: .seconds(120))
        box.wait(.seconds(120))
        #expect(box.state == .failsafe)
        #expect(box.events.kinds == [.began, .stateChanged, .superseded, .failsafeEntered, .stateChanged])
    }

    // MARK: Production

    @Test func `LPP bounds the export and takes the negative watts of boxes through the adapter`() {
        #expect(Power.watts(-3_000).magnitudeOfProduction() == .watts(3_000))
        var box = Limitation(LimitationSettings(.production))
        #expect(box.machine.limit()?.rule == .productionFailsafe)
        #expect(box.machine.limit()?.power.lower == .watts(-4_200))
        box.beat()
        let sign = LimitationWrite(
            Power.watts(3_000).magnitudeOfProduction(), isActive: true, instruction: InstructionID(1))
        #expect(box.handle(.write(sign)) == .refusedNegative)
        let write = LimitationWrite(
            Power.watts(-3_000).magnitudeOfProduction(), isActive: true, instruction: InstructionID(1))
        #expect(box.handle(.write(write)) == .accepted)
        #expect(box.machine.limit()?.power == PowerLimits(from: .watts(-3_000), to: .watts(1_000_000_000)))
        #expect(box.machine.limit()?.rule == .productionLimit)
    }

    @Test func `settings out of range are the safe ones`() {
        var settings = LimitationSettings(.consumption)
        settings.failsafeLimit = .watts(-5)
        settings.failsafeDuration = .zero
        let machine = LimitationMachine(settings, restored: nil, at: Instant(nanoseconds: 0))
        #expect(machine.failsafeLimit == .zero)
        #expect(machine.limit()?.power.upper == .zero)
        #expect(machine.failsafeDuration == .minutes(120))
    }

    @Test(arguments: [Int64.min, -1, 0, .max]) func `no setting makes it trap`(extreme: Int64) {
        for end in [LimitationSettings.FailsafeEnd.hold, .release] {
            var settings = Limitation.settings(end)
            settings.startTime = Interval(nanoseconds: extreme)
            settings.silence = Interval(nanoseconds: extreme)
            settings.writeWindow = Interval(nanoseconds: extreme)
            settings.writeWait = Interval(nanoseconds: extreme)
            settings.failsafeDuration = Interval(nanoseconds: extreme)
            settings.failsafeLimit = Power(milli: extreme)
            for state in LimitationMachine.State.allCases {
                let memory = LimitationMachine.Memory(
                    state: state, instruction: InstructionID(1), failsafeLimit: Power(milli: extreme),
                    failsafeDuration: Interval(nanoseconds: extreme))
                var box = Limitation(settings, restored: memory)
                box.wait(.seconds(1))
                box.beat()
                box.write(1_000, for: Interval(nanoseconds: .max))
                _ = box.handle(.partnerLost)
                box.live(.minutes(300))
                #expect(box.machine.limit().map { $0.power.upper >= .zero } ?? true)
            }
        }
    }
}
