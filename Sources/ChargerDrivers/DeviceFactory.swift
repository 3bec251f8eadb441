// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// The wire to a device, as the kind its profile needs.
package enum DeviceLink {
    case registers(any RegisterLink)
    case bytes(any ByteLink)
}

/// Why no driver fits a profile: a mistake in the configuration, not a fault of the device.
package enum DriverMismatch: Error, Equatable, Sendable {
    /// A meter's profile for a charger, or the other way round.
    case notA(FirmwareProfile.Kind, profile: String)
    /// The protocol needs the other kind of link.
    case link(profile: String, FirmwareProfile.WireProtocol)
    /// No driver speaks the protocol for this kind of device.
    case noDriver(profile: String, FirmwareProfile.WireProtocol)
}

extension DriverMismatch: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notA(let kind, let profile): "The profile “\(profile)” does not describe a \(kind.rawValue)."
        case .link(let profile, let wire):
            "The profile “\(profile)” speaks \(wire.rawValue), which the address is not for."
        case .noDriver(let profile, let wire):
            "The profile “\(profile)” speaks \(wire.rawValue), which no driver of this kind of device does."
        }
    }
}

/// - Parameter name: For messages, `evse 1 (wallbox/quasar-1)`.
package func makeCharger(
    name: String, profile: FirmwareProfile, link: DeviceLink, options: ChargerOptions = ChargerOptions()
) throws(DriverMismatch) -> any ChargerDevice {
    let mismatch = DriverMismatch.notA(.charger, profile: profile.id)
    guard profile.kind == .charger else { throw mismatch }
    switch (profile.wireProtocol, link) {
    case (.modbus, .registers(let link)):
        guard let charger = ModbusCharger(name: name, profile: profile, link: link, options: options) else {
            throw mismatch
        }
        return charger
    case (.rapi, .bytes(let link)):
        guard let charger = OpenEVSECharger(name: name, profile: profile, link: link, options: options) else {
            throw mismatch
        }
        return charger
    case (.modbus, .bytes), (.rapi, .registers): throw .link(profile: profile.id, profile.wireProtocol)
    case (.dsmrP1, .registers), (.dsmrP1, .bytes): throw .noDriver(profile: profile.id, profile.wireProtocol)
    }
}

package func makeMeter(
    name: String, profile: FirmwareProfile, link: DeviceLink, options: ModbusMeter.Options = ModbusMeter.Options()
) throws(DriverMismatch) -> any MeterDevice {
    guard profile.kind == .meter else { throw .notA(.meter, profile: profile.id) }
    switch (profile.wireProtocol, link) {
    case (.modbus, .registers(let link)):
        return ModbusMeter(name: name, profile: profile, link: link, options: options)
    case (.dsmrP1, .bytes(let link)):
        return P1Meter(name: name, profile: profile, link: link, isInverted: options.isInverted)
    case (.modbus, .bytes), (.dsmrP1, .registers): throw .link(profile: profile.id, profile.wireProtocol)
    case (.rapi, .registers), (.rapi, .bytes): throw .noDriver(profile: profile.id, profile.wireProtocol)
    }
}
