// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// What a charger says of the DER controls that it is to carry out.
package struct DERCondition: Equatable, Sendable {
    /// Which it turned out to have; nil while nobody has looked.
    package var found: Set<DERControlEnumType>?
    /// Those it was given that do not act, and why.
    package var failures: [DERControlEnumType: String] = [:]
    /// Of its inverter, as it says itself; nil where it does not.
    package var rating: Rating?

    /// In thousandths of a volt-ampere and of a var.
    package struct Rating: Equatable, Sendable {
        package var apparent: Int64
        package var injected: Int64
        package var absorbed: Int64
        package init(apparent: Int64, injected: Int64, absorbed: Int64) {
            self.apparent = apparent
            self.injected = injected
            self.absorbed = absorbed
        }
    }

    package init(
        found: Set<DERControlEnumType>? = nil, failures: [DERControlEnumType: String] = [:], rating: Rating? = nil
    ) {
        self.rating = rating
        self.found = found
        self.failures = failures
    }
}

extension SetDERControlRequest {
    /// What of it no charger's registers can hold, in words; nil where they can. A control is carried out as it was set or not
    /// at all.
    var unheldByCharger: String? {
        switch body {
        case .curve(let curve)?: curve.unheldByCharger(controlType)
        case .fixedVar(let body)?:
            body.unit == .pctWAvail ? "unit: a charger is not told reactive power in percent of available watts." : nil
        case .enterService?, .fixedPF?, .freqDroop?, .gradient?, .limitMaxDischarge?, nil: nil
        }
    }
}

extension DERCurveType {
    fileprivate func unheldByCharger(_ type: DERControlEnumType) -> String? {
        if hysteresis != nil { return "hysteresis: a charger follows its curve without any." }
        if voltageParams != nil { return "voltageParams: a charger's curve has no such limits." }
        if type == .wattVar, responseTime != nil { return "responseTime: a charger's WattVar has none of its own." }
        let steps = zip(curveData, curveData.dropFirst())
        guard steps.allSatisfy({ $0.x <= $1.x }) else { return "curveData: x has to rise from point to point." }
        return nil
    }
}

extension Station {
    /// Whether somebody follows a setpoint of reactive power there; EVSE 0 stands for all.
    func takesReactivePower(_ evse: Int) -> Bool {
        evses.filter { evse == 0 || $0.id == evse }.allSatisfy { evse in
            evse.setup.takesReactivePower && evse.der.found?.contains(.fixedVar) ?? true
        }
    }
}
