// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation

@testable import PowerControl

/// A site with honest physics: chargers that follow late and softly, a meter that looks once in a while, a load that
/// steps within the reserve.
struct RandomPlant: ~Copyable {
    var plant: Plant
    var random: Seeded
    let upper: Power
    let lower: Power
    let reserve: Power
    /// `SLUICE_PROPERTY_TRACE=1` prints every tick of the seed that `SLUICE_PROPERTY_SEED` replays.
    let isTraced = ProcessInfo.processInfo.environment["SLUICE_PROPERTY_TRACE"] == "1"

    private func trace() {
        guard isTraced else { return }
        let view = plant.decision.circuits[0]
        let tick = (plant.now.nanoseconds - 1_000_000_000_000) / plant.tick.nanoseconds
        print(
            tick, "sum", plant.connectionPoint().sum, "load", plant.load.sum, "estimate", view.uncontrolled, "limits",
            lower, upper, "reserve", reserve)
        for index in plant.evses.indices {
            let decision = plant.decision.evses[index]
            let state = plant.controller.states[index]
            let model = plant.site.evses[index]
            print(
                "  ", index, "target", decision.target, "power", plant.evses[index].power, decision.boundBy.kind,
                "claim",
                state.claim.low, state.claim.high, "settling", model.settling, "step", model.step)
        }
    }

    init(seed: UInt64) {
        random = Seeded(seed)
        upper = .watts(random.int(10_000...150_000))
        lower = .watts(-random.int(0...80_000))
        reserve = .watts(random.int(100...1_500))
        let count = random.chance(50) ? random.int(1...4) : random.int(1...60)
        var site = SiteModel.simple(evses: count, import: upper, export: Power.zero - lower, reserve: reserve)
        site.turn = .minutes(60)
        site.reliefRamp = .watts(random.int(500...50_000))
        var evses: [PlantEVSE] = []
        for index in 0..<count {
            let wiring = [PhaseSet.l1, .l2, .l3, .three][random.int(0...3)]
            let deadTime = random.int(0...1_500)
            let constant = random.int(100...1_200)
            let poll = random.int(1...20) * 100
            evses.append(
                PlantEVSE(
                    wiring: wiring, deadTime: .milliseconds(deadTime), timeConstant: .milliseconds(constant),
                    pollEvery: .milliseconds(poll)))
            site.evses[index].wiring = wiring
            site.evses[index].ratings = PowerLimits(
                from: .watts(-random.int(0...22_000)), to: .watts(7_360 * max(1, wiring.count)))
            site.evses[index].minimumCharge = .watts(1_380 * wiring.count)
            site.evses[index].step = .watts([1, 100, 230][random.int(0...2)])
            site.evses[index].settling = .milliseconds(deadTime + constant * 10 + 200)
            site.evses[index].directionChangePause = .milliseconds(random.int(0...2_000))
        }
        plant = Plant(site, evses, load: .watts(random.int(-2_000...3_000)))
        plant.meterEvery = .milliseconds(random.int(2...12) * 100)
        plant.meterLatency = .milliseconds(random.int(0...5) * 100)
    }

    /// - Returns: What was broken, or nil.
    mutating func runAndWatch() -> String? {
        plant.run(for: .seconds(20))
        for _ in 0..<3 {
            disturb()
            for _ in 0..<(random.int(200...260)) {
                plant.step()
                trace()
                let sum = plant.connectionPoint().sum
                let load = plant.load.sum
                // What the household alone brings over the limit is not ours.
                if sum > upper + .watts(20), sum - load > .watts(1) {
                    return "import \(sum) over \(upper), load \(load)"
                }
                if sum < lower - .watts(20), sum - load < .watts(-1) {
                    return "export \(sum) under \(lower), load \(load)"
                }
            }
        }
        return nil
    }

    private mutating func disturb() {
        // The next step of the load comes after the last has been seen: together they would exceed the reserve.
        let isSeen = (plant.decision.circuits[0].uncontrolled - plant.load.sum).magnitude < .watts(10)
        let size = isSeen ? Int(reserve.milli / 1_000) - 20 : 0
        plant.load = PerPhase(all: (plant.load.sum + .watts(random.int(-size...size))) / 3)
        var wishes: [Wish] = []
        for index in plant.evses.indices where random.chance(70) {
            wishes.append(
                Wish(
                    scope: .evse(index), source: 1, priority: 1, power: .watts(random.int(-22_000...22_000)),
                    expiresAt: .distantFuture))
        }
        if random.chance(30) {
            wishes.append(
                Wish(
                    scope: .site, source: 2, priority: 5, power: .watts(random.int(-100_000...150_000)),
                    expiresAt: .distantFuture))
        }
        plant.set(wishes: wishes)
        // A vehicle that is pulled while power flows is a step of its own size; here only idle ones come and go.
        for index in plant.evses.indices where plant.evses[index].power.magnitude < .watts(50) && random.chance(20) {
            plant.setVehicle(index, present: !plant.evses[index].hasVehicle)
        }
        if random.chance(10) { plant.restartController(after: .milliseconds(random.int(1_000...10_000))) }
    }

    /// Constant inputs: after everything has settled the targets stand still.
    mutating func settleAndWatch() -> String? {
        disturb()
        for _ in 0..<6_000 {
            plant.step()
            trace()
        }
        let before = plant.evses.indices.map { plant.decision.evses[$0].target }
        for _ in 0..<300 {
            plant.step()
            trace()
            for index in plant.evses.indices
            where (plant.decision.evses[index].target - before[index]).magnitude > .watts(20) {
                return "EVSE \(index) moved from \(before[index]) to \(plant.decision.evses[index].target)"
            }
        }
        return nil
    }
}
