// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import Gateway
import LinuxIO
import PowerControl

/// The loop as the daemon runs it, with the plant where the buses would be: commands through the ring, readings and orders
/// through the cells.
struct LoopRun: ~Copyable {
    private let cells: SiteCells
    private var loop: ControlLoop
    private var plant: BenchmarkPlant
    private var day: BenchmarkDay
    private var commands: RingWriter<LoopCommand>
    private var states: [WriterBox<ChargerState>]
    private var meters: [WriterBox<MeterState>]
    private var tick = 0

    init(_ configuration: SiteConfiguration, _ pace: BenchmarkDay.Pace, at now: Instant) throws(SystemFault) {
        let site = SiteModel(configuration)
        let tables = SiteTables(configuration)
        let waker = try WakeUp()
        let metered = site.circuits.indices.filter { site.circuits[$0].isMetered }
        cells = SiteCells(
            chargers: configuration.evses.map { ChargerCell(name: $0.name, waker: waker) },
            mayDischarge: configuration.evses.map { _ in true },
            meters: metered.map { SiteCells.Meter(cell: MeterCell(name: "meter \($0)"), circuit: $0) },
            circuitCount: site.circuits.count, tables: tables)
        loop = ControlLoop(site, cells, at: now)
        plant = BenchmarkPlant(site)
        day = BenchmarkDay(
            pace, evseCount: site.evses.count, tables: tables, limit: configuration.agreement.firm.upper)
        commands = cells.commands.takeWriter()
        states = cells.chargers.map { WriterBox($0.state.takeWriter()) }
        meters = cells.meters.map { WriterBox($0.cell.state.takeWriter()) }
    }

    /// What buses and API do between two ticks.
    mutating func prepare(at now: Instant) {
        for (index, cell) in cells.chargers.enumerated() { plant.command(index, cell.order.read().power) }
        plant.advance()
        for change in day.commands(tick: tick, &plant) { _ = commands.push(LoopCommand(change: change)) }
        tick += 1
        for index in states.indices where plant.isRead(index) {
            var state = ChargerState()
            state.reading = plant.reading(index, at: now)
            state.isUnderControl = true
            state.fallback = .after(.seconds(10), holds: .zero)
            states[index].writer.publish(state)
        }
        for index in meters.indices where plant.metersAreRead {
            var state = MeterState()
            state.reading = plant.meterReading(cells.meters[index].circuit, at: now)
            meters[index].writer.publish(state)
        }
    }

    /// What the loop's thread does once a period.
    mutating func tick(due: Instant, at began: Instant) {
        loop.tick(at: began)
        loop.count(due: due, began: began, ended: MonotonicClock.now(), period: BenchmarkPlant.tick)
    }
}

/// A writer on the heap, so that several fit an array.
private final class WriterBox<Value: BitwiseCopyable & Sendable> {
    var writer: LatestValueWriter<Value>
    init(_ writer: consuming LatestValueWriter<Value>) { self.writer = writer }
}
