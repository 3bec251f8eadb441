// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import LocalAPI

extension LimitInForce {
    /// A limit of the grid's rules, for display.
    init(_ limit: GridLimit, circuit: (Int) -> String) {
        let scope: String =
            switch limit.scope {
            case .connectionPoint: Self.connectionPoint
            case .controllable: "all EVSEs together"
            case .circuit(let index): circuit(index)
            case .evse(let index): "EVSE \(index)"
            case .everyEVSE: "each EVSE"
            }
        self.init(
            scope: scope, import: Self.bounded(limit.power.upper), export: Self.bounded(-limit.power.lower),
            source: limit.rule.inWords)
    }

    private static func bounded(_ power: Power) -> Power? { power.milli >= Power.plausible ? nil : power }
}
