// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A device of the site together with the place it was read from.
struct PlacedDevice {
    let connection: SiteConfiguration.DeviceConnection
    let mapping: MappingField
    let unattendedDischarge: Bool
}

/// Reads `meter` and `charger`: a profile and where such a device is.
final class DeviceReader {
    private let library: ProfileLibrary
    private var checks: [String: ProfileCheck] = [:]
    private(set) var devices: [PlacedDevice] = []
    /// Of the profiles that were named.
    private(set) var profileErrors: [ConfigurationError] = []

    init(library: ProfileLibrary) { self.library = library }

    func read(_ field: Field, as kind: FirmwareProfile.Kind) -> PlacedDevice? {
        let own = kind == .meter ? ["invert"] : ["connector", "unattended_discharge"]
        guard let mapping = field.mapping(["profile", "at", "unit", "timeout"] + own) else { return nil }
        let example = kind == .meter ? "profile: eastron/sdm630" : "profile: evtec/bidipro-10"
        let profile = mapping.required("profile", example).flatMap { self.profile($0, kind) }
        let at = mapping.required("at", "at: \"tcp://192.0.2.20:502\"")
        let timeout = mapping["timeout"]?.interval(atLeast: .milliseconds(10), atMost: .seconds(10))
        let isInverted = mapping["invert"]?.boolean() ?? false
        let unattended = mapping["unattended_discharge"]?.boolean() ?? false
        let connector = mapping["connector"]?.int(0...1_000, "a connector")
        let givenUnit = mapping["unit"]?.int(0...255, "a unit")
        guard let profile, let at, let address = AddressReader.device(at, profile: profile) else { return nil }
        let connection = SiteConfiguration.DeviceConnection(
            profile: profile, address: address, unit: givenUnit ?? profile.transport.unit, connector: connector,
            timeout: timeout ?? profile.transport.responseTimeout, isInverted: isInverted)
        checkAddressing(connection, mapping)
        let device = PlacedDevice(connection: connection, mapping: mapping, unattendedDischarge: unattended)
        devices.append(device)
        return device
    }

    private func profile(_ field: Field, _ kind: FirmwareProfile.Kind) -> FirmwareProfile? {
        guard let id = field.text() else { return nil }
        guard let check = checks[id] ?? library.check(id) else {
            field.error(library.missing(id))
            return nil
        }
        if checks[id] == nil {
            checks[id] = check
            profileErrors += check.errors
        }
        guard let profile = check.profile else {
            let count = check.errors.count
            field.error("the profile \(id) has \(count == 1 ? "an error" : "\(count) errors")")
            return nil
        }
        guard profile.kind == kind else {
            field.error("the profile \(id) describes a \(profile.kind.rawValue); a \(kind.rawValue) is needed here")
            return nil
        }
        return profile
    }

    private func checkAddressing(_ connection: SiteConfiguration.DeviceConnection, _ mapping: MappingField) {
        let profile = connection.profile
        if let connector = connection.connector {
            if case .blocks(_, let first, let last, _) = profile.location {
                if !(first...last).contains(connector) {
                    mapping["connector"]?.error(
                        "the profile \(profile.id) has connectors \(first) to \(last), found \(connector)")
                }
            } else {
                mapping["connector"]?.error("the profile \(profile.id) has only one connector")
            }
        }
        if profile.wireProtocol != .modbus {
            mapping["unit"]?.error("the protocol \(profile.wireProtocol.rawValue) has no units")
        } else if case .serial = connection.address, !(1...247).contains(connection.unit) {
            (mapping["unit"] ?? mapping.field).error(
                "expected a unit from 1 to 247 on a serial line, found \(connection.unit)")
        }
    }

    /// Two devices that would answer to one name, or talk over each other.
    func checkSharing() {
        for (index, device) in devices.enumerated() {
            for earlier in devices[..<index] { check(device, against: earlier) }
        }
    }

    private func check(_ device: PlacedDevice, against earlier: PlacedDevice) {
        let (own, other) = (device.connection, earlier.connection)
        let place = "“\(earlier.mapping.path)” at line \(earlier.mapping.position(of: "at").line)"
        switch (own.address, other.address) {
        case (.serial(let path, let format), .serial(let otherPath, let otherFormat)):
            guard path == otherPath else { return }
            guard own.profile.wireProtocol == .modbus, other.profile.wireProtocol == .modbus else {
                device.mapping["at"]?.error("\(path) is already used by \(place), and the protocol cannot share a line")
                return
            }
            if format != otherFormat {
                device.mapping["at"]?.error("\(path) has another baud rate, parity, data or stop bits at \(place)")
            }
            if own.unit == other.unit { clash(device, place) }
        case (.tcp(let host, let port), .tcp(let otherHost, let otherPort)):
            guard host == otherHost, port == otherPort, own.unit == other.unit else { return }
            if let connector = own.connector, let otherConnector = other.connector, connector != otherConnector {
                return
            }
            var hint = ""
            if case (.blocks, .blocks) = (own.profile.location, other.profile.location) {
                hint = "; give each its “connector”"
            }
            clash(device, place, hint)
        case (.serial, _), (.tcp, _), (.simulated, _): return
        }
    }

    private func clash(_ device: PlacedDevice, _ place: String, _ hint: String = "") {
        let field = device.mapping["unit"] ?? device.mapping["at"] ?? device.mapping.field
        let connection = device.connection
        field.error("unit \(connection.unit) at \(connection.address) is already used by \(place)\(hint)")
    }
}
