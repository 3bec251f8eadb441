// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargerDrivers
import Chargers
import ConfigurationFiles
import Electricity
import LinuxIO
import Logging
import PowerControl
import SimulatedSite
import StationKeys

/// Turns the configured devices into buses with their cells.
struct DevicePlan {
    private(set) var buses: [Bus] = []
    private(set) var chargers: [ChargerCell] = []
    private(set) var meters: [SiteCells.Meter] = []
    /// One for each bus.
    private(set) var wakers: [WakeUp] = []
    /// Rung for whoever speaks to cars; nil where nobody does.
    private(set) var bell: WakeUp?

    /// What hangs on one wire.
    private struct Wire {
        var link: BusLink
        var waker: WakeUp
        var members: [Bus.Member] = []
    }
    private var wires: [String: Wire] = [:]
    private var order: [String] = []
    private let logger: Logger
    private let simulation: SharedSite?
    private let voltage: Voltage
    private let configuration: SiteConfiguration
    /// For what stood in chargers before a backend set anything; nil keeps nothing.
    private let folder: StateFolder?

    /// - Parameters:
    ///   - simulation: Behind `simulated:` addresses; nil where there are none.
    ///   - folder: Where the daemon keeps its files; nil keeps nothing.
    init(
        _ configuration: SiteConfiguration, simulation: SharedSite?, folder: String?, logger: Logger
    ) throws(StartProblem) {
        self.logger = logger
        self.folder = Self.settingsFolder(folder, configuration, logger)
        self.simulation = simulation
        voltage = configuration.site.voltage
        self.configuration = configuration
        if let meter = configuration.site.meter { try add(meter: meter, named: "meter", circuit: 0) }
        for (index, circuit) in SiteModel.parentsFirst(configuration.circuits).enumerated() {
            if let meter = circuit.meter {
                try add(meter: meter, named: "meter of \(circuit.name)", circuit: index + 1)
            }
        }
        if configuration.evses.contains(where: { $0.vehicleLink != nil }) {
            do throws(SystemFault) { bell = try WakeUp() } catch { throw .system(error) }
        }
        for evse in configuration.evses { try add(evse) }
        wakers = order.compactMap { wires[$0]?.waker }
        buses = order.compactMap { key in
            wires[key].map { Bus(name: key, link: $0.link, waker: $0.waker, members: $0.members, logger: logger) }
        }
    }

    private static func settingsFolder(
        _ folder: String?, _ configuration: SiteConfiguration, _ logger: Logger
    ) -> StateFolder? {
        guard let folder, configuration.evses.contains(where: { !DERPlan($0, configuration).functions.isEmpty }) else {
            return nil
        }
        do throws(KeyFault) { return try StateFolder(folder + "/charger-settings") } catch {
            logger.warning(
                "what stands in chargers before a backend sets anything is kept through no restart: \(error)")
            return nil
        }
    }

    /// - Returns: nil where no backend may set what the charger does by itself.
    private func der(_ evse: SiteConfiguration.EVSE, waker: WakeUp) -> DERCell? {
        guard !DERPlan(evse, configuration).functions.isEmpty else { return nil }
        return DERCell(memory(evse), waker: waker)
    }

    private func memory(_ evse: SiteConfiguration.EVSE) -> FormerSettingsFile {
        FormerSettingsFile(folder: folder, name: "evse-\(evse.id).json")
    }

    private mutating func add(
        meter connection: SiteConfiguration.DeviceConnection, named name: String, circuit: Int
    ) throws(StartProblem) {
        let key = connection.address.description
        let link = try wire(key, connection)
        let cell = MeterCell(name: "\(name) (\(connection.profile.id))")
        let device = try meterDevice(connection, cell.name, link)
        wires[key]?.members.append(.meter(device, cell))
        meters.append(SiteCells.Meter(cell: cell, circuit: circuit))
    }

    private mutating func add(_ evse: SiteConfiguration.EVSE) throws(StartProblem) {
        let key = evse.charger.address.description
        let link = try wire(key, evse.charger)
        guard let waker = wires[key]?.waker else { return }
        let name = "evse \(evse.id) (\(evse.charger.profile.id))"
        let device = try chargerDevice(evse, name, link)
        let cell = ChargerCell(
            name: name, waker: waker, vehicle: try vehicle(evse, device), der: der(evse, waker: waker))
        wires[key]?.members.append(.charger(device, cell))
        chargers.append(cell)
    }

    /// - Returns: nil where the gateway does not speak to the cars.
    private func vehicle(
        _ evse: SiteConfiguration.EVSE, _ device: any ChargerDevice
    ) throws(StartProblem) -> VehicleCell? {
        guard evse.vehicleLink != nil, let bell else { return nil }
        guard let device = device as? any VehicleConnecting else { throw .notLed(device.name) }
        return VehicleCell(device.outlet, bell: bell)
    }

