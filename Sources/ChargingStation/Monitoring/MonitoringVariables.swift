// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Variables of the monitors and their events.
enum MonitoringVariables {
    static let enabled = key("Enabled")
    static let base = key("ActiveMonitoringBase")
    static let level = key("ActiveMonitoringLevel")
    static let queuingSeverity = key("OfflineQueuingSeverity")

    private static func key(_ name: String, _ instance: String? = nil) -> VariableKey {
        VariableKey("MonitoringCtrlr", name, instance: instance)
    }

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        let hardWired = Monitoring.factory(setup).filter { $0.kind == .hardWiredMonitor }.count
        let limits = ["SetVariableMonitoring", "ClearVariableMonitoring"].flatMap { instance in
            [("ItemsPerMessage", "100"), ("BytesPerMessage", "65536")].map { name, value in
                VariableDefinition(
                    key(name, instance), .integer(1...ProvisioningVariables.largest), .readOnly, standard: value)
            }
        }
        return limits + [
            VariableDefinition(key("Available"), .boolean, .readOnly, standard: "true"),
            VariableDefinition(enabled, .boolean, .readWrite, standard: "true"),
            VariableDefinition(
                base, .option(MonitoringBaseEnumType.allCases.map(\.word)), .readOnly,
                standard: MonitoringBaseEnumType.all.word),
            VariableDefinition(level, .integer(0...9), .readOnly, standard: "9"),
            // 4 is “Error”: errors and worse are not lost.
            VariableDefinition(queuingSeverity, .integer(0...9), .readWrite, standard: "4"),
            .found(key("ActiveMonitors"), .integer(hardWired...Monitoring.most)) {
                String($0.monitoring.monitors.count)
            },
            VariableDefinition(
                key("MaxPeriodicEventStreams"), .integer(0...EventStream.most), .readOnly,
                standard: String(EventStream.most)),
        ]
    }
}
