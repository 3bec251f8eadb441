// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Foundation
import GridConnection

/// What reading a configuration brought. The site is there only when there are no errors.
package struct ConfigurationCheck: Sendable {
    package let site: SiteConfiguration?
    package let errors: [ConfigurationError]
    package let notices: [ConfigurationNotice]

    /// The site, or everything that is wrong with it.
    package func get() throws(ConfigurationErrors) -> SiteConfiguration {
        guard let site else { throw ConfigurationErrors(errors) }
        return site
    }
}

/// Reads `sluice.yaml`.
package enum ConfigurationReader {
    /// - Parameters:
    ///   - file: The name that messages show.
    ///   - wall: The time around which the site's time zone is tabulated.
    package static func read(
        text: String, file: String, profiles: ProfileLibrary, gridCodes: GridCodeLibrary = GridCodeLibrary(folders: []),
        at wall: WallTime = WallTime(Date())
    ) -> ConfigurationCheck {
        let findings = Findings(file: file)
        let devices = DeviceReader(library: profiles)
        var site: SiteConfiguration?
        if let document = YAMLDocument(text: text, findings: findings) {
            let root = Field(value: document.root, path: "", findings: findings)
            site = read(root, devices, SiteGridCodeReader(library: gridCodes), wall)
        }
        let errors = Findings.sorted(findings.errors) + Findings.sorted(devices.profileErrors)
        return ConfigurationCheck(
            site: errors.isEmpty ? site : nil, errors: errors, notices: Findings.sorted(findings.notices))
    }

    /// - Parameter path: A file; what cannot be read is an error of the check.
    package static func read(path: String, profiles: ProfileLibrary, gridCodes: GridCodeLibrary) -> ConfigurationCheck {
        do {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            return read(text: text, file: path, profiles: profiles, gridCodes: gridCodes)
        } catch {
            let complaint = ConfigurationError(
                file: path, position: TextPosition(line: 1, column: 1), path: "",
                message: TextFile.complaint(error))
            return ConfigurationCheck(site: nil, errors: [complaint], notices: [])
        }
    }

    private static let keys = [
        "site", "agreement", "grid_code", "circuits", "evses", "control", "api", "modbus_server", "backends", "log",
        "journal", "display",
    ]

    private static func read(
        _ field: Field, _ devices: DeviceReader, _ codes: SiteGridCodeReader, _ wall: WallTime
    ) -> SiteConfiguration? {
        guard let mapping = field.mapping(keys) else { return nil }
        let site = mapping.required("site", "site: { name: Depot, timezone: Europe/Berlin, fuse: 63 A }")
            .flatMap { SiteReader.site($0, devices) }
        let terms = mapping.required("agreement", "agreement: { import: 40 kW }").flatMap(AgreementReader.mapping)
        let agreement = terms.flatMap { AgreementReader.agreement($0, fuse: site?.value.fuse) }
        let circuits = mapping["circuits"].map { CircuitReader.circuits($0, devices) } ?? []
        let evses = mapping.required("evses", "evses: [{ id: 1, charger: { profile: …, at: … } }]")
            .map { EVSEReader.evses($0, devices, circuits: circuits.map(\.value.id)) }
        let connection = terms.map { terms in
            let evses = evses.flatMap { $0 } ?? []
            return ConnectionReader(
                mapping: terms, firm: agreement?.value.firm ?? .zero, site: site?.value, evses: evses,
                controllables: evses.filter(StatuteReader.isControllable).count
            ).connection()
        }
        let gridCode = mapping["grid_code"].flatMap { codes.read($0, site: site?.value) }
        let control = OptionsReader.control(mapping["control"])
        let api = OptionsReader.api(mapping["api"])
        let modbusServer = ModbusServerReader.server(mapping["modbus_server"])
        let backends = BackendReader.backends(mapping["backends"])
        let display = DisplayReader.display(mapping["display"])
        let log = OptionsReader.log(mapping["log"])
        let journal = JournalReader.journal(mapping["journal"])
        devices.checkSharing()
        if let terms, let connection {
            ChannelNotices(mapping: terms, connection: connection.settings, modbus: modbusServer).say()
        }
        guard let site, var agreement, var connection, let evses else { return nil }
        agreement.value.ceiling = connection.ceiling(over: agreement.value.firm)
        agreement.value.installerCodeFile = connection.installerCodeFile
        SiteConsistency(site: site, agreement: agreement, connection: connection).check()
        guard field.findings.errors.isEmpty else { return nil }
        connection.settings.zone = TimeZoneTable.zone(site.value.timezone, around: wall)
        return SiteConfiguration(
            site: site.value, agreement: agreement.value, connection: connection.settings, gridCode: gridCode,
            circuits: circuits.map(\.value), evses: evses, control: control, api: api, modbusServer: modbusServer,
            backends: backends, display: display, log: log, journal: journal)
    }
}

/// A part of the configuration together with the place it was read from.
struct Placed<Value> {
    var value: Value
    let mapping: MappingField
}
