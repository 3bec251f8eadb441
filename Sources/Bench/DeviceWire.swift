// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LinuxIO
import SimulatedSite

/// The wire a bench device answers on, until it is closed.
final class DeviceWire {
    /// `tcp 127.0.0.1:5020` or `pty /dev/pts/7`.
    let place: String
    private let stopDevice: () -> Void
    /// Keeps the terminal's link until the end.
    private let terminal: PseudoTerminal?

    private init(place: String, terminal: PseudoTerminal?, stop: @escaping () -> Void) {
        self.place = place
        self.terminal = terminal
        stopDevice = stop
    }

    /// - Parameter evse: The id of the site's charger.
    static func open(
        _ options: BenchDeviceOptions, profile: FirmwareProfile, site: SharedSite, evse: Int
    ) throws(BenchProblem) -> DeviceWire {
        do throws(SystemFault) {
            switch options.wire {
            case .tcp(let host, let port):
                let registers = registers(options, profile, site, evse)
                let server = try ModbusServer.tcp(host: host, port: port, service: registers)
                let name = host.contains(":") ? "[\(host)]" : host
                return DeviceWire(place: "tcp \(name):\(server.port ?? port)", terminal: nil) { server.stop() }
            case .pty(let link):
                let terminal = try PseudoTerminal()
                if let link { try terminal.link(at: link) }
                let path = terminal.path
                let stop = try serve(terminal, options, profile, site, evse)
                return DeviceWire(place: "pty \(path)", terminal: terminal, stop: stop)
            }
        } catch {
            throw BenchProblem(.unavailable, error.description)
        }
    }

    func close() {
        stopDevice()
        terminal?.unplug()
    }

    private static func serve(
        _ terminal: PseudoTerminal, _ options: BenchDeviceOptions, _ profile: FirmwareProfile, _ site: SharedSite,
        _ evse: Int
    ) throws(SystemFault) -> () -> Void {
        switch profile.wireProtocol {
        case .modbus:
            guard let descriptor = terminal.giveAway() else { throw SystemFault("use \(terminal.path)", code: 9) }
            let registers = registers(options, profile, site, evse)
            let server = try ModbusServer.rtu(adopting: descriptor, service: registers)
            return { server.stop() }
        case .rapi:
            let line = try TerminalLine(adopting: terminal)
            let device = SerialDevice.rapi(line, site: site, evse: evse, maximum: maximumAmperes(profile))
            return { device.stop() }
        case .dsmrP1:
            let line = try TerminalLine(adopting: terminal)
            let meter = SimulatedP1(
                interval: profile.timing.refresh, at: MonotonicClock.now(), wall: WallClock.now())
            let device = SerialDevice.p1(line, site: site, meter: meter)
            return { device.stop() }
        }
    }

    private static func registers(
        _ options: BenchDeviceOptions, _ profile: FirmwareProfile, _ site: SharedSite, _ evse: Int
    ) -> ServedRegisters {
        let backing: RegisterImage.Backing =
            switch profile.kind {
            case .charger: .charger(evse)
            case .meter: .meter
            }
        let image = RegisterImage(profile: profile, site: site, backing: backing)
        return ServedRegisters(image, unit: UInt8(clamping: options.unit ?? profile.transport.unit))
    }

    /// The current of the profile's rating at 230 V.
    private static func maximumAmperes(_ profile: FirmwareProfile) -> Int {
        guard let ratings = profile.charger?.ratings else { return 32 }
        return Int((ratings.power.upper / max(1, ratings.phaseCount)).milli / Voltage.volts(230).milli)
    }
}
