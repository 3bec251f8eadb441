// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import GridConnection
import LinuxIO
import LocalAPI
import SiteRegisters

/// What the registers show, out of what the daemon knows.
struct FiguresReading: Sendable {
    let cells: SiteCells
    let desk: CommandDesk
    let held: HeldLimits
    let said: SaidLast
    let connection: ConnectionSettings
    /// By index: the ids of the EVSEs.
    let evseIDs: [Int]
    let look: @Sendable () -> SiteStatus

    func figures(at now: Instant, controls: DERControls) -> SiteFigures {
        let status = look()
        var figures = SiteFigures()
        figures.uptime = status.uptime.interval
        figures.isTicking = cells.statistics.read().ticks > 0
        figures.isMeterHeard = status.connectionPoint.meter.state == .ok
        figures.power = status.connectionPoint.power
        figures.current = status.connectionPoint.current
        figures.voltage = status.connectionPoint.voltage
        figures.frequency = status.connectionPoint.frequency
        figures.uncontrolled = status.connectionPoint.uncontrolled
        figures.importLimit = status.tightest(.import)
        figures.exportLimit = status.tightest(.export)
        addOrders(to: &figures, now)
        figures.controllerImport = held.entry(.importByController, at: now).map { .init($0, now) }
        figures.controllerExport = held.entry(.exportByController, at: now).map { .init($0, now) }
        figures.siteSetpoint = controls.setpoint.map {
            SiteFigures.Entry($0, remaining: max(.zero, controls.setpointEnd - now))
        }
        figures.evses = zip(status.evses.indices, status.evses).map { evse($0, $1, now) }
        figures.isLocal = isLocal(now)
        return figures
    }

    private func isLocal(_ now: Instant) -> Bool {
        held.entry(.importByHand, at: now) != nil || held.entry(.exportByHand, at: now) != nil
            || desk.setpoint(evse: nil, at: now) != nil
            || evseIDs.indices.contains { desk.setpoint(evse: $0, at: now) != nil }
    }

    private func addOrders(to figures: inout SiteFigures, _ now: Instant) {
        let limits = cells.limits.read()
        let memory = cells.memory.read()
        let words = said.all
        func limit(_ rule: GridRule) -> GridLimit? {
            (0..<limits.count).lazy.map { limits[$0] }.first { $0.rule == rule }
        }
        figures.consumption = connection.consumption.map { settings in
            var known = SiteFigures.Limitation(settings, memory.consumption)
            known.note(limit(.consumptionLimit)?.power.upper, limit(.consumptionFailsafe)?.power.upper)
            known.note(words.limits[.import], words.heartbeats[.import], now)
            return known
        }
        figures.production = connection.production.map { settings in
            var known = SiteFigures.Limitation(settings, memory.production)
            known.note(
                (limit(.productionLimit)?.power.lower).map { -$0 },
                (limit(.productionFailsafe)?.power.lower).map { -$0 })
            known.note(words.limits[.export], words.heartbeats[.export], now)
            return known
        }
        figures.hasReductions = connection.section14a != nil
        figures.reduction = limit(.section14a).map { reduced in
            SiteFigures.Entry(reduced.power.upper, remaining: words.reduction?.remaining(at: now))
        }
        for contact in Contact.allCases {
            figures.contacts[contact] = words.contacts[RelayName(contact)].map(ContactState.init(isClosed:))
        }
    }

    private func evse(_ index: Int, _ status: EVSEStatus, _ now: Instant) -> SiteFigures.EVSE {
        let known = cells.chargers[index].state.read()
        var evse = SiteFigures.EVSE(id: status.id)
        evse.state = known.reading?.state.register ?? 0
        evse.power = status.power
        evse.target = status.target
        evse.stateOfCharge = status.stateOfCharge
        evse.isUnderControl = known.isUnderControl
        evse.setpoint = desk.setpoint(evse: index, by: .controller, at: now).map { entry in
            SiteFigures.Entry(entry.power, remaining: entry.expiresIn(now))
        }
        return evse
    }
}

extension ConnectorState {
    /// As the map numbers them, which stays when cases are added here.
    fileprivate var register: Int64 {
        switch self {
        case .unknown: 0
        case .available: 1
        case .preparing: 2
        case .ready: 3
        case .charging: 4
        case .discharging: 5
        case .suspended: 6
        case .finished: 7
        case .unavailable: 8
        case .faulted: 9
        }
    }
}

extension SiteFigures.Entry {
    fileprivate init(_ entry: HeldLimits.Entry, _ now: Instant) {
        self.init(entry.power, remaining: entry.expiresIn(now))
    }
}

extension SiteFigures.Limitation {
    fileprivate init(_ settings: LimitationSettings, _ memory: LimitationMachine.Memory?) {
        self.init()
        failsafe = memory?.failsafeLimit ?? settings.failsafeLimit
        failsafeDuration = memory?.failsafeDuration ?? settings.failsafeDuration
    }

    /// - Parameters:
    ///   - ordered: The operator's limit, where it binds.
    ///   - failsafe: The failsafe limit, where it binds.
    fileprivate mutating func note(_ ordered: Power?, _ failsafe: Power?) {
        if let failsafe {
            (state, limit) = (.failsafe, failsafe)
        } else if let ordered {
            (state, limit) = (.limited, ordered)
        }
    }

    fileprivate mutating func note(_ order: SaidLast.Order?, _ heartbeat: Instant?, _ now: Instant) {
        sinceHeartbeat = heartbeat.map { now - $0 }
        guard state == .limited else { return }
        ordered = order?.duration
        remaining = order?.remaining(at: now)
    }
}
