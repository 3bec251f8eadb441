// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CAllocationCount
import Chargers
import ConfigurationFiles
import Electricity
import LinuxIO
import PowerControl
import Testing

@testable import Gateway

/// The compiler proves that a tick does not allocate; these tests see what it cannot: C, and a proof that was not made.
struct LoopAllocationTests {
    @Test(arguments: [false, true])
    func `a hundred thousand ticks with commands, readings and changing orders ask for no memory`(
        hasGridCode: Bool
    ) throws {
        var site = try LoopWithoutDevices(hasGridCode: hasGridCode)
        var orders: Set<Power> = []
        for _ in 0..<100_000 {
            site.hearDevices()
            site.takeCommands()
            sluice_begin_allocation_count()
            site.tick()
            let count = sluice_end_allocation_count()
            guard count == 0 else {
                Issue.record("tick \(site.ticks) called malloc or free \(count) times")
                return
            }
            orders.insert(site.order(of: 0))
        }
        #expect(orders.count > 100, "the site was meant to be busy")
    }

    @Test func `one allocation is seen`() {
        sluice_begin_allocation_count()
        let memory = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        memory.deallocate()
        #expect(sluice_end_allocation_count() == 2)
    }

    @Test func `an allocation inside the tick would be seen`() throws {
        var site = try LoopWithoutDevices()
        site.hearDevices()
        sluice_begin_allocation_count()
        // Taking over a reloaded configuration is the one thing the loop's thread does that allocates.
        site.reload()
        site.tick()
        #expect(sluice_end_allocation_count() > 0)
    }
}

/// The control loop of two EVSEs behind a metered connection point, with the test in the place of buses and API.
private struct LoopWithoutDevices: ~Copyable {
    private(set) var ticks = 0
    private let configuration: SiteConfiguration
    private let tables: SiteTables
    private let cells: SiteCells
    private var loop: ControlLoop
    private var commands: RingWriter<LoopCommand>
    private var first: LatestValueWriter<ChargerState>
    private var second: LatestValueWriter<ChargerState>
    private var meter: LatestValueWriter<MeterState>
    private var now = Instant(nanoseconds: 1_000_000_000_000)

    init(hasGridCode: Bool = false) throws {
        let waker = try WakeUp()
        let configuration = try Self.configuration(hasGridCode: hasGridCode)
        self.configuration = configuration
        let model = SiteModel(configuration)
        tables = SiteTables(configuration)
        let chargers = configuration.evses.map { ChargerCell(name: $0.name, waker: waker) }
        let meterCell = MeterCell(name: "meter")
        cells = SiteCells(
            chargers: chargers, mayDischarge: [true, true], meters: [SiteCells.Meter(cell: meterCell, circuit: 0)],
            circuitCount: model.circuits.count, tables: tables, gridCode: GridCodeSetup(configuration))
        loop = ControlLoop(model, cells, at: now)
        commands = cells.commands.takeWriter()
        first = chargers[0].state.takeWriter()
        second = chargers[1].state.takeWriter()
        meter = meterCell.state.takeWriter()
    }

    private static func configuration(hasGridCode: Bool) throws -> SiteConfiguration {
        let code = hasGridCode ? "\ngrid_code: { profile: en-50549-1-2019, enter_service: { delay: 1 s } }" : ""
        let check = ConfigurationReader.read(
            text: text + code, file: "(test)", profiles: profiles,
            gridCodes: GridCodeLibrary(folders: ["\(project)/Grid-Codes"]))
        return try #require(check.site, "\(check.errors)")
    }

    mutating func hearDevices() {
        guard ticks % 5 == 0 else { return }
        let powers = cells.chargers.map { $0.order.read().power }
        first.publish(state(powers[0]))
        second.publish(state(powers[1]))
        var seen = MeterState()
        // Now and then the frequency is high or low and the voltage high, for half a minute.
        let isDisturbed = ticks % 2_000 < 300
        seen.reading = MeterReading(
            measuredAt: now, power: powers[0] + powers[1] + .watts(500 + ticks % 300),
            voltage: PerPhase(all: .volts(isDisturbed ? 258 : 231)),
            frequency: Frequency(milli: isDisturbed ? (ticks % 4_000 < 300 ? 50_600 : 49_400) : 50_000))
        meter.publish(seen)
    }

    private func state(_ power: Power) -> ChargerState {
        var state = ChargerState()
        state.reading = ChargerReading(measuredAt: now, state: .charging, power: power)
        state.isUnderControl = true
        state.fallback = .after(.seconds(10), holds: .zero)
        return state
    }

    /// Every two seconds another import limit, and in between a wish or its end.
    mutating func takeCommands() {
        if ticks % 20 == 0 {
            let limit = PowerLimits(from: .watts(-8_000), to: .watts(6_000 + ticks % 9_000))
            push(.limit(place: tables.limitPlace(isImport: true), power: limit, expiresAt: now + .seconds(5)))
        }
        if ticks % 20 == 7 {
            let place = tables.wishPlace(.person, evse: 0)
            push(.wish(place: place, power: .watts(ticks % 11_000 - 4_000), expiresAt: now + .seconds(10)))
        }
        if ticks % 60 == 53 { push(.noWish(place: tables.wishPlace(.person, evse: 0))) }
    }

    private mutating func push(_ change: LoopCommand.Change) {
        let isTaken = commands.push(LoopCommand(change: change))
        #expect(isTaken)
    }

    mutating func tick() {
        loop.tick(at: now)
        loop.count(due: now, began: now, ended: now, period: .milliseconds(100))
        now = now + .milliseconds(100)
        ticks += 1
    }

    mutating func reload() { loop.replace(ReloadedSite(configuration), at: now) }

    func order(of evse: Int) -> Power { cells.chargers[evse].order.read().power }

    private static var project: String {
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }
    private static var profiles: ProfileLibrary { ProfileLibrary(folders: ["\(project)/Firmware-Profiles"]) }

    private static let text = """
        site:
          name: Test
          timezone: Europe/Berlin
          fuse: 63 A
          meter: { profile: sluice/simulated-meter, at: "simulated:" }
        agreement: { import: 16 kW, export: 8 kW }
        evses:
          - { id: 1, charger: { profile: sluice/simulated-bidi-22, at: "simulated:" } }
          - { id: 2, charger: { profile: sluice/simulated-bidi-22, at: "simulated:" } }
        """
}
