// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// The value now, whether it is stored or found; nil while there is none.
    package func value(of key: VariableKey, _ type: AttributeEnumType = .actual) -> String? {
        guard let definition = variables.definition(key) else { return nil }
        return value(definition, type)
    }

    func value(_ definition: VariableDefinition, _ type: AttributeEnumType) -> String? {
        definition.findings[type].map { $0(self) } ?? variables.text(definition.key, type)
    }

    // MARK: B06

    mutating func answer(_ request: GetVariablesRequest, _ id: MessageID) {
        guard !isTooLarge(request, id, items: request.getVariableData.count, as: "GetVariables") else { return }
        let results = request.getVariableData.map { result(of: $0) }
        emit(.answer(id, .getVariables(GetVariablesResponse(getVariableResult: results))))
    }

    /// One result for each (B06.FR.01): it says component and variable as they were asked for (B06.FR.02, B06.FR.14),
    /// and the type, Actual if none was asked for (B06.FR.03, B06.FR.11).
    private func result(of asked: GetVariableDataType) -> GetVariableResultType {
        let type = asked.attributeType ?? .actual
        let (status, value) = reading(VariableKey(asked.component, asked.variable), type)
        return GetVariableResultType(
            attributeStatus: status, component: asked.component, variable: asked.variable, attributeType: type,
            attributeValue: value)
    }

    private func reading(
        _ key: VariableKey, _ type: AttributeEnumType
    ) -> (GetVariableStatusEnumType, String?) {
        switch variables.look(up: key) {
        case .unknownComponent: return (.unknownComponent, nil)  // B06.FR.06, B06.FR.15
        case .unknownVariable: return (.unknownVariable, nil)  // B06.FR.07, B06.FR.15
        case .found(let definition):
            switch definition.mutability(of: type) {
            case nil: return (.notSupportedAttributeType, nil)  // B06.FR.08
            case .writeOnly: return (.rejected, nil)  // B06.FR.09
            // Without a value the text is empty (B06.FR.13).
            case .readOnly, .readWrite: return (.accepted, value(definition, type) ?? "")  // B06.FR.04, B06.FR.10
            }
        }
    }

    // MARK: B05

    mutating func answer(_ request: SetVariablesRequest, _ id: MessageID) {
        guard !isTooLarge(request, id, items: request.setVariableData.count, as: "SetVariables") else { return }
        // One result for each with what it asked for (B05.FR.01, B05.FR.02, B05.FR.03, B05.FR.12), in their order, also
        // for what comes twice (B05.FR.13 is the backend's to obey).
        let results = request.setVariableData.map { wanted in
            let type = wanted.attributeType ?? .actual
            let (status, info) = setVariable(
                VariableKey(wanted.component, wanted.variable), type, to: wanted.attributeValue)
            return SetVariableResultType(
                attributeStatus: status, component: wanted.component, variable: wanted.variable, attributeType: type,
                attributeStatusInfo: info)
        }
        emit(.answer(id, .setVariables(SetVariablesResponse(setVariableResult: results))))
    }

    /// Sets a variable as a backend may, keeps it, and tells the block it belongs to.
    mutating func setVariable(
        _ key: VariableKey, _ type: AttributeEnumType = .actual, to value: String
    ) -> (SetVariableStatusEnumType, StatusInfoType?) {
        switch variables.look(up: key) {
        case .unknownComponent: return (.unknownComponent, nil)  // B05.FR.04
        case .unknownVariable: return (.unknownVariable, nil)  // B05.FR.05
        case .found(let definition):
            switch definition.mutability(of: type) {
            case nil: return (.notSupportedAttributeType, nil)  // B05.FR.06
            case .readOnly: return (.rejected, StatusInfoType(reasonCode: "ReadOnly"))  // B05.FR.09
            case .writeOnly, .readWrite: return set(definition, type, to: value)
            }
        }
    }

    private mutating func set(
        _ definition: VariableDefinition, _ type: AttributeEnumType, to value: String
    ) -> (SetVariableStatusEnumType, StatusInfoType?) {
        // B05.FR.07, B05.FR.08
        if let fault = definition.kind.fault(in: value) { return (.rejected, fault.statusInfo) }
        if let refusal = refusal(of: value, for: definition.key) { return (.rejected, refusal) }
        let attribute = VariableAttribute(definition.key, type)
        let former = variables.text(definition.key, type)
        keep(value, attribute)
        if former != value { variableChanged(definition.key) }
        return (definition.needsReboot ? .rebootRequired : .accepted, nil)  // B05.FR.10
    }

    /// Stores a value so that it survives a restart, without asking whether the backend may set it.
    mutating func keep(_ value: String?, _ attribute: VariableAttribute) {
        guard let definition = variables.definition(attribute.key) else { return }
        variables.store(value, attribute)
        guard definition.isPersistent else { return }
        emit(.keep(key: VariableAttribute(definition.key, attribute.type).keptKey, value.map { Array($0.utf8) }))
    }

    // MARK: Limits of a message

    /// Refuses a request beyond `ItemsPerMessage` or `BytesPerMessage` of `instance` (B06.FR.16, B06.FR.17, B08.FR.17,
    /// B08.FR.18, N06.FR.06, N06.FR.07).
    mutating func isTooLarge(
        _ request: some OCPPObject, _ id: MessageID, items: Int, as instance: String,
        of component: String = "DeviceDataCtrlr"
    ) -> Bool {
        if let most = variables.integer(VariableKey(component, "ItemsPerMessage", instance: instance)), items > most {
            emit(.refuse(id, Refusal(.occurrenceConstraintViolation, "At most \(most) items a message.")))
            return true
        }
        let bytes = byteCount(of: request)
        if let most = variables.integer(VariableKey(component, "BytesPerMessage", instance: instance)), bytes > most {
            emit(.refuse(id, Refusal(.formatViolation, "At most \(most) bytes a message.")))
            return true
        }
        return false
    }
}

/// Bytes of the object as text, without the spaces a sender may put in.
func byteCount(of object: some OCPPObject) -> Int { bytes(of: object).count }

func bytes(of object: some OCPPObject) -> [UInt8] {
    var writer = PayloadWriter()
    object.write(to: &writer)
    return writer.bytes
}

/// Reads back what was kept; nil if it is not what it should be.
func object<Object: OCPPObject>(_: Object.Type, from bytes: [UInt8]) -> Object? {
    var reader = PayloadReader(bytes, version: .v21)
    return try? Object(from: &reader)
}
