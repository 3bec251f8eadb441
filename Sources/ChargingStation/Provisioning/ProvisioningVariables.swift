// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Variables of boot, connection, device data and clock.
enum ProvisioningVariables {
    static let heartbeatInterval = VariableKey("OCPPCommCtrlr", "HeartbeatInterval")
    static let offlineThreshold = VariableKey("OCPPCommCtrlr", "OfflineThreshold")
    static let queueAllMessages = VariableKey("OCPPCommCtrlr", "QueueAllMessages")
    static let messageAttempts = VariableKey("OCPPCommCtrlr", "MessageAttempts", instance: "TransactionEvent")
    static let messageAttemptInterval = VariableKey(
        "OCPPCommCtrlr", "MessageAttemptInterval", instance: "TransactionEvent")
    static let resetRetries = VariableKey("OCPPCommCtrlr", "ResetRetries")
    static let timeSource = VariableKey("ClockCtrlr", "TimeSource")
    static let timeAdjustment = VariableKey("ClockCtrlr", "TimeAdjustmentReportingThreshold")

    /// What part 2 calls an integer: 31 bits.
    static let largest = 2_147_483_647

    static func all(_ setup: StationSetup) -> [VariableDefinition] { communication + deviceData + clock(setup) }

    private static var communication: [VariableDefinition] {
        [
            VariableDefinition(heartbeatInterval, .integer(1...86_400), unit: "s", .readWrite, standard: "900"),
            VariableDefinition(offlineThreshold, .integer(0...largest), unit: "s", .readWrite, standard: "300"),
            VariableDefinition(queueAllMessages, .boolean, .readWrite, standard: "false"),
            VariableDefinition(messageAttempts, .integer(1...1_000), .readWrite, standard: "5"),
            VariableDefinition(messageAttemptInterval, .integer(0...86_400), unit: "s", .readWrite, standard: "30"),
            VariableDefinition(resetRetries, .integer(0...10), .readWrite, standard: "1"),
            VariableDefinition(
                VariableKey("OCPPCommCtrlr", "FileTransferProtocols"),
                .members(["FTP", "FTPS", "HTTP", "HTTPS", "SFTP"]), .readOnly, standard: "HTTP,HTTPS"),
        ]
    }

    private static var deviceData: [VariableDefinition] {
        let instances = ["GetReport", "GetVariables", "SetVariables"]
        return instances.map {
            VariableDefinition(
                VariableKey("DeviceDataCtrlr", "ItemsPerMessage", instance: $0), .integer(1...largest), .readOnly,
                standard: "100")
        }
            + instances.map {
                VariableDefinition(
                    VariableKey("DeviceDataCtrlr", "BytesPerMessage", instance: $0), .integer(1...largest), .readOnly,
                    standard: "65536")
            }
            + ["ConfigurationValueSize", "ReportingValueSize"].map {
                VariableDefinition(
                    VariableKey("DeviceDataCtrlr", $0), .integer(0...2_500), .readOnly, standard: "2500")
            }
    }

    private static func clock(_ setup: StationSetup) -> [VariableDefinition] {
        var dateTime = VariableDefinition.found(VariableKey("ClockCtrlr", "DateTime"), .dateTime) { station in
            station.now.text
        }
        dateTime.supportsMonitoring = false
        return [
            dateTime,
            VariableDefinition(
                timeSource, .sequence(["NTP", "Heartbeat"]), .readWrite, standard: "NTP,Heartbeat"),
            VariableDefinition(timeAdjustment, .integer(1...86_400), unit: "s", .readWrite, standard: "20"),
            .found(VariableKey("ClockCtrlr", "TimeOffset"), .string(longest: 6)) { station in
                setup.clock.offsetText(at: station.now.seconds)
            },
        ]
    }
}

extension LocalClock {
    /// `+01:00`.
    func offsetText(at time: Int64) -> String {
        let minutes = (changes.last { $0.at <= time }?.offset ?? initialOffset) / 60
        let (hours, rest) = minutes.magnitude.quotientAndRemainder(dividingBy: 60)
        func digits(_ value: UInt64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return (minutes < 0 ? "-" : "+") + digits(hours) + ":" + digits(rest)
    }
}
