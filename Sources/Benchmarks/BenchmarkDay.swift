// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import Gateway
import PowerControl
import SimulatedSite

/// What people, backends and grid ask of the site in the course of a benchmark.
struct BenchmarkDay {
    enum Pace: String, CaseIterable {
        /// Standing wishes within a standing limit; the loads tremble.
        case steady
        /// In every tick another import limit, new wishes for one EVSE in twenty and, now and then, another car.
        case busy
    }

    let pace: Pace
    private let evseCount: Int
    private let tables: SiteTables
    private let limit: Power
    private var random = SplitMix64(seed: 11)

    init(_ pace: Pace, evseCount: Int, tables: SiteTables, limit: Power) {
        self.pace = pace
        self.evseCount = evseCount
        self.tables = tables
        self.limit = limit
    }

    /// The commands as the local API would pass them to the loop.
    mutating func commands(tick: Int, _ plant: inout BenchmarkPlant) -> [LoopCommand.Change] {
        if tick == 0 { return (0..<evseCount).filter { $0 % 2 == 0 }.map { wish($0) } }
        guard pace == .busy else { return [] }
        if tick % 10 == 0 { plant.changeVehicle(Int(random.next() % UInt64(evseCount))) }
        let percent = [90, 40, 70, 60, 100, 30][tick % 6]
        let wishes = (0..<(evseCount + 19) / 20).map { _ in wish(Int(random.next() % UInt64(evseCount))) }
        let imposed = PowerLimits(from: PowerLimits.unbounded.lower, to: limit / 100 * percent)
        return wishes + [
            .limit(place: tables.limitPlace(isImport: true), power: imposed, expiresAt: .distantFuture)
        ]
    }

    /// Half of them charge, a third of the others deliver.
    private mutating func wish(_ evse: Int) -> LoopCommand.Change {
        let watts = Int(random.next() % 33_000) - 11_000
        return .wish(
            place: tables.wishPlace(.person, evse: evse), power: .watts(watts), expiresAt: .distantFuture)
    }
}
