// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A whole site in one value: chargers with their cars, household, generation, grid and meter. The same seed and the
/// same calls give the same trajectory to the last bit.
package struct SimulatedSite: Sendable {
    package private(set) var now: Instant
    package internal(set) var chargers: [SimulatedCharger]
    package var load: HouseholdLoad
    package var photovoltaic: PhotovoltaicPlant?
    package var grid: SimulatedGrid
    package var meter: SimulatedMeter
    package var recorder = ConnectionRecorder()
    package private(set) var connectionPoint: ConnectionPoint
    /// What parts of the site that are simulated elsewhere draw.
    private var elsewhere = PerPhase<Power>.zero
    /// Midnight of the first day.
    private let midnight: Instant
    private var amperes = PerPhase<Double>(all: 0)
    private var imported_Wh = 0.0
    private var exported_Wh = 0.0

    /// - Parameters:
    ///   - timeOfDay: What the site's clock shows at `start`, since midnight.
    ///   - meter: Nil takes one that samples once a second.
    package init(
        chargers: [SimulatedCharger], load: HouseholdLoad = HouseholdLoad(), photovoltaic: PhotovoltaicPlant? = nil,
        grid: SimulatedGrid = SimulatedGrid(), meter: SimulatedMeter? = nil, startingAt start: Instant,
        timeOfDay: Interval = .zero
    ) {
        now = start
        midnight = start - timeOfDay
        self.chargers = chargers
        self.load = load
        self.photovoltaic = photovoltaic
        self.grid = grid
        self.meter = meter ?? SimulatedMeter(at: start)
        connectionPoint = ConnectionPoint(
            power: .zero, current: .zero, voltage: PerPhase(all: grid.openVoltage), frequency: grid.frequency,
            imported: .zero, exported: .zero)
        settle(for: .zero)
    }

    /// Since midnight.
    package var timeOfDay: Interval { Interval(nanoseconds: elapsed.nanoseconds % DayProfile.day.nanoseconds) }

    /// Moves to `end` in substeps of at most 20 ms while any charger's power moves, else of at most one second, and never
    /// past an event. An `end` in the past changes nothing.
    package mutating func advance(to end: Instant) {
        while now < end {
            let longest = chargers.contains(where: \.isMoving) ? Interval.milliseconds(20) : .seconds(1)
            var next = min(end, now + longest, nextSecond)
            for charger in chargers { if let event = charger.nextEvent { next = min(next, event) } }
            if let event = grid.nextEvent, event > now { next = min(next, event) }
            if meter.nextEvent > now { next = min(next, meter.nextEvent) }
            let step = next - now
            now = next
            for index in chargers.indices { chargers[index].step(to: next) }
            settle(for: step)
        }
    }

    package func charger(_ id: Int) -> SimulatedCharger? { chargers.first { $0.id == id } }

    /// Changes one charger, and the connection point with it.
    /// - Returns: Nil where there is no such charger.
    @discardableResult
    package mutating func withCharger<Result>(_ id: Int, _ body: (inout SimulatedCharger) -> Result) -> Result? {
        guard let index = chargers.firstIndex(where: { $0.id == id }) else { return nil }
        let result = body(&chargers[index])
        settle(for: .zero)
        return result
    }

    /// Sets what parts of the site that are simulated elsewhere draw from now on.
    package mutating func setElsewhere(_ power: PerPhase<Power>) {
        elsewhere = power
        settle(for: .zero)
    }

    /// What everything but chargers and generation draws here.
    package var loadPower: PerPhase<Power> { load.watts(at: timeOfDay, day: day).map { Power(simulated: $0) } }

    /// Zero or below; nil without generation.
    package var photovoltaicPower: PerPhase<Power>? {
        photovoltaic?.watts(at: timeOfDay, day: day).map { Power(simulated: $0) }
    }

    /// The sums at the connection point follow what the parts do now.
    mutating func settle(for step: Interval) {
        grid.advance(to: now)
        let watts = siteWatts
        let volts = grid.volts(carrying: amperes)
        amperes = PerPhase(watts.l1 / volts.l1, watts.l2 / volts.l2, watts.l3 / volts.l3)
        for index in chargers.indices { chargers[index].voltage = Self.wired(volts, chargers[index].hardware.wiring) }
        count((watts.l1 + watts.l2 + watts.l3) * step.inSeconds / 3_600)
        connectionPoint = ConnectionPoint(
            power: watts.map { Power(simulated: $0) }, current: amperes.map { Current(simulated: $0) },
            voltage: volts.map { Voltage(simulated: $0) }, frequency: grid.frequency,
            imported: Energy(simulated: imported_Wh), exported: Energy(simulated: exported_Wh))
        recorder.note(connectionPoint, for: step)
        meter.advance(to: now, truth: connectionPoint)
    }

    private var siteWatts: PerPhase<Double> {
        let time = timeOfDay
        var sum = load.watts(at: time, day: day)
        Self.add(elsewhere.map(\.inUnits), to: &sum)
        if let generated = photovoltaic?.watts(at: time, day: day) { Self.add(generated, to: &sum) }
        for charger in chargers { Self.add(charger.siteWatts, to: &sum) }
        return sum
    }

    private var elapsed: Interval { now - midnight }
    private var day: Int64 { elapsed.nanoseconds / DayProfile.day.nanoseconds }

    private var nextSecond: Instant {
        let second: Int64 = 1_000_000_000
        return midnight + Interval(nanoseconds: (elapsed.nanoseconds / second + 1) * second)
    }

    private mutating func count(_ energy_Wh: Double) {
        if energy_Wh > 0 { imported_Wh += energy_Wh } else { exported_Wh -= energy_Wh }
    }

    private static func add(_ watts: PerPhase<Double>, to sum: inout PerPhase<Double>) {
        sum = PerPhase(sum.l1 + watts.l1, sum.l2 + watts.l2, sum.l3 + watts.l3)
    }

    /// What a charger sees at its own L1, L2, L3.
    private static func wired(_ volts: PerPhase<Double>, _ wiring: [Phase]) -> PerPhase<Double> {
        var own = PerPhase<Double>(all: volts.l1)
        for (phase, conductor) in zip(Phase.allCases, wiring) { own[phase] = volts[conductor] }
        return own
    }
}
