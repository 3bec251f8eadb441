// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// The station, its EVSEs and their connectors as components (part 2, “Charging Infrastructure related”).
enum InfrastructureVariables {
    static let states = ConnectorStatusEnumType.allCases.map(\.word)

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        station(setup) + setup.evses.flatMap { evse($0) + connector($0) }
    }

    private static func station(_ setup: StationSetup) -> [VariableDefinition] {
        func key(_ name: String) -> VariableKey { VariableKey("ChargingStation", name) }
        let facts = [
            ("Model", setup.model), ("VendorName", setup.vendor), ("SerialNumber", setup.serialNumber),
            ("FirmwareVersion", setup.firmware),
        ].filter { $0.1 != nil }
        return [
            VariableDefinition(key("Available"), .boolean, .readOnly, standard: "true"),
            .found(key("AvailabilityState"), .option(states)) { $0.availabilityState.word },
            .found(key("ActiveTransactionId"), .string(longest: 2_500)) { station in
                station.evses.compactMap(\.transaction?.id).joined(separator: ",")
            },
            .found(key("Problem"), .boolean) { String($0.evses.contains { $0.report.faults != 0 }) },
            VariableDefinition(
                key("SupplyPhases"), .integer(0...3), .readOnly,
                standard: String(setup.evses.map { phases($0.supply) }.max() ?? 0)),
        ] + facts.map { VariableDefinition(key($0.0), .string(longest: 50), .readOnly, standard: $0.1) }
    }

    private static func evse(_ evse: StationSetup.EVSE) -> [VariableDefinition] {
        let id = evse.id
        func key(_ name: String) -> VariableKey { VariableKey("EVSE", name, evse: id) }
        return [
            VariableDefinition(key("Available"), .boolean, .readOnly, standard: "true"),
            .found(key("AvailabilityState"), .option(states)) { $0.availabilityState(evse: id).word },
            // B11.FR.10.
            VariableDefinition(key("AllowReset"), .boolean, .readOnly, standard: String(evse.canReset)),
            VariableDefinition(
                key("SupplyPhases"), .integer(0...3), .readOnly, standard: String(phases(evse.supply))),
            .found(key("ActiveTransactionId"), .string(longest: 36)) { station in
                station.index(ofEVSE: id).map { station.evses[$0].transaction?.id ?? "" }
            },
            .found(key("ChargingState"), .option(ChargingStateEnumType.allCases.map(\.word))) { station in
                station.index(ofEVSE: id).flatMap { station.evses[$0].transaction?.chargingState?.word }
            },
            .found(key("Problem"), .boolean) { station in
                station.index(ofEVSE: id).map { String(station.evses[$0].report.faults != 0) }
            },
        ] + power(evse)
    }

    /// What flows now, in each direction as a positive number, and the most there can be.
    private static func power(_ evse: StationSetup.EVSE) -> [VariableDefinition] {
        let id = evse.id
        var power = VariableDefinition.found(
            VariableKey("EVSE", "Power", evse: id), .decimal(0...watts(evse.ratings.upper)), unit: "W"
        ) { $0.power(evse: id).map { text(max($0, .zero)) } }
        power.find(.target) { station in
            station.index(ofEVSE: id).flatMap { station.evses[$0].report.target }.map { text(max($0, .zero)) }
        }
        guard evse.ratings.lower < .zero else { return [power] }
        let rated = Power(milli: 0 &- evse.ratings.lower.milli)
        var discharge = VariableDefinition.found(
            VariableKey("EVSE", "DischargePower", evse: id), .decimal(0...watts(rated)), unit: "W"
        ) { $0.power(evse: id).map { text(max(Power(milli: 0 &- $0.milli), .zero)) } }
        discharge.find(.maxSet) { _ in text(rated) }
        return [power, discharge]
    }

    private static func connector(_ evse: StationSetup.EVSE) -> [VariableDefinition] {
        let id = evse.id
        func key(_ name: String) -> VariableKey { VariableKey("Connector", name, evse: id, connector: 1) }
        return [
            VariableDefinition(key("Available"), .boolean, .readOnly, standard: "true"),
            .found(key("AvailabilityState"), .option(states)) { $0.availabilityState(evse: id).word },
            VariableDefinition(key("ConnectorType"), .string(longest: 50), .readOnly, standard: evse.connectorType),
            VariableDefinition(
                key("SupplyPhases"), .integer(0...3), .readOnly, standard: String(phases(evse.supply))),
        ]
    }

    /// 0 stands for direct current.
    private static func phases(_ supply: EVSEConditions.Supply) -> Int {
        switch supply {
        case .alternating(let phases): phases
        case .direct: 0
        }
    }

    private static func watts(_ power: Power) -> Double { Double(power.milli) / 1_000 }

    /// In watts, exact to the milliwatt.
    private static func text(_ power: Power) -> String { DecimalNumber(thousandths: power.milli).shortest }
}

extension DecimalNumber {
    /// Without zeros at the end.
    var shortest: String {
        guard scale > 0 else { return description }
        var text = description
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}

extension Station {
    fileprivate func power(evse: Int) -> Power? { index(ofEVSE: evse).flatMap { evses[$0].report.power } }

    /// As long as one EVSE is available, so is the station.
    var availabilityState: ConnectorStatusEnumType {
        let states = evses.map { availabilityState(evse: $0.id) }
        let order: [ConnectorStatusEnumType] = [.available, .occupied, .reserved, .faulted, .unavailable]
        return order.first { states.contains($0) } ?? .unavailable
    }
}
