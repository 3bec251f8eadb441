// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LinuxIO
import PowerControl

/// Everything the loop shares with the other threads, made before any of them starts.
package final class SiteCells: Sendable {
    package struct Meter: Sendable {
        package let cell: MeterCell
        package let circuit: Int
    }

    package let chargers: [ChargerCell]
    package let mayDischarge: [Bool]
    package let meters: [Meter]
    package let circuits: [LatestValue<CircuitSnapshot>]
    package let statistics = LatestValue(initial: LoopStatistics())
    let commands = Ring<LoopCommand>(capacity: 1_024)
    /// One place per source and EVSE, the site's own first.
    let wishTable: [Wish]
    let limitTable: [ImposedLimit]

    init(
        chargers: [ChargerCell], mayDischarge: [Bool], meters: [Meter], circuitCount: Int, wishTable: [Wish],
        limitTable: [ImposedLimit]
    ) {
        self.chargers = chargers
        self.mayDischarge = mayDischarge
        self.meters = meters
        circuits = (0..<circuitCount).map { _ in LatestValue(initial: CircuitSnapshot()) }
        self.wishTable = wishTable
        self.limitTable = limitTable
    }
}
