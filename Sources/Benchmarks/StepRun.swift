// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import Gateway
import LinuxIO
import PowerControl

/// The controller alone over the plant: what `step` costs.
struct StepRun: ~Copyable {
    private let tables: SiteTables
    private var controller: Controller
    private var snapshot: Snapshot
    private var decision: Decision
    private var plant: BenchmarkPlant
    private var day: BenchmarkDay
    private var wishes: [Wish?]
    private var limits: [ImposedLimit?]
    private var tick = 0
    private var now = Instant(nanoseconds: 1_000_000_000_000)

    init(_ configuration: SiteConfiguration, _ pace: BenchmarkDay.Pace) {
        let site = SiteModel(configuration)
        tables = SiteTables(configuration)
        controller = Controller(site, at: now)
        snapshot = Snapshot(for: site)
        decision = Decision(for: site)
        plant = BenchmarkPlant(site)
        day = BenchmarkDay(
            pace, evseCount: site.evses.count, tables: tables, limit: configuration.agreement.firm.upper)
        wishes = tables.wishes.map { _ in nil }
        limits = tables.limits.enumerated().map { $0 < configuration.evses.count ? $1 : nil }
    }

    /// - Returns: How long the step took.
    mutating func advance() -> Interval {
        now = now + BenchmarkPlant.tick
        plant.advance()
        for change in day.commands(tick: tick, &plant) { take(change) }
        tick += 1
        look()
        let began = MonotonicClock.now()
        controller.step(snapshot, &decision)
        let cost = MonotonicClock.now() - began
        for index in 0..<snapshot.evses.count { plant.command(index, decision.evses[index].target) }
        return cost
    }

    private mutating func take(_ change: LoopCommand.Change) {
        switch change {
        case .wish(let place, let power, let expiresAt):
            var wish = tables.wishes[place]
            wish.power = power
            wish.expiresAt = expiresAt
            wishes[place] = wish
        case .noWish(let place): wishes[place] = nil
        case .limit(let place, let power, _):
            var limit = tables.limits[place]
            limit.power = power
            limits[place] = limit
        case .noLimit(let place): limits[place] = nil
        // The step knows limits only; what they come from is the loop's.
        case .connection: return
        }
    }

    private mutating func look() {
        snapshot.now = now
        for index in 0..<snapshot.evses.count where plant.isRead(index) {
            let reading = plant.reading(index, at: now)
            var sample = EVSESample()
            sample.measuredAt = now
            sample.power = reading.power
            sample.current = reading.current
            sample.hasVehicle = reading.state.hasVehicle
            sample.takesSetpoints = reading.state.takesSetpoints
            sample.mayDischarge = true
            snapshot.evses[index] = sample
        }
        for circuit in 0..<snapshot.meters.count where plant.metersAreRead {
            let reading = plant.meterReading(circuit, at: now)
            var sample = MeterSample()
            sample.measuredAt = now
            sample.power = reading.power
            sample.phasePower = reading.phasePower
            sample.voltage = reading.voltage
            snapshot.meters[circuit] = sample
        }
        snapshot.wishCount = 0
        for case .some(let wish) in wishes {
            snapshot.wishes[snapshot.wishCount] = wish
            snapshot.wishCount += 1
        }
        snapshot.limitCount = 0
        for case .some(let limit) in limits {
            snapshot.limits[snapshot.limitCount] = limit
            snapshot.limitCount += 1
        }
    }
}
