// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Reads the rules in `agreement`. A key that is absent is a rule that does not exist; what is absent inside a rule has the
/// stricter default.
struct ConnectionReader {
    let mapping: MappingField
    /// Zero while `import` or `export` cannot be read.
    let firm: PowerLimits
    let site: SiteConfiguration.Site?
    let evses: [SiteConfiguration.EVSE]
    /// EVSEs that are controllable devices in the sense of § 14a EnWG.
    let controllables: Int

    /// All but the zone, which takes a while to tabulate.
    func connection() -> PlacedConnection {
        var connection = PlacedConnection(settings: .unbound)
        if let field = mapping["flexible"] { readFlexible(field, &connection) }
        if let field = mapping["timed"] { readTimed(field, &connection) }
        let statute = mapping["section_14a"].flatMap(StatuteReader.heatPumps)
        let groups = statute ?? Section14a.HeatPumps()
        let kept = StatuteReader.keeps(groups)
        if statute != nil {
            let minimum = StatuteReader.guaranteedMinimum(evses: controllables, groups)
            connection.settings.section14a = Section14a.Settings(guaranteedMinimum: minimum, keptByOthers: kept)
        }
        let dimmed = StatuteReader.dimmedPower(evses: max(1, controllables), groups)
        connection.settings.consumption = mapping["consumption_limit"]
            .flatMap { LimitationReader.limitation($0, .consumption) }
        connection.settings.consumption?.keptByOthers = kept
        connection.settings.production = mapping["production_limit"]
            .flatMap { LimitationReader.limitation($0, .production) }
        connection.settings.relay = mapping["relays"].flatMap { RelayReader.relays($0, dimmedPower: dimmed) }
        connection.settings.envelope = mapping["operating_envelope"].flatMap(envelope)
        if let scheme = mapping["limitation_scheme"].flatMap(SchemeReader.mapping) {
            connection.settings.scheme = SchemeReader.scheme(
                scheme, evses: evses.count, maximumAge: site?.meterTimeout, voltage: site?.voltage)
            connection.installerCodeFile = scheme["installer_code_file"]?.text()
        }
        let devices = evses.reduce(Power.zero) { $0 + $1.limits.upper }
        connection.settings.returning = mapping["return"].flatMap { field in
            SchemeReader.returning(field, connectionPoint: connection.ceiling(over: firm), devices: devices)
        }
        connection.settings.feedInCap = mapping["feed_in_cap"].flatMap(StatuteReader.feedInCap)
        return connection
    }

    private func readTimed(_ field: Field, _ connection: inout PlacedConnection) {
        let base = connection.ceiling(over: firm)
        connection.windows = TimedCapacityReader(base: base).windows(field)
        connection.settings.timed = ConnectionSettings.Timed(windows: connection.windows.map(\.value), base: base)
    }

    private enum AfterSilence: String, CaseIterable { case firm, hold }

    private func readFlexible(_ field: Field, _ connection: inout PlacedConnection) {
        let keys = ["import", "export", "needs_permission", "silent_after", "after_silence"]
        guard let mapping = field.mapping(keys) else { return }
        if !mapping.has("import"), !mapping.has("export") {
            field.error("nothing is flexible; give “import”, “export” or both")
        }
        let drawn = mapping["import"]?.quantity(Power.self, atLeast: .zero) ?? .zero
        let delivered = mapping["export"]?.quantity(Power.self, atLeast: .zero) ?? .zero
        var settings = FlexibleCapacity.Settings(firm: firm, flexible: PowerLimits(from: -delivered, to: drawn))
        settings.needsPermission = mapping["needs_permission"]?.boolean() ?? true
        settings.silentAfter = mapping["silent_after"]?.silence() ?? settings.silentAfter
        switch mapping["after_silence"]?.choice(AfterSilence.self) {
        case .hold: settings.afterSilence = .hold
        case .firm, nil: settings.afterSilence = .firmOnly
        }
        connection.flexible = mapping
        connection.settings.flexible = settings
    }

    private func envelope(_ field: Field) -> OperatingEnvelope.Settings? {
        guard let mapping = field.mapping(["default_import", "default_export", "silent_after"]) else { return nil }
        let drawn = mapping.required("default_import", "default_import: 5 kW")?.quantity(Power.self, atLeast: .zero)
        let delivered = mapping.required("default_export", "default_export: 1.5 kW")?
            .quantity(Power.self, atLeast: .zero)
        let silentAfter = mapping["silent_after"]?.silence()
        guard let drawn, let delivered else { return nil }
        var settings = OperatingEnvelope.Settings(site: PowerLimits(from: -delivered, to: drawn))
        settings.silentAfter = silentAfter ?? settings.silentAfter
        return settings
    }
}

extension Field {
    /// How long an operator may be silent.
    fileprivate func silence() -> Interval? { interval(atLeast: .seconds(10), atMost: .minutes(24 * 60)) }
}
