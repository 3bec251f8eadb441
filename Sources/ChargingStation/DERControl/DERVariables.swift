// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What an inverter is, for `DCDERCtrlr` and for the percentages of DER controls.
package struct InverterNameplate: Equatable, Sendable {
    package var maxDischarge: Power
    package var maxCharge: Power
    /// Apparent power in thousandths of a volt-ampere.
    package var maxApparent: Int64
    package var maxChargeApparent: Int64
    /// In milli-var: injected, that is over-excited, and absorbed.
    package var maxInjected: Int64
    package var maxAbsorbed: Int64
    package var overExcitedFactor: DecimalNumber = 1
    package var underExcitedFactor: DecimalNumber = 1
    package var manufacturer = ""
    package var model = ""
    package var serialNumber: String?
    package var softwareVersion = ""
    package var hardwareVersion = ""
    /// In siemens.
    package var reactiveSusceptance: DecimalNumber = 0

    /// One without reactive power.
    package init(_ ratings: PowerLimits) {
        maxDischarge = Power(milli: -ratings.lower.milli)
        maxCharge = ratings.upper
        maxApparent = maxDischarge.milli
        maxChargeApparent = maxCharge.milli
        maxInjected = 0
        maxAbsorbed = 0
    }
}

extension StationSetup.EVSE {
    var nameplate: InverterNameplate { inverter ?? InverterNameplate(ratings) }
}

/// Variables of `DCDERCtrlr` and `ACDERCtrlr`, an EVSE each.
enum DERVariables {
    /// What somebody can carry out at this EVSE (R03.FR.03, R04.FR.18).
    static func modes(_ evse: StationSetup.EVSE) -> Set<DERControlEnumType> {
        evse.derByCharger.union(evse.derByGateway.intersection(DERFunctions.known))
    }

    /// And what it has turned out that the charger can.
    static func modes(_ evse: EVSEState) -> Set<DERControlEnumType> {
        let byCharger = evse.setup.derByCharger
        return modes(evse.setup).subtracting(byCharger.subtracting(evse.der.found ?? byCharger))
    }

    static func key(_ evse: StationSetup.EVSE) -> VariableKey {
        switch evse.supply {
        case .direct: VariableKey("DCDERCtrlr", "ModesSupported", evse: evse.id)
        case .alternating: VariableKey("ACDERCtrlr", "ModesSupported", evse: evse.id)
        }
    }

    static func text(_ modes: Set<DERControlEnumType>) -> String { modes.map(\.word).sorted().joined(separator: ",") }

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        setup.evses.flatMap { evse -> [VariableDefinition] in
            switch evse.supply {
            case .direct: evse.ratings.lower < .zero ? direct(evse) : []
            case .alternating: modes(evse).isEmpty ? [] : [supported(evse)]
            }
        }
    }

    private static func supported(_ evse: StationSetup.EVSE) -> VariableDefinition {
        VariableDefinition(
            key(evse), .members(DERControlEnumType.words.map(\.description)), .readOnly,
            standard: text(modes(evse)))
    }

    /// The nameplate (R01.FR.01, R01.FR.02).
    private static func direct(_ evse: StationSetup.EVSE) -> [VariableDefinition] {
        let plate = evse.nameplate
        let number = { (name: String, unit: String?, value: DecimalNumber) in
            VariableDefinition(
                VariableKey("DCDERCtrlr", name, evse: evse.id), .decimal(-1e12...1e12), unit: unit, .readOnly,
                standard: value.description)
        }
        let text = { (name: String, value: String?) in
            VariableDefinition(
                VariableKey("DCDERCtrlr", name, evse: evse.id), .string(longest: 50), .readOnly, standard: value)
        }
        let thousandths = { DecimalNumber(thousandths: $0) }
        let watts = thousandths(plate.maxDischarge.milli)
        return [
            number("MaxW", "W", watts), number("OverExcitedW", "W", watts),
            number("OverExcitedPF", nil, plate.overExcitedFactor), number("UnderExcitedW", "W", watts),
            number("UnderExcitedPF", nil, plate.underExcitedFactor),
            number("MaxVA", "VA", thousandths(plate.maxApparent)),
            number("MaxVar", "var", thousandths(plate.maxInjected)),
            number("MaxVarNeg", "var", thousandths(plate.maxAbsorbed)),
            number("MaxChargeRateW", "W", thousandths(plate.maxCharge.milli)),
            number("MaxChargeRateVA", "VA", thousandths(plate.maxChargeApparent)),
            number("ReactiveSusceptance", "s", plate.reactiveSusceptance), supported(evse),
            text("InverterManufacturer", plate.manufacturer), text("InverterModel", plate.model),
            text("InverterSerialNumber", plate.serialNumber), text("InverterSwVersion", plate.softwareVersion),
            text("InverterHwVersion", plate.hardwareVersion),
        ]
    }
}
