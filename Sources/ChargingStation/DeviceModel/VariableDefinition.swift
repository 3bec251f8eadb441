// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
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

/// A variable of the device model (block B).
package struct VariableDefinition: Sendable {
    package enum Kind: Equatable, Sendable {
        case boolean
        /// In `unit`.
        case integer(ClosedRange<Int>)
        case decimal(ClosedRange<Double>)
        /// Unicode scalars.
        case string(longest: Int)
        case dateTime
        case option([String])
        /// Ordered, without repetition.
        case sequence([String])
        /// Unordered, without repetition.
        case members([String])
    }
    /// Looks the value up in the state of the station, when somebody asks for it.
    package typealias Finding = @Sendable (Station) -> String?

    package var key: VariableKey
    package var kind: Kind
    package var unit: String?
    /// Of attribute type Actual.
    package var mutability: MutabilityEnumType
    /// Nil: there is no value until one is set.
    package var standard: String?
    /// Whether a value that was set survives a restart.
    package var isPersistent = true
    package var needsReboot = false
    /// Whether monitors may watch it (block N). What changes by itself all the time may not.
    package var supportsMonitoring = true
    /// The attributes there are besides Actual.
    package var further: [AttributeEnumType: MutabilityEnumType] = [:]
    private(set) var findings: [AttributeEnumType: Finding] = [:]
    /// This is only another name of that variable.
    package var alias: VariableKey?

    package init(
        _ key: VariableKey, _ kind: Kind, unit: String? = nil, _ mutability: MutabilityEnumType, standard: String?
    ) {
        self.key = key
        self.kind = kind
        self.unit = unit
        self.mutability = mutability
        self.standard = standard
        supportsMonitoring = mutability != .writeOnly
    }

    /// A variable that only reports what the station finds out.
    package static func found(
        _ key: VariableKey, _ kind: Kind, unit: String? = nil, _ finding: @escaping Finding
    ) -> VariableDefinition {
        var definition = VariableDefinition(key, kind, unit: unit, .readOnly, standard: nil)
        definition.findings[.actual] = finding
        return definition
    }

    /// The same variable under a second name, which an edition of the text or another of its chapters uses.
    package func named(_ other: VariableKey) -> VariableDefinition {
        var definition = self
        definition.key = other
        definition.alias = key
        return definition
    }

    package mutating func find(_ type: AttributeEnumType = .actual, _ finding: @escaping Finding) {
        if type != .actual { further[type] = .readOnly }
        findings[type] = finding
    }

    /// Nil if it has no such attribute.
    package func mutability(of type: AttributeEnumType) -> MutabilityEnumType? {
        type == .actual ? mutability : further[type]
    }

    /// In the order of the standard's list.
    package var attributes: [AttributeEnumType] { AttributeEnumType.allCases.filter { mutability(of: $0) != nil } }
}
