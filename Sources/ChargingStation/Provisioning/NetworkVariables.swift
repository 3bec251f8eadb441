// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Variables of the connection: the profiles in their slots, and how the station clings to them.
enum NetworkVariables {
    static let component = "NetworkConfiguration"
    static let priority = VariableKey("OCPPCommCtrlr", "NetworkConfigurationPriority")
    static let attempts = VariableKey("OCPPCommCtrlr", "NetworkProfileConnectionAttempts")
    static let pingInterval = VariableKey("OCPPCommCtrlr", "WebSocketPingInterval")
    static let waitMinimum = VariableKey("OCPPCommCtrlr", "RetryBackOffWaitMinimum")
    static let randomRange = VariableKey("OCPPCommCtrlr", "RetryBackOffRandomRange")
    static let repeatTimes = VariableKey("OCPPCommCtrlr", "RetryBackOffRepeatTimes")

    static let url = "OcppCsmsUrl"
    static let interface = "OcppInterface"
    static let transport = "OcppTransport"
    static let version = "OcppVersion"
    static let timeout = "MessageTimeout"
    static let security = "SecurityProfile"
    static let identity = "Identity"
    static let password = "BasicAuthPassword"
    static let stationIdentity = VariableKey("SecurityCtrlr", "Identity")

    /// The first holds what the configuration says (B09.FR.06).
    static let slots = [0, 1, 2]

    static func key(_ slot: Int, _ name: String) -> VariableKey {
        VariableKey(component, name, componentInstance: String(slot))
    }

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        connection(setup) + [identityOfStation(setup)] + slots.flatMap(variables)
    }

    /// Deprecated, and what a slot without an identity falls back to (B09.FR.16); read, it is what the station is
    /// connected as (B09.FR.28).
    private static func identityOfStation(_ setup: StationSetup) -> VariableDefinition {
        var identity = VariableDefinition(
            stationIdentity, .string(longest: 48), .readWrite, standard: setup.networkProfile?.identity)
        identity.find { $0.activeIdentity }
        return identity
    }

    private static func connection(_ setup: StationSetup) -> [VariableDefinition] {
        let key = VariableKey("OCPPCommCtrlr", "MessageTimeout", instance: "Default")
        return [
            .found(VariableKey("OCPPCommCtrlr", "ActiveNetworkProfile"), .integer(0...slots.count)) {
                String($0.network.active)
            },
            .found(key, .integer(1...3_600), unit: "s") { station in
                station.value(of: NetworkVariables.key(station.network.active, timeout)) ?? "30"
            },
            VariableDefinition(priority, .sequence(slots.map(String.init)), .readWrite, standard: "0"),
            VariableDefinition(attempts, .integer(1...1_000), .readWrite, standard: "3"),
            // Negative is refused; 0 stops the pings (part 4, 5.5).
            VariableDefinition(
                pingInterval, .integer(0...86_400), unit: "s", .readWrite, standard: "\(setup.pingInterval)"),
            VariableDefinition(
                waitMinimum, .integer(1...3_600), unit: "s", .readWrite, standard: "\(setup.backOffMinimum)"),
            VariableDefinition(
                randomRange, .integer(0...3_600), unit: "s", .readWrite, standard: "\(setup.backOffRandomRange)"),
            VariableDefinition(repeatTimes, .integer(0...20), .readWrite, standard: "5"),
        ]
    }

    /// B09.FR.08, B09.FR.10, B09.FR.13.
    private static func variables(of slot: Int) -> [VariableDefinition] {
        func variable(
            _ name: String, _ kind: VariableDefinition.Kind, unit: String? = nil, _ standard: String?,
            _ mutability: MutabilityEnumType = .readWrite
        ) -> VariableDefinition {
            VariableDefinition(key(slot, name), kind, unit: unit, mutability, standard: standard)
        }
        return [
            variable(url, .string(longest: 2_000), nil),
            variable(interface, .option(OCPPInterfaceEnumType.allCases.map(\.word)), "Any"),
            variable(transport, .option(["JSON"]), "JSON"),
            variable(version, .option(["OCPP16", "OCPP201", "OCPP21"]), "OCPP21"),
            variable(timeout, .integer(1...3_600), unit: "s", "30"),
            variable(security, .integer(0...3), nil),
            variable(identity, .string(longest: 48), nil),
            variable(password, .string(longest: 64), nil, .writeOnly),
            variable("ApnEnabled", .boolean, "false", .readOnly),
            variable("VpnEnabled", .boolean, "false", .readOnly),
        ]
    }
}
