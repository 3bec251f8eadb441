// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import LinuxIO
import PowerControl

/// Everything the loop shares with the other threads, made before any of them starts.
package final class SiteCells: Sendable {
    package struct Meter: Sendable {
        package let cell: MeterCell
        package let circuit: Int

        package init(cell: MeterCell, circuit: Int) {
            self.cell = cell
            self.circuit = circuit
        }
    }

    package let chargers: [ChargerCell]
    package let mayDischarge: [Bool]
    package let meters: [Meter]
    package let circuits: [LatestValue<CircuitSnapshot>]
    package let statistics = LatestValue(initial: LoopStatistics())
    package let commands = Ring<LoopCommand>(capacity: 1_024)
    let news = Ring<ConnectionNews>(capacity: 4_096)
    let memory: LatestValue<ConnectionMemory>
    let limits = LatestValue(initial: GridLimits())
    /// One for each EVSE, none without a grid code.
    let gridCodeViews: [LatestValue<GridCodeView>]
    let gridCode: GridCodeSetup?
    let tables: SiteTables
    let connection: ConnectionSettings
    let wall: WallSource
    /// What the rules of the connection knew when the daemon ended last.
    let restored: ConnectionMemory?

    package init(
        chargers: [ChargerCell], mayDischarge: [Bool], meters: [Meter], circuitCount: Int, tables: SiteTables,
        connection: ConnectionSettings = .unbound, gridCode: GridCodeSetup? = nil, restored: ConnectionMemory? = nil,
        wall: WallSource = .system
    ) {
        self.wall = wall
        self.gridCode = gridCode
        gridCodeViews = (gridCode?.evses ?? []).map { _ in LatestValue(initial: GridCodeView()) }
        self.connection = connection
        self.restored = restored
        memory = LatestValue(initial: restored ?? ConnectionMemory())
        self.chargers = chargers
        self.mayDischarge = mayDischarge
        self.meters = meters
        self.tables = tables
        circuits = (0..<circuitCount).map { _ in LatestValue(initial: CircuitSnapshot()) }
    }
}
