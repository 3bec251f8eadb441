// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import LinuxIO
import LocalAPI
import Logging
import PowerControl
import SiteRegisters
import Synchronization

/// The site as one unit on Modbus TCP.
final class ServedSite: RegisterService {
    private let unit: UInt8
    private let registers: SiteRegisters
    private let mayRead: Bool
    private let reading: FiguresReading
    private let desk: RegisterDesk
    /// One look serves whoever asks within this time.
    private struct Look {
        var figures: SiteFigures
        var at: Instant
        var writes: UInt64
    }
    private let seen = Mutex<Look?>(nil)
    private static let freshness = Interval.milliseconds(50)

    init(_ registers: SiteRegisters, _ reading: FiguresReading, _ desk: RegisterDesk, mayRead: Bool) {
        unit = registers.nameplate.unit
        self.registers = registers
        self.reading = reading
        self.desk = desk
        self.mayRead = mayRead
    }

    func serves(unit: UInt8) -> Bool { unit == self.unit }

    func read(
        _ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8
    ) throws(ModbusException) -> [UInt16] {
        guard mayRead, registers.has(Int(address), count: count) else { throw .illegalAddress }
        let now = MonotonicClock.now()
        let controls = desk.controls
        do throws(RegisterRefusal) {
            return try registers.read(
                Int(address), count: count, figures: figures(now, controls), controls: controls, at: now)
        } catch {
            throw ModbusException(error)
        }
    }

    private func figures(_ now: Instant, _ controls: DERControls) -> SiteFigures {
        seen.withLock { seen in
            // Who reads after the answer to a write sees what it did.
            let writes = desk.carriedOut
            if let seen, seen.writes == writes, now - seen.at < Self.freshness { return seen.figures }
            let figures = reading.figures(at: now, controls: controls)
            seen = Look(figures: figures, at: now, writes: writes)
            return figures
        }
    }

    func takesOver(_ write: ServedWrite) -> Bool {
        desk.take(write)
        return true
    }

    /// Every write is taken over.
    func write(_ values: [UInt16], to address: UInt16, unit: UInt8) throws(ModbusException) { throw .deviceFailure }
}

/// The running Modbus server of the daemon.
final class ModbusFace: Sendable {
    private let server: ModbusServer
    private let desk: RegisterDesk

    init(
        _ settings: SiteConfiguration.ModbusServer, _ configuration: SiteConfiguration, _ reading: FiguresReading,
        _ operatorDesk: OperatorDesk, version: String, logger: Logger
    ) throws(SystemFault) {
        let ratings = configuration.evses.map(\.reach)
        let nameplate = SiteNameplate(configuration, unit: settings.unit, ratings, version: version)
        let registers = SiteRegisters(nameplate)
        let may = Set(settings.may.map(RegisterPermission.init))
        desk = RegisterDesk(
            operatorDesk, reading.desk, reading.held, registers, may: may,
            controls: DERControls.Settings(
                discharging: nameplate.discharging, charging: nameplate.charging, silentAfter: settings.silentAfter),
            ratings: ratings, logger: logger)
        let service = ServedSite(registers, reading, desk, mayRead: may.contains(.read))
        do throws(SystemFault) {
            server = try ModbusServer.tcp(
                host: settings.listen.host, port: UInt16(clamping: settings.listen.port),
                bounds: ServerBounds(connections: settings.connections), service: service)
        } catch {
            desk.stop()
            throw error
        }
        let place = ListenAddress(host: settings.listen.host, port: Int(server.port ?? 0))
        logger.notice("the Modbus server listens, without passwords or encryption", metadata: ["address": "\(place)"])
    }

    func stop() {
        server.stop()
        desk.stop()
    }
}

extension RegisterPermission {
    init(_ permission: SiteConfiguration.ModbusServer.Permission) {
        switch permission {
        case .read: self = .read
        case .limit: self = .limit
        case .setpoint: self = .setpoint
        }
    }
}

extension SiteConfiguration.EVSE {
    /// What configuration, wiring and charger allow together.
    var reach: PowerLimits { EVSEModel(self, circuit: 0).ratings.narrowed(to: limits) }
}

extension SiteNameplate {
    init(_ configuration: SiteConfiguration, unit: UInt8, _ ratings: [PowerLimits], version: String) {
        let conductors = configuration.evses.reduce(PhaseSet(bits: 0)) { $0.union($1.phases) }
        self.init(
            site: configuration.site.name, version: version, unit: unit,
            charging: ratings.reduce(.zero) { $0 + $1.upper }, discharging: ratings.reduce(.zero) { $0 - $1.lower },
            voltage: configuration.site.voltage, isThreePhase: conductors.count > 1,
            evseIDs: configuration.evses.map(\.id))
    }
}
