// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import GridConnection
import LinuxIO
import LocalAPI
import Logging
import PowerControl
import SimulatedSite

/// The running gateway: buses, the loop and what the API sees of them, started and stopped in order.
package final class Daemon: Sendable {
    private let cells: SiteCells
    private let loop: LoopThread
    private let buses: [PlainThread]
    private let busStop = StopFlag()
    private let wakers: [WakeUp]
    private let view: GatewayView
    private let modbus: ModbusFace?
    private let evidence: EvidenceDesk
    private let backends: Backends
    private let vehicles: Vehicles
    private let logger: Logger
    private let standing: SiteConfiguration

    package var port: any GatewayPort { view }

    /// Starts the buses and the loop.
    /// - Parameters:
    ///   - simulation: What `simulated:` devices stand for; nil builds it from the configuration.
    ///   - journalFile: Where the record is kept; nil keeps none.
    ///   - recent: The last lines of the log, for backends that ask for diagnostics.
    package init(
        _ configuration: SiteConfiguration, simulation: SharedSite?, journalFile: String?, version: String,
        logger: Logger, recent: RecentLog
    ) throws(StartProblem) {
        self.logger = logger
        let kept = KeptRecord(file: journalFile, configuration.journal, logger: logger)
        standing = configuration
        let plan = try DevicePlan(
            configuration, simulation: simulation, folder: Self.folder(of: journalFile), logger: logger)
        let tables = SiteTables(configuration)
        let model = SiteModel(configuration)
        cells = SiteCells(
            chargers: plan.chargers, mayDischarge: configuration.evses.map(\.mayDischarge),
            meters: plan.meters, circuitCount: model.circuits.count, tables: tables,
            connection: configuration.connection, gridCode: GridCodeSetup(configuration), restored: kept.memory)
        let desk = CommandDesk(cells, tables)
        evidence = EvidenceDesk(
            kept.journal, cells, desk, guaranteedMinimum: configuration.connection.section14a?.guaranteedMinimum,
            version: version, logger: logger)
        let held = HeldLimits(evidence, desk, logger: logger)
        let operatorDesk = OperatorDesk(
            evidence: evidence, installer: InstallerCode(file: configuration.agreement.installerCodeFile))
        wakers = plan.wakers
        let stop = busStop
        buses = plan.buses.map { bus in
            let held = HeldBus(bus)
            return PlainThread(name: "bus") { held.bus.run(until: stop) }
        }
        do throws(SystemFault) {
            loop = try LoopThread(model, cells, period: configuration.control.period)
        } catch {
            throw .system(error)
        }
        let orders = BackendOrders(desk, configuration.backends)
        vehicles = try Vehicles(
            configuration, plan.chargers, orders, ConnectionRoom(cells, held), evidence, bell: plan.bell,
            logger: logger)
        let reasons = ReasonText(configuration, orders, vehicles)
        let diagnostics = Diagnostics(configuration, recent)
        backends = Backends(
            configuration, cells, held, orders, vehicles, DERDesk(plan.chargers, configuration),
            folder: Self.folder(of: journalFile), version: version,
            diagnostics: diagnostics, logger: logger)
        let view = GatewayView(
            configuration, cells, desk, evidence, held, operatorDesk, backends, vehicles, reasons, loop,
            version: version)
        self.view = view
        diagnostics.look { view.look() }
        vehicles.start(backends)
        for notice in loop.notices { logger.warning("\(notice)") }
        for line in GridCodePlan.lines(configuration) { logger.notice("\(line)") }
        guard let settings = configuration.modbusServer else {
            modbus = nil
            return
        }
        let reading = FiguresReading(
            cells: cells, desk: desk, held: held, said: operatorDesk.said, connection: configuration.connection,
            evseIDs: configuration.evses.map(\.id), look: { view.look() })
        do throws(SystemFault) {
            modbus = try ModbusFace(
                settings, configuration, reading, operatorDesk, version: version, logger: logger)
        } catch {
            throw .system(error)
        }
    }

    private static func folder(of file: String?) -> String? {
        file.flatMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } }
    }

    /// Whether the process is to end in good order, for the service manager to start it again.
    package var wantsRestart: Bool { backends.wantsRestart }

    /// Whether the loop still ticks, to be asked about once a second: feeds the service manager's watchdog.
    package func ticks() -> UInt64 { view.ticks() }

    /// Writes down the decisions in force for the question why.
    package func remember() { view.remember() }

    package func status() -> SiteStatus { view.look() }

    /// A setpoint by the person on site, until it is released.
    package func wish(_ power: Power, evse id: Int) { view.wish(power, evse: id) }
    package func release(evse id: Int) { view.wish(nil, evse: id) }

    /// Puts what can change while running in force.
    /// - Returns: What cannot, for people; empty when everything is in force.
    package func reload(_ configuration: SiteConfiguration) -> [String] {
        var refused: [String] = []
        if configuration.evses.map(\.charger) != standing.evses.map(\.charger)
            || configuration.evses.map(\.id) != standing.evses.map(\.id)
        {
            refused.append("chargers were added, removed or moved")
        }
        if configuration.site.meter != standing.site.meter { refused.append("the meter changed") }
        if configuration.circuits.map(\.id) != standing.circuits.map(\.id)
            || configuration.circuits.map(\.parent) != standing.circuits.map(\.parent)
            || configuration.circuits.map(\.meter) != standing.circuits.map(\.meter)
        {
            refused.append("the tree of circuits or a meter in it changed")
        }
        if configuration.evses.map(\.phases) != standing.evses.map(\.phases) { refused.append("the wiring changed") }
        if configuration.evses.map(\.allowsUnattendedDischarge) != standing.evses.map(\.allowsUnattendedDischarge) {
            refused.append("unattended discharge was allowed or forbidden")
        }
        if configuration.site.voltage != standing.site.voltage { refused.append("the nominal voltage changed") }
        if !configuration.hasSameRules(as: standing) { refused.append("the rules of the agreement changed") }
        if configuration.gridCode != standing.gridCode
            || configuration.evses.map(\.ownGridFunctions) != standing.evses.map(\.ownGridFunctions)
            || configuration.evses.map(\.writesGridSettings) != standing.evses.map(\.writesGridSettings)
        {
            refused.append("the grid code changed")
        }
        if configuration.evses.map(\.setsDERControls) != standing.evses.map(\.setsDERControls) {
            refused.append("whether backends may set what chargers do by themselves changed")
        }
        if configuration.control.priorities != standing.control.priorities { refused.append("the priorities changed") }
        if configuration.control.period != standing.control.period { refused.append("the period of the loop changed") }
        if configuration.api != standing.api { refused.append("the address of the API changed") }
        if configuration.journal != standing.journal { refused.append("the journal changed") }
        if configuration.modbusServer != standing.modbusServer { refused.append("the Modbus server changed") }
        if configuration.evses.map(\.vehicleLink) != standing.evses.map(\.vehicleLink) {
            refused.append("how cars are spoken to changed")
        }
        if configuration.backends != standing.backends { refused.append("the backends changed") }
        if configuration.display != standing.display { refused.append("the drivers' display changed") }
        if !standing.backends.isEmpty,
            configuration.evses.map(\.connectorType) != standing.evses.map(\.connectorType)
                || configuration.evses.map(\.limits) != standing.evses.map(\.limits)
        {
            refused.append("what the backends know of the EVSEs changed")
        }
        guard refused.isEmpty else { return refused }
        loop.replace(ReloadedSite(configuration))
        view.show(configuration)
        return []
    }

    /// Stops deciding, then hands every charger back.
    package func stop() {
        modbus?.stop()
        vehicles.stop()
        backends.stop()
        loop.stop()
        evidence.end()
        busStop.raise()
        for waker in wakers { waker.signal() }
        for bus in buses { bus.join() }
    }
}

/// A bus on its way to the one thread that works it.
private final class HeldBus: @unchecked Sendable {
    let bus: Bus
    init(_ bus: Bus) { self.bus = bus }
}
