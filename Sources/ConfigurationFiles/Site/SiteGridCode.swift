// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// The grid code a site obeys: an edition with what the operator of the grid wants otherwise there.
package struct SiteGridCode: Sendable {
    /// The file's name, `en-50549-1-2019`, and its revision.
    package var id: String
    package var revision: Int
    /// The code's own name, `EN 50549-1`.
    package var name: String
    /// With the site's settings in force; the voltages are shares of the site's own.
    package var profile: GridCodeProfile
    package var silence: GridCodeFunctions.Silence
    /// What the site sets otherwise than the file, `frequency_response.over.droop: 4 %`.
    package var changes: [String]

    package init(_ code: GridCode, voltage: Voltage) {
        id = code.id
        revision = code.revision
        name = code.code
        profile = code.profile
        profile.nominalVoltage = voltage
        silence = GridCodeFunctions.Silence()
        changes = []
    }
}

extension SiteGridCode: Equatable {
    /// The numbers follow from the file and the changes.
    package static func == (lhs: SiteGridCode, rhs: SiteGridCode) -> Bool {
        lhs.id == rhs.id && lhs.revision == rhs.revision && lhs.changes == rhs.changes
            && lhs.profile.nominalVoltage == rhs.profile.nominalVoltage
    }
}
