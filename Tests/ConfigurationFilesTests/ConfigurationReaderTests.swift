// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Testing

@testable import ConfigurationFiles

struct ConfigurationReaderTests {
    private func read(_ text: String) -> ConfigurationCheck {
        ConfigurationReader.read(text: text, file: "s.yaml", profiles: Samples.library)
    }

    @Test func `the minimal example is complete with its defaults`() throws {
        let check = read(Samples.minimal)
        #expect(check.errors.map(\.description) == [])
        #expect(check.notices == [])
        let site = try check.get()
        #expect(site.site.fuse == .amperes(63))
        #expect(site.site.voltage == .volts(230))
        #expect(site.site.reserve == .watts(500))
        #expect(site.site.fallback == .zero)
        #expect(site.site.meterTimeout == .seconds(5))
        #expect(site.site.meter?.address == .tcp(host: "192.0.2.20", port: 502))
        #expect(site.agreement.firm == PowerLimits(from: .watts(-20_000), to: .watts(40_000)))
        #expect(site.agreement.current == CurrentLimits(from: .amperes(-63), to: .amperes(63)))
        #expect(site.control.period == .milliseconds(100))
        #expect(site.api.listen.description == "127.0.0.1:8080")
        let evse = try #require(site.evses.first)
        #expect(evse.phases == .three)
        #expect(evse.limits == PowerLimits(from: .watts(-10_000), to: .watts(10_000)))
        #expect(evse.charger.profile.id == "evtec/bidipro-10")
    }

