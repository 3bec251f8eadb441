// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import GridConnection

/// What a grid-code machine does in each state with each input, as a Markdown table checked in under docs/transitions.
struct GridCodeTable {
    let machine: String
    private var rows: [String] = []

    init(_ machine: String) { self.machine = machine }

    mutating func add(
        _ state: some Any, _ input: some Any, _ after: some Any, _ reply: String, _ events: ConnectionEvents
    ) {
        let told = kinds(of: events).map { "\($0)" }.joined(separator: ", ")
        rows.append("| \(state) | \(input) | \(after) | \(reply) | \(told) |")
    }

    private func text(_ about: String) -> String {
        """
        # \(machine)

        \(about)

        Made by a test that drives the machine; `SLUICE_UPDATE_TABLES=1` writes it anew.

        | State | Input | State after | Reply | Events |
        |---|---|---|---|---|
        \(rows.joined(separator: "\n"))

        """
    }

    func expectCheckedIn(about: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../docs/transitions").standardizedFileURL
        let file = folder.appendingPathComponent("\(machine).md")
        if ProcessInfo.processInfo.environment["SLUICE_UPDATE_TABLES"] != nil {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text(about).write(to: file, atomically: true, encoding: .utf8)
        }
        let checkedIn = try String(contentsOf: file, encoding: .utf8)
        #expect(checkedIn == text(about), "docs/transitions/\(machine).md is out of date; SLUICE_UPDATE_TABLES=1")
    }
}

struct GridCodeTransitionTests {
    @Test func `the transitions of entering service are as checked in`() throws {
        var table = GridCodeTable("EnterService")
        for phase in EnterService.Phase.allCases {
            for input in EnterService.Input.allCases {
                var machine = Self.machine(in: phase)
                var events = ConnectionEvents()
                let reply = machine.handle(input, at: at(2_000), &events)
                table.add(phase, input, machine.phase, "\(reply)", events)
            }
            for condition in EnterService.Condition.allCases {
                var machine = Self.machine(in: phase)
                var events = ConnectionEvents()
                machine.advance(to: at(2_000), condition, &events)
                table.add(phase, "grid \(condition)", machine.phase, "–", events)
            }
        }
        try table.expectCheckedIn(
            about: """
                Delay 60 s and ramp 10 %/min; the delay or the ramp is just over when the grid is seen. `counting` with a \
                delay that is not over stays where it is while the grid is inside.
                """)
    }

    private static func machine(in phase: EnterService.Phase) -> EnterService {
        var machine = EnterService(entering(), seed: 1, at: at(0))
        var events = ConnectionEvents()
        switch phase {
        case .waiting: break
        case .ceased: _ = machine.handle(.cease, at: at(0), &events)
        case .counting: machine.advance(to: at(1_940), .inside, &events)
        case .ramping:
            machine.advance(to: at(1_340), .inside, &events)
            machine.advance(to: at(1_400), .inside, &events)
        case .inService: for time in [0.0, 60, 660] { machine.advance(to: at(time), .inside, &events) }
        }
        #expect(machine.phase == phase)
        return machine
    }

    @Test func `the transitions of an order to cease are as checked in`() throws {
        var table = GridCodeTable("CeaseToEnergise")
        for phase in CeaseToEnergise.Phase.allCases {
            for input in CeaseToEnergise.Input.allCases {
                var machine = Self.ceasing(in: phase)
                var events = ConnectionEvents()
                let reply = machine.handle(input, InstructionID(2), at: at(10), &events)
                table.add(phase, input, machine.phase, "\(reply)", events)
            }
            for (name, power, time) in [
                ("delivers after 5 s", -1.0, 5.0), ("delivers later", -1, 5.1), ("delivers nothing", 0, 3),
            ] {
                var machine = Self.ceasing(in: phase)
                var events = ConnectionEvents()
                machine.advance(to: at(time), power: pu(power), &events)
                table.add(phase, name, machine.phase, "–", events)
            }
        }
        try table.expectCheckedIn(about: "Delivery may take 5 s to end; the order came at 0 s.")
    }

