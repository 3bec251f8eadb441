// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    // MARK: N04

    /// Up to so many and so large (N04.FR.09).

    mutating func answer(_ request: SetVariableMonitoringRequest, _ id: MessageID) {
        let items = request.setMonitoringData.count
        guard !isTooLarge(request, id, items: items, as: "SetVariableMonitoring", of: "MonitoringCtrlr") else { return }
        var streams: [Int] = []
        let results = request.setMonitoringData.map { data in  // N04.FR.01, N04.FR.02
            let outcome = set(data)
            if outcome.status == .accepted, let id = outcome.id { streams.append(id) }
            return SetMonitoringResultType(
                status: outcome.status, type: data.type, component: data.component, variable: data.variable,
                severity: data.severity, id: outcome.id ?? data.id, statusInfo: outcome.info)
        }
        emit(.answer(id, .setVariableMonitoring(.init(setMonitoringResult: results))))
        for id in streams { renewStream(of: id) }
    }

    private typealias Outcome = (status: SetMonitoringStatusEnumType, id: Int?, info: StatusInfoType?)

    private mutating func set(_ data: SetMonitoringDataType) -> Outcome {
        switch variables.look(up: VariableKey(data.component, data.variable)) {
        case .unknownComponent: return (.unknownComponent, nil, nil)  // N04.FR.03
        case .unknownVariable: return (.unknownVariable, nil, nil)  // N04.FR.04
        case .found(let definition):
            if let outcome = refusal(of: data, for: definition) { return outcome }
            let id = data.id ?? monitoring.freeID  // N04.FR.11
            let monitor = Monitor(data, id: id, key: definition.key)
            monitoring.set(monitor)  // N04.FR.08, N04.FR.12, N04.FR.15
            emit(.keep(key: Monitoring.keptPrefix + String(id), bytes(of: monitor.data)))
            return (.accepted, id, nil)
        }
    }

    private func refusal(of data: SetMonitoringDataType, for definition: VariableDefinition) -> Outcome? {
        guard definition.supports(data.type) else { return (.unsupportedMonitorType, nil, nil) }  // N04.FR.05
        if let info = fault(of: data, for: definition) ?? refusal(ofReplacing: data, definition.key) {
            return (.rejected, nil, info)
        }
        let isDuplicate = monitoring.monitors.values.contains { other in  // N04.FR.10
            other.id != data.id && other.key == definition.key && other.type == data.type
                && other.severity == data.severity
        }
        return isDuplicate ? (.duplicate, nil, nil) : nil
    }

    private func fault(of data: SetMonitoringDataType, for definition: VariableDefinition) -> StatusInfoType? {
        guard (0...9).contains(data.severity) else {
            return StatusInfoType(reasonCode: "ValueOutOfRange", additionalInfo: "severity: 0 to 9.")
        }
        if let params = data.periodicEventStream, let fault = fault(of: params, data) { return fault }
        switch data.type {
        case .upperThreshold, .lowerThreshold:  // N04.FR.06
            let (least, most) = definition.kind.limits
            if let least, data.value < least { return StatusInfoType(reasonCode: "ValueTooLow") }
            if let most, most < data.value { return StatusInfoType(reasonCode: "ValueTooHigh") }
            return nil
        case .delta, .targetDelta, .targetDeltaRelative:  // N04.FR.14, N04.FR.20
            if data.value < 0 { return StatusInfoType(reasonCode: "ValuePositiveOnly") }
            return data.value == 0 ? StatusInfoType(reasonCode: "ValueZeroNotAllowed") : nil
        case .periodic, .periodicClockAligned:
            guard Monitor.period(data.value) == nil else { return nil }
            return StatusInfoType(reasonCode: "ValueOutOfRange", additionalInfo: "From a second to a year.")
        }
    }

    /// N04.FR.13, N04.FR.16, N04.FR.18, and that there is room for one more.
    private func refusal(ofReplacing data: SetMonitoringDataType, _ key: VariableKey) -> StatusInfoType? {
        guard let id = data.id else {
            return monitoring.monitors.count < Monitoring.most ? nil : StatusInfoType(reasonCode: "TooManyElements")
        }
        guard let former = monitoring.monitors[id] else { return StatusInfoType(reasonCode: "NotFound") }
        guard former.key == key else {
            return StatusInfoType(reasonCode: "InvalidValue", additionalInfo: "The monitor watches another variable.")
        }
        guard former.kind != .hardWiredMonitor else {
            return StatusInfoType(reasonCode: "ReadOnly", additionalInfo: "The monitor is hard-wired.")
        }
        return nil
    }

    // MARK: N03, N05, N06

    mutating func answer(_ request: SetMonitoringBaseRequest) -> SetMonitoringBaseResponse {
        for id in monitoring.setBase(request.monitoringBase) { forget(monitor: id) }
        keep(request.monitoringBase.word, VariableAttribute(MonitoringVariables.base))
        return .init(status: .accepted)  // N03.FR.01
    }

    mutating func answer(_ request: SetMonitoringLevelRequest) -> SetMonitoringLevelResponse {
        guard (0...9).contains(request.severity) else { return .init(status: .rejected) }  // N05.FR.02
        keep(String(request.severity), VariableAttribute(MonitoringVariables.level))
        return .init(status: .accepted)  // N05.FR.01
    }

    mutating func answer(_ request: ClearVariableMonitoringRequest, _ id: MessageID) {
        guard
            !isTooLarge(
                request, id, items: request.id.count, as: "ClearVariableMonitoring", of: "MonitoringCtrlr")
        else { return }
        let results = request.id.map { ClearMonitoringResultType(status: clear($0), id: $0) }  // N06.FR.05
        emit(.answer(id, .clearVariableMonitoring(.init(clearMonitoringResult: results))))
        for result in results where result.status == .accepted { closeStream(result.id) }  // N13.FR.05
    }

    private mutating func clear(_ id: Int) -> ClearMonitoringStatusEnumType {
        guard let monitor = monitoring.monitors[id] else { return .notFound }  // N06.FR.02
        guard monitor.kind == .customMonitor else { return .rejected }  // N06.FR.03
        monitoring.remove(id)
        emit(.keep(key: Monitoring.keptPrefix + String(id), monitoring.cleared.contains(id) ? [] : nil))
        emit(.keep(key: Monitoring.exceededKey(id), nil))
        return .accepted  // N06.FR.01
    }

    private mutating func forget(monitor id: Int) {
        emit(.keep(key: Monitoring.keptPrefix + String(id), nil))
        emit(.keep(key: Monitoring.exceededKey(id), nil))
        closeStream(id)
    }

    /// After a restart: the base that was set, and no monitor on a variable that no longer exists.
    mutating func settleMonitors() {
        let base = variables.text(MonitoringVariables.base).flatMap { MonitoringBaseEnumType(word: $0) } ?? .all
        monitoring.activate(base)
        for monitor in monitoring.sorted where monitor.kind == .customMonitor {
            guard case .found(let definition) = variables.look(up: monitor.key), definition.supports(monitor.type)
            else {
                monitoring.remove(monitor.id)
                forget(monitor: monitor.id)
                continue
            }
        }
    }
}

extension VariableDefinition {
    /// Thresholds are for numbers, and a distance from the target for what has one.
    func supports(_ type: MonitorEnumType) -> Bool {
        guard supportsMonitoring else { return false }
        return switch type {
        case .upperThreshold, .lowerThreshold: kind.isNumeric
        case .targetDelta, .targetDeltaRelative: kind.isNumeric && mutability(of: .target) != nil
        case .delta, .periodic, .periodicClockAligned: true
        }
    }
}
