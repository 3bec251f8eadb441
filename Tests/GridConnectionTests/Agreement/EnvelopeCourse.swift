// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

@testable import GridConnection

/// An operating envelope with its clocks, so that a test reads as a course of events.
struct EnvelopeCourse: ~Copyable {
    static let noon = utc(2026, 6, 1, 12)
    /// What holds without the server.
    static let settings = OperatingEnvelope.Settings(site: watts(-1_500, 10_000))

    var machine: OperatingEnvelope
    var now = Instant(nanoseconds: 0) + .seconds(5_000)
    var wall: WallTime? = noon
    var events = ConnectionEvents()
    let settings: OperatingEnvelope.Settings

    init(_ settings: OperatingEnvelope.Settings = settings) {
        self.settings = settings
        machine = OperatingEnvelope(settings, restored: nil, at: now)
        pass(.zero)
    }

    var power: PowerLimits { machine.siteLimit().power }
    /// The export limit in watts, which most tests look at.
    var export: Int { Int(-power.lower.milli / 1_000) }

    /// A control of export.
    static func control(
        _ id: UInt64, export: Int? = nil, import imported: Int? = nil, start: Int = 0, for duration: Int = 600,
        primacy: UInt8 = 5, created: Int = 0, randomize: Int32 = 0, fraction: Int32 = 0, energize: Bool? = nil
    ) -> EnvelopeControl {
        EnvelopeControl(
            InstructionID(id), created: noon + .seconds(created - 86_400), primacy: primacy,
            start: noon + .seconds(start), duration: .seconds(duration), randomizeStart: randomize,
            randomFraction: fraction,
            limits: EnvelopeLimits(
                siteImport: imported.map { .watts($0) }, siteExport: export.map { .watts($0) }, energize: energize))
    }

    mutating func send(_ input: OperatingEnvelope.Input) -> OperatingEnvelope.Reply {
        machine.handle(input, at: now, wall: wall, &events)
    }

    @discardableResult
    mutating func take(_ control: EnvelopeControl) -> OperatingEnvelope.Reply {
        let reply = send(.control(control))
        pass(.zero)
        return reply
    }

    mutating func cancel(_ id: UInt64, after delay: Interval = .zero) -> OperatingEnvelope.Reply {
        send(.cancel(InstructionID(id), after: delay))
    }

    /// Time passes on both clocks.
    mutating func pass(_ interval: Interval) {
        now = now + interval
        wall = wall.map { $0 + interval }
        machine.advance(to: now, wall: wall, &events)
    }

    mutating func restart() {
        machine = OperatingEnvelope(settings, restored: machine.memory(), at: now)
        pass(.zero)
    }
}
