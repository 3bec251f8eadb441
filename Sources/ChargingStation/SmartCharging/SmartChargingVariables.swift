// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Variables of `SmartChargingCtrlr`.
enum SmartChargingVariables {
    static let component = "SmartChargingCtrlr"
    static let enabled = key("Enabled")
    static let entries = key("Entries", "ChargingProfiles")
    static let limitChangeSignificance = key("LimitChangeSignificance")
    static let externalSignals = key("ExternalControlSignalsEnabled")
    static let externalProfilesDisallowed = key("ExternalConstraintsProfileDisallowed")
    static let notifyWithSchedules = key("NotifyChargingLimitWithSchedules")
    static let setpointPriority = key("SetpointPriority")
    static let highestExternalID = key("MaxExternalConstraintsId")
    static let updateRateLimit = key("UpdateRateLimit")

    static let units: Set<RateUnit> = [.amperes, .watts]
    static let limits = SmartChargingSupport()

    private static func key(_ name: String, _ instance: String? = nil) -> VariableKey {
        VariableKey(component, name, instance: instance)
    }

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        configuration + capabilities(setup) + features(setup)
    }

    private static var configuration: [VariableDefinition] {
        let boolean = { (key: VariableKey, standard: Bool) in
            VariableDefinition(key, .boolean, .readWrite, standard: standard ? "true" : "false")
        }
        return [
            boolean(enabled, true), boolean(externalSignals, true), boolean(externalProfilesDisallowed, false),
            boolean(notifyWithSchedules, true),
            VariableDefinition(
                limitChangeSignificance, .decimal(0...100), unit: "Percent", .readWrite, standard: "5"),
            // “ExternalSystem” is another name of the same.
            VariableDefinition(
                setpointPriority, .option(["ExternalControl", "ExternalSystem", "CSMS"]), .readWrite,
                standard: "ExternalControl"),
            VariableDefinition(highestExternalID, .integer(0...Int(Int32.max)), .readWrite, standard: nil),
            // Seconds between two settings of one persistent profile; 0 allows any.
            VariableDefinition(updateRateLimit, .integer(0...86_400), unit: "s", .readWrite, standard: "0"),
        ]
    }

    private static func capabilities(_ setup: StationSetup) -> [VariableDefinition] {
        let switches = setup.evses.contains(where: \.switchesPhaseCount)
        var all = [
            VariableDefinition(key("Available"), .boolean, .readOnly, standard: "true"),
            VariableDefinition(key("ACPhaseSwitchingSupported"), .boolean, .readOnly, standard: "false"),
            VariableDefinition(
                key("Phases3to1"), .boolean, .readOnly, standard: switches ? "true" : "false"),
            VariableDefinition(
                key("ProfileStackLevel"), .integer(0...limits.highestStackLevel), .readOnly,
                standard: String(limits.highestStackLevel)),
            VariableDefinition(
                key("RateUnit"), .members(["A", "W"]), .readOnly,
                standard: units.map(\.rawValue).sorted().joined(separator: ",")),
            VariableDefinition(
                key("PeriodsPerSchedule"), .integer(1...limits.mostPeriods), .readOnly,
                standard: String(limits.mostPeriods)),
            VariableDefinition(entries, .integer(0...limits.mostProfiles), .readOnly, standard: "0"),
            VariableDefinition(
                key("SupportedAdditionalPurposes"), .members(["PriorityCharging", "LocalGeneration"]), .readOnly,
                standard: "PriorityCharging,LocalGeneration"),
        ]
        // Which purposes outlive a restart beyond those that must (K01.FR.55).
        for (purpose, isKept) in [
            ("TxProfile", true), ("LocalGeneration", false), ("ChargingStationExternalConstraints", false),
        ] {
            all.append(
                VariableDefinition(
                    key("ChargingProfilePersistence", purpose), .boolean, .readOnly, standard: String(isKept)))
        }
        return all
    }

    /// By both of their names: an instance of `SupportsFeature`, and a variable each.
    private static func features(_ setup: StationSetup) -> [VariableDefinition] {
        let supported = [
            ("DynamicProfiles", limits.dynamicProfiles), ("MaxOfflineDuration", limits.offlineDuration),
            ("UseLocalTime", limits.localTime), ("RandomizedDelay", limits.randomizedDelay),
            ("LimitAtSoC", limits.limitAtSoC), ("EvseSleep", setup.evses.contains(where: \.canSleep)),
        ]
        return supported.flatMap { name, isSupported in
            let definition = VariableDefinition(
                key("SupportsFeature", name), .boolean, .readOnly, standard: String(isSupported))
            return [definition, definition.named(key("Supports" + name))]
        }
    }
}

extension Station {
    /// What the rules for profiles ask about, as the device model says.
    func support(of evse: Int) -> SmartChargingSupport {
        var support = SmartChargingVariables.limits
        support.units = SmartChargingVariables.units
        support.highestExternalID = variables.integer(SmartChargingVariables.highestExternalID)
        let places = evse == 0 ? evses.map(\.id) : [evse]
        // A default for all must do for each.
        support.operationModes = places.map(operationModes).reduce(Set(OperationMode.allCases)) { $0.intersection($1) }
        support.loadBalancingIsSet = places.allSatisfy { loadBalancing($0) != nil }
        support.switchesPhaseCount = evses.contains { places.contains($0.id) && $0.setup.switchesPhaseCount }
        support.sleep = evses.contains { places.contains($0.id) && $0.setup.canSleep }
        return support
    }
}

extension DeviceModel {
    /// A decimal in thousandths; nil without a value.
    func thousandths(_ key: VariableKey) -> Int64? {
        text(key).flatMap(DecimalNumber.init(text:))?.thousandths
    }
}
