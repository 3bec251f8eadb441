// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

@testable import GridConnection

/// The rules of one connection point, composed, beside the models of the agreements. It is sent what its parts are sent.
struct HostileConnection: Boundary, ~Copyable {
    private let settings: ConnectionSettings
    private var rules: ConnectionRules
    private var limits = GridLimits()
    private var calendar: HostileCalendar
    private var flexible: HostileFlexibleCapacity
    private var envelope: HostileEnvelope

    init(_ random: inout Seeded, at time: HostileTime) {
        calendar = HostileCalendar(&random, at: time)
        flexible = HostileFlexibleCapacity(&random, at: time)
        envelope = HostileEnvelope(&random, at: time)
        var settings = ConnectionSettings(zone: calendar.zoneTable)
        settings.timed = .init(windows: calendar.windows, base: calendar.base)
        settings.flexible = flexible.settings
        settings.envelope = envelope.settings
        self.settings = settings
        rules = ConnectionRules(settings, restored: nil, at: time.now)
    }

    mutating func disturb(_ random: inout Seeded, at time: HostileTime) -> String? {
        var events = ConnectionEvents()
        if random.chance(50) {
            let fault = flexible.disturb(&random, at: time)
            _ = rules.take(.flexible(flexible.lastInput), at: time.now, wall: time.wall, &events)
            return fault
        }
        let fault = envelope.disturb(&random, at: time)
        _ = rules.take(.envelope(envelope.lastInput), at: time.now, wall: time.wall, &events)
        return fault
    }

    mutating func restart(at time: HostileTime) {
        rules = ConnectionRules(settings, restored: rules.memory(at: time.now), at: time.now)
        calendar.restart(at: time)
        flexible.restart(at: time)
        envelope.restart(at: time)
    }

    mutating func advance(to time: HostileTime) {
        var events = ConnectionEvents()
        rules.step(at: time.now, wall: time.wall, .unknown, &limits, &events)
        calendar.advance(to: time)
        flexible.advance(to: time)
        envelope.advance(to: time)
    }

    var inForce: [PowerLimits] { [overlap(.connectionPoint), overlap(.controllable)] }

    private func overlap(_ scope: GridLimit.Scope) -> PowerLimits {
        (0..<limits.count).map { limits[$0] }.filter { $0.scope == scope }.map(\.power)
            .reduce(.unbounded) { $0.narrowed(to: $1) }
    }

    var safe: [PowerLimits] {
        let envelope = envelope.safe
        return [envelope[0].narrowed(to: calendar.safe[0]).narrowed(to: flexible.safe[0]), envelope[1]]
    }
}
