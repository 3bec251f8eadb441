// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ChargingStation
import ConfigurationFiles
import Electricity
import GridConnection
import LinuxIO
import LocalAPI
import Logging
import PowerControl
import Testing

@testable import Gateway

/// One EVSE behind two backends, the loop turned by hand, no devices.
private struct OrderedLoop: ~Copyable {
    let configuration: SiteConfiguration
    let orders: BackendOrders
    private let vehicles: Vehicles
    private let cells: SiteCells
    private var loop: ControlLoop
    private var charger: LatestValueWriter<ChargerState>
    private var meter: LatestValueWriter<MeterState>
    private(set) var now = MonotonicClock.now()

    init(second: String = "reading") throws {
        let waker = try WakeUp()
        let configuration = try Self.configuration(second)
        let model = SiteModel(configuration)
        let tables = SiteTables(configuration)
        let cell = ChargerCell(name: "1", waker: waker)
        let meterCell = MeterCell(name: "meter")
        let cells = SiteCells(
            chargers: [cell], mayDischarge: [true], meters: [SiteCells.Meter(cell: meterCell, circuit: 0)],
            circuitCount: model.circuits.count, tables: tables)
        let orders = BackendOrders(CommandDesk(cells, tables), configuration.backends)
        // What may fail comes before what cannot be copied.
        vehicles = try Vehicles(
            configuration, cells.chargers, orders, ConnectionRoom(cells, nil), nil, bell: nil,
            logger: Logger(label: "test"))
        (self.configuration, self.cells, self.orders) = (configuration, cells, orders)
        loop = ControlLoop(model, cells, at: now)
        charger = cell.state.takeWriter()
        meter = meterCell.state.takeWriter()
    }

    private static var project: String {
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }

    private static func configuration(_ second: String) throws -> SiteConfiguration {
        let check = ConfigurationReader.read(
            text: text(second), file: "(test)", profiles: ProfileLibrary(folders: ["\(project)/Firmware-Profiles"]))
        return try #require(check.site, "\(check.errors)")
    }

    private static func text(_ second: String) -> String {
        """
        site:
          name: Orders
          timezone: Europe/Berlin
          fuse: 63 A
          meter: { profile: sluice/simulated-meter, at: "simulated:" }
        agreement: { import: 30 kW, export: 20 kW }
        evses:
          - id: 1
            charger: { profile: sluice/simulated-bidi-22, at: "simulated:" }
        backends:
          - { name: North, ocpp: "2.1", url: "ws://csms.example/ocpp", identity: A, allow_insecure: true }
          - { name: South, ocpp: "2.1", url: "ws://csms.example/ocpp", identity: B, allow_insecure: true, role: \(second) }
        """
    }

    /// The charger follows its order, the meter sees it.
    mutating func run(for length: Interval) {
        let end = now + length
        while now < end {
            now = now + .milliseconds(100)
            let power = cells.chargers[0].order.read().power
            var state = ChargerState()
            state.reading = ChargerReading(measuredAt: now, state: .charging, power: power)
            state.isUnderControl = true
            state.fallback = .after(.seconds(10), holds: .zero)
            charger.publish(state)
            var seen = MeterState()
            seen.reading = MeterReading(
                measuredAt: now, power: power + .watts(500), voltage: PerPhase(all: .volts(230)))
            meter.publish(seen)
            loop.tick(at: now)
        }
    }

    /// With the backend's part of the daemon alive; what was at zero comes back by a ramp.
    mutating func serve(for seconds: Int) throws {
        for _ in 0..<seconds {
            try orders.renew(backend: 0, at: now)
            try orders.renew(backend: 1, at: now)
            run(for: .seconds(1))
        }
    }

    mutating func reload() { loop.replace(ReloadedSite(configuration), at: now) }

    var target: Power { cells.chargers[0].decision.read().decision.target }
    private var reasons: ReasonText { ReasonText(configuration, orders, vehicles) }
    var boundBy: String { reasons.because(cells.chargers[0].decision.read().decision.boundBy, evse: 0) }
    /// What the driver is told.
    var cause: DriverDisplay.Limit.Cause? { cause(cells.chargers[0].decision.read().decision.boundBy) }
    func cause(_ reason: Reason) -> DriverDisplay.Limit.Cause? { reasons.cause(reason, evse: 0) }
}

private func command(_ limits: PowerLimits = .unbounded, setpoint: Power? = nil) -> EVSECommand {
    var command = EVSECommand(limits: limits)
    command.mayTransfer = true
    command.setpoint = setpoint
    command.origin = "profile 7, TxProfile, level 2"
    return command
}

struct BackendOrdersTests {
    @Test func `nothing flows before the backend in charge has said anything`() throws {
        var site = try OrderedLoop()
        site.run(for: .seconds(30))
        #expect(site.target == .zero)
        #expect(site.boundBy == "backend North has allowed nothing yet")
    }

    @Test func `a setpoint of the backend is the target, and the question why names its profile`() throws {
        var site = try OrderedLoop()
        site.run(for: .seconds(15))
        try site.orders.carryOut(command(setpoint: .watts(-5_000)), backend: 0, evse: 0, at: site.now)
        try site.serve(for: 12)
        #expect(site.target == .watts(-5_000))
        #expect(site.boundBy == "profile 7, TxProfile, level 2, backend North")
    }

