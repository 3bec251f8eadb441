// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21
import Testing

@testable import ChargingStation

/// What part 2 (“Referenced Components and Variables”) and part 4 require of every station that has the block. Blocks
/// add their rows.
struct RequiredVariable: Sendable {
    enum Place: Sendable { case station, eachEVSE, eachConnector, eachSlot }
    var component: String
    var name: String
    var instance: String?
    var place = Place.station

    init(_ component: String, _ name: String, _ instance: String? = nil, _ place: Place = .station) {
        self.component = component
        self.name = name
        self.instance = instance
        self.place = place
    }

    func keys(_ setup: StationSetup) -> [VariableKey] {
        switch place {
        case .station: [VariableKey(component, name, instance: instance)]
        case .eachEVSE: setup.evses.map { VariableKey(component, name, instance: instance, evse: $0.id) }
        case .eachConnector:
            setup.evses.map { VariableKey(component, name, instance: instance, evse: $0.id, connector: 1) }
        case .eachSlot: NetworkVariables.slots.map { NetworkVariables.key($0, name) }
        }
    }

    static let provisioning: [RequiredVariable] =
        ["Available", "AvailabilityState", "SupplyPhases"].flatMap { name in
            [
                RequiredVariable("ChargingStation", name), RequiredVariable("EVSE", name, nil, .eachEVSE),
                RequiredVariable("Connector", name, nil, .eachConnector),
            ]
        } + [
            RequiredVariable("EVSE", "Power", nil, .eachEVSE),
            RequiredVariable("Connector", "ConnectorType", nil, .eachConnector),
            RequiredVariable("ClockCtrlr", "DateTime"), RequiredVariable("ClockCtrlr", "TimeSource"),
            RequiredVariable("OCPPCommCtrlr", "MessageTimeout", "Default"),
            RequiredVariable("OCPPCommCtrlr", "MessageAttempts", "TransactionEvent"),
            RequiredVariable("OCPPCommCtrlr", "MessageAttemptInterval", "TransactionEvent"),
        ]
        + [
            "ActiveNetworkProfile", "FileTransferProtocols", "NetworkConfigurationPriority",
            "NetworkProfileConnectionAttempts", "OfflineThreshold", "UnlockOnEVSideDisconnect", "ResetRetries",
            "RetryBackOffRepeatTimes", "RetryBackOffRandomRange", "RetryBackOffWaitMinimum", "WebSocketPingInterval",
        ].map { RequiredVariable("OCPPCommCtrlr", $0) }
        + ["GetReport", "GetVariables", "SetVariables"].flatMap {
            [
                RequiredVariable("DeviceDataCtrlr", "ItemsPerMessage", $0),
                RequiredVariable("DeviceDataCtrlr", "BytesPerMessage", $0),
            ]
        }
        + [
            "OcppCsmsUrl", "OcppInterface", "OcppTransport", "OcppVersion", "MessageTimeout", "SecurityProfile",
            "Identity", "BasicAuthPassword", "VpnEnabled", "ApnEnabled",
        ].map { RequiredVariable("NetworkConfiguration", $0, nil, .eachSlot) }

    static let monitoring = [
        RequiredVariable("MonitoringCtrlr", "ItemsPerMessage", "SetVariableMonitoring"),
        RequiredVariable("MonitoringCtrlr", "BytesPerMessage", "SetVariableMonitoring"),
        // Required because there are event streams.
        RequiredVariable("MonitoringCtrlr", "MaxPeriodicEventStreams"),
    ]

    static let display = [
        "DisplayMessages", "SupportedFormats", "SupportedPriorities", "SupportedStates", "Language",
    ].map { RequiredVariable("DisplayMessageCtrlr", $0) }

    /// Of a station with a display; the texts once for each language and once for any other.
    static let tariff =
        ["TariffFallbackMessage", "TotalCostFallbackMessage", "OfflineTariffFallbackMessage"].flatMap { name in
            [RequiredVariable("TariffCostCtrlr", name), RequiredVariable("TariffCostCtrlr", name, "en")]
        } + [
            RequiredVariable("TariffCostCtrlr", "Currency"),
            RequiredVariable("TariffCostCtrlr", "Enabled", "RunningCost"),
            RequiredVariable("TariffCostCtrlr", "Interval", "Cost"),
            RequiredVariable("TariffCostCtrlr", "Interval", "Tariff"),
            RequiredVariable("TariffCostCtrlr", "MaxElements", "Tariff"),
            RequiredVariable("TariffCostCtrlr", "ConditionsSupported", "Tariff"),
            RequiredVariable("TariffCostCtrlr", "HandleFailedTariff", "Tariff"),
        ]

    static let transactions =
        [
            (
                "TxCtrlr",
                ["EVConnectionTimeOut", "StopTxOnEVSideDisconnect", "TxStartPoint", "TxStopPoint", "StopTxOnInvalidId"]
            ),
            (
                "AuthCtrlr",
                ["AuthorizeRemoteStart", "LocalAuthorizeOffline", "LocalPreAuthorize", "SupportedIdTokenTypes"]
            ),
            ("LocalAuthListCtrlr", ["Entries", "ItemsPerMessage", "BytesPerMessage"]),
            (
                "SampledDataCtrlr",
                [
                    "TxStartedMeasurands", "TxUpdatedMeasurands", "TxEndedMeasurands", "TxUpdatedInterval",
                    "TxEndedInterval",
                ]
            ),
            ("AlignedDataCtrlr", ["Measurands", "Interval", "TxEndedMeasurands", "TxEndedInterval"]),
        ].flatMap { component, names in names.map { RequiredVariable(component, $0) } }

    static let security = ["OrganizationName", "CertificateEntries", "SecurityProfile"].map {
        RequiredVariable("SecurityCtrlr", $0)
    }

    static let smartCharging =
        ["LimitChangeSignificance", "RateUnit", "PeriodsPerSchedule", "ProfileStackLevel"].map {
            RequiredVariable("SmartChargingCtrlr", $0)
        } + [RequiredVariable("SmartChargingCtrlr", "Entries", "ChargingProfiles")]
        + ["Enabled", "SupportedOperationModes"].map { RequiredVariable("V2XChargingCtrlr", $0, nil, .eachEVSE) }

    static let all = provisioning + monitoring + display + tariff + transactions + security + smartCharging
}

@Suite struct RequiredVariableTests {
    @Test func `every required variable is in the full inventory (B07.FR.08)`() {
        let station = StationBench().station
        let data = station.variables.order.compactMap { station.variables.definitions[$0] }.map(station.reportData)
        let reported = Set(data.map { VariableKey($0.component, $0.variable) })
        for required in RequiredVariable.all {
            for key in required.keys(station.setup) { #expect(reported.contains(key), "\(key)") }
        }
    }

    /// A block that honours none of its writable variables would be a decoration.
    @Test func `every definition keeps its own rules`() {
        let station = StationBench().station
        for definition in station.variables.definitions.values {
            if let standard = definition.standard {
                #expect(definition.kind.fault(in: standard) == nil, "\(definition.key)")
            }
            for type in definition.attributes {
                guard let value = station.value(definition, type), !value.isEmpty else { continue }
                #expect(definition.kind.fault(in: value) == nil, "\(definition.key) \(type): \(value)")
            }
            #expect(byteCount(of: station.reportData(definition)) < VariableReport.mostBytes)
        }
    }

    @Test func `everything reported keeps to the schema`() {
        let station = StationBench().station
        for definition in station.variables.definitions.values {
            let written = bytes(of: station.reportData(definition))
            #expect(object(ReportDataType.self, from: written) != nil, "\(definition.key)")
        }
    }
}
