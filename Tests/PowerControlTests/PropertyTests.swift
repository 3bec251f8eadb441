// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import PowerControl

/// Random sites under random sequences. `SLUICE_PROPERTY_SITES=100000 swift test -c release` runs the long version; a
/// failure names its seed, and `SLUICE_PROPERTY_SEED` replays it alone.
struct PropertyTests {
    static let seeds: Range<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["SLUICE_PROPERTY_SEED"].flatMap(UInt64.init) { return seed..<seed + 1 }
        return 0..<(environment["SLUICE_PROPERTY_SITES"].flatMap(UInt64.init) ?? 600)
    }()

    /// Sites with physics take longer; the usual run takes a quarter of them.
    static let physicalSeeds =
        ProcessInfo.processInfo.environment["SLUICE_PROPERTY_SITES"] == nil ? seeds.prefix(150) : seeds[...]

    @Test func `no sum of targets ever exceeds the tightest bound, whatever readings and limits do`() {
        for seed in Self.seeds {
            var world = RandomWorld(seed: seed)
            for tick in 0..<40 {
                world.disturb()
                world.step()
                if let broken = world.brokenBound() {
                    Issue.record("seed \(seed), tick \(tick): \(broken)")
                    return
                }
            }
        }
    }

    @Test func `every decision names what bound it`() {
        for seed in Self.seeds {
            var world = RandomWorld(seed: seed &+ 1_000_000_000)
            for tick in 0..<20 {
                world.disturb()
                world.step()
                for index in world.site.evses.indices {
                    let decision = world.decision.evses[index]
                    let last = decision.shapingCount > 0 ? decision.shaping[decision.shapingCount - 1] : nil
                    let isNamed =
                        last?.reason == decision.boundBy
                        && (last?.power == decision.target || isRounding(last?.power, decision.target, world, index))
                    if !isNamed {
                        Issue.record("seed \(seed), tick \(tick), EVSE \(index): \(decision.target) is not explained")
                        return
                    }
                }
            }
        }
    }

    /// Rounding to the charger's step, and to nothing below its minimum, carries the reason before it.
    private func isRounding(_ noted: Power?, _ target: Power, _ world: borrowing RandomWorld, _ index: Int) -> Bool {
        guard let noted else { return false }
        let model = world.site.evses[index]
        let least = noted > .zero ? model.minimumCharge : model.minimumDischarge
        return target.magnitude <= noted.magnitude
            && ((noted - target).magnitude < model.step || (target.isZero && noted.magnitude < least + model.step))
    }

    @Test func `the connection point holds its limits while loads step within the reserve`() {
        for seed in Self.physicalSeeds {
            var world = RandomPlant(seed: seed)
            if let broken = world.runAndWatch() {
                Issue.record("seed \(seed): \(broken)")
                return
            }
        }
    }

    @Test func `nothing oscillates once inputs are constant`() {
        for seed in Self.physicalSeeds {
            var world = RandomPlant(seed: seed &+ 77)
            if let broken = world.settleAndWatch() {
                Issue.record("seed \(seed): \(broken)")
                return
            }
        }
    }
}

/// A site whose inputs make no physical sense at all.
struct RandomWorld: ~Copyable {
    let site: SiteModel
    var random: Seeded
    var controller: Controller
    var snapshot: Snapshot
    var decision: Decision
    var now = Instant(nanoseconds: 5_000_000_000_000)

    init(seed: UInt64) {
        random = Seeded(seed)
        site = RandomWorld.site(&random)
        controller = Controller(site, at: now)
        snapshot = Snapshot(for: site)
        decision = Decision(for: site)
    }

    static func site(_ random: inout Seeded) -> SiteModel {
        var circuits = [
            CircuitModel(
                parent: nil, power: limits(&random, 200_000), current: current(&random, 400),
                isMetered: random.chance(80), reserve: .watts(random.int(0...1_000)),
                hysteresis: .watts(random.int(0...300)))
        ]
        for index in 0..<random.int(0...5) {
            circuits.append(
                CircuitModel(
                    parent: random.int(0...index), power: limits(&random, 60_000), current: current(&random, 100),
                    isMetered: random.chance(20), assumedLoad: .watts(random.int(0...500))))
        }
        var evses: [EVSEModel] = []
        for _ in 0..<random.int(1...60) {
            let wiring = [PhaseSet.l1, .l2, .l3, .three][random.int(0...3)]
            let upper = random.int(1_400...22_000)
            evses.append(
                EVSEModel(
                    circuit: random.int(0...circuits.count - 1), wiring: wiring,
                    ratings: PowerLimits(from: .watts(-random.int(0...22_000)), to: .watts(upper)),
                    minimumCharge: .watts(random.int(0...1_380) * wiring.count),
                    minimumDischarge: .watts(random.int(0...500)), step: .watts([1, 100, 230, 690][random.int(0...3)]),
                    idle: random.chance(70) ? .charges : .holds, weight: random.int(1...10),
                    settling: .milliseconds(random.int(100...8_000)),
                    directionChangePause: .milliseconds(random.int(0...3_000)),
                    minimumOff: .seconds(random.int(0...60)), switchesPhases: random.chance(20),
                    phaseSwitchDelay: .seconds(random.int(1...5))))
        }
        var site = SiteModel(
            circuits: circuits, evses: evses, meterFallback: limits(&random, 20_000),
            reliefRamp: .watts(random.int(100...100_000)), turn: .seconds(random.int(1...900)))
        if random.chance(20) {
            site.asymmetry = AsymmetryBound(phases: PerPhase(all: limits(&random, 20_000)), source: 9)
        }
        return site
    }

