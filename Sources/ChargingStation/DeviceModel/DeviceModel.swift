// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

/// The variables of the station and their values. Blocks define theirs in a table of their own and read them here.
package struct DeviceModel: Sendable {
    private(set) var definitions: [VariableKey: VariableDefinition] = [:]
    private(set) var values: [VariableKey: String] = [:]

    init(_ setup: StationSetup, kept: [String: [UInt8]]) {
        let tables = [ProvisioningVariables.all, SecurityVariables.all, FirmwareVariables.all]
        for table in tables { table(setup).forEach { define($0) } }
    }

    mutating func define(_ definition: VariableDefinition) {
        definitions[definition.key] = definition
        values[definition.key] = definition.standard
    }

    // MARK: Reading

    package func text(_ key: VariableKey) -> String? { values[key] }
    package func integer(_ key: VariableKey) -> Int? { values[key].flatMap { Int($0) } }
    package func flag(_ key: VariableKey) -> Bool { values[key] == "true" }
    package func list(_ key: VariableKey) -> [String] {
        values[key].map { $0.split(separator: ",").map(String.init) } ?? []
    }

    /// A value that the station itself finds out, such as `DateTime` or `AvailabilityState`.
    mutating func report(_ value: String?, as key: VariableKey) { values[key] = value }

    /// Sets what the backend may set, and says whether it did.
    mutating func set(_ key: VariableKey, to value: String) -> SetVariableStatusEnumType {
        guard let definition = definitions[key] else {
            return definitions.keys.contains { $0.component == key.component } ? .unknownVariable : .unknownComponent
        }
        guard definition.mutability != .readOnly else { return .rejected }
        values[key] = value
        return .accepted
    }
}
