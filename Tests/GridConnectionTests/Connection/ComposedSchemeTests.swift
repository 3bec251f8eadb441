// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

/// A limitation scheme among the rules of a connection point.
struct ComposedSchemeTests {
    private var settings: ConnectionSettings {
        var settings = ConnectionSettings.unbound
        settings.scheme = SchemeSettings(
            limits: SchemeLimits(maximumImport: .amperes(60), maximumExport: .amperes(16)), sensorRating: .amperes(100),
            evseCount: 2)
        return settings
    }

    private func good(at now: Instant) -> ConnectionObservation {
        var sample = SchemeSample()
        sample.measuredAt = now
        sample.current = PerPhase(all: .amperes(5))
        sample.chargersHeardAt = now
        return ConnectionObservation(
            connectionPoint: TimeToEffect.Measurement(.zero, at: now),
            controllable: TimeToEffect.Measurement(.zero, at: now), sample: sample)
    }

    @Test func `each EVSE gets the fail-safe power until everything has been well for a minute`() {
        var rules = ConnectionRules(settings, restored: nil, at: Instant(nanoseconds: 0))
        var limits = GridLimits()
        var events = ConnectionEvents()
        var freedAfter: Int?
        for second in 0...120 {
            let now = Instant(nanoseconds: Int64(second) * 1_000_000_000)
            rules.step(at: now, wall: nil, good(at: now), &limits, &events)
            let scopes = (0..<limits.count).map { limits[$0].scope }
            #expect(scopes.contains(.connectionPoint))
            if freedAfter == nil, !scopes.contains(.everyEVSE) { freedAfter = second }
        }
        #expect(freedAfter == 60)
        let last = (0..<limits.count).map { limits[$0] }.first { $0.scope == .connectionPoint }
        #expect(last?.current == CurrentLimits(from: .amperes(-16), to: .amperes(60)))
    }

    @Test func `a scheme that is not configured takes no command`() {
        var rules = ConnectionRules(.unbound, restored: nil, at: Instant(nanoseconds: 0))
        var events = ConnectionEvents()
        #expect(rules.take(.scheme(.reset), at: Instant(nanoseconds: 0), wall: nil, &events) == .notConfigured)
    }
}
