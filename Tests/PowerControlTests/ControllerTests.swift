// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import PowerControl

struct ControllerTests {
    @Test func `one EVSE charges up to what the connection leaves`() {
        var plant = Plant(.simple(evses: 1, import: .watts(15_000)), [.usual], load: .watts(3_000))
        plant.run(for: .seconds(60))
        let target = plant.decision.evses[0].target
        #expect(target > .watts(11_000) && target <= .watts(11_500))
        #expect(plant.connectionPoint().sum <= .watts(15_000))
        #expect(plant.decision.evses[0].boundBy.kind == .inFlight || plant.decision.evses[0].boundBy.kind == .circuit)
    }

    @Test(arguments: [5, 8, 13, 21, 34])
    func `a changed agreement lowers who charges and stops nobody, however far they have come`(seconds: Int) {
        var plant = Plant(
            .simple(evses: 2, import: .watts(24_000)), [.usual, .usual], load: .watts(1_000))
        plant.run(for: .seconds(seconds))
        plant.controller = Controller(
            .simple(evses: 2, import: .watts(16_000)), continuing: plant.controller, at: plant.now)
        var lowest = Power.watts(24_000)
        for _ in 0..<300 {
            plant.step()
            lowest = min(lowest, plant.decision.evses[0].target, plant.decision.evses[1].target)
        }
        #expect(lowest > .watts(2_000))
        #expect(plant.connectionPoint().sum <= .watts(16_000))
        #expect(plant.decision.evses[0].target + plant.decision.evses[1].target > .watts(12_000))
    }

    @Test func `a setpoint is followed in both directions`() {
        var plant = Plant(
            .simple(evses: 1, import: .watts(30_000), export: .watts(20_000)), [.usual], load: .watts(1_000))
        for power in [7_000, -7_000, -11_000, 5_000, 0] {
            plant.set(wishes: [
                Wish(scope: .evse(0), source: 3, priority: 1, power: .watts(power), expiresAt: .distantFuture)
            ])
            plant.run(for: .seconds(20))
            #expect(plant.decision.evses[0].target == .watts(power))
            #expect((plant.evses[0].power - .watts(power)).magnitude < .watts(50))
            #expect(plant.decision.evses[0].boundBy == Reason(.wish, source: 3))
        }
    }

    @Test func `export stops at the export limit`() {
        var plant = Plant(
            .simple(evses: 1, import: .watts(30_000), export: .watts(5_000)), [.usual], load: .watts(2_000))
        plant.set(wishes: [
            Wish(scope: .evse(0), source: 1, priority: 1, power: .watts(-20_000), expiresAt: .distantFuture)
        ])
        for _ in 0..<600 {
            plant.step()
            #expect(plant.connectionPoint().sum >= .watts(-5_000))
        }
        #expect(plant.decision.evses[0].target < .watts(-6_000))
    }

    @Test func `a wish expires and a higher priority wins`() {
        var plant = Plant(.simple(evses: 1, import: .watts(30_000), export: .watts(30_000)), [.usual], load: .zero)
        plant.set(wishes: [
            Wish(scope: .evse(0), source: 1, priority: 1, power: .watts(5_000), expiresAt: .distantFuture),
            Wish(scope: .evse(0), source: 2, priority: 9, power: .watts(9_000), expiresAt: plant.now + .seconds(20)),
        ])
        plant.run(for: .seconds(10))
        #expect(plant.decision.evses[0].target == .watts(9_000))
        plant.run(for: .seconds(15))
        #expect(plant.decision.evses[0].target == .watts(5_000))
    }

    @Test func `a load that comes over the limit is shed in the tick that sees it`() {
        var plant = Plant(.simple(evses: 1, import: .watts(15_000)), [.usual], load: .watts(1_000))
        plant.run(for: .seconds(60))
        let before = plant.decision.evses[0].target
        plant.load = PerPhase(all: .watts(2_000))
        plant.run(for: plant.meterEvery + plant.meterLatency + plant.tick * 2)
        #expect(plant.decision.evses[0].target <= before - .watts(4_500))
        #expect(plant.decision.evses[0].boundBy.kind == .circuit)
    }

