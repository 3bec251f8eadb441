// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation

@testable import ConfigurationFiles

enum Samples {
    /// The profiles of the working copy.
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Firmware-Profiles").path
    static let library = ProfileLibrary(
        folders: [folder],
        texts: [
            "test/unguarded": profile.replacing(watchdog, with: "watchdog: { kind: none }")
                .replacing("test/charger", with: "test/unguarded")
        ])

    static let minimal = """
        site:
          name: Depot East
          timezone: Europe/Berlin
          fuse: 63 A                       # per phase, at the connection point
          meter: { profile: eastron/sdm630, at: "tcp://192.0.2.20:502", unit: 1 }
        agreement:
          import: 40 kW
          export: 20 kW
        evses:
          - id: 1
            charger: { profile: evtec/bidipro-10, at: "tcp://192.0.2.31:5020", unit: 1 }

        """
    /// Every rule of the agreement; its first line is the tenth of the file.
    static let rules = """
          timed:
            - { days: mon-fri, from: "17:00", to: "20:00", import: 20 kW, export: 0 W }
            - { days: [sat, sun], months: nov-feb, from: "22:00", to: "06:00", import: 30 kW }
          flexible: { import: 3 kW, export: 10 kW, needs_permission: false, silent_after: 15 min, after_silence: hold }
          consumption_limit: { failsafe: 7 kW, failsafe_duration: 3 h, after_failsafe: release, paired: false, scope: controllable }
          production_limit: { failsafe: 1 kW, scope: connection_point }
          section_14a: { heat_pumps: 20 kW, cooling: 5 kW }
          relays: { wired: [W3, S2, S1, W4], installed_power: 10 kW, debounce: 200 ms, maximum_age: 4 s }
          operating_envelope: { default_import: 5 kW, default_export: 1.5 kW, silent_after: 10 min }
          feed_in_cap: { installed_power: 12 kW, share: 70 % }

        """
    static func agreement(_ rules: String) -> String { minimal.replacing("evses:", with: rules + "evses:") }
    static let backends = """
        backends:
          - ocpp: "2.1"
            url: wss://csms.example/ocpp
            identity: DEPOT-EAST-1
            password_file: /etc/sluice/csms.password

        """

    static let watchdog = "watchdog: { kind: any, timeout: 30 s, timeout_point: timeout, timeout_range: [5 s, 60 s] }"
    /// A small profile without mistakes; each test makes one.
    static let profile = """
        format: 1
        id: test/charger
        title: A charger
        kind: charger
        revision: 1
        transport: { kinds: [tcp] }
        points:
          state: { role: state, address: 0, type: u16, states: { 0: available, 1: charging } }
          power: { role: power, address: 2, type: i32, unit: W }
          setpoint: { role: setpoint, address: 10, type: i16, unit: W, writable: true }
          timeout: { address: 12, type: u16, unit: s, writable: true }
        timing: { poll: 1 s, maximum_age: 5 s }
        charger:
          ratings: { charge: 11 kW, discharge: 11 kW, phases: 3 }
          commands:
            take_control: [{ write: timeout, value: timeout }]
            set_power: [{ write: setpoint, value: setpoint }]
          \(watchdog)

        """
}

extension String {
    func replacing(_ old: String, with new: String) -> String { replacingOccurrences(of: old, with: new) }
}
