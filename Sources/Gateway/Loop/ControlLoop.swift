// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import LinuxIO
import PowerControl

/// The control loop's own world: everything one tick reads and writes. Lives on the loop's thread.
package struct ControlLoop: ~Copyable {
    private var controller: Controller
    private var snapshot: Snapshot
    private var decision: Decision
    private let evses: UnsafeMutableBufferPointer<EVSEPort>
    private let meters: UnsafeMutableBufferPointer<MeterPort>
    private var circuits: FixedCircuits
    private var commands: RingReader<LoopCommand>
    private var statistics: LatestValueWriter<LoopStatistics>
    private var counts = LoopStatistics()
    private var wishes: FixedArray<TableRow<Wish>>
    private var limits: FixedArray<TableRow<ImposedLimit>>
    private var connection: ConnectionPort
    private var gridCode: GridCodePort

    package init(_ site: SiteModel, _ cells: SiteCells, at now: Instant) {
        controller = Controller(site, at: now)
        snapshot = Snapshot(for: site)
        decision = Decision(for: site)
        evses = .allocate(capacity: cells.chargers.count)
        for (index, cell) in cells.chargers.enumerated() {
            evses.initializeElement(
                at: index,
                to: EVSEPort(cell, wiring: site.evses[index].wiring, mayDischarge: cells.mayDischarge[index]))
        }
        meters = .allocate(capacity: cells.meters.count)
        for (index, meter) in cells.meters.enumerated() {
            meters.initializeElement(at: index, to: MeterPort(meter.cell, circuit: meter.circuit))
        }
        circuits = FixedCircuits(cells.circuits)
        commands = cells.commands.takeReader()
        statistics = cells.statistics.takeWriter()
        wishes = FixedArray(cells.tables.wishes.map { TableRow(value: $0, expiresAt: .distantPast) })
        let standing = cells.tables.standingLimits
        limits = FixedArray(
            cells.tables.limits.enumerated().map { index, limit in
                TableRow(value: limit, expiresAt: index < standing ? .distantFuture : .distantPast)
            })
        connection = ConnectionPort(cells, site, at: now)
        gridCode = GridCodePort(cells, at: now)
    }

    deinit {
        evses.baseAddress?.deinitialize(count: evses.count)
        evses.deallocate()
        meters.baseAddress?.deinitialize(count: meters.count)
        meters.deallocate()
    }

    /// Puts other values for the same EVSEs and circuits in force. Allocates: not part of a tick.
    mutating func replace(_ change: ReloadedSite, at now: Instant) {
        controller = Controller(change.model, continuing: controller, at: now)
        for (index, limit) in change.standingLimits.enumerated() { limits[index].value = limit }
        for (index, mayDischarge) in change.mayDischarge.enumerated() { evses[index].mayDischarge = mayDischarge }
    }

    /// Read everything once, decide once, write everything once.
    @_noLocks
    package mutating func tick(at now: Instant) {
        takeCommands(now)
        snapshot.now = now
        var index = 0
        while index < meters.count {
            snapshot.meters[meters[index].circuit] = meters[index].sample()
            index += 1
        }
        index = 0
        while index < evses.count {
            snapshot.evses[index] = evses[index].sample()
            index += 1
        }
        fillTables(now)
        gridCode.narrow(&snapshot, at: now, &connection.events)
        connection.ceasedBy = gridCode.ceasedBy
        connection.narrow(&snapshot, at: now)
        controller.step(snapshot, &decision)
        index = 0
        while index < evses.count {
            evses[index].command(decision.evses[index], at: now)
            index += 1
        }
        circuits.publish(decision)
    }

    /// Counts a tick that was due at `due`, began at `began` and is over now.
    @_noLocks
    package mutating func count(due: Instant, began: Instant, ended: Instant, period: Interval) {
        counts.ticks &+= 1
        if began - due >= period { counts.misses &+= 1 }
        counts.lateness.add(began - due)
        counts.cost.add(ended - began)
        counts.lastTick = began
        statistics.publish(counts)
    }

    @_noLocks
    private mutating func takeCommands(_ now: Instant) {
        while let command = commands.pop() {
            switch command.change {
            case .wish(let place, let power, let expiresAt):
                wishes[place].value.power = power
                wishes[place].value.expiresAt = expiresAt
                wishes[place].expiresAt = expiresAt
            case .noWish(let place): wishes[place].expiresAt = .distantPast
            case .limit(let place, let power, let expiresAt):
                limits[place].value.power = power
                limits[place].expiresAt = expiresAt
            case .noLimit(let place): limits[place].expiresAt = .distantPast
            case .connection(let input, let ticket): take(input, ticket: ticket, now)
            }
        }
    }

    @_noLocks
    private mutating func take(_ input: ConnectionInput, ticket: UInt64, _ now: Instant) {
        if case .gridCode(let order) = input {
            connection.answer(gridCode.take(order, at: now, &connection.events), ticket: ticket)
        } else {
            connection.take(input, ticket: ticket, at: now)
        }
    }

    @_noLocks
    private mutating func fillTables(_ now: Instant) {
        snapshot.wishCount = 0
        var place = 0
        while place < wishes.count {
            if now < wishes[place].expiresAt {
                snapshot.wishes[snapshot.wishCount] = wishes[place].value
                snapshot.wishCount += 1
            }
            place += 1
        }
        snapshot.limitCount = 0
        place = 0
        while place < limits.count {
            if now < limits[place].expiresAt {
                snapshot.limits[snapshot.limitCount] = limits[place].value
                snapshot.limitCount += 1
            }
            place += 1
        }
    }
}

/// The publishing ends of the circuits' views.
struct FixedCircuits: ~Copyable {
    private let writers: UnsafeMutableBufferPointer<LatestValueWriter<CircuitSnapshot>>

    init(_ circuits: [LatestValue<CircuitSnapshot>]) {
        writers = .allocate(capacity: circuits.count)
        for (index, circuit) in circuits.enumerated() {
            writers.initializeElement(at: index, to: circuit.takeWriter())
        }
    }

    deinit {
        writers.baseAddress?.deinitialize(count: writers.count)
        writers.deallocate()
    }

    @_noLocks
    mutating func publish(_ decision: borrowing Decision) {
        var index = 0
        while index < writers.count {
            writers[index].publish(CircuitSnapshot(decision.circuits[index]))
            index += 1
        }
    }
}