    @Test func `relief is ramped`() {
        var plant = Plant(.simple(evses: 1, import: .watts(15_000)), [.usual], load: .watts(9_000))
        plant.run(for: .seconds(60))
        plant.load = .zero
        plant.run(for: .seconds(2))
        var previous = plant.decision.evses[0].target
        for _ in 0..<50 {
            plant.step()
            #expect(plant.decision.evses[0].target - previous <= .watts(100))
            previous = plant.decision.evses[0].target
        }
        plant.run(for: .seconds(20))
        #expect(plant.decision.evses[0].target > .watts(14_000))
    }

    @Test func `a silent meter selects the fallback, and comes back by itself`() {
        var site = SiteModel.simple(evses: 2, import: .watts(40_000))
        site.meterFallback = PowerLimits(from: .zero, to: .watts(9_000))
        var plant = Plant(site, [.usual, .usual], load: .watts(1_000))
        plant.run(for: .seconds(30))
        #expect(plant.sumOfTargets() > .watts(30_000))
        plant.meterIsCut = true
        plant.run(for: .seconds(7))
        #expect(plant.sumOfTargets() <= .watts(9_000))
        #expect(plant.decision.evses[0].boundBy.kind == .meterSilent)
        plant.meterIsCut = false
        plant.run(for: .seconds(40))
        #expect(plant.sumOfTargets() > .watts(30_000))
    }

    @Test func `before the meter has spoken the fallback holds`() {
        var plant = Plant(.simple(evses: 1, import: .watts(40_000)), [.usual], load: .zero)
        plant.meterIsCut = true
        plant.run(for: .seconds(10))
        #expect(plant.decision.evses[0].target == .zero)
        #expect(plant.decision.evses[0].boundBy.kind == .meterSilent)
    }

    @Test func `capacity is shared by weight`() {
        var site = SiteModel.simple(evses: 3, import: .watts(40_700), reserve: .zero)
        site.circuits[0].hysteresis = .zero
        site.evses[0].weight = 2
        var plant = Plant(site, [.usual, .usual, .usual], load: .zero)
        plant.run(for: .seconds(90))
        #expect((plant.decision.evses[0].target - .watts(20_350)).magnitude < .watts(100))
        #expect((plant.decision.evses[1].target - .watts(10_175)).magnitude < .watts(100))
        #expect((plant.decision.evses[2].target - .watts(10_175)).magnitude < .watts(100))
    }

    @Test func `a load that trembles does not move shares cut to whole steps`() {
        // An equal share is 6.67 kW, a multiple of 230 W to the watt; steps of 1 kW leave room beside it.
        var site = SiteModel.simple(evses: 4, import: .watts(26_680), reserve: .zero)
        for index in 0..<2 { site.evses[index].step = .watts(230) }
        for index in 2..<4 { site.evses[index].step = .watts(1_000) }
        var plant = Plant(site, [.usual, .usual, .usual, .usual], load: .zero)
        plant.run(for: .seconds(60))
        #expect(plant.decision.evses[0].target == .watts(6_670))
        plant.load = PerPhase(all: .watts(2))
        plant.run(for: .seconds(60))
        for round in 0..<6 {
            plant.load = PerPhase(all: .watts(round % 2 == 0 ? 0 : 2))
            plant.run(for: .seconds(60))
            #expect(plant.decision.evses[0].target == .watts(6_440))
        }
        plant.load = PerPhase(all: .watts(-100))
        plant.run(for: .seconds(60))
        #expect(plant.decision.evses[0].target == .watts(6_670))
    }

