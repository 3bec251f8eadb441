// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP16
import OCPP21

enum Configuration16 {
    /// Asked for in one message; more are refused (9.1).
    static let mostKeys = 100
}

extension Face16 {
    // MARK: ChangeConfiguration

    mutating func asking(_ request: OCPP16.ChangeConfigurationRequest) -> Asking {
        guard let key = ConfigurationKey.named(request.key) else { return Self.changed(.notSupported) }
        guard !key.isReadOnly else { return Self.changed(.rejected) }
        switch key.place {
        case .constant: return Self.changed(.rejected)
        case .local(let key):
            guard let kept = local.set(key, request.value) else { return Self.changed(.rejected) }
            return .known(.changeConfiguration(.init(status: .accepted)), kept: kept)
        case .variable(let component, let name, let instance, let perEVSE):
            let data = OCPP21.SetVariableDataType(
                attributeValue: request.value, component: place(component, perEVSE),
                variable: .init(name: name, instance: instance))
            return .steps([.setVariables(.init(setVariableData: [data]))])
        }
    }

    private static func changed(_ status: OCPP16.ConfigurationStatusEnumType) -> Asking {
        .known(.changeConfiguration(.init(status: status)))
    }

    func concluded(
        _ request: OCPP16.ChangeConfigurationRequest, _ answers: [OCPP21.StationResponse]
    ) -> Asking {
        guard case .setVariables(let answer) = answers.last, let result = answer.setVariableResult.first else {
            return .unexpected
        }
        return switch result.attributeStatus {
        case .accepted: Self.changed(.accepted)
        case .rejected: Self.changed(.rejected)
        case .unknownComponent, .unknownVariable, .notSupportedAttributeType: Self.changed(.notSupported)
        case .rebootRequired: Self.changed(.rebootRequired)
        }
    }

    private func place(_ component: String, _ perEVSE: Bool) -> OCPP21.ComponentType {
        .init(name: component, evse: perEVSE ? settings.evses.first.map { .init(id: $0) } : nil)
    }

    // MARK: GetConfiguration

    /// The keys that are meant, each once; without any, all there are (5.8).
    private func keys(_ request: OCPP16.GetConfigurationRequest) -> [ConfigurationKey] {
        guard let names = request.key, !names.isEmpty else { return ConfigurationKey.all }
        var seen: Set<String> = []
        return names.compactMap { ConfigurationKey.named($0) }.filter { seen.insert($0.name).inserted }
    }

    func asking(_ request: OCPP16.GetConfigurationRequest) -> Asking {
        if let count = request.key?.count, count > Configuration16.mostKeys {
            return .refused(Refusal(.occurrenceConstraintViolation, "at most \(Configuration16.mostKeys) keys"))
        }
        let data = keys(request).compactMap { variable($0) }
        let most = max(1, settings.itemsPerMessage)
        let steps = stride(from: 0, to: data.count, by: most).map { start in
            OCPP21.StationRequest.getVariables(
                .init(getVariableData: Array(data[start..<min(start + most, data.count)])))
        }
        return steps.isEmpty ? .known(.getConfiguration(configuration(request, [:]))) : .steps(steps)
    }

    private func variable(_ key: ConfigurationKey) -> OCPP21.GetVariableDataType? {
        switch key.place {
        case .constant, .local: nil
        case .variable(let component, let name, let instance, let perEVSE):
            .init(component: place(component, perEVSE), variable: .init(name: name, instance: instance))
        }
    }

    func concluded(_ request: OCPP16.GetConfigurationRequest, _ answers: [OCPP21.StationResponse]) -> Asking {
        var results: [String: OCPP21.GetVariableResultType] = [:]
        for answer in answers {
            guard case .getVariables(let answer) = answer else { return .unexpected }
            for result in answer.getVariableResult { results[Self.name(result.component, result.variable)] = result }
        }
        return .known(.getConfiguration(configuration(request, results)))
    }

    private static func name(_ component: OCPP21.ComponentType, _ variable: OCPP21.VariableType) -> String {
        "\(component.name).\(variable.name).\(variable.instance ?? "")".lowercased()
    }

    private func configuration(
        _ request: OCPP16.GetConfigurationRequest, _ results: [String: OCPP21.GetVariableResultType]
    ) -> OCPP16.GetConfigurationResponse {
        let values = keys(request).compactMap { value($0, results) }
        let known = Set(values.map { $0.key.lowercased() })
        let unknown = (request.key ?? []).filter { !known.contains($0.lowercased()) }
        return .init(
            configurationKey: values.isEmpty ? nil : values, unknownKey: unknown.isEmpty ? nil : unknown)
    }

    /// Nil for what this station does not have.
    private func value(
        _ key: ConfigurationKey, _ results: [String: OCPP21.GetVariableResultType]
    ) -> OCPP16.KeyValueType? {
        switch key.place {
        case .constant(let value):
            return value(settings).map { .init(key: key.name, readonly: true, value: $0.cut(500)) }
        case .local(let local):
            return .init(key: key.name, readonly: false, value: self.local.value(local))
        case .variable(let component, let name, let instance, _):
            let variable = OCPP21.VariableType(name: name, instance: instance)
            guard let result = results[Self.name(.init(name: component), variable)] else { return nil }
            switch result.attributeStatus {
            case .accepted:
                let value = result.attributeValue.map { Self.text($0, key.words).cut(500) }
                return .init(key: key.name, readonly: key.isReadOnly, value: value)
            // May be written and not read, as a password.
            case .rejected: return .init(key: key.name, readonly: key.isReadOnly)
            case .unknownComponent, .unknownVariable, .notSupportedAttributeType: return nil
            }
        }
    }

    private static func text(_ value: String, _ words: ConfigurationKey.Words) -> String {
        switch words {
        case .same: value
        case .rateUnits:
            value.split(separator: ",").map { $0 == "A" ? "Current" : $0 == "W" ? "Power" : String($0) }
                .joined(separator: ",")
        }
    }
}
