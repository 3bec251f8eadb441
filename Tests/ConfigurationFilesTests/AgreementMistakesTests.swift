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
                "9:10: agreement.timed: expected a list, found a mapping"
            ]
        ),
        (
            "timed:",
            [
                "9:9: agreement.timed: expected a list, found nothing"
            ]
        ),
        (
            "timed: []",
            [
                "9:10: agreement.timed: the list is empty; leave out “timed” or give a window"
            ]
        ),
        (
            "timed: [{ to: \"20:00\", import: 1 kW }]",
            [
                "9:11: agreement.timed[0]: “from” is missing; write for example `from: \"17:00\"`"
            ]
        ),
        (
            "timed: [{ from: \"17:00\", to: \"20:00\" }]",
            [
                "9:11: agreement.timed[0]: the window changes nothing; give it “import”, “export” or both"
            ]
        ),
        (
            "timed: [{ from: \"24:00\", to: \"20:00\", import: 1 kW }]",
            [
                "9:19: agreement.timed[0].from: expected a time of day from \"00:00\" to \"23:59\", found “24:00”"
            ]
        ),
        (
            "timed: [{ from: \"17:60\", to: \"8pm\", import: 1 kW }]",
            [
                "9:19: agreement.timed[0].from: expected a time of day from \"00:00\" to \"23:59\", found “17:60”",
                "9:32: agreement.timed[0].to: expected a time of day from \"00:00\" to \"24:00\", found “8pm”",
            ]
        ),
        (
            "timed: [{ from: \"06:00\", to: \"06:00\", import: 1 kW }]",
            [
                "9:32: agreement.timed[0].to: the window ends when it begins; for a whole day write from: "
                    + "\"00:00\", to: \"24:00\""
            ]
        ),
        (
            "timed: [{ days: workdays, from: \"0:00\", to: \"9:00\", import: 1 kW }]",
            [
                "9:19: agreement.timed[0].days: expected mon, tue, wed, thu, fri, sat, sun or several such as "
                    + "mon-fri or [sat, sun], found “workdays”"
            ]
        ),
        (
            "timed: [{ days: [sat, funday], months: nov-feb-mar, from: \"0:00\", to: \"9:00\", import: 1 kW }]",
            [
                "9:25: agreement.timed[0].days[1]: expected mon, tue, wed, thu, fri, sat, sun or several such as "
                    + "mon-fri or [sat, sun], found “funday”",
                "9:42: agreement.timed[0].months: expected jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, "
                    + "dec or several such as nov-feb or [jun, jul], found “nov-feb-mar”",
            ]
        ),
        (
            "timed: [{ days: [], from: \"0:00\", to: \"9:00\", import: 1 kW }]",
            [
                "9:19: agreement.timed[0].days: the list is empty; write for example mon-fri or [sat, sun]"
            ]
        ),
        (
            "timed: [{ day: mon, from: \"0:00\", to: \"9:00\", import: 1 }]",
            [
                "9:13: agreement.timed[0].day: “day” is not a known key; did you mean “days”?",
                "9:57: agreement.timed[0].import: “1” has no unit; write it like 7.4 kW",
            ]
        ),
        (
            "timed: [{ from: \"0:00\", to: \"9:00\", import: 44 kW }]",
            [
                "9:47: agreement.timed[0].import: contradicts “site.fuse” at line 4: 63 A on three phases of 230 "
                    + "V carry 43.47 kW, so 44 kW cannot be reached"
            ]
        ),
        (
            "timed: [{ from: \"0:00\", to: \"9:00\", export: -1 kW }]",
            [
                "9:47: agreement.timed[0].export: expected at least 0 W, found “-1 kW”"
            ]
        ),
        (
            "flexible: {}",
            [
                "9:13: agreement.flexible: nothing is flexible; give “import”, “export” or both"
            ]
        ),
        (
            "flexible: { import: 4 kW }",
            [
                "9:23: agreement.flexible.import: together with “agreement.import” at line 7 it contradicts "
                    + "“site.fuse” at line 4: 63 A on three phases of 230 V carry 43.47 kW, so 44 kW cannot be reached"
            ]
        ),
        (
            "flexible: { import: 3 kW, needs_permission: sometimes, silent_after: 1 s, after_silence: keep }",
            [
                "9:47: agreement.flexible.needs_permission: expected true or false, found “sometimes”",
                "9:72: agreement.flexible.silent_after: expected 10 s to 1 d, found “1 s”",
                "9:92: agreement.flexible.after_silence: expected one of firm, hold, found “keep”",
            ]
        ),
        (
            "flexible: 20 kW",
            [
                "9:13: agreement.flexible: expected a mapping, found “20 kW”"
            ]
        ),
        (
            "flexible: { import: 1 kW }\n  timed: [{ from: \"0:00\", to: \"9:00\", import: 42 kW }]",
            [
                "10:47: agreement.timed[0].import: 42 kW is above the firm and the flexible capacity together, 41 "
                    + "kW; beside “agreement.flexible” at line 9 a window can only narrow"
            ]
        ),
        (
            "consumption_limit: 4.2 kW",
            [
                "9:22: agreement.consumption_limit: expected a mapping, found “4.2 kW”"
            ]
        ),
        (
            "consumption_limit: { failsafe: 4200, failsafe_duration: 1 h, after_failsafe: release it, paired: maybe, scope: site }",
            [
                "9:34: agreement.consumption_limit.failsafe: “4200” has no unit; write it like 7.4 kW",
                "9:59: agreement.consumption_limit.failsafe_duration: expected 2 h to 1 d, found “1 h”",
                "9:80: agreement.consumption_limit.after_failsafe: expected one of hold, release, found “release "
                    + "it” (did you mean “release”?)",
                "9:100: agreement.consumption_limit.paired: expected true or false, found “maybe”",
                "9:114: agreement.consumption_limit.scope: expected one of connection_point, controllable, found "
                    + "“site”",
            ]
        ),
        (
            "production_limit: { failsave: 0 W }",
            [
                "9:23: agreement.production_limit.failsave: “failsave” is not a known key; did you mean “failsafe”?"
            ]
        ),
        (
            "section_14a: yes",
            [
                "9:16: agreement.section_14a: expected a mapping, found “yes”"
            ]
        ),
        (
            "section_14a: { heat_pumps: twenty }",
            [
                "9:30: agreement.section_14a.heat_pumps: “twenty” is not a number with a unit; write it like 7.4 kW"
            ]
        ),
        (
            "relays: { installed_power: 10 kW }",
            [
                "9:11: agreement.relays: “wired” is missing; write for example `wired: [W3, W4]`"
            ]
        ),
        (
            "relays: { wired: [] }",
            [
                "9:20: agreement.relays.wired: the list is empty; leave out “relays” or name contacts: W3, S2, "
                    + "S1, W4"
            ]
        ),
        (
            "relays: { wired: W3 }",
            [
                "9:20: agreement.relays.wired: expected a list, found “W3”"
            ]
        ),
        (
            "relays: { wired: [W3, w4, W3] }",
            [
                "9:25: agreement.relays.wired[1]: expected one of W3, S2, S1, W4, found “w4”",
                "9:29: agreement.relays.wired[2]: “W3” is given twice",
            ]
        ),
        (
            "relays: { wired: [S1] }",
            [
                "9:11: agreement.relays: “installed_power” is missing; S1 and S2 order a share of it, write for "
                    + "example `installed_power: 10 kW`"
            ]
        ),
        (
            "relays: { wired: [W4], debounce: 20 s, maximum_age: 1 h }",
            [
                "9:36: agreement.relays.debounce: expected at most 10 s, found “20 s”",
                "9:55: agreement.relays.maximum_age: expected 200 ms to 5 min, found “1 h”",
            ]
        ),
        (
            "relays: { wired: [W4], debounce: 6 s }",
            [
                "9:36: agreement.relays.debounce: no change would ever count: a contact is forgotten after 5 s, "
                    + "before the 6 s are over"
            ]
        ),
        (
            "operating_envelope: { default_import: 5 kW }",
            [
                "9:23: agreement.operating_envelope: “default_export” is missing; write for example "
                    + "`default_export: 1.5 kW`"
            ]
        ),
        (
            "operating_envelope: { default_import: 5 kW, default_export: 1 kW, silent_after: 2 d }",
            [
                "9:83: agreement.operating_envelope.silent_after: expected 10 s to 1 d, found “2 d”"
            ]
        ),
        (
            "feed_in_cap: { share: 60 % }",
            [
                "9:16: agreement.feed_in_cap: “installed_power” is missing; write for example `installed_power: "
                    + "10 kW`"
            ]
        ),
        (
            "feed_in_cap: { installed_power: 10 kW, share: 120 % }",
            [
                "9:49: agreement.feed_in_cap.share: “120 %” is larger than any plausible value"
            ]
        ),
        (
            "feed_in_cap: { installed_power: 10 kW, share: 0.6 }",
            [
                "9:49: agreement.feed_in_cap.share: “0.6” has no unit; write it like 80 %"
            ]
        ),
        (
            "flexibel: { import: 3 kW }",
            [
                "9:3: agreement.flexibel: “flexibel” is not a known key; did you mean “flexible”?"
            ]
        ),
    ])
    func `a mistake in a rule is named with its place`(rule: String, errors: [String]) {
        let check = ConfigurationReader.read(
            text: Samples.agreement("  \(rule)\n"), file: "s.yaml", profiles: Samples.library)
        #expect(check.errors.map(\.description) == errors.map { "s.yaml:" + $0 })
        #expect(check.site == nil)
    }
}
