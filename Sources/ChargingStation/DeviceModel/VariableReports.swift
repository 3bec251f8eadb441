// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// A report over the device model (B07, B08): which variables, and the messages they fill.
struct VariableReport {
    /// A part stays well below what any backend takes.
    static let mostBytes = 16_000
    static let mostItems = 50
}

extension Station {
    // MARK: B07

    mutating func answer(_ request: GetBaseReportRequest, _ id: MessageID) {
        guard reports.hasRoom else { return emit(.answer(id, .getBaseReport(.init(status: .rejected)))) }  // B07.FR.13
        let data = baseReport(request.reportBase)
        emit(.answer(id, .getBaseReport(GetBaseReportResponse(status: .accepted))))  // B07.FR.01, B07.FR.12
        send(data, requestId: request.requestId)
    }

    private func baseReport(_ base: ReportBaseEnumType) -> [ReportDataType] {
        let definitions = variables.order.compactMap { variables.definitions[$0] }
        return switch base {
        case .configurationInventory: definitions.filter(\.isConfigurable).map(reportData)  // B07.FR.07
        case .fullInventory: definitions.map(reportData)  // B07.FR.08
        case .summaryInventory: definitions.filter(isInSummary).map(reportData)  // B07.FR.09
        }
    }

    /// Availability, and whatever has a problem (B07.FR.09).
    private func isInSummary(_ definition: VariableDefinition) -> Bool {
        let key = definition.key
        switch key.name {
        case "AvailabilityState":
            guard key.component == "Connector", let evse = key.evse else { return true }
            return value(definition, .actual) != value(of: VariableKey("EVSE", "AvailabilityState", evse: evse))
        case "Problem", "Tripped", "Overload", "Fallback": return value(definition, .actual) == "true"
        case _: return false
        }
    }

    /// All attribute types, also those without value (B07.FR.11), without what is for writing only (B07.FR.03).
    func reportData(_ definition: VariableDefinition) -> ReportDataType {
        let target = definition.alias.flatMap { variables.definition($0) } ?? definition
        let attributes = target.attributes.map { type in
            let mutability = target.mutability(of: type)
            return VariableAttributeType(
                type: type, value: mutability == .writeOnly ? nil : value(target, type), mutability: mutability,
                persistent: target.isPersistent && mutability != .readOnly, constant: false)
        }
        return ReportDataType(
            component: definition.key.componentType, variable: definition.key.variableType,
            variableAttribute: attributes, variableCharacteristics: target.characteristics)
    }

    // MARK: B08

    mutating func answer(_ request: GetReportRequest, _ id: MessageID) {
        let items = request.componentVariable?.count ?? 0
        guard !isTooLarge(request, id, items: items, as: "GetReport") else { return }
        guard reports.hasRoom else { return emit(.answer(id, .getReport(.init(status: .rejected)))) }  // B08.FR.16
        // Both, where both are given (B08.FR.05, B08.FR.11).
        let data = variables.order.filter { key in
            matches(key, request.componentVariable) && meets(key, request.componentCriteria)
        }.compactMap { variables.definitions[$0] }.map(reportData)
        guard !data.isEmpty else {
            return emit(.answer(id, .getReport(GetReportResponse(status: .emptyResultSet))))  // B08.FR.15
        }
        emit(.answer(id, .getReport(GetReportResponse(status: .accepted))))  // B08.FR.01
        send(data, requestId: request.requestId)
    }

    /// Any of the criteria, for the component as a whole (B08.FR.07, B08.FR.08, B08.FR.09, B08.FR.10, B08.FR.13).
    private func meets(_ key: VariableKey, _ criteria: [ComponentCriterionEnumType]?) -> Bool {
        guard let criteria else { return true }
        return criteria.contains { criterion in
            var asked = key.componentOnly
            asked.name = criterion.word
            let flag = value(of: asked)
            return switch criterion {
            case .active, .available, .enabled: flag == nil || flag == "true"
            case .problem: flag == "true"
            }
        }
    }

    /// What is not named stands for all there are (N02.FR.16, N02.FR.17, N02.FR.18, N02.FR.19, N02.FR.20, N02.FR.21,
    /// B08.FR.20, B08.FR.21, B08.FR.22, B08.FR.23, B08.FR.24, B08.FR.25).
    func matches(_ key: VariableKey, _ wanted: [ComponentVariableType]?) -> Bool {
        guard let wanted else { return true }
        return wanted.contains { wanted in
            let component = wanted.component
            return key.component.isAlso(component.name)
                && (component.instance.map { key.componentInstance?.isAlso($0) ?? false } ?? true)
                && (component.evse.map { evse in
                    key.evse == evse.id && (evse.connectorId.map { key.connector == $0 } ?? true)
                } ?? true)
                && (wanted.variable.map { variable in
                    key.name.isAlso(variable.name)
                        && (variable.instance.map { key.instance?.isAlso($0) ?? false } ?? true)
                } ?? true)
        }
    }

    // MARK: NotifyReport

    /// Parts of the same request (B07.FR.04, B08.FR.03, B08.FR.04) with one number after the other from 0 (B07.FR.10,
    /// B08.FR.14), all but the last to be continued.
    private mutating func send(_ data: [ReportDataType], requestId: Int) {
        let parts = parts(data, mostItems: VariableReport.mostItems, mostBytes: VariableReport.mostBytes)
        let generatedAt = now.dateTime
        sendInParts(
            parts.indices.map { index in
                .notifyReport(
                    NotifyReportRequest(
                        requestId: requestId, generatedAt: generatedAt, seqNo: index,
                        reportData: parts[index].isEmpty ? nil : parts[index], tbc: index + 1 < parts.count))
            })
    }
}

extension VariableDefinition {
    /// Whether an operator can set it (B07.FR.07).
    var isConfigurable: Bool { attributes.contains { mutability(of: $0) != .readOnly } }

    /// B08.FR.12.
    var characteristics: VariableCharacteristicsType {
        let (least, most) = kind.limits
        return VariableCharacteristicsType(
            dataType: kind.dataType, supportsMonitoring: supportsMonitoring, unit: unit, minLimit: least,
            maxLimit: most, valuesList: kind.valuesList)
    }
}

extension String {
    fileprivate func isAlso(_ other: String) -> Bool { self == other || lowercased() == other.lowercased() }
}
