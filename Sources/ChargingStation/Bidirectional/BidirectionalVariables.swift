// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Variables of `V2XChargingCtrlr` and `ConnectedEV`, an EVSE each.
enum BidirectionalVariables {
    static let component = "V2XChargingCtrlr"
    static let vehicle = "ConnectedEV"
    static let renegotiation = "ServiceRenegotiationSupport"

    static func enabled(_ evse: Int) -> VariableKey { VariableKey(component, "Enabled", evse: evse) }
    static func modes(_ evse: Int) -> VariableKey { VariableKey(component, "SupportedOperationModes", evse: evse) }
    static func frequencyThreshold(_ evse: Int) -> VariableKey {
        VariableKey(component, "LocalFrequencyUpdateThreshold", evse: evse)
    }

    /// Which values of load balancing there are.
    enum Balancing: String, CaseIterable {
        case upperThreshold = "UpperThreshold"
        case lowerThreshold = "LowerThreshold"
        case upperOffset = "UpperOffset"
        case lowerOffset = "LowerOffset"
    }

    /// The name of the device model, and the one that the text and the test cases use.
    static func balancing(_ value: Balancing, _ evse: Int) -> (VariableKey, alias: VariableKey) {
        (
            VariableKey(component, "LocalLoadBalancing", instance: value.rawValue, evse: evse),
            VariableKey(component, "V2XLocalLoadBalancing", instance: value.rawValue, evse: evse)
        )
    }

    /// When measurands of a mode are sampled in addition (Q01.FR.33 to Q01.FR.35).
    enum Moment: String, CaseIterable { case started = "TxStarted", updated = "TxUpdated", ended = "TxEnded" }

    static func measurands(_ moment: Moment, _ mode: OperationMode, _ evse: Int) -> VariableKey {
        VariableKey(component, moment.rawValue + "Measurands", instance: mode.rawValue, evse: evse)
    }

    static func interval(_ moment: Moment, _ mode: OperationMode, _ evse: Int) -> VariableKey {
        VariableKey(component, moment.rawValue + "Interval", instance: mode.rawValue, evse: evse)
    }

    static func canDischarge(_ evse: StationSetup.EVSE) -> Bool { evse.ratings.lower < .zero }

    /// What an EVSE has for a car, without discharging first.
    static func energyTransfers(of evse: Int, _ setup: StationSetup) -> [EnergyTransferModeEnumType] {
        guard let evse = setup.evses.first(where: { $0.id == evse }) else { return [] }
        switch evse.supply {
        case .direct: return canDischarge(evse) ? [.dc, .dcBPT] : [.dc]
        case .alternating(let phases):
            let charging: EnergyTransferModeEnumType =
                phases == 1 ? .acSinglePhase : phases == 2 ? .acTwoPhase : .acThreePhase
            return canDischarge(evse) ? [charging, .acBPT] : [charging]
        }
    }

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        setup.evses.flatMap { evse in vehicle(evse) + (canDischarge(evse) ? controller(evse, setup) : []) }
    }

    private static func controller(_ evse: StationSetup.EVSE, _ setup: StationSetup) -> [VariableDefinition] {
        let transfers = energyTransfers(of: evse.id, setup).map(\.word)
        let modes = OperationMode.allCases.map(\.rawValue)
        let read = { (name: String, values: [String]) in
            VariableDefinition(
                VariableKey(component, name, evse: evse.id), .members(values), .readOnly,
                standard: values.joined(separator: ","))
        }
        let supported = read("SupportedOperationModes", modes)
        var all = [
            VariableDefinition(enabled(evse.id), .boolean, .readWrite, standard: "true"),
            // Q01.FR.30, Q01.FR.31, Q07.FR.01, Q08.FR.20; by its name in the text too.
            supported,
            supported.named(VariableKey(component, "V2XSupportedOperationModes", evse: evse.id)),
            // Q01.FR.32.
            read("SupportedEnergyTransferModes", transfers),
            VariableDefinition(
                frequencyThreshold(evse.id), .integer(1...10_000), unit: "mHz", .readWrite, standard: "10"),
        ]
        for value in Balancing.allCases {
            let (key, alias) = balancing(value, evse.id)
            let definition = VariableDefinition(key, .decimal(-1e9...1e9), unit: "W", .readWrite, standard: nil)
            all += [definition, definition.named(alias)]
        }
        return all + measurands(evse.id)
    }

    private static func measurands(_ evse: Int) -> [VariableDefinition] {
        let known = MeasurandEnumType.words.map(\.description)
        return OperationMode.allCases.flatMap { mode in
            Moment.allCases.flatMap { moment -> [VariableDefinition] in
                let list = VariableDefinition(
                    self.measurands(moment, mode, evse), .members(known), .readWrite, standard: "")
                guard moment != .started else { return [list] }
                return [
                    list,
                    VariableDefinition(
                        interval(moment, mode, evse), .integer(0...86_400), unit: "s", .readWrite, standard: "0"),
                ]
            }
        }
    }

    /// Q01.FR.36.
    private static func vehicle(_ evse: StationSetup.EVSE) -> [VariableDefinition] {
        let text = { (name: String, instance: String?) in
            VariableDefinition(
                VariableKey(vehicle, name, instance: instance, evse: evse.id), .string(longest: 2_500), .readOnly,
                standard: nil)
        }
        return [
            VariableDefinition(
                VariableKey(vehicle, "Available", evse: evse.id), .boolean, .readOnly, standard: "false"),
            text("VehicleId", nil), text("ProtocolAgreed", nil),
            VariableDefinition(
                VariableKey("ISO15118Ctrlr", renegotiation, evse: evse.id), .boolean, .readOnly,
                standard: String(evse.renegotiatesService)),
        ] + ConnectedVehicle.certificates.map { text("VehicleCertificate", $0) }
            + (1...ConnectedVehicle.mostProtocols).map { text("ProtocolSupportedByEV", String($0)) }
    }
}
