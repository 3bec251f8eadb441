// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

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

extension Station {
    /// Logs it, and tells the backend if it is critical.
    mutating func raise(_ event: SecurityEvent, detail: String? = nil) {}
}
