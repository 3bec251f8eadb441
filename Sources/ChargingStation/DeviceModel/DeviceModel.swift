// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// An attribute of a variable.
package struct VariableAttribute: Hashable, Sendable {
    package var key: VariableKey
    package var type: AttributeEnumType

    package init(_ key: VariableKey, _ type: AttributeEnumType = .actual) {
        self.key = key
        self.type = type
    }

    /// Under which it survives a restart.
    var keptKey: String {
        var text = "variable/" + key.component
        if let instance = key.componentInstance { text += "[\(instance)]" }
        text += "." + key.name
        if let instance = key.instance { text += "[\(instance)]" }
        if let evse = key.evse { text += "@\(evse)" }
        if let connector = key.connector { text += ".\(connector)" }
        return type == .actual ? text : text + "/" + type.word
    }
}

/// The variables of the station and their values. Blocks define theirs in a table of their own and read them here.
package struct DeviceModel: Sendable {
    private(set) var definitions: [VariableKey: VariableDefinition] = [:]
    /// In the order of the tables, which reports keep.
    private(set) var order: [VariableKey] = []
    /// What is stored. What the station finds when asked is not here; see `Station.value(of:)`.
    private var values: [VariableAttribute: String] = [:]
    private var aliases: [VariableKey: VariableKey] = [:]
    /// Names do not mind upper and lower case (identifierString: part 2, table 1).
    private var folded: [VariableKey: VariableKey] = [:]
    private var components: Set<VariableKey> = []

    init(_ setup: StationSetup, kept: [String: [UInt8]]) {
        for definition in ProvisioningVariables.all(setup) { define(definition) }
        for definition in NetworkVariables.all(setup) { define(definition) }
        for definition in InfrastructureVariables.all(setup) { define(definition) }
        for definition in MonitoringVariables.all(setup) { define(definition) }
        for definition in DisplayVariables.all(setup) { define(definition) }
        for definition in CustomizationVariables.all(setup) { define(definition) }
        for definition in TransactionVariables.all(setup) { define(definition) }
        for definition in AuthorizationVariables.all(setup) { define(definition) }
        for definition in MeteringVariables.all(setup) { define(definition) }
        for definition in ReservationVariables.all(setup) { define(definition) }
        for definition in SecurityVariables.all(setup) { define(definition) }
        for definition in FirmwareVariables.all(setup) { define(definition) }
        for definition in SmartChargingVariables.all(setup) { define(definition) }
        for definition in BidirectionalVariables.all(setup) { define(definition) }
        for definition in DERVariables.all(setup) { define(definition) }
        for definition in TariffVariables.all(setup) { define(definition) }
        for definition in WebPaymentVariables.all(setup) { define(definition) }
        restore(kept)
    }

    mutating func define(_ definition: VariableDefinition) {
        let key = definition.key
        if definitions.updateValue(definition, forKey: key) == nil { order.append(key) }
        folded[key.folded] = key
        components.insert(key.componentOnly.folded)
        if let other = definition.alias {
            aliases[key] = other
        } else {
            values[VariableAttribute(key)] = definition.standard
        }
    }

    /// Values that no longer fit what the variable allows fall back to the standard.
    private mutating func restore(_ kept: [String: [UInt8]]) {
        for definition in definitions.values where definition.isPersistent && definition.alias == nil {
            for type in definition.attributes {
                let attribute = VariableAttribute(definition.key, type)
                guard let bytes = kept[attribute.keptKey] else { continue }
                let value = String(decoding: bytes, as: UTF8.self)
                if definition.kind.fault(in: value) == nil { values[attribute] = value }
            }
        }
    }

    // MARK: Reading

    package func text(_ key: VariableKey, _ type: AttributeEnumType = .actual) -> String? {
        values[VariableAttribute(aliases[key] ?? key, type)]
    }
    package func integer(_ key: VariableKey) -> Int? { text(key).flatMap { Int($0) } }
    package func flag(_ key: VariableKey) -> Bool { text(key) == "true" }
    package func list(_ key: VariableKey) -> [String] {
        text(key).map { $0.split(separator: ",").map(String.init) } ?? []
    }

    enum Lookup {
        case found(VariableDefinition)
        case unknownComponent
        case unknownVariable
    }

    /// Finds what a message names; an alias leads to the variable it is another name of.
    func look(up key: VariableKey) -> Lookup {
        if let definition = definitions[key] ?? folded[key.folded].flatMap({ definitions[$0] }) {
            return .found(definition.alias.flatMap { definitions[$0] } ?? definition)
        }
        return components.contains(key.componentOnly.folded) ? .unknownVariable : .unknownComponent
    }

    func definition(_ key: VariableKey) -> VariableDefinition? { definitions[aliases[key] ?? key] }

    // MARK: Writing

    /// A value that the station itself finds out, such as the number of installed certificates. It is not kept.
    mutating func report(_ value: String?, as key: VariableKey) { store(value, VariableAttribute(key)) }

    /// Changes the value without asking whether it may be.
    mutating func store(_ value: String?, _ attribute: VariableAttribute) {
        values[VariableAttribute(aliases[attribute.key] ?? attribute.key, attribute.type)] = value
    }
}

extension VariableKey {
    init(_ component: ComponentType, _ variable: VariableType) {
        self.init(
            component.name, variable.name, instance: variable.instance.orNone,
            componentInstance: component.instance.orNone,
            evse: component.evse?.id, connector: component.evse?.connectorId)
    }

    var componentType: ComponentType {
        ComponentType(
            name: component, evse: evse.map { EVSEType(id: $0, connectorId: connector) }, instance: componentInstance)
    }
    var variableType: VariableType { VariableType(name: name, instance: instance) }

    var componentOnly: VariableKey {
        VariableKey(component, "", componentInstance: componentInstance, evse: evse, connector: connector)
    }

    /// Equal for keys that differ in upper and lower case only.
    var folded: VariableKey {
        VariableKey(
            component.lowercased(), name.lowercased(), instance: instance?.lowercased(),
            componentInstance: componentInstance?.lowercased(), evse: evse, connector: connector)
    }
}

extension String? {
    /// An empty instance is none (B06.FR.15).
    fileprivate var orNone: String? { self == "" ? nil : self }
}

/// How much a station takes at once and in all, for versions that tell it by other names.
package struct ListBounds: Equatable, Sendable {
    /// Of GetVariables.
    package var itemsPerMessage: Int
    package var localListEntries: Int
    package var profiles: Int
}

extension Station {
    package var listBounds: ListBounds {
        let items = VariableKey("DeviceDataCtrlr", "ItemsPerMessage", instance: "GetVariables")
        return ListBounds(
            itemsPerMessage: variables.integer(items) ?? 1, localListEntries: LocalAuthorizationList.mostEntries,
            profiles: SmartChargingVariables.limits.mostProfiles)
    }
}
