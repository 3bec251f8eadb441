// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

extension FlexibleCapacity {
    /// `heard, 1 awaited, 2 binds`.
    fileprivate var stateName: String {
        let orders = (0..<Self.capacity).map { withdrawals[$0] } + [permission]
        let kept = orders.filter(\.isKept).map { "\($0.id.number) \($0.time.isRunning ? "binds" : "awaited")" }
        return ([isSilent ? "silent" : "heard"] + kept).joined(separator: ", ")
    }
}

struct FlexibleCapacityTable {
    typealias Course = FlexibleCapacityTests.Course
    private static let later = utc(2026, 6, 1, 12, 1)

    private static let states: [(name: String, needsPermission: Bool, enter: @Sendable (inout Course) -> Void)] = [
        ("silent", false, { _ in }),
        ("whole", false, { _ = $0.send(.heard) }),
        ("withdrawal awaited", false, { _ = $0.withdraw(1, start: later, for: .minutes(2)) }),
        ("withdrawal binds", false, { _ = $0.withdraw(1, for: .minutes(2)) }),
        ("no permission", true, { _ = $0.send(.heard) }),
        ("permission awaited", true, { _ = $0.permit(1, leaves: .unbounded, start: later, for: .minutes(2)) }),
        ("permission binds", true, { _ = $0.permit(1, leaves: .unbounded, for: .minutes(2)) }),
    ]

    private static let inputs: [(name: String, apply: @Sendable (inout Course) -> FlexibleCapacity.Reply?)] = [
        ("heard", { $0.send(.heard) }),
        ("withdrawal 2 at once", { $0.withdraw(2) }),
        ("withdrawal 2 for later", { $0.withdraw(2, start: later) }),
        ("permission 2", { $0.permit(2, leaves: .unbounded) }),
        ("the same instruction 1", { $0.withdraw(1) }),
        ("cancel 1", { $0.send(.cancel(InstructionID(1))) }),
        (
            "time of 1 comes",
            { course in
                course.pass(.minutes(1), heard: true); return nil
            }
        ),
        (
            "time of 1 is over",
            { course in
                course.pass(.minutes(1), heard: true); course.pass(.minutes(2), heard: true); return nil
            }
        ),
        (
            "silence of five minutes",
            { course in
                course.pass(.minutes(5)); return nil
            }
        ),
        (
            "wall clock lost",
            { course in
                course.wall = nil; return nil
            }
        ),
        (
            "restart",
            { course in
                course.restart(); return nil
            }
        ),
    ]

    @Test func `the table of transitions is up to date`() throws {
        var table = TransitionTable(
            "FlexibleCapacity",
            """
            Firm part -5 to 20 kW, flexible part -10 to 30 kW on top; instruction 1 lasts two minutes and, where it is awaited, \
            begins in one. A silent operator leaves the firm part. The limit is that after the next step.
            """,
            columns: ["State", "Input", "Reply", "Events", "State then", "Limit then"])
        for state in Self.states {
            for input in Self.inputs {
                var settings = FlexibleCapacityTests.settings
                settings.needsPermission = state.needsPermission
                var course = Course(settings, isHeard: false)
                state.enter(&course)
                course.pass(.zero)
                course.events.removeAll()
                let reply = input.apply(&course)
                course.pass(.zero)
                table.add(
                    state.name, input.name, reply.map { brief($0) } ?? "–", course.events.summary,
                    course.machine.stateName,
                    "\(course.power)")
            }
        }
        try table.expectToMatchFile()
    }
}
