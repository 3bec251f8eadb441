// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Variables of the display and its messages.
enum DisplayVariables {
    static let enabled = VariableKey("DisplayMessageCtrlr", "Enabled")
    static let language = VariableKey("DisplayMessageCtrlr", "Language")

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        func key(_ name: String) -> VariableKey { VariableKey("DisplayMessageCtrlr", name) }
        guard let language = setup.displayLanguages.first else {
            return [VariableDefinition(key("Available"), .boolean, .readOnly, standard: "false")]
        }
        let formats = MessageFormatEnumType.allCases.map(\.word)
        let priorities = MessagePriorityEnumType.allCases.map(\.word)
        let states = MessageStateEnumType.allCases.map(\.word)
        return [
            VariableDefinition(key("Available"), .boolean, .readOnly, standard: "true"),
            VariableDefinition(enabled, .boolean, .readWrite, standard: "true"),
            .found(key("DisplayMessages"), .integer(0...DisplayMessages.most)) { String($0.display.messages.count) },
            VariableDefinition(
                key("SupportedFormats"), .members(formats), .readOnly, standard: formats.joined(separator: ",")),
            VariableDefinition(
                key("SupportedPriorities"), .members(priorities), .readOnly,
                standard: priorities.joined(separator: ",")),
            VariableDefinition(
                key("SupportedStates"), .members(states), .readOnly, standard: states.joined(separator: ",")),
            VariableDefinition(self.language, .option(setup.displayLanguages), .readWrite, standard: language),
            // O01.FR.21.
            VariableDefinition(VariableKey("Display", "Available"), .boolean, .readOnly, standard: "true"),
        ]
    }
}
