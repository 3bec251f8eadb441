// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

/// Which variable: component and variable with their instances, of the station or of an EVSE.
package struct VariableKey: Hashable, Sendable {
    package var component: String
    package var componentInstance: String?
    package var evse: Int?
    package var connector: Int?
    package var name: String
    package var instance: String?

    package init(
        _ component: String, _ name: String, instance: String? = nil, componentInstance: String? = nil,
        evse: Int? = nil,
        connector: Int? = nil
    ) {
        self.component = component
        self.componentInstance = componentInstance
        self.evse = evse
        self.connector = connector
        self.name = name
        self.instance = instance
    }
}

/// A variable of the device model (block B), of attribute type Actual.
package struct VariableDefinition: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case boolean
        /// In `unit`.
        case integer(ClosedRange<Int>)
        case decimal(ClosedRange<Double>)
        case string(longest: Int)
        case dateTime
        case option([String])
        /// Ordered, without repetition.
        case sequence([String])
        /// Unordered, without repetition.
        case members([String])
    }

    package var key: VariableKey
    package var kind: Kind
    package var unit: String?
    package var mutability: MutabilityEnumType
    /// Nil: there is no value until one is set.
    package var standard: String?
    /// Whether a value that was set survives a restart.
    package var isPersistent = true
    package var needsReboot = false

    package init(
        _ key: VariableKey, _ kind: Kind, unit: String? = nil, _ mutability: MutabilityEnumType, standard: String?
    ) {
        self.key = key
        self.kind = kind
        self.unit = unit
        self.mutability = mutability
        self.standard = standard
    }
}
