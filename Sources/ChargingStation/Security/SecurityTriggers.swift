// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// What TriggerMessage may ask of certificates, firmware and logs (F06).
extension Station {
    /// One certificate for both the backend and cars (SignCombinedCertificate) is not supported: the two are signed by different
    /// roots.
    func securityTriggerStatus(_ message: MessageTriggerEnumType) -> TriggerMessageStatusEnumType {
        switch message {
        case .logStatusNotification, .firmwareStatusNotification: .accepted
        case .signChargingStationCertificate: signingTriggerStatus(.chargingStationCertificate)
        case .signV2GCertificate: signingTriggerStatus(.v2GCertificate)
        case .signV2G20Certificate: signingTriggerStatus(.v2G20Certificate)
        case .signCombinedCertificate, .publishFirmwareStatusNotification, .bootNotification, .heartbeat, .meterValues,
            .statusNotification, .transactionEvent, .customTrigger:
            .notImplemented
        }
    }

    /// After the answer has been given.
    mutating func triggerSecurity(_ message: MessageTriggerEnumType) {
        switch message {
        case .logStatusNotification: triggerLogStatus()
        case .firmwareStatusNotification: triggerFirmwareStatus()
        case .signChargingStationCertificate: beginSigning(.chargingStationCertificate)
        case .signV2GCertificate: beginSigning(.v2GCertificate)
        case .signV2G20Certificate: beginSigning(.v2G20Certificate)
        case .signCombinedCertificate, .publishFirmwareStatusNotification, .bootNotification, .heartbeat, .meterValues,
            .statusNotification, .transactionEvent, .customTrigger:
            break
        }
    }
}