    private mutating func wire(
        _ key: String, _ connection: SiteConfiguration.DeviceConnection
    ) throws(StartProblem) -> BusLink {
        if let wire = wires[key] {
            extend(wire.link, connection)
            return wire.link
        }
        let link = makeLink(connection)
        extend(link, connection)
        do throws(SystemFault) { wires[key] = Wire(link: link, waker: try WakeUp()) } catch { throw .system(error) }
        order.append(key)
        return link
    }

    private func makeLink(_ connection: SiteConfiguration.DeviceConnection) -> BusLink {
        switch connection.address {
        case .tcp(let host, let port):
            return .modbus(ModbusLink(.tcp(host: host, port: UInt16(clamping: port))))
        case .serial(let path, let format):
            let settings = SerialSettings(format)
            switch connection.profile.wireProtocol {
            case .modbus: return .modbus(ModbusLink(.rtu(device: path, settings)))
            case .rapi, .dsmrP1: return .serial(SerialPort(closed: path, settings: settings))
            }
        case .simulated: return .none
        }
    }

    /// Every unit on a bus has its own patience.
    private func extend(_ link: BusLink, _ connection: SiteConfiguration.DeviceConnection) {
        guard case .modbus(let link) = link else { return }
        link.unitTiming[UInt8(clamping: connection.unit)] = ModbusTiming(
            responseTimeout: connection.timeout, worstTurnaround: max(.milliseconds(200), connection.timeout / 2))
    }

    private func meterDevice(
        _ connection: SiteConfiguration.DeviceConnection, _ name: String, _ link: BusLink
    ) throws(StartProblem) -> any MeterDevice {
        guard let wire = link.deviceLink else {
            guard let simulation else { throw .noSimulation }
            return SimulatedMeterDevice(site: simulation, at: MonotonicClock.now())
        }
        let options = ModbusMeter.Options(
            unit: UInt8(clamping: connection.unit), connector: connection.connector, isInverted: connection.isInverted)
        do throws(DriverMismatch) {
            return try makeMeter(name: name, profile: connection.profile, link: wire, options: options)
        } catch {
            throw .driver(name, error)
        }
    }

    private func chargerDevice(
        _ evse: SiteConfiguration.EVSE, _ name: String, _ link: BusLink
    ) throws(StartProblem) -> any ChargerDevice {
        let connection = evse.charger
        guard let wire = link.deviceLink else {
            let device = simulation.flatMap {
                SimulatedChargerDevice(site: $0, evse: evse.id, at: MonotonicClock.now())
            }
            guard let device else { throw .noSimulation }
            return device
        }
        let options = ChargerOptions(
            unit: UInt8(clamping: connection.unit), connector: connection.connector, nominalVoltage: voltage,
            allowsUnattendedDischarge: evse.allowsUnattendedDischarge,
            gridSettings: configuration.gridCode.flatMap { GridCodePlan($0, evse, configuration).settings },
            derFunctions: DERPlan(evse, configuration).functions, formerSettings: memory(evse).load(logger))
        do throws(DriverMismatch) {
            return try makeCharger(name: name, profile: connection.profile, link: wire, options: options)
        } catch {
            throw .driver(name, error)
        }
    }
}

extension BusLink {
    /// What a driver needs of the wire; nil for simulated devices.
    fileprivate var deviceLink: DeviceLink? {
        switch self {
        case .modbus(let link): .registers(link)
        case .serial(let port): .bytes(port)
        case .none: nil
        }
    }
}

/// Why the daemon cannot start with a configuration that reads well.
package enum StartProblem: Error, CustomStringConvertible {
    case driver(String, DriverMismatch)
    case noSimulation
    /// The charger cannot be led, although its cars are to be spoken to.
    case notLed(String)
    case vehicleLink(String)
    case system(SystemFault)

    package var description: String {
        switch self {
        case .driver(let name, let mismatch): "\(name): \(mismatch)"
        case .noSimulation: "A device is “simulated:” and there is no simulated site with it."
        case .notLed(let name):
            "\(name): its driver cannot switch contactors and output for a car, because the charger speaks to its cars "
                + "itself. Remove “vehicle_link”."
        case .vehicleLink(let words): words
        case .system(let fault): "\(fault)"
        }
    }
}

extension SerialSettings {
    init(_ format: DeviceAddress.SerialFormat) {
        let parity: Parity =
            switch format.parity {
            case .none: .none
            case .even: .even
            case .odd: .odd
            }
        self.init(baud: format.baud, dataBits: format.dataBits, parity: parity, stopBits: format.stopBits)
    }
}
