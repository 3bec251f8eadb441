// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

extension OperatingEnvelope {
    /// `1 in force, 2 awaited`.
    fileprivate var stateName: String {
        let kept = (0..<Self.capacity).map { slots[$0] }.filter(\.isKept).map { slot in
            let state =
                slot.time.isOver
                ? "over"
                : !slot.time.isRunning ? "awaited" : slot.cancelAt == nil ? "in force" : "in force until cancelled"
            return "\(slot.control.id.number) \(state)"
        }
        return kept.isEmpty ? "none" : kept.joined(separator: ", ")
    }
}

struct OperatingEnvelopeTable {
    typealias Course = EnvelopeCourse
    private static let first = Course.control(1, export: 4_000, start: 60, for: 600)

    private static let states: [(name: String, enter: @Sendable (inout Course) -> Void)] = [
        ("unknown", { _ in }),
        ("awaited", { $0.take(first) }),
        (
            "in force",
            { course in
                course.take(first)
                course.pass(.seconds(60))
            }
        ),
        (
            "in force until cancelled",
            { course in
                course.take(first)
                course.pass(.seconds(60))
                _ = course.cancel(1, after: .seconds(30))
            }
        ),
        (
            "over",
            { course in
                course.take(first)
                _ = course.cancel(1)
            }
        ),
    ]

    private static let inputs: [(name: String, apply: @Sendable (inout Course) -> OperatingEnvelope.Reply?)] = [
        ("control 1", { $0.take(first) }),
        ("control 1 edited", { $0.take(Course.control(1, export: 9_000, start: 60, for: 600)) }),
        ("newer control 2, same primacy, now", { $0.take(Course.control(2, export: 3_000, for: 300, created: 1)) }),
        ("older control 2, same primacy, now", { $0.take(Course.control(2, export: 3_000, for: 300, created: -1)) }),
        ("control 2 of lower primacy, now", { $0.take(Course.control(2, export: 3_000, for: 300, primacy: 1)) }),
        ("control 2 of higher primacy, now", { $0.take(Course.control(2, export: 3_000, for: 300, primacy: 9)) }),
        ("cancel 1", { $0.cancel(1) }),
        ("cancel 1 after 30 s", { $0.cancel(1, after: .seconds(30)) }),
        ("1 marked as superseded", { $0.send(.supersede(InstructionID(1))) }),
        ("default export 2 kW", { $0.send(.defaults(EnvelopeLimits(siteExport: .watts(2_000)))) }),
        ("heard", { $0.send(.heard) }),
        (
            "a minute passes",
            { course in
                course.pass(.seconds(60))
                return nil
            }
        ),
        (
            "ten minutes pass",
            { course in
                course.pass(.seconds(600))
                return nil
            }
        ),
        (
            "wall clock lost",
            { course in
                course.wall = nil
                return nil
            }
        ),
        (
            "wall clock back by a day",
            { course in
                course.wall = course.wall.map { $0 + .seconds(-86_400) }
                return nil
            }
        ),
        (
            "restart",
            { course in
                course.restart()
                return nil
            }
        ),
    ]

    @Test func `the table of transitions is up to date`() throws {
        var table = TransitionTable(
            "OperatingEnvelope",
            """
            One control, number 1, of primacy 5: export of 4 kW for ten minutes from a minute after the beginning. The settings \
            allow 1.5 kW. The export limit is that after the next step.
            """,
            columns: ["State of 1", "Input", "Reply", "Events", "State then", "Export then"])
        for state in Self.states {
            for input in Self.inputs {
                var course = Course()
                state.enter(&course)
                course.pass(.zero)
                course.events.removeAll()
                let reply = input.apply(&course)
                course.pass(.zero)
                table.add(
                    state.name, input.name, reply.map { brief($0) } ?? "–", course.events.summary,
                    course.machine.stateName, "\(-course.power.lower)")
            }
        }
        try table.expectToMatchFile()
    }
}
