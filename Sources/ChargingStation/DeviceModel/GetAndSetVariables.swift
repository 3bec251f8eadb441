// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

extension Station {
    /// B06.
    func answer(_ request: GetVariablesRequest) -> GetVariablesResponse {
        GetVariablesResponse(
            getVariableResult: request.getVariableData.map { asked in
                let value = variables.text(VariableKey(asked.component, asked.variable))
                return GetVariableResultType(
                    attributeStatus: value == nil ? .unknownVariable : .accepted, component: asked.component,
                    variable: asked.variable, attributeType: asked.attributeType, attributeValue: value)
            })
    }

    /// B05.
    mutating func answer(_ request: SetVariablesRequest) -> SetVariablesResponse {
        SetVariablesResponse(
            setVariableResult: request.setVariableData.map { wanted in
                SetVariableResultType(
                    attributeStatus: variables.set(
                        VariableKey(wanted.component, wanted.variable), to: wanted.attributeValue),
                    component: wanted.component, variable: wanted.variable, attributeType: wanted.attributeType)
            })
    }
}

extension VariableKey {
    init(_ component: ComponentType, _ variable: VariableType) {
        self.init(
            component.name, variable.name, instance: variable.instance, componentInstance: component.instance,
            evse: component.evse?.id, connector: component.evse?.connectorId)
    }
}
