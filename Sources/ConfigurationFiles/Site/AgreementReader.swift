// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Reads what `agreement` says about firm capacity; `ConnectionReader` reads its rules.
enum AgreementReader {
    private static let keys = [
        "import", "export", "import_current", "export_current", "timed", "flexible", "consumption_limit",
        "production_limit", "section_14a", "relays", "operating_envelope", "feed_in_cap",
        "limitation_scheme", "return", "unbalance",
    ]

    static func mapping(_ field: Field) -> MappingField? { field.mapping(keys) }

    static func agreement(_ mapping: MappingField, fuse: Current?) -> Placed<SiteConfiguration.Agreement>? {
        let drawn = mapping.required("import", "import: 40 kW")?.quantity(Power.self, atLeast: .zero)
        let delivered = mapping["export"].map { $0.quantity(Power.self, atLeast: .zero) } ?? .zero
        let importCurrent = mapping["import_current"]?.quantity(Current.self, atLeast: .zero) ?? fuse
        let exportCurrent = mapping["export_current"]?.quantity(Current.self, atLeast: .zero) ?? fuse
        let unbalance = mapping["unbalance"]?.quantity(Power.self, atLeast: .zero)
        guard let drawn, let delivered, let importCurrent, let exportCurrent else { return nil }
        let firm = PowerLimits(from: -delivered, to: drawn)
        var value = SiteConfiguration.Agreement(
            firm: firm, ceiling: firm, current: CurrentLimits(from: -exportCurrent, to: importCurrent))
        value.unbalance = unbalance
        return Placed(value: value, mapping: mapping)
    }
}
