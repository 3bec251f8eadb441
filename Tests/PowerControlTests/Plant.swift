// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

@testable import PowerControl

/// A seeded generator, so that a failure replays from its seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
    mutating func int(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }
}

/// A charger and car as the physics would have it: dead time, then a first-order approach.
struct PlantEVSE {
    var wiring: PhaseSet
    var deadTime: Interval
    var timeConstant: Interval
    var pollEvery: Interval
    var power = Power.zero
    var target = Power.zero
    /// What the car makes of a setpoint, in percent; cars take less than they are offered.
    var follows = 100
    var hasVehicle = true
    private var pending: [(Instant, Power)] = []
    var lastPoll = Instant.distantPast
    /// A charger that is there but no longer heard.
    var isSilent = false

    init(wiring: PhaseSet, deadTime: Interval, timeConstant: Interval, pollEvery: Interval) {
        self.wiring = wiring
        self.deadTime = deadTime
        self.timeConstant = timeConstant
        self.pollEvery = pollEvery
    }

    mutating func command(_ setpoint: Power, at now: Instant) {
        if pending.last?.1 ?? target != setpoint { pending.append((now + deadTime, setpoint)) }
    }

    mutating func advance(to now: Instant, by step: Interval) {
        while let first = pending.first, first.0 <= now {
            target = first.1
            pending.removeFirst()
        }
        let goal = hasVehicle ? target.milli * Int64(follows) / 100 : 0
        let constant = max(timeConstant.nanoseconds, step.nanoseconds)
        power = Power(milli: power.milli + (goal - power.milli) * step.nanoseconds / constant)
        if !hasVehicle { power = .zero }
    }
}

/// A site under a controller, in virtual time.
struct Plant: ~Copyable {
    let site: SiteModel
    var evses: [PlantEVSE]
    var load: PerPhase<Power>
    var controller: Controller
    var snapshot: Snapshot
    var decision: Decision
    var now = Instant(nanoseconds: 1_000_000_000_000)
    let tick = Interval.milliseconds(100)
    var meterEvery = Interval.seconds(1)
    var meterIsCut = false
    /// How old a sample already is when it arrives.
    var meterLatency = Interval.milliseconds(200)
    private var samples: [(Instant, PerPhase<Power>)] = []
    private var lastSample = Instant.distantPast

    init(_ site: SiteModel, _ evses: [PlantEVSE], load: Power) {
        self.site = site
        self.evses = evses
        self.load = PerPhase(all: load / 3)
        controller = Controller(site, at: now)
        snapshot = Snapshot(for: site)
        decision = Decision(for: site)
        for index in evses.indices { setVehicle(index, present: true) }
    }

    mutating func setVehicle(_ index: Int, present: Bool) { evses[index].hasVehicle = present }

    /// The gateway dies and comes back: chargers hold what they were told, the new controller knows nothing, and a charger
    /// hears from it only after it was heard.
    mutating func restartController(after downtime: Interval) {
        let back = now + downtime
        while now < back {
            now = now + tick
            for index in evses.indices { evses[index].advance(to: now, by: tick) }
            measure()
        }
        controller = Controller(site, at: now)
        for index in evses.indices { snapshot.evses[index] = EVSESample() }
        snapshot.meters[0] = MeterSample()
        samples.removeAll()
    }

    func connectionPoint() -> PerPhase<Power> {
        var sum = load
        for evse in evses { sum = sum + Self.spread(evse.power, evse.wiring) }
        return sum
    }

    static func spread(_ power: Power, _ wiring: PhaseSet) -> PerPhase<Power> {
        let share = power / wiring.count
        return PerPhase(
            wiring.contains(.l1) ? share : .zero, wiring.contains(.l2) ? share : .zero,
            wiring.contains(.l3) ? share : .zero)
    }

    mutating func set(wishes: [Wish]) {
        snapshot.wishCount = wishes.count
        for (index, wish) in wishes.enumerated() { snapshot.wishes[index] = wish }
    }

    mutating func set(limits: [ImposedLimit]) {
        snapshot.limitCount = limits.count
        for (index, limit) in limits.enumerated() { snapshot.limits[index] = limit }
    }

    /// One tick: physics, readings, decision, commands.
    mutating func step() {
        now = now + tick
        for index in evses.indices { evses[index].advance(to: now, by: tick) }
        measure()
        snapshot.now = now
        controller.step(snapshot, &decision)
        for index in evses.indices where snapshot.evses[index].measuredAt > .distantPast {
            evses[index].command(decision.evses[index].target, at: now)
        }
    }

    mutating func run(for length: Interval) {
        let end = now + length
        while now < end { step() }
    }

    private mutating func measure() {
        if now - lastSample >= meterEvery {
            lastSample = now
            samples.append((now, connectionPoint()))
        }
        if let first = samples.first, now - first.0 >= meterLatency {
            samples.removeFirst()
            if !meterIsCut, site.circuits[0].isMetered {
                var sample = MeterSample()
                sample.measuredAt = first.0
                sample.power = first.1.sum
                sample.phasePower = first.1
                snapshot.meters[0] = sample
            }
        }
        for index in evses.indices where now - evses[index].lastPoll >= evses[index].pollEvery && !evses[index].isSilent
        {
            evses[index].lastPoll = now
            var sample = EVSESample()
            sample.measuredAt = now
            sample.power = evses[index].power
            sample.hasVehicle = evses[index].hasVehicle
            sample.takesSetpoints = evses[index].hasVehicle
            sample.mayDischarge = true
            snapshot.evses[index] = sample
        }
    }

    func sumOfTargets() -> Power {
        var sum = Power.zero
        for index in evses.indices { sum += decision.evses[index].target }
        return sum
    }
}

extension SiteModel {
    /// One connection point with a meter, EVSEs of 22 kW both ways on three phases.
    static func simple(
        evses: Int, import upper: Power, export lower: Power = .zero, reserve: Power = .watts(500),
        adjust: (inout EVSEModel) -> Void = { _ in }
    ) -> SiteModel {
        let connection = CircuitModel(
            parent: nil, power: PowerLimits(from: Power.zero - lower, to: upper), isMetered: true, reserve: reserve,
            hysteresis: .watts(200))
        var model = EVSEModel(
            ratings: PowerLimits(from: .watts(-22_000), to: .watts(22_000)), minimumCharge: .watts(4_140),
            minimumDischarge: .watts(500), settling: .seconds(4))
        adjust(&model)
        return SiteModel(circuits: [connection], evses: Array(repeating: model, count: evses))
    }
}

extension PlantEVSE {
    static let usual = PlantEVSE(
        wiring: .three, deadTime: .milliseconds(300), timeConstant: .milliseconds(500), pollEvery: .milliseconds(500))
}
