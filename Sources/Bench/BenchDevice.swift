// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LinuxIO
import LocalAPI
import Logging
import SimulatedSite

/// One simulated device in a process of its own: `sluice bench charger`, `sluice bench meter`.
package enum BenchDevice {
    /// Says on `say` where it listens, and runs until SIGINT or SIGTERM. Call it on the main thread, before another one
    /// starts.
    /// - Parameter say: Takes lines for people; the standard writes them to stderr.
    package static func run(
        _ options: BenchDeviceOptions, say: (String) -> Void = StandardError.say
    ) throws(BenchProblem) {
        let signals = SignalWatch([.interrupt, .terminate])
        let device = try RunningBenchDevice(options)
        for line in device.announcement { say(line) }
        _ = signals.next()
        device.stop()
    }
}

/// A started device: its wire, its API, its neighbours.
final class RunningBenchDevice {
    private static let evse = 1
    let site: SharedSite
    let wire: DeviceWire
    let api: BenchAPI
    private let neighbours: Neighbours?

    init(_ options: BenchDeviceOptions) throws(BenchProblem) {
        let profile = try options.resolvedProfile()
        let now = MonotonicClock.now()
        site = SharedSite(Self.site(options, profile, at: now))
        neighbours = options.include.isEmpty ? nil : try Neighbours(options.include, site: site)
        let bench = SiteBench(
            site: site, parts: profile.kind == .charger ? .charger : .meter, name: options.name, neighbours: neighbours)
        var logger = Logger(label: "bench")
        logger.logLevel = .warning
        // The API first: where a device can be reached, its bench can too.
        api = try BenchAPI(listen: options.api, bench: bench, logger: logger)
        do throws(BenchProblem) {
            wire = try DeviceWire.open(options, profile: profile, site: site, evse: Self.evse)
        } catch {
            api.stop()
            throw error
        }
        neighbours?.start()
    }

    /// Read by test drivers, so its words stay as they are.
    var announcement: [String] {
        ["listening on \(wire.place)"] + (api.address.map { ["api on http://\($0)"] } ?? [])
    }

    func stop() {
        neighbours?.stop()
        wire.close()
        api.stop()
    }

    private static func site(
        _ options: BenchDeviceOptions, _ profile: FirmwareProfile, at now: Instant
    ) -> SimulatedSite {
        let meter = SimulatedMeter(refresh: profile.timing.refresh, seed: options.seed &+ 2, at: now)
        let timeOfDay = WallClock.now().timeOfDay
        guard var charger = SimulatedCharger(id: evse, profile: profile, at: now) else {
            var load = HouseholdLoad(seed: options.seed)
            load.override = options.load?.evenly
            return SimulatedSite(chargers: [], load: load, meter: meter, startingAt: now, timeOfDay: timeOfDay)
        }
        charger.hardware.wiring = options.wiring
        if options.isPluggedIn {
            charger.plugIn(
                SimulatedVehicle(
                    battery: SimulatedVehicle.Battery(capacity: options.capacity),
                    stateOfCharge: options.stateOfCharge))
        }
        let nothing = HouseholdLoad(profile: .flat(.zero), noise: 0, seed: options.seed)
        return SimulatedSite(chargers: [charger], load: nothing, startingAt: now, timeOfDay: timeOfDay)
    }
}

extension WallClock {
    /// Since midnight in UTC.
    var timeOfDay: Interval {
        Interval(nanoseconds: seconds % 86_400 * 1_000_000_000 + Int64(nanoseconds))
    }
}
