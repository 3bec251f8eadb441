// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import Gateway
import LinuxIO
import SimulatedSite

/// The site of `sluice demo`: two bidirectional chargers behind a connection that is too small for both.
enum DemoSite {
    static func configuration(listen: String, profiles: ProfileLibrary) -> ConfigurationCheck {
        ConfigurationReader.read(text: text(listen: listen), file: "(demo)", profiles: profiles)
    }

    private static func text(listen: String) -> String {
        """
        site:
          name: Demo Depot
          timezone: Europe/Berlin
          fuse: 35 A
          meter: { profile: sluice/simulated-meter, at: "simulated:" }
        agreement:
          import: 16 kW
          export: 8 kW
        evses:
          - id: 1
            name: Left bay
            minimum_off: 5 s
            charger: { profile: sluice/simulated-bidi-22, at: "simulated:?soc=45%&capacity=60kWh" }
          - id: 2
            name: Right bay
            minimum_off: 5 s
            charger: { profile: sluice/simulated-bidi-22, at: "simulated:?soc=70%&capacity=77kWh" }
        api: { listen: "\(listen)" }
        log: { level: warning }
        """
    }

    static func simulation(_ site: SiteConfiguration, at now: Instant) -> SharedSite? {
        let shared = SharedSite(site, at: now, timeOfDay: .seconds(12 * 3_600))
        shared?.access(at: now) { $0.photovoltaic = PhotovoltaicPlant(peak: .watts(5_000)) }
        return shared
    }
}

/// What happens in the demo's first minute, over and over: power both ways, and a kettle at the wrong moment.
struct DemoScript {
    private(set) var caption = "No setpoints: both cars charge with what is free."
    private var done = -1

    private static let period = 60

    mutating func advance(to elapsed: Interval, _ daemon: Daemon, _ site: SharedSite?) {
        let second = Int(elapsed.nanoseconds / 1_000_000_000)
        guard second != done else { return }
        done = second
        let now = MonotonicClock.now()
        switch second % Self.period {
        case 12:
            caption = "The backend asks the left bay for -7 kW: the car feeds the site."
            daemon.wish(.watts(-7_000), evse: 1)
        case 24:
            caption = "Both shall deliver 11 kW: the export limit holds them."
            daemon.wish(.watts(-11_000), evse: 1)
            daemon.wish(.watts(-11_000), evse: 2)
        case 36:
            caption = "All released: both charge again, and 6 kW of household load step on."
            daemon.release(evse: 1)
            daemon.release(evse: 2)
            _ = site?.access(at: now) { $0.load.override = PerPhase(all: .watts(2_000)) }
        case 48:
            caption = "The household load is gone: relief is ramped."
            _ = site?.access(at: now) { $0.load.override = nil }
        default: return
        }
    }
}