    /// What is replaced in the minimal example, by what, and the errors that brings.
    @Test(arguments: [
        ("fuse: 63 A", "fuse: 63", ["4:9: site.fuse: “63” has no unit; write it like 63 A"]),
        ("fuse: 63 A", "fuse: 63 kW", ["4:9: site.fuse: “63 kW” has the unit “kW”; allowed here: A, mA"]),
        (
            "fuse: 63 A", "fuze: 63 A",
            [
                "2:3: site: “fuse” is missing; write for example `fuse: 63 A`",
                "4:3: site.fuze: “fuze” is not a known key; did you mean “fuse”?",
            ]
        ),
        (
            "fuse: 63 A", "fuse: [63 A]",
            ["4:9: site.fuse: expected a quantity with its unit such as 63 A, found a list"]
        ),
        ("fuse: 63 A", "fuse:", ["4:8: site.fuse: expected a quantity with its unit such as 63 A, found nothing"]),
        (
            "fuse: 63 A", "fuse: 63 A\n  name: B",
            [
                "5:3: site.name: the key “name” is given twice; the first is at line 2"
            ]
        ),
        (
            "Europe/Berlin", "Berlin",
            [
                "3:13: site.timezone: expected the name of a time zone such as Europe/Berlin or UTC, found “Berlin”"
            ]
        ),
        (
            "import: 40 kW", "import: 50 kW",
            [
                "7:11: agreement.import: contradicts “site.fuse” at line 4: 63 A on three phases of 230 V carry 43.47 kW, "
                    + "so 50 kW cannot be reached"
            ]
        ),
        ("export: 20 kW", "export: -20 kW", ["8:11: agreement.export: expected at least 0 W, found “-20 kW”"]),
        (
            "import: 40 kW", "import: 40 kW\n  import_current: 80 A",
            [
                "8:19: agreement.import_current: 80 A contradicts “site.fuse” at line 4, 63 A"
            ]
        ),
        (
            "  fuse: 63 A", "  reserve: 41 kW\n  fuse: 63 A",
            [
                "4:12: site.reserve: 41 kW leaves nothing of “agreement.import” at line 8, 40 kW"
            ]
        ),
        (
            "  fuse: 63 A", "  fallback: { import: 50 kW }\n  fuse: 63 A",
            [
                "4:23: site.fallback.import: 50 kW contradicts “agreement.import” at line 8, 40 kW"
            ]
        ),
        (
            "evtec/bidipro-10", "evtec/bidpro-10",
            [
                "11:25: evses[0].charger.profile: no profile is called “evtec/bidpro-10”; did you mean evtec/bidipro-10?"
            ]
        ),
        (
            "evtec/bidipro-10", "eastron/sdm630",
            [
                "11:25: evses[0].charger.profile: the profile eastron/sdm630 describes a meter; a charger is needed here"
            ]
        ),
        (
            "evtec/bidipro-10", "../../etc/passwd",
            [
                "11:25: evses[0].charger.profile: “../../etc/passwd” is not a profile's name; "
                    + "write vendor/family such as wallbox/quasar-1"
            ]
        ),
        (
            "192.0.2.31:5020", "192.0.2.20:502",
            [
                "11:77: evses[0].charger.unit: unit 1 at tcp://192.0.2.20:502 is already used by “site.meter” at line 5"
            ]
        ),
        (
            "\"tcp://192.0.2.31:5020\"", "serial:///dev/ttyUSB0",
            [
                "11:47: evses[0].charger.at: the profile evtec/bidipro-10 is not spoken over a serial line; it offers tcp"
            ]
        ),
        (
            "tcp://192.0.2.31:5020", "tcp://192.0.2.31:99999",
            [
                "11:47: evses[0].charger.at: expected tcp://HOST:PORT such as tcp://192.0.2.20:502, "
                    + "found “tcp://192.0.2.31:99999”"
            ]
        ),
        ("- id: 1\n", "- id: 1\n    circuit: garage\n", ["11:14: evses[0].circuit: no circuit is called “garage”"]),
        ("- id: 1\n", "- id: one\n", ["10:9: evses[0].id: expected a number from 1 to 10000, found “one”"]),
        (
            "- id: 1\n", "- id: 1\n    phases: L1+L1\n",
            [
                "11:13: evses[0].phases: expected L1, L2, L3 or several such as L1+L2+L3, found “L1+L1”"
            ]
        ),
        (
            "evses:", "api: { listen: \"0.0.0.0:80\" }\nevses:",
            [
                "9:16: api.listen: 0.0.0.0:80 can be reached from outside, which needs TLS and a token and is not yet "
                    + "supported; use 127.0.0.1:80"
            ]
        ),
        (
            "evses:", "control: { period: 5 s, ramp: 3 kW, priorities: [person, people] }\nevses:",
            [
                "9:20: control.period: expected 10 ms to 1 s, found “5 s”",
                "9:31: control.ramp: expected a power per second such as 2 kW/s, found “3 kW”",
                "9:58: control.priorities[1]: expected one of person, controller, backend, market, tariff, found “people”",
            ]
        ),
        (
            "evses:",
            "modbus_server: { listen: \"boxes.example:502\", unit: 0, may: [write], silent_after: 1 s }\nevses:",
            [
                "9:26: modbus_server.listen: expected an address of this machine such as 127.0.0.1:1502 or 192.0.2.10:502, "
                    + "found “boxes.example”",
                "9:53: modbus_server.unit: expected a whole number from 1 to 255, found “0”",
                "9:62: modbus_server.may[0]: expected one of read, limit, setpoint, found “write”",
                "9:84: modbus_server.silent_after: expected 10 s to 1 d, found “1 s”",
            ]
        ),
        (
            "evses:", "circuits:\n  - { id: a, parent: b, fuse: 32 A }\n  - { id: b, parent: a, fuse: 32 A }\nevses:",
            [
                "10:22: circuits[0].parent: the circuits feed each other in a ring: a → b → a",
                "11:22: circuits[1].parent: the circuits feed each other in a ring: b → a → b",
            ]
        ),
        (
            "evses:", "circuits:\n  - { id: a, parent: x, fuse: 32 A }\n  - { id: a, fuse: 32 A }\nevses:",
            [
                "10:22: circuits[0].parent: no circuit is called “x”; there are a",
                "11:11: circuits[1].id: the circuit “a” is given twice; the first is at line 10",
            ]
        ),
    ])
    func `a mistake is named with its place`(old: String, new: String, errors: [String]) {
        let check = read(Samples.minimal.replacing(old, with: new))
        #expect(check.errors.map(\.description) == errors.map { "s.yaml:" + $0 })
        #expect(check.site == nil)
    }