    @Test func `the driver is told who limits the power, in few words`() throws {
        var site = try OrderedLoop()
        site.run(for: .seconds(15))
        #expect(site.cause == .service)
        try site.orders.carryOut(command(setpoint: .watts(-5_000)), backend: 0, evse: 0, at: site.now)
        try site.serve(for: 12)
        #expect(site.cause == .service)
        var free = command()
        free.origin = nil
        try site.orders.carryOut(free, backend: 0, evse: 0, at: site.now)
        #expect(site.cause(Reason(.wish, source: SiteTables.firstBackend)) == nil)
        let rule = { (rule: GridRule) in ImposedLimit.firstRule + UInt16(rule.number) }
        let rows: [(Reason, DriverDisplay.Limit.Cause?)] = [
            (Reason(.wish, source: SiteTables.number(.person)), .plan), (Reason(.idleCharging), nil),
            (Reason(.idleHolding), .plan), (Reason(.offered), .vehicle), (Reason(.chargerRating), .charger),
            (Reason(.chargerSilent), .fault), (Reason(.circuit), .site), (Reason(.meterSilent), .site),
            (Reason(.evseLimit, source: SiteTables.LimitSource.configuration.rawValue), .site),
            (Reason(.evseLimit, source: SiteTables.firstBackend), .service),
            (Reason(.imposedLimit, source: SiteTables.LimitSource.importByHand.rawValue), .grid),
            (Reason(.imposedLimit, source: SiteTables.LimitSource.importByController.rawValue), .site),
            (Reason(.imposedLimit, source: rule(.consumptionLimit)), .grid),
            (Reason(.imposedLimit, source: rule(.feedInCap)), .site), (Reason(.waitingForTurn), .sharing),
            (Reason(.ramp), nil), (Reason(.inFlight), nil),
        ]
        for (reason, cause) in rows { #expect(site.cause(reason) == cause, "\(reason)") }
    }

    @Test func `without a setpoint the EVSE takes what the limit leaves`() throws {
        var site = try OrderedLoop()
        site.run(for: .seconds(15))
        try site.orders.carryOut(
            command(PowerLimits(from: .zero, to: .watts(7_000))), backend: 0, evse: 0, at: site.now)
        try site.serve(for: 12)
        #expect(site.target == .watts(7_000))
    }

    @Test func `who is not authorised any more gets nothing`() throws {
        var site = try OrderedLoop()
        site.run(for: .seconds(15))
        try site.orders.carryOut(command(setpoint: .watts(5_000)), backend: 0, evse: 0, at: site.now)
        try site.serve(for: 12)
        #expect(site.target == .watts(5_000))
        try site.orders.carryOut(EVSECommand(), backend: 0, evse: 0, at: site.now)
        site.run(for: .seconds(1))
        #expect(site.target == .zero)
        #expect(site.boundBy == "not authorised by backend North")
    }

    @Test func `a setpoint that nobody renews ends, and the limit stays`() throws {
        var site = try OrderedLoop()
        site.run(for: .seconds(15))
        let limits = PowerLimits(from: .watts(-9_000), to: .watts(6_000))
        try site.orders.carryOut(command(limits, setpoint: .watts(-5_000)), backend: 0, evse: 0, at: site.now)
        try site.serve(for: 12)
        #expect(site.target == .watts(-5_000))
        site.run(for: .seconds(3))
        #expect(site.target == .watts(-5_000))
        site.run(for: .seconds(10))
        #expect(site.target >= .zero, "the EVSE does what it does without a setpoint")
        try site.orders.stop(backend: 0, evses: 1)
        site.run(for: .seconds(1))
        #expect(site.target == .zero)
    }

    @Test func `of two backends in charge the first wishes and the limits of both hold`() throws {
        var site = try OrderedLoop(second: "in-charge")
        site.run(for: .seconds(15))
        try site.orders.carryOut(command(setpoint: .watts(-5_000)), backend: 0, evse: 0, at: site.now)
        site.run(for: .seconds(1))
        #expect(site.target == .zero, "the second has not authorised")
        let limits = PowerLimits(from: .watts(-3_000), to: .watts(6_000))
        try site.orders.carryOut(command(limits, setpoint: .watts(4_000)), backend: 1, evse: 0, at: site.now)
        try site.orders.carryOut(command(setpoint: .watts(-5_000)), backend: 0, evse: 0, at: site.now)
        try site.serve(for: 12)
        #expect(site.target == .watts(-3_000))
    }

    @Test func `a reload of the configuration leaves what the backend has allowed`() throws {
        var site = try OrderedLoop()
        site.run(for: .seconds(15))
        let limits = PowerLimits(from: .zero, to: .watts(7_000))
        try site.orders.carryOut(command(limits), backend: 0, evse: 0, at: site.now)
        try site.serve(for: 12)
        site.reload()
        try site.serve(for: 12)
        #expect(site.target == .watts(7_000))
    }

    @Test func `a site without backends has no rows of backends`() throws {
        let tables = SiteTables(try OrderedLoop().configuration)
        #expect(tables.backendLimitPlace(0, evse: 0) == 1)
        #expect(tables.backendLimitPlace(1, evse: 0) == nil, "a backend that reads limits nothing")
        #expect(SiteTables.backend(of: 500) == 0)
        #expect(SiteTables.backend(of: 1) == nil)
    }
}
