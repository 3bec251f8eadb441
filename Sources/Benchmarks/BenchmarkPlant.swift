// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import PowerControl
import SimulatedSite

/// The chargers, cars and other loads of a site as plain physics: commands act late and softly, readings come now and then.
struct BenchmarkPlant {
    static let tick = Interval.milliseconds(100)

    private let evses: [EVSEModel]
    /// The EVSEs behind each circuit; empty where there is no meter.
    private let metered: [[Int]]
    private var powers: [Power]
    /// What was commanded one, two and three ticks ago: the dead time.
    private var commands: [[Power]]
    private var load: Power
    private var hasVehicle: [Bool]
    private var random = SplitMix64(seed: 7)
    private var ticks = 0

    init(_ site: SiteModel) {
        evses = site.evses
        metered = site.circuits.indices.map { circuit in
            site.circuits[circuit].isMetered
                ? site.evses.indices.filter { Self.feeds(circuit, site.evses[$0].circuit, site) } : []
        }
        powers = site.evses.map { _ in .zero }
        commands = Array(repeating: powers, count: 3)
        hasVehicle = site.evses.map { _ in true }
        load = .watts(500 * site.evses.count)
    }

    private static func feeds(_ feeder: Int, _ circuit: Int, _ site: SiteModel) -> Bool {
        if feeder == circuit { return true }
        guard let parent = site.circuits[circuit].parent else { return false }
        return feeds(feeder, parent, site)
    }

    /// One tick of time.
    mutating func advance() {
        ticks += 1
        let acting = commands[ticks % 3]
        for index in powers.indices {
            let goal = hasVehicle[index] ? acting[index] : .zero
            powers[index] = powers[index] + (goal - powers[index]) / 5
        }
        load = load + .watts(Int(random.normal() * 20))
    }

    mutating func command(_ index: Int, _ power: Power) { commands[ticks % 3][index] = power }

    /// A car leaves, or another comes.
    mutating func changeVehicle(_ index: Int) { hasVehicle[index].toggle() }

    /// Chargers are read twice a second, not all in the same tick.
    func isRead(_ index: Int) -> Bool { (ticks + index) % 5 == 0 }
    /// Meters are read twice a second.
    var metersAreRead: Bool { ticks % 5 == 0 }

    func reading(_ index: Int, at now: Instant) -> ChargerReading {
        let wiring = evses[index].wiring
        let ampere = Current(milli: powers[index].milli / Int64(230 * wiring.count))
        return ChargerReading(
            measuredAt: now, state: hasVehicle[index] ? .charging : .available, power: powers[index],
            current: wiring.count == 3 ? PerPhase(all: ampere) : PerPhase(ampere, .zero, .zero))
    }

    /// Of the circuit's meter.
    func meterReading(_ circuit: Int, at now: Instant) -> MeterReading {
        var phases = PerPhase(all: circuit == 0 ? load / 3 : .zero)
        for index in metered[circuit] {
            let wiring = evses[index].wiring
            let share = powers[index] / wiring.count
            if wiring.contains(.l1) { phases.l1 += share }
            if wiring.contains(.l2) { phases.l2 += share }
            if wiring.contains(.l3) { phases.l3 += share }
        }
        return MeterReading(
            measuredAt: now, power: phases.sum, phasePower: phases, voltage: PerPhase(all: .volts(231)))
    }
}
