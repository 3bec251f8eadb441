// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import PowerControl

/// Everything of a configuration that may change while the loop runs: the same EVSEs and circuits with other values.
struct ReloadedSite: Sendable {
    let model: SiteModel
    /// The rows of the configuration itself, one per EVSE. Those of backends stay as they are.
    let standingLimits: [ImposedLimit]
    let mayDischarge: [Bool]

    init(_ configuration: SiteConfiguration) {
        model = SiteModel(configuration)
        let tables = SiteTables(configuration)
        standingLimits = Array(tables.limits.prefix(tables.evseCount))
        mayDischarge = configuration.evses.map(\.mayDischarge)
    }
}

extension SiteConfiguration.EVSE {
    var mayDischarge: Bool { limits.lower < .zero }
}
