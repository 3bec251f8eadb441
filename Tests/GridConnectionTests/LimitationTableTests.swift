// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

struct LimitationTableTests {
    private static func write(_ watts: Int, active: Bool, for duration: Interval? = nil) -> LimitationInput {
        .write(LimitationWrite(.watts(watts), isActive: active, duration: duration, instruction: InstructionID(2)))
    }

    /// What is heard or written; a write is preceded by a heartbeat where `heard`.
    private static let inputs: [(name: String, heard: Bool, input: LimitationInput)] = [
        ("heartbeat", false, .heartbeat),
        ("active write", true, write(2_000, active: true)),
        ("inactive write", true, write(0, active: false)),
        ("active write, not heard", false, write(2_000, active: true)),
        ("negative write", true, write(-1, active: true)),
        ("write for 0 s", true, write(2_000, active: true, for: .zero)),
        ("failsafe limit", true, .writeFailsafeLimit(.watts(6_000))),
        ("failsafe limit, negative", true, .writeFailsafeLimit(.watts(-1))),
        ("failsafe duration 3 h", true, .writeFailsafeDuration(.minutes(180))),
        ("failsafe duration 1 h", true, .writeFailsafeDuration(.minutes(60))),
        ("partner lost", false, .partnerLost),
        ("paired", false, .paired),
        ("unpaired", false, .unpaired),
    ]

    @Test func `the table of transitions is the one checked in`() throws {
        var table = TransitionTable(
            "LimitationMachine",
            about:
                "Limitation of power consumption or production (EEBUS LPC, LPP). Inputs count as heard: a heartbeat came just "
                + "before them, except where “not heard”. “hold” and “release” are the two ends of a failsafe.")
        for state in LimitationMachine.State.allCases {
            for (name, heard, input) in Self.inputs {
                var box = Limitation.inState(state)
                if heard { box.beat() }
                if !heard { _ = box.handle(.partnerLost) }
                box.forgetEvents()
                let reply = box.handle(input)
                table.add(state: "\(state)", input: name, after: "\(box.state)", reply: "\(reply)", box.events)
            }
            for (end, name) in [(LimitationSettings.FailsafeEnd.hold, "hold"), (.release, "release")] {
                for (wait, span) in [(Interval.seconds(120), "120 s"), (.minutes(120), "2 h")] {
                    var box = Limitation.inState(state, end)
                    box.wait(wait)
                    table.add(
                        state: "\(state)", input: "silence of \(span), \(name)", after: "\(box.state)", reply: "",
                        box.events)
                }
                var box = Limitation.inState(state, end)
                box.live(.seconds(240))
                table.add(
                    state: "\(state)", input: "heartbeats for 240 s, \(name)", after: "\(box.state)", reply: "",
                    box.events)
            }
        }
        try table.expectToMatchFile()
    }
}
