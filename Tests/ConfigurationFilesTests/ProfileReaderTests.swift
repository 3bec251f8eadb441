// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Foundation
import Testing

@testable import ConfigurationFiles

struct ProfileReaderTests {
    private func read(_ text: String) -> ProfileCheck {
        ProfileReader.read(text: text, file: "p.yaml", expectedID: "test/charger")
    }

    @Test(arguments: Samples.library.ids.filter { !$0.hasPrefix("test/") })
    func `every profile of ours is free of mistakes`(id: String) throws {
        let check = try #require(Samples.library.check(id))
        #expect(check.errors.map(\.description) == [])
        #expect(check.profile?.id == id)
        #expect(check.profile?.sources.isEmpty == false)
    }

    @Test func `the profiles of ours are found`() {
        #expect(Samples.library.ids.filter { !$0.hasPrefix("test/") }.count >= 10)
        #expect(
            Samples.library.missing("walbox/quasar")
                == "no profile is called “walbox/quasar”; did you mean wallbox/quasar-1?")
    }

    @Test func `a profile becomes what it says`() throws {
        let profile = try #require(Samples.library.check("wallbox/quasar-1")?.profile)
        #expect(profile.point(for: .stateOfCharge)?.validWhen == Condition(point: "state", test: .oneOf([1, 11])))
        #expect(profile.point(for: .state)?.states[11] == .discharging)
        #expect(profile.charger?.ratings.power == PowerLimits(from: .watts(-7_400), to: .watts(7_400)))
        #expect(profile.charger?.commands.onUnplug == [Commands.Step(.write(point: "action", value: .number(2)))])
        #expect(profile.transport.minimumWriteGap == .milliseconds(2_500))
        #expect(profile.charger?.watchdog.timeoutRange == .seconds(15) ... .seconds(1_800))
    }

    @Test func `a SunSpec profile covers each model without a gap, and nothing twice`() throws {
        for id in ["sunspec/der", "sunspec/meter-203"] {
            let profile = try #require(Samples.library.check(id)?.profile)
            guard case .sunspec(_, let models) = profile.location else {
                Issue.record("\(id) is not located by SunSpec models")
                continue
            }
            for model in models {
                let points = profile.points.filter { $0.sunspecModel == model.id }
                let registers = points.map(\.encoding.registers).reduce(0, +)
                // Of the curves only what a grid code or a backend needs is implemented.
                let hasGaps = (705...712).contains(model.id)
                #expect(hasGaps ? registers < model.length : registers == model.length, "\(id), model \(model.id)")
                let places = points.flatMap { $0.address..<$0.address + $0.encoding.registers }
                #expect(Set(places).count == registers && places.allSatisfy { (2..<model.length + 2).contains($0) })
            }
        }
    }

    @Test(arguments: [
        ("format: 1", "format: 2", ["1:9: format: format 2 is not known to this version of sluice; it reads format 1"]),
        (
            "id: test/charger", "id: test/other",
            ["2:5: id: expected “test/charger” as the file's place says, found “test/other”"]
        ),
        (
            "kind: charger", "kind: chargr",
            ["4:7: kind: expected one of charger, meter, found “chargr” (did you mean “charger”?)"]
        ),
        (
            "address: 2,", "address: 70000,",
            ["9:34: points.power.address: expected an address from 0 to 65535, found “70000”"]
        ),
        (
            "address: 2,", "adress: 2,",
            [
                "9:10: points.power: “address” is missing; write for example `address: 40`",
                "9:25: points.power.adress: “adress” is not a known key; did you mean “address”?",
            ]
        ),
        (
            "address: 10,", "address: 3,",
            [
                "10:40: points.setpoint.address: overlaps “power” at line 9 with another type"
            ]
        ),
        (
            "role: setpoint", "role: power",
            ["10:21: points.setpoint.role: the role power is taken by “power” at line 9"]
        ),
        ("type: i32, unit: W", "type: i32", ["9:10: points.power: the role power has the unit W or kW, found none"]),
        (
            "1: charging", "1: chargin",
            [
                "8:75: points.state.states.1: expected one of unknown, available, preparing, ready, charging, discharging, "
                    + "suspended, finished, unavailable, faulted, found “chargin” (did you mean “charging”?)"
            ]
        ),
        (
            "write: setpoint", "write: setpiont",
            [
                "17:26: charger.commands.set_power[0].write: no point is called “setpiont” (did you mean “setpoint”?)"
            ]
        ),
        (
            "write: setpoint", "write: power",
            ["17:26: charger.commands.set_power[0].write: “power” is not marked writable"]
        ),
        (
            "value: setpoint", "value: 40000",
            [
                "17:43: charger.commands.set_power[0].value: 40000.0 W does not fit into the registers of “setpoint”"
            ]
        ),
        (
            "value: setpoint", "value: timeout",
            [
                "17:43: charger.commands.set_power[0].value: “setpoint” has W; this value needs s or ms"
            ]
        ),
        (
            "type: i16, unit: W, writable: true", "type: i16, unit: W, writable: true, persistent: true",
            [
                "17:26: charger.commands.set_power[0].write: “setpoint” is persistent: its memory wears out when it is written "
                    + "with every setpoint; write it in take_control"
            ]
        ),
        ("timeout: 30 s", "timeout: 90 s", ["18:35: charger.watchdog.timeout: 90 s is outside"]),
        (
            "timeout: 30 s", "timeout: 2 s",
            [
                "18:35: charger.watchdog.timeout: 2 s is outside of timeout_range, 5 s to 1 min",
                "18:35: charger.watchdog.timeout: 2 s is too short: one feeding takes up to 1 s, and three have to fit",
            ]
        ),
        (
            "take_control: [{ write: timeout, value: timeout }]", "take_control: []",
            [
                "18:56: charger.watchdog.timeout_point: no step of take_control or set_power writes `timeout` to “timeout”"
            ]
        ),
        (
            "kind: any, timeout", "kind: token, timeout",
            [
                "18:13: charger.watchdog: a watchdog of kind token needs “feed”: the steps that write the token"
            ]
        ),
        (
            "maximum_age: 5 s", "maximum_age: 1 s",
            [
                "12:35: timing.maximum_age: 1 s would make a healthy device silent: a value comes every 1 s; allow at least 2 s"
            ]
        ),
        (
            "role: state, ", "",
            [
                "8:43: points.state.states: “states” belongs to the point with the role state"
            ]
        ),
        (
            "kind: charger", "kind: meter",
            [
                "8:18: points.state.role: the role state is for chargers",
                "10:21: points.setpoint.role: the role setpoint is for chargers",
                "14:3: charger: a meter has no “charger” part",
            ]
        ),
    ])
    func `a mistake in a profile is named with its place`(old: String, new: String, errors: [String]) {
        let found = read(Samples.profile.replacing(old, with: new)).errors.map(\.description)
        #expect(found.count == errors.count)
        for (found, expected) in zip(found, errors) {
            #expect(found.hasPrefix("p.yaml:" + expected))
        }
    }

    @Test func `a profile without mistakes is read`() {
        #expect(read(Samples.profile).errors.map(\.description) == [])
        #expect(read(Samples.profile).profile?.charger?.watchdog.kind == .any)
    }
}
