// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ConfigurationFiles

struct AgreementMistakesTests {
    /// A rule that stands at line 9, and the errors that it brings, without the `s.yaml:`.
    @Test(arguments: [
        (
            "timed: { from: \"17:00\" }",
            [
                "?",
            ]
        ),
        (
            "timed:",
            [
                "?",
            ]
        ),
        (
            "timed: []",
            [
                "?",
            ]
        ),
        (
            "timed: [{ to: \"20:00\", import: 1 kW }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ from: \"17:00\", to: \"20:00\" }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ from: \"24:00\", to: \"20:00\", import: 1 kW }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ from: \"17:60\", to: \"8pm\", import: 1 kW }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ from: \"06:00\", to: \"06:00\", import: 1 kW }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ days: workdays, from: \"0:00\", to: \"9:00\", import: 1 kW }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ days: [sat, funday], months: nov-feb-mar, from: \"0:00\", to: \"9:00\", import: 1 kW }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ days: [], from: \"0:00\", to: \"9:00\", import: 1 kW }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ day: mon, from: \"0:00\", to: \"9:00\", import: 1 }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ from: \"0:00\", to: \"9:00\", import: 44 kW }]",
            [
                "?",
            ]
        ),
        (
            "timed: [{ from: \"0:00\", to: \"9:00\", export: -1 kW }]",
            [
                "?",
            ]
        ),
        (
            "flexible: {}",
            [
                "?",
            ]
        ),
        (
            "flexible: { import: 4 kW }",
            [
                "?",
            ]
        ),
        (
            "flexible: { import: 3 kW, needs_permission: sometimes, silent_after: 1 s, after_silence: keep }",
            [
                "?",
            ]
        ),
        (
            "flexible: 20 kW",
            [
                "?",
            ]
        ),
        (
            "flexible: { import: 1 kW }\n  timed: [{ from: \"0:00\", to: \"9:00\", import: 42 kW }]",
            [
                "?",
            ]
        ),
        (
            "consumption_limit: 4.2 kW",
            [
                "?",
            ]
        ),
        (
            "consumption_limit: { failsafe: 4200, failsafe_duration: 1 h, after_failsafe: release it, paired: maybe, scope: site }",
            [
                "?",
            ]
        ),
        (
            "production_limit: { failsave: 0 W }",
            [
                "?",
            ]
        ),
        (
            "section_14a: yes",
            [
                "?",
            ]
        ),
        (
            "section_14a: { heat_pumps: twenty }",
            [
                "?",
            ]
        ),
        (
            "relays: { installed_power: 10 kW }",
            [
                "?",
            ]
        ),
        (
            "relays: { wired: [] }",
            [
                "?",
            ]
        ),
        (
            "relays: { wired: W3 }",
            [
                "?",
            ]
        ),
        (
            "relays: { wired: [W3, w4, W3] }",
            [
                "?",
            ]
        ),
        (
            "relays: { wired: [S1] }",
            [
                "?",
            ]
        ),
        (
            "relays: { wired: [W4], debounce: 20 s, maximum_age: 1 h }",
            [
                "?",
            ]
        ),
        (
            "relays: { wired: [W4], debounce: 6 s }",
            [
                "?",
            ]
        ),
        (
            "operating_envelope: { default_import: 5 kW }",
            [
                "?",
            ]
        ),
        (
            "operating_envelope: { default_import: 5 kW, default_export: 1 kW, silent_after: 2 d }",
            [
                "?",
            ]
        ),
        (
            "feed_in_cap: { share: 60 % }",
            [
                "?",
            ]
        ),
        (
            "feed_in_cap: { installed_power: 10 kW, share: 120 % }",
            [
                "?",
            ]
        ),
        (
            "feed_in_cap: { installed_power: 10 kW, share: 0.6 }",
            [
                "?",
            ]
        ),
        (
            "flexibel: { import: 3 kW }",
            [
                "?",
            ]
        ),
    ])
    func `a mistake in a rule is named with its place`(rule: String, errors: [String]) {
        let check = ConfigurationReader.read(
            text: Samples.agreement("  \(rule)\n"), file: "s.yaml", profiles: Samples.library)
        print("GOT", rule.replacing("\n", with: "\\n"), "=>", check.errors.map { "\($0)" }); #expect(check.errors.map(\.description) == errors.map { "s.yaml:9:" + $0 })
        #expect(check.site == nil)
    }
}
