// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

/// What other implementations got wrong, as their public issue trackers tell (EVerest, eebus-go, evcc).
struct LimitationMistakesTests {
    @Test func `a negative limit is not accepted`() {
        var box = Limitation.inState(.limited)
        #expect(box.write(-1) == .refusedNegative)
        #expect(box.limit == .watts(3_000))
    }

    @Test func `a limit without a duration outlives the next tick and the next day`() {
        var box = Limitation.inState(.limited)
        box.wait(.milliseconds(100))
        #expect(box.limit == .watts(3_000))
        box.live(.minutes(24 * 60))
        #expect(box.limit == .watts(3_000))
    }

    @Test func `heartbeats alone do not end a failsafe`() {
        var box = Limitation.inState(.failsafe)
        box.live(.minutes(60))
        #expect(box.state == .failsafe)
        #expect(box.limit == .watts(4_200))
    }

    @Test func `a long outage does not end in silence without a limit, unless that is asked for`() {
        var held = Limitation.inState(.failsafe, .hold)
        held.wait(.minutes(7 * 24 * 60))
        #expect(held.limit == .watts(4_200))
        var released = Limitation.inState(.failsafe, .release)
        released.wait(.minutes(7 * 24 * 60))
        #expect(released.limit == nil)
        #expect(released.events.kinds == [.failsafeLeft, .stateChanged])
    }

    @Test func `a failsafe and what the box wrote survive a restart`() {
        for end in [LimitationSettings.FailsafeEnd.hold, .release] {
            var box = Limitation.inState(.limited, end)
            _ = box.handle(.writeFailsafeLimit(.watts(6_000)))
            _ = box.handle(.writeFailsafeDuration(.minutes(180)))
            box.wait(.seconds(120))
            #expect(box.state == .failsafe)
            var again = Limitation(Limitation.settings(end), restored: box.machine.memory)
            #expect(again.state == .initial)
            #expect(again.limit == .watts(6_000))
            // Restarting over and over does not shorten it.
            again.wait(.seconds(100))
            again = Limitation(Limitation.settings(end), restored: again.machine.memory)
            again.wait(.seconds(120))
            #expect(again.state == .failsafe)
            #expect(again.limit == .watts(6_000))
            #expect(again.machine.failsafeDuration == .minutes(180))
            again.wait(.minutes(180))
            #expect(again.limit == (end == .hold ? .watts(6_000) : nil))
        }
    }

    @Test func `a limit cut off by a restart ends in the record, and its box is waited for at the failsafe limit`() {
        let before = Limitation.inState(.limited)
        var box = Limitation(restored: before.machine.memory)
        #expect(box.limit == .watts(4_200))
        box.wait(.zero)
        #expect(box.events.kinds == [.superseded])
        #expect(box.events[0].instruction == InstructionID(1))
        box.wait(.seconds(120))
        #expect(box.state == .failsafe)
        #expect(box.events.kinds == [.superseded, .failsafeEntered, .stateChanged])
        var released = Limitation(Limitation.settings(.release), restored: before.machine.memory)
        released.wait(.seconds(120))
        #expect(released.state == .unlimitedAutonomous)
    }

    @Test func `a write after a restart ends the failsafe that was before it`() {
        var box = Limitation(restored: Limitation.inState(.failsafe).machine.memory)
        box.wait(.seconds(30))
        box.beat()
        box.write(2_000, id: 5)
        #expect(box.state == .limited)
        #expect(box.events.first(.failsafeLeft)?.took == .seconds(30))
    }

    @Test func `senseless values in the memory are not restored`() {
        let memory = LimitationMachine.Memory(
            state: .failsafe, instruction: InstructionID(0), failsafeLimit: .watts(-1), failsafeDuration: .seconds(1))
        let box = Limitation(restored: memory)
        #expect(box.limit == .watts(4_200))
        #expect(box.machine.failsafeDuration == .minutes(120))
    }

    @Test func `a box that never states a limit does not lead`() {
        var box = Limitation()
        box.live(.seconds(119))
        #expect(box.state == .initial)
        box.live(.seconds(60))
        #expect(box.state == .unlimitedAutonomous)
    }

    @Test func `heartbeats count in every state and beside refused writes`() {
        for state in LimitationMachine.State.allCases where state != .failsafe && state != .initial {
            var box = Limitation.inState(state)
            for _ in 0..<60 {
                box.beat()
                #expect(box.write(-5) == .refusedNegative)
                box.now = box.now + .seconds(60)
            }
            box.beat()
            #expect(box.state == state)
        }
    }
}