    @Test func `who needs more until departure gets more`() {
        var site = SiteModel.simple(evses: 2, import: .watts(20_000), reserve: .zero)
        site.circuits[0].hysteresis = .zero
        var controller = Controller(site, at: Instant(nanoseconds: 0))
        var snapshot = Snapshot(for: site)
        var decision = Decision(for: site)
        for tick in 1...400 {
            let now = Instant(nanoseconds: Int64(tick) * 100_000_000)
            snapshot.now = now
            snapshot.meters[0].measuredAt = now
            for index in 0..<2 {
                snapshot.evses[index].measuredAt = now
                snapshot.evses[index].power = decision.evses[index].target
                snapshot.evses[index].hasVehicle = true
                snapshot.evses[index].takesSetpoints = true
            }
            snapshot.meters[0].power = decision.evses[0].target + decision.evses[1].target
            snapshot.meters[0].phasePower = PerPhase(all: snapshot.meters[0].power / 3)
            snapshot.evses[0].need = .init(energy: .wattHours(40_000), until: now + .seconds(7_200))
            snapshot.evses[1].need = .init(energy: .wattHours(1_000), until: now + .seconds(36_000))
            controller.step(snapshot, &decision)
        }
        #expect(decision.evses[0].target > decision.evses[1].target * 2)
        #expect(decision.evses[1].target >= .watts(4_140))
    }

    @Test func `when the minimums do not fit, everyone gets a turn`() {
        var site = SiteModel.simple(evses: 3, import: .watts(9_500))
        site.turn = .minutes(5)
        var plant = Plant(site, [.usual, .usual, .usual], load: .zero)
        var energy = [0.0, 0.0, 0.0]
        for _ in 0..<(3_600 * 10) {
            plant.step()
            #expect(plant.connectionPoint().sum <= .watts(9_500))
            for index in 0..<3 { energy[index] += plant.evses[index].power.inUnits }
        }
        let least = energy.min() ?? 0
        let most = energy.max() ?? 1
        #expect(least > most * 0.9)
    }

    @Test func `the sum follows a site setpoint in both directions`() {
        var plant = Plant(
            .simple(evses: 3, import: .watts(50_000), export: .watts(50_000)), [.usual, .usual, .usual],
            load: .watts(2_000))
        for power in [30_000, -24_000, 9_000, 0] {
            plant.set(wishes: [
                Wish(scope: .site, source: 4, priority: 5, power: .watts(power), expiresAt: .distantFuture)
            ])
            plant.run(for: .seconds(30))
            #expect((plant.sumOfTargets() - .watts(power)).magnitude <= .watts(3))
        }
    }

    @Test func `those without a wish of their own make up the site setpoint`() {
        var plant = Plant(
            .simple(evses: 2, import: .watts(50_000), export: .watts(50_000)), [.usual, .usual], load: .zero)
        plant.set(wishes: [
            Wish(scope: .site, source: 4, priority: 5, power: .watts(-5_000), expiresAt: .distantFuture),
            Wish(scope: .evse(0), source: 1, priority: 7, power: .watts(8_000), expiresAt: .distantFuture),
        ])
        plant.run(for: .seconds(30))
        #expect(plant.decision.evses[0].target == .watts(8_000))
        #expect(plant.decision.evses[1].target == .watts(-13_000))
    }

    @Test func `what does not load all phases alike keeps the bound of its phase, and says so`() {
        var site = SiteModel.simple(evses: 3, import: .watts(100_000), reserve: .zero)
        for index in 0..<2 {
            site.evses[index].wiring = .l1
            site.evses[index].ratings = PowerLimits(from: .watts(-7_360), to: .watts(7_360))
            site.evses[index].minimumCharge = .watts(1_380)
        }
        let bounds = PerPhase(all: PowerLimits(from: .watts(-2_300), to: .watts(4_600)))
        site.asymmetry = AsymmetryBound(phases: bounds, source: 77)
        var single = PlantEVSE.usual
        single.wiring = .l1
        var plant = Plant(site, [single, single, .usual], load: .zero)
        plant.run(for: .seconds(90))
        let onL1 = plant.decision.evses[0].target + plant.decision.evses[1].target
        #expect(onL1 <= .watts(4_600))
        #expect(onL1 > .watts(4_590))
        #expect(plant.decision.evses[0].boundBy.source == 77)
        #expect(plant.decision.evses[0].boundBy.conductor == .l1)
        // Three phases alike do not count.
        #expect(plant.decision.evses[2].target == .watts(22_000))
    }

