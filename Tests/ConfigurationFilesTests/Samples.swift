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
    static let backends = """
        backends:
          - ocpp: "2.1"
            url: wss://csms.example/ocpp
            identity: DEPOT-EAST-1

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