    static func limits(_ random: inout Seeded, _ span: Int) -> PowerLimits {
        if random.chance(10) { return .unbounded }
        return PowerLimits(from: .watts(-random.int(0...span)), to: .watts(random.int(0...span)))
    }

    static func current(_ random: inout Seeded, _ span: Int) -> PerPhase<CurrentLimits> {
        if random.chance(30) { return PerPhase(all: .unbounded) }
        return PerPhase(all: CurrentLimits(from: .amperes(-random.int(0...span)), to: .amperes(random.int(0...span))))
    }

    /// Readings go stale, lie, jump; limits come and go; wishes flip; the controller restarts.
    mutating func disturb() {
        now = now + .milliseconds(random.chance(5) ? random.int(1_000...30_000) : random.int(10...500))
        for index in site.circuits.indices where random.chance(60) { disturbMeter(index) }
        for index in site.evses.indices where random.chance(50) { disturbEVSE(index) }
        if random.chance(30) { disturbLimits() }
        if random.chance(30) { disturbWishes() }
        if random.chance(1) { controller = Controller(site, at: now) }
    }

    private mutating func disturbMeter(_ index: Int) {
        let lie = random.chance(3)
        let power = Power.watts(random.int(-60_000...60_000) * (lie ? 10_000 : 1))
        snapshot.meters[index].measuredAt = random.chance(90) ? now : now - .milliseconds(random.int(0...20_000))
        snapshot.meters[index].power = power
        snapshot.meters[index].phasePower = random.chance(70) ? PerPhase(all: power / 3) : nil
        snapshot.meters[index].current =
            random.chance(50) ? PerPhase(.amperes(random.int(-90...90)), .zero, .amperes(random.int(-90...90))) : nil
        snapshot.meters[index].voltage = random.chance(50) ? PerPhase(all: .volts(random.int(0...400))) : nil
    }

    private mutating func disturbEVSE(_ index: Int) {
        var sample = EVSESample()
        sample.measuredAt = now - .milliseconds(random.chance(90) ? random.int(0...800) : random.int(0...60_000))
        sample.power = random.chance(90) ? .watts(random.int(-25_000...25_000)) : nil
        sample.current = random.chance(20) ? PerPhase(all: .amperes(random.int(-40...40))) : nil
        sample.hasVehicle = random.chance(85)
        sample.takesSetpoints = random.chance(90)
        sample.offered = random.chance(30) ? RandomWorld.limits(&random, 22_000) : nil
        sample.mayDischarge = random.chance(80)
        sample.need =
            random.chance(30)
            ? .init(energy: .wattHours(random.int(-5...90_000)), until: now + .seconds(random.int(0...50_000))) : nil
        sample.hardwareFallback = random.chance(80) ? .watts(random.int(0...4_000)) : nil
        snapshot.evses[index] = sample
    }

    private mutating func disturbLimits() {
        snapshot.limitCount = random.int(0...4)
        for index in 0..<snapshot.limitCount {
            let scopes: [ImposedLimit.Scope] = [
                .circuit(random.int(0...site.circuits.count - 1)), .circuit(0), .controllable,
                .evse(random.int(0...site.evses.count - 1)), .everyEVSE,
            ]
            snapshot.limits[index] = ImposedLimit(
                scope: scopes[random.int(0...4)],
                source: UInt16(index + 1), power: RandomWorld.limits(&random, 40_000),
                current: RandomWorld.current(&random, 80).l1)
        }
    }

