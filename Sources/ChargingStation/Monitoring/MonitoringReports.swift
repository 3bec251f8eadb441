// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    // MARK: N02

    mutating func answer(_ request: GetMonitoringReportRequest, _ id: MessageID) {
        let items = request.componentVariable?.count ?? 0
        guard !isTooLarge(request, id, items: items, as: "GetReport") else { return }  // N02.FR.07
        guard reports.hasRoom else { return emit(.answer(id, .getMonitoringReport(.init(status: .rejected)))) }
        let monitors = monitoring.sorted.filter { monitor in  // N02.FR.05, N02.FR.06, N02.FR.08, N02.FR.11
            (request.monitoringCriteria.map { $0.contains(monitor.criterion) } ?? true)
                && matches(monitor.key, request.componentVariable)
        }
        guard !monitors.isEmpty else {  // N02.FR.10
            return emit(.answer(id, .getMonitoringReport(.init(status: .emptyResultSet))))
        }
        emit(.answer(id, .getMonitoringReport(.init(status: .accepted))))  // N02.FR.01
        send(monitors, requestId: request.requestId)
    }

    /// N02.FR.03, N02.FR.04, N02.FR.09.
    private mutating func send(_ monitors: [Monitor], requestId: Int) {
        let data = monitors.reduce(into: [(key: VariableKey, monitors: [VariableMonitoringType])]()) { list, monitor in
            if let index = list.firstIndex(where: { $0.key == monitor.key }) {
                list[index].monitors.append(monitor.report)
            } else {
                list.append((monitor.key, [monitor.report]))
            }
        }.map { key, monitors in
            MonitoringDataType(
                component: key.componentType, variable: key.variableType, variableMonitoring: monitors)
        }
        let parts = parts(data, mostItems: VariableReport.mostItems, mostBytes: VariableReport.mostBytes)
        let generatedAt = now.dateTime
        sendInParts(
            parts.indices.map { index in
                .notifyMonitoringReport(
                    NotifyMonitoringReportRequest(
                        requestId: requestId, seqNo: index, generatedAt: generatedAt, monitor: parts[index],
                        tbc: index + 1 < parts.count))
            })
    }
}

extension Monitor {
    /// N02.FR.12, N02.FR.13, N02.FR.14.
    fileprivate var criterion: MonitoringCriterionEnumType {
        switch type {
        case .upperThreshold, .lowerThreshold: .thresholdMonitoring
        case .delta, .targetDelta, .targetDeltaRelative: .deltaMonitoring
        case .periodic, .periodicClockAligned: .periodicMonitoring
        }
    }

    /// N02.FR.22.
    fileprivate var report: VariableMonitoringType {
        VariableMonitoringType(
            id: id, transaction: transaction, value: value, type: type, severity: severity,
            eventNotificationType: kind)
    }
}
