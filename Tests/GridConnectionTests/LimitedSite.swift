// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// A connection limited to 60 A import and 32 A export under EREC G100, whose meter measures every second.
struct LimitedSite {
    static var settings: SchemeSettings {
        SchemeSettings(
            limits: SchemeLimits(maximumImport: .amperes(60), maximumExport: .amperes(32)),
            sensorRating: .amperes(100), evseCount: 2)
    }
    var scheme: LimitationScheme
    var now = Instant(nanoseconds: 0)
    var sample = SchemeSample()
    var events = ConnectionEvents()
    var chargersAnswer = true

    /// As it starts, nothing measured yet.
    init(starting settings: SchemeSettings = settings, restored: LimitationScheme.Memory? = nil) {
        scheme = LimitationScheme(settings, restored: restored, at: now)
    }

    /// Past the start, in the normal state, one measurement old.
    init(_ settings: SchemeSettings = settings) {
        self.init(starting: settings)
        run(61, amperes: 10)
        events.removeAll()
    }

    mutating func measure(_ interval: Interval, _ current: PerPhase<Current>, chargers: PerPhase<Current> = .zero) {
        now = now + interval
        sample.measuredAt = now
        sample.current = current
        sample.chargers = chargers
        step()
    }
    mutating func step(_ interval: Interval = .zero) {
        now = now + interval
        if chargersAnswer { sample.chargersHeardAt = now }
        scheme.advance(to: now, sample, &events)
    }
    /// Measures every second, with the same current on all phases.
    mutating func run(_ seconds: Int, amperes: Int, chargers: Int = 0) {
        for _ in 0..<seconds {
            measure(.seconds(1), PerPhase(all: .amperes(amperes)), chargers: PerPhase(all: .amperes(chargers)))
        }
    }
    /// Steps every second while the meter is silent.
    mutating func silence(_ seconds: Int) { for _ in 0..<seconds { step(.seconds(1)) } }

    mutating func handle(_ input: LimitationScheme.Input) -> LimitationScheme.Reply {
        scheme.handle(input, at: now, &events)
    }
    mutating func forgetEvents() { events.removeAll() }

    /// The chargers step between 0 A and the given current every 10 s, and the meter answers.
    mutating func stepChargers(_ times: Int, amperes: Int, load: Int = 5, answer: (Int) -> Int) {
        for step in 0..<times {
            let drawn = step % 2 == 0 ? amperes : 0
            run(10, amperes: load + answer(drawn), chargers: drawn)
        }
    }

    static func inState(_ state: LimitationScheme.State) -> LimitedSite {
        var site = LimitedSite()
        switch state {
        case .normal: break
        case .excursion: site.run(1, amperes: 70)
        case .failSafe: site.silence(4)
        case .lockedOut:
            site.run(62, amperes: 70)
            site.run(1, amperes: 10)
        }
        site.forgetEvents()
        return site
    }
}
