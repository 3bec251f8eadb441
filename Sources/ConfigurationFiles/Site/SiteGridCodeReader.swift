// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection

/// Reads `grid_code`: which edition binds the site, and what its grid operator wants otherwise.
struct SiteGridCodeReader {
    let library: GridCodeLibrary

    private static let keys = [
        "profile", "frequency_response", "volt_watt", "reactive_power", "enter_service", "stale_after",
        "no_discharge_after",
    ]

    func read(_ field: Field, site: SiteConfiguration.Site?) -> SiteGridCode? {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let code = mapping.required("profile", "profile: en-50549-1-2019").flatMap(code)
        guard let code else { return nil }
        var chosen = SiteGridCode(code, voltage: site?.voltage ?? code.profile.nominalVoltage)
        if let field = mapping["frequency_response"] { readFrequencyResponse(field, &chosen) }
        if let field = mapping["volt_watt"] { readVoltWatt(field, &chosen) }
        if let field = mapping["reactive_power"] { readReactivePower(field, &chosen) }
        if let field = mapping["enter_service"] { readEnterService(field, &chosen) }
        readSilence(mapping, site, &chosen)
        if !code.unconfirmed.isEmpty {
            mapping["profile"]?.notice(
                "\(code.unconfirmed.count) of \(code.provenance.count) values of \(code.title) are defaults to be "
                    + "confirmed with the grid operator")
        }
        noticeMeter(field, site)
        return chosen
    }

    private func code(_ field: Field) -> GridCode? {
        guard let id = field.text() else { return nil }
        guard let check = library.check(id) else {
            field.error(library.missing(id))
            return nil
        }
        for error in check.errors { field.error("the grid code has a mistake: \(error)") }
        return check.code
    }

    private func noticeMeter(_ field: Field, _ site: SiteConfiguration.Site?) {
        guard let site else { return }
        guard let meter = site.meter else {
            return field.notice("without “site.meter” nobody measures frequency and voltage")
        }
        let missing = meter.profile.lacks
        guard !missing.isEmpty else { return }
        field.notice("\(meter.profile.id) does not measure \(missing.joined(separator: " and "))")
    }
}

extension FirmwareProfile {
    /// What a meter does not measure of what the functions of a grid code need.
    package var lacks: [String] {
        // A telegram has no points; DSMR tells voltages but no frequency.
        if wireProtocol == .dsmrP1 { return ["the frequency"] }
        return (point(for: .frequency) == nil ? ["the frequency"] : [])
            + (point(for: .voltageL1) == nil ? ["the voltage"] : [])
    }
}
