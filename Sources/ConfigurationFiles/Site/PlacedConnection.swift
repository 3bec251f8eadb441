// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// The rules of the connection point together with where the text gives their capacities.
struct PlacedConnection {
    var settings: ConnectionSettings
    var windows: [Placed<CapacityWindow>] = []
    var flexible: MappingField?
    /// Of the limitation scheme.
    var installerCodeFile: String?

    /// The widest that any rule grants on top of the firm capacity. With a flexible part that is all there is: the
    /// calendar then only narrows.
    func ceiling(over firm: PowerLimits) -> PowerLimits {
        if let flexible = settings.flexible { return firm + flexible.flexible }
        return windows.reduce(firm) { widest, window in
            PowerLimits(
                from: min(widest.lower, window.value.power.lower), to: max(widest.upper, window.value.power.upper))
        }
    }
}

extension PowerLimits {
    /// Each direction on top of the other's.
    static func + (lhs: PowerLimits, rhs: PowerLimits) -> PowerLimits {
        PowerLimits(from: lhs.lower + rhs.lower, to: lhs.upper + rhs.upper)
    }
}