    @Test(arguments: [
        (
            "evtec/bidipro-10", "test/unguarded",
            [
                "11:14: evses[0].charger: discharge is disabled: the charger has no watchdog and would go on when sluice falls "
                    + "silent; `unattended_discharge: true` accepts that"
            ], PowerLimits(from: .zero, to: .watts(11_000))
        ),
        ("unit: 1 }\n\n", "unit: 1 }\n", [], PowerLimits(from: .watts(-10_000), to: .watts(10_000))),
        (
            "evses:", "modbus_server: {}\nevses:",
            [
                "9:16: modbus_server: Modbus has neither passwords nor encryption: at 127.0.0.1:1502 every process of this "
                    + "machine may read, limit, setpoint"
            ], PowerLimits(from: .watts(-10_000), to: .watts(10_000))
        ),
        (
            "evses:", "modbus_server: { listen: \"0.0.0.0:502\", may: [read] }\nevses:",
            [
                "9:16: modbus_server: Modbus has neither passwords nor encryption: at 0.0.0.0:502 whoever reaches this port may "
                    + "read; keep the port on a network of its own or behind a firewall"
            ], PowerLimits(from: .watts(-10_000), to: .watts(10_000))
        ),
        (
            "- id: 1\n", "- id: 1\n    limits: { charge: 22 kW, discharge: 5 kW }\n",
            [
                "11:23: evses[0].limits.charge: 22 kW is above the charger's 10 kW, which holds"
            ], PowerLimits(from: .watts(-5_000), to: .watts(10_000))
        ),
    ])
    func `what a person may not expect is said`(old: String, new: String, notices: [String], limits: PowerLimits) throws
    {
        let check = read(Samples.minimal.replacing(old, with: new))
        #expect(check.errors.map(\.description) == [])
        #expect(check.notices.map(\.description) == notices.map { "s.yaml:" + $0 })
        #expect(try check.get().evses.first?.limits == limits)
    }

    @Test func `discharge without a watchdog is possible where a person accepts it`() throws {
        let text = Samples.minimal.replacing("evtec/bidipro-10,", with: "test/unguarded, unattended_discharge: true,")
        #expect(try read(text).get().evses.first?.limits.lower == .watts(-11_000))
    }

    @Test(arguments: [
        (
            "serial:///dev/ttyUSB0?baud=19200&parity=even", "serial:///dev/ttyUSB0?baud=19200&parity=even&unit=3",
            "“unit” is not known in a serial address; known are baud, parity, data, stop"
        ),
        ("simulated:?soc=40%&capacity=60kWh", "simulated:?soc=140%", "“140%” is larger than any plausible value"),
        (
            "simulated:", "simulated:?power=3",
            "“power” is not known in simulated:; known are soc, capacity, load, plugged_in"
        ),
        (
            "tcp://[2001:db8::1]:502", "tcp://2001:db8::1:502",
            "expected tcp://HOST:PORT such as tcp://192.0.2.20:502, found “tcp://2001:db8::1:502”"
        ),
        (
            "tcp://meter.local", "udp://meter.local",
            "expected tcp://HOST:PORT, serial:///dev/ttyUSB0?baud=19200&parity=even or simulated:, found “udp://meter.local”"
        ),
    ])
    func `addresses are read or refused`(good: String, bad: String, message: String) {
        let old = "tcp://192.0.2.20:502"
        #expect(read(Samples.minimal.replacing(old, with: good)).errors == [])
        #expect(read(Samples.minimal.replacing(old, with: bad)).errors.map(\.message) == [message])
    }

    @Test func `devices on one serial line need one format and units of their own`() {
        let text = Samples.minimal.replacing("\"tcp://192.0.2.20:502\"", with: "serial:///dev/ttyUSB0")
            .replacing("evtec/bidipro-10", with: "sluice/simulated-bidi-22")
            .replacing("\"tcp://192.0.2.31:5020\"", with: "serial:///dev/ttyUSB0")
        #expect(
            read(text).errors.map(\.description) == [
                "s.yaml:11:55: evses[0].charger.at: /dev/ttyUSB0 has another baud rate, parity, data or stop bits at "
                    + "“site.meter” at line 5",
                "s.yaml:11:84: evses[0].charger.unit: unit 1 at serial:///dev/ttyUSB0 is already used by “site.meter” "
                    + "at line 5",
            ])
    }

    @Test func `two EVSEs share a station only through different connectors`() throws {
        let second =
            "  - { id: 2, charger: { profile: evtec/bidipro-10, at: \"tcp://192.0.2.31:5020\", connector: 2 } }\n"
        #expect(read(Samples.minimal + second).errors.count == 1)
        let first = Samples.minimal.replacing("5020\", unit: 1", with: "5020\", connector: 1")
        #expect(try read(first + second).get().evses.map(\.charger.connector) == [1, 2])
    }
}