    private static func ceasing(in phase: CeaseToEnergise.Phase) -> CeaseToEnergise {
        var machine = CeaseToEnergise(CeaseToEnergise.Settings())
        var events = ConnectionEvents()
        if phase != .permitted { _ = machine.handle(.cease, InstructionID(1), at: at(0), &events) }
        if phase == .overdue { machine.advance(to: at(5.1), power: -.one, &events) }
        if phase == .ceased { machine.advance(to: at(1), power: .zero, &events) }
        #expect(machine.phase == phase)
        return machine
    }

    @Test func `the transitions of the frequency response are as checked in`() throws {
        var table = GridCodeTable("FrequencySide")
        for phase in FrequencySide.Phase.allCases {
            for (zone, frequency) in Self.frequencies {
                for (time, when) in [(1_001.0, "at once"), (1_060, "after 60 s")] {
                    var side = Self.side(in: phase)
                    #expect(side.zone(of: frequency) == zone)
                    side.advance(to: at(time), frequency: frequency, power: pu(0.5), wanted: .one)
                    table.add(phase, "\(zone), \(when)", side.phase, "–", ConnectionEvents())
                }
            }
        }
        try table.expectCheckedIn(
            about: """
                Over-frequency side: threshold 50.2 Hz, start delay 2 s, return window 49.8 to 50.1 Hz for 60 s, then \
                10 %/min. `between` is neither beyond the threshold nor in the window. The state was entered at 1000 s.
                """)
    }

    private static let frequencies: [(FrequencySide.Zone, Frequency?)] = [
        (.beyond, hertz(50.7)), (.between, hertz(50.15)), (.inside, hertz(50)), (.unknown, nil),
    ]

    private static func side(in phase: FrequencySide.Phase) -> FrequencySide {
        var settings = limitedMode(.over)
        settings.startDelay = .seconds(2)
        settings.returnUpper = hertz(50.1)
        var side = FrequencySide(.over, settings, nominal: hertz(50))
        let course: [(Double, Double)] =
            switch phase {
            case .idle: []
            case .crossed: [(1_000, 51.2)]
            case .active: [(998, 51.2), (1_000, 51.2)]
            case .settling: [(990, 51.2), (992, 51.2), (1_000, 50)]
            case .returning: [(900, 51.2), (902, 51.2), (940, 50), (1_000, 50)]
            }
        for (time, frequency) in course {
            side.advance(to: at(time), frequency: hertz(frequency), power: pu(0.5), wanted: .one)
        }
        #expect(side.phase == phase)
        return side
    }

    @Test func `the transitions of a limit from afar are as checked in`() throws {
        var table = GridCodeTable("RemotePowerLimit")
        for phase in RemotePowerLimit.Phase.allCases {
            for (name, limit) in [("limit 30 %", 0.3), ("limit 130 %", 1.3), ("limit -10 %", -0.1)] {
                var course = Self.limiting(in: phase)
                let reply = course.limit(limit, at: 100, id: 2)
                table.add(phase, name, course.machine.phase, "\(reply)", course.events)
            }
            var course = Self.limiting(in: phase)
            let reply = course.release(at: 100)
            table.add(phase, "release", course.machine.phase, "\(reply)", course.events)
            for (name, time) in [("a minute", 60.0), ("ten minutes", 600)] {
                course = Self.limiting(in: phase)
                _ = course.bound(at: time)
                table.add(phase, name, course.machine.phase, "–", course.events)
            }
        }
        try table.expectCheckedIn(about: "Band 0.33 to 0.66 % of the rating per second; the state was entered at 0 s.")
    }

    private static func limiting(in phase: RemotePowerLimit.Phase) -> RemotePowerLimitTests.Course {
        var course = RemotePowerLimitTests.Course()
        if phase != .none { _ = course.limit(0.5, delivering: 0.5, at: 0) }
        if phase == .releasing { _ = course.release(at: 0) }
        #expect(course.machine.phase == phase)
        course.events.removeAll()
        return course
    }
}