    private mutating func disturbWishes() {
        snapshot.wishCount = random.int(0...min(8, site.wishCapacity))
        for index in 0..<snapshot.wishCount {
            snapshot.wishes[index] = Wish(
                scope: random.chance(40) ? .site : .evse(random.int(0...site.evses.count - 1)), source: UInt16(index),
                priority: UInt8(random.int(0...5)), power: .watts(random.int(-300_000...300_000)),
                expiresAt: now + .milliseconds(random.int(-100...5_000)))
        }
    }

    mutating func step() {
        snapshot.now = now
        controller.step(snapshot, &decision)
    }

    /// Adds the targets up circuit by circuit and phase by phase, on its own terms, and compares with every bound.
    func brokenBound() -> String? {
        if decision.isTakingOver { return nil }
        for circuit in site.circuits.indices {
            var power = Power.zero
            var phases = PerPhase<Power>.zero
            for index in site.evses.indices where isBelow(circuit, site.evses[index].circuit) {
                let target = decision.evses[index].target
                if !site.evses[index].ratings.contains(target) {
                    return "EVSE \(index) gets \(target) beyond its ratings"
                }
                power += target
                let wiring = site.evses[index].wiring
                let used =
                    decision.evses[index].phaseCount < wiring.count
                    ? PhaseSet(bits: wiring.bits & (~wiring.bits &+ 1)) : wiring
                phases = phases + Plant.spread(target, used)
            }
            if let broken = compare(circuit, power, phases) { return "circuit \(circuit): \(broken)" }
        }
        return brokenAsymmetry()
    }

    /// Each phase and direction alone: what is not on all three phases alike.
    private func brokenAsymmetry() -> String? {
        guard let bound = site.asymmetry else { return nil }
        for phase in Phase.allCases {
            var drawn = Power.zero
            var delivered = Power.zero
            for index in site.evses.indices {
                let wiring = site.evses[index].wiring
                let isOnOne = decision.evses[index].phaseCount < wiring.count
                let used = isOnOne ? PhaseSet(bits: wiring.bits & (~wiring.bits &+ 1)) : wiring
                guard used.count < 3 else { continue }
                let share = Plant.spread(decision.evses[index].target, used)[phase]
                if share > .zero { drawn += share } else { delivered += share }
            }
            let limits = bound.phases[phase]
            if drawn > limits.upper || delivered < limits.lower {
                return "asymmetric on \(phase): \(drawn), \(delivered)"
            }
        }
        return nil
    }

    private func knowsVoltage() -> Bool {
        for index in site.circuits.indices where snapshot.meters[index].voltage != nil { return true }
        return false
    }

    private func isBelow(_ circuit: Int, _ start: Int) -> Bool {
        var current: Int? = start
        while let index = current {
            if index == circuit { return true }
            current = site.circuits[index].parent
        }
        return false
    }

    private func compareControllable(_ power: Power, besides load: Power) -> String? {
        for index in 0..<snapshot.limitCount where snapshot.limits[index].scope == .controllable {
            let limits = snapshot.limits[index].power
            let surplus = load < .zero ? -load : .zero
            if power > limits.upper + surplus {
                return "all EVSEs take \(power), a surplus of \(surplus), over \(limits)"
            }
            // With a load, the view tells the import side of the estimate only.
            if power < limits.lower, load <= .zero { return "all EVSEs deliver \(power), below \(limits.lower)" }
        }
        return nil
    }

    private func compare(_ circuit: Int, _ power: Power, _ phases: PerPhase<Power>) -> String? {
        let model = site.circuits[circuit]
        let view = decision.circuits[circuit]
        var limits = model.power
        var current = model.current
        for index in 0..<snapshot.limitCount where snapshot.limits[index].scope == .circuit(circuit) {
            limits = limits.narrowed(to: snapshot.limits[index].power)
            current = current.map { $0.narrowed(to: snapshot.limits[index].current) }
        }
        if view.meterIsSilent { limits = limits.narrowed(to: site.meterFallback) }
        // A load of others that already takes everything leaves nothing to cut but our own.
        let load = view.meterIsSilent || !model.isMetered ? Power.zero : view.uncontrolled
        if power > .zero, power + load > limits.upper { return "\(power) and a load of \(load) over \(limits.upper)" }
        if power < .zero, power < limits.lower, load <= .zero { return "\(power) below \(limits.lower)" }
        if circuit == 0, let broken = compareControllable(power, besides: load) { return broken }
        for phase in Phase.allCases where !model.isMetered || view.meterIsSilent {
            let bound = site.nominalVoltage * current[phase].upper
            if phases[phase] > bound + .watts(1), phases[phase] > .zero, !knowsVoltage() {
                return "\(phase) \(phases[phase]) over \(bound)"
            }
        }
        return nil
    }
}
