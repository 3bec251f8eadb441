// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import GridConnection
import LinuxIO
import LocalAPI
import Logging
import PowerControl
import SimulatedSite

/// A whole gateway in virtual time: the daemon's own loop, outlets and rules around a simulated site, without threads and
/// clocks. The same text and the same calls give the same run.
final class VirtualSite {
    static let period = Interval.milliseconds(100)
    /// How finely the buses and the site are stepped.
    static let substep = Interval.milliseconds(10)

    let configuration: SiteConfiguration
    private(set) var now: Instant
    private(set) var ticks = 0
    private let site: SharedSite
    private let cells: SiteCells
    private let tables: SiteTables
    private let outlets: [DeviceOutlet]
    private var loop: ControlLoop
    private var commands: RingWriter<LoopCommand>
    private var news: RingReader<ConnectionNews>
    private var ticket: UInt64 = 1
    /// What the rules said, in order.
    private(set) var events: [ConnectionEvent] = []
    /// Of the control box, as it stands.
    var contact = false
    private(set) var refusals: [ConnectionReply] = []

    /// - Parameter wall: What the clock shows at the start.
    init(_ configuration: SiteConfiguration, wall: WallTime) throws(StartProblem) {
        self.configuration = configuration
        let start = Instant(nanoseconds: 1_000_000_000_000)
        now = start
        guard let site = SharedSite(configuration, at: start, timeOfDay: .seconds(12 * 3_600)) else {
            throw .noSimulation
        }
        self.site = site
        tables = SiteTables(configuration)
        let waker: WakeUp
        do throws(SystemFault) { waker = try WakeUp() } catch { throw .system(error) }
        let chargers = configuration.evses.map { ChargerCell(name: $0.name, waker: waker) }
        let meter = MeterCell(name: "meter")
        var members: [Bus.Member] = [.meter(SimulatedMeterDevice(site: site, at: start), meter)]
        for (evse, cell) in zip(configuration.evses, chargers) {
            guard let device = SimulatedChargerDevice(site: site, evse: evse.id, at: start) else {
                throw .noSimulation
            }
            members.append(.charger(device, cell))
        }
        let model = SiteModel(configuration)
        cells = SiteCells(
            chargers: chargers, mayDischarge: configuration.evses.map(\.mayDischarge),
            meters: [SiteCells.Meter(cell: meter, circuit: 0)], circuitCount: model.circuits.count, tables: tables,
            connection: configuration.connection, gridCode: GridCodeSetup(configuration),
            wall: .virtual(wall, at: start))
        var logger = Logger(label: "virtual")
        logger.logLevel = .critical
        outlets = members.map { DeviceOutlet($0, logger: logger) }
        loop = ControlLoop(model, cells, at: start)
        commands = cells.commands.takeWriter()
        news = cells.news.takeReader()
    }

    // MARK: - Time

    /// To the next tick, the tick included.
    func tick() throws(DeviceFault) {
        let next = now + Self.period
        while now < next {
            now = now + Self.substep
            for outlet in outlets where outlet.request().at <= now { try outlet.takeTurn(at: now) }
            each?(self)
        }
        loop.tick(at: now)
        ticks += 1
        listen()
    }

    /// Looks at the site after each substep.
    var each: ((VirtualSite) -> Void)?

    func run(for time: Interval) throws(DeviceFault) {
        let end = now + time
        while now < end { try tick() }
    }

    private func listen() {
        while let item = news.pop() {
            switch item {
            case .event(let event): events.append(event)
            case .reply(let reply, _): if reply != .accepted { refusals.append(reply) }
            case .lost: continue
            }
        }
    }

    // MARK: - What happens to it

    func instruct(_ input: (InstructionID) -> ConnectionInput) {
        let id = InstructionID(ticket)
        _ = commands.push(LoopCommand(change: .connection(input(id), ticket: ticket)))
        ticket += 1
    }

    func impose(_ kind: HeldLimits.Kind, _ size: Power?) {
        let place = tables.limitPlace(kind)
        guard let size else {
            _ = commands.push(LoopCommand(change: .noLimit(place: place)))
            return
        }
        let most = PowerLimits.unbounded
        let limits =
            switch kind.direction {
            case .import: PowerLimits(from: most.lower, to: size)
            case .export: PowerLimits(from: -size, to: most.upper)
            }
        _ = commands.push(LoopCommand(change: .limit(place: place, power: limits, expiresAt: .distantFuture)))
    }

    func wish(_ power: Power, evse: Int) {
        let place = tables.wishPlace(.person, evse: evse)
        _ = commands.push(LoopCommand(change: .wish(place: place, power: power, expiresAt: .distantFuture)))
    }

    /// What everything but the EVSEs draws, evenly on the phases.
    var load: Power {
        get { site.access(at: now) { $0.loadPower.sum } }
        set {
            site.access(at: now) { site in
                site.load.override = PerPhase(all: newValue / 3)
                // The connection point follows at once.
                site.setElsewhere(.zero)
            }
        }
    }

    // MARK: - What is seen of it

    /// In truth, not as the meter shows it.
    var connectionPoint: Power { site.access(at: now) { $0.connectionPoint.power.sum } }
    var devices: Power { connectionPoint - load }
    /// The targets of the last tick together.
    var commanded: Power { cells.chargers.reduce(.zero) { $0 + $1.order.read().power } }

    /// What a rule allows now; nil while it does not bind.
    func limit(_ rule: GridRule) -> PowerLimits? {
        let limits = cells.limits.read()
        return (0..<limits.count).lazy.map { limits[$0] }.first { $0.rule == rule }?.power
    }
}
