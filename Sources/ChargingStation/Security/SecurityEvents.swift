// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// The events of the security whitepaper's list (OCPP 2.1 part 2, appendix 1), by their names on the wire.
package enum SecurityEvent: String, CaseIterable, Sendable {
    case firmwareUpdated = "FirmwareUpdated"
    case failedToAuthenticateAtCSMS = "FailedToAuthenticateAtCsms"
    case csmsFailedToAuthenticate = "CsmsFailedToAuthenticate"
    case settingSystemTime = "SettingSystemTime"
    case startupOfTheDevice = "StartupOfTheDevice"
    case resetOrReboot = "ResetOrReboot"
    case securityLogWasCleared = "SecurityLogWasCleared"
    case reconfigurationOfSecurityParameters = "ReconfigurationOfSecurityParameters"
    case memoryExhaustion = "MemoryExhaustion"
    case invalidMessages = "InvalidMessages"
    case attemptedReplayAttacks = "AttemptedReplayAttacks"
    case tamperDetectionActivated = "TamperDetectionActivated"
    case invalidFirmwareSignature = "InvalidFirmwareSignature"
    case invalidFirmwareSigningCertificate = "InvalidFirmwareSigningCertificate"
    case invalidCSMSCertificate = "InvalidCsmsCertificate"
    case invalidChargingStationCertificate = "InvalidChargingStationCertificate"
    case discardedRenewedClientCertificate = "DiscardedRenewedClientCertificate"
    case invalidTLSVersion = "InvalidTLSVersion"
    case invalidTLSCipherSuite = "InvalidTLSCipherSuite"
    case maintenanceLoginAccepted = "MaintenanceLoginAccepted"
    case maintenanceLoginFailed = "MaintenanceLoginFailed"
}

extension SecurityEvent {
    /// Whether the backend is told; the others only go into the log (part 2, appendix 1).
    package var isCritical: Bool {
        switch self {
        case .firmwareUpdated, .settingSystemTime, .startupOfTheDevice, .resetOrReboot, .securityLogWasCleared,
            .memoryExhaustion, .tamperDetectionActivated, .invalidFirmwareSignature,
            .invalidFirmwareSigningCertificate, .invalidCSMSCertificate, .invalidChargingStationCertificate,
            .discardedRenewedClientCertificate, .invalidTLSVersion, .invalidTLSCipherSuite, .maintenanceLoginAccepted,
            .maintenanceLoginFailed:
            true
        case .failedToAuthenticateAtCSMS, .csmsFailedToAuthenticate, .reconfigurationOfSecurityParameters,
            .invalidMessages, .attemptedReplayAttacks:
            false
        }
    }

    /// Whether it comes again with every attempt to connect: then it counts once until the next connection, so that an
    /// outage of days does not fill the queue (A00.FR.316, A00.FR.419).
    var repeatsWithAttempts: Bool {
        switch self {
        case .failedToAuthenticateAtCSMS, .csmsFailedToAuthenticate, .invalidCSMSCertificate, .invalidTLSVersion,
            .invalidTLSCipherSuite:
            true
        case .firmwareUpdated, .settingSystemTime, .startupOfTheDevice, .resetOrReboot, .securityLogWasCleared,
            .reconfigurationOfSecurityParameters, .memoryExhaustion, .invalidMessages, .attemptedReplayAttacks,
            .tamperDetectionActivated, .invalidFirmwareSignature, .invalidFirmwareSigningCertificate,
            .invalidChargingStationCertificate, .discardedRenewedClientCertificate, .maintenanceLoginAccepted,
            .maintenanceLoginFailed:
            false
        }
    }
}

/// What the station knows of block A: the log, what proves who it is, and what it has said in this outage.
struct Security: Sendable {
    var log: SecurityLog
    var proofs: Proofs
    var said: Set<SecurityEvent> = []
    /// Set while answering: the answer leaves first.
    var wantsReconnect = false

    init(kept: [String: [UInt8]]) {
        log = SecurityLog(kept: kept)
        proofs = Proofs(kept: kept)
    }
}

extension Station {
    /// Logs it (A04.FR.04), and tells the backend if it is critical: now, or when it can be reached again (A04.FR.01,
    /// A04.FR.02).
    /// - Parameter detail: Technical information; what is beyond 255 characters is cut off.
    mutating func raise(_ event: SecurityEvent, detail: String? = nil) {
        if event.repeatsWithAttempts, offlineSince != nil {
            guard security.said.insert(event).inserted else { return }
        }
        let info = detail.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(255))) }
        let record = SecurityEventNotificationRequest(
            type: event.rawValue, timestamp: now.dateTime, techInfo: info?.isEmpty == true ? nil : info)
        let entry = security.log.append(record)
        emit(.keep(key: entry.key, entry.bytes))
        if event.isCritical { call(.securityEventNotification(record), .durable) }
    }
}