    @Test func `a fuse is guarded per phase`() {
        var site = SiteModel.simple(evses: 2, import: .watts(100_000), reserve: .zero)
        site.circuits[0].current = PerPhase(all: CurrentLimits(from: .amperes(-25), to: .amperes(25)))
        site.circuits[0].hysteresis = .zero
        site.evses[0].wiring = .l1
        site.evses[0].ratings = PowerLimits(from: .zero, to: .watts(7_360))
        site.evses[0].minimumCharge = .watts(1_380)
        var single = PlantEVSE.usual
        single.wiring = .l1
        var plant = Plant(site, [single, .usual], load: .zero)
        for _ in 0..<900 {
            plant.step()
            #expect(plant.connectionPoint().l1 <= .watts(5_750))
        }
        // Equal powers: all of the one on L1, a third of the other.
        #expect((plant.decision.evses[0].target - .watts(4_312)).magnitude < .watts(50))
        #expect((plant.decision.evses[1].target - .watts(4_312)).magnitude < .watts(50))
        #expect(plant.decision.evses[1].boundBy.conductor == .l1)
    }

    @Test func `a sub-board binds its own EVSEs only`() {
        var site = SiteModel.simple(evses: 3, import: .watts(60_000))
        site.circuits.append(CircuitModel(parent: 0, power: PowerLimits(from: .zero, to: .watts(10_000))))
        site.evses[1].circuit = 1
        site.evses[2].circuit = 1
        var plant = Plant(site, [.usual, .usual, .usual], load: .zero)
        plant.run(for: .seconds(60))
        #expect(plant.decision.evses[0].target == .watts(22_000))
        #expect(plant.decision.evses[1].target == .watts(5_000))
        #expect(plant.decision.evses[2].target == .watts(5_000))
        #expect(plant.decision.evses[2].boundBy == Reason(.circuit, circuit: 1))
    }

    @Test func `the limit that bound is named with its source`() {
        var plant = Plant(.simple(evses: 1, import: .watts(40_000)), [.usual], load: .zero)
        plant.run(for: .seconds(30))
        plant.set(limits: [
            ImposedLimit(scope: .circuit(0), source: 42, power: PowerLimits(from: .zero, to: .watts(8_000)))
        ])
        plant.step()
        #expect(plant.decision.evses[0].target == .watts(7_500))
        #expect(plant.decision.evses[0].boundBy == Reason(.imposedLimit, source: 42))
        plant.set(limits: [
            ImposedLimit(scope: .evse(0), source: 43, power: PowerLimits(from: .zero, to: .watts(5_000)))
        ])
        plant.step()
        #expect(plant.decision.evses[0].target == .watts(5_000))
        #expect(plant.decision.evses[0].boundBy == Reason(.evseLimit, source: 43))
    }

    @Test(arguments: [(load: 3_000, expected: 4_200), (0, 4_200), (-3_000, 6_700), (-400, 4_200)])
    func `a limit on what the EVSEs take together leaves them the surplus besides`(load: Int, expected: Int) {
        var plant = Plant(.simple(evses: 2, import: .watts(40_000)), [.usual, .usual], load: .watts(load))
        plant.set(limits: [
            ImposedLimit(scope: .controllable, source: 7, power: PowerLimits(from: .zero, to: .watts(4_200)))
        ])
        for _ in 0..<900 {
            plant.step()
            let sum = plant.decision.evses[0].target + plant.decision.evses[1].target
            #expect(sum <= .watts(max(expected, 4_200)))
        }
        let sum = plant.decision.evses[0].target + plant.decision.evses[1].target
        #expect(sum > .watts(expected - 300))
        let last = plant.decision.evses[0].boundBy
        #expect(last == Reason(.imposedLimit, source: 7) || last.kind == .inFlight)
    }

    @Test func `what one car delivers, another may draw under a limit on both`() {
        var plant = Plant(
            .simple(evses: 2, import: .watts(40_000), export: .watts(40_000)), [.usual, .usual], load: .watts(2_000))
        plant.set(limits: [
            ImposedLimit(scope: .controllable, source: 7, power: PowerLimits(from: .zero, to: .watts(4_200)))
        ])
        plant.set(wishes: [
            Wish(scope: .evse(0), source: 1, priority: 1, power: .watts(-5_000), expiresAt: .distantFuture)
        ])
        plant.run(for: .seconds(60))
        #expect(plant.decision.evses[1].target > .zero)
        #expect(plant.decision.evses[0].target + plant.decision.evses[1].target <= .watts(4_200))
    }

    @Test func `a silent charger counts at its last command`() {
        var plant = Plant(.simple(evses: 2, import: .watts(20_000)), [.usual, .usual], load: .zero)
        plant.run(for: .seconds(60))
        let last = plant.decision.evses[0].target
        plant.evses[0].isSilent = true
        plant.run(for: .seconds(17))
        plant.setVehicle(1, present: false)
        plant.run(for: .seconds(30))
        plant.setVehicle(1, present: true)
        plant.run(for: .seconds(60))
        #expect(plant.decision.evses[0].target <= last)
        #expect(plant.decision.evses[0].boundBy.kind == .chargerSilent)
        #expect(plant.decision.evses[1].target + last <= .watts(20_000))
        #expect(plant.decision.evses[1].target > .watts(4_140))
    }

    @Test func `a charger never heard counts at its nameplate`() {
        var silent = PlantEVSE.usual
        silent.isSilent = true
        var plant = Plant(.simple(evses: 2, import: .watts(30_000)), [silent, .usual], load: .zero)
        plant.run(for: .seconds(30))
        #expect(plant.decision.evses[0].target == .zero)
        #expect(plant.decision.evses[1].target <= .watts(8_000))
    }

    @Test func `a change of direction rests at zero`() {
        let site = SiteModel.simple(evses: 1, import: .watts(30_000), export: .watts(30_000)) {
            $0.directionChangePause = .seconds(3)
        }
        var plant = Plant(site, [.usual], load: .zero)
        func wish(_ power: Int) -> [Wish] {
            [Wish(scope: .evse(0), source: 1, priority: 1, power: .watts(power), expiresAt: .distantFuture)]
        }
        plant.set(wishes: wish(10_000))
        plant.run(for: .seconds(10))
        plant.set(wishes: wish(-10_000))
        var zeroTicks = 0
        for _ in 0..<200 {
            plant.step()
            if plant.decision.evses[0].target == .zero { zeroTicks += 1 }
        }
        #expect(zeroTicks >= 30 && zeroTicks < 100)
        #expect(plant.decision.evses[0].target == .watts(-10_000))
    }

    @Test func `a phase switch waits for the power to be gone and keeps the limit`() {
        let site = SiteModel.simple(evses: 1, import: .watts(4_000), reserve: .zero) {
            $0.switchesPhases = true
            $0.phaseSwitchDelay = .seconds(20)
            $0.ratings = PowerLimits(from: .zero, to: .watts(11_040))
        }
        var plant = Plant(site, [.usual], load: .zero)
        plant.load = .zero
        plant.set(limits: [])
        plant.run(for: .seconds(60))
        #expect(plant.decision.evses[0].phaseCount == 3)
        #expect(plant.decision.evses[0].target == .zero)
    }
}
