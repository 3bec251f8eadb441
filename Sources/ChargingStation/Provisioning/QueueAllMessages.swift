// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

extension Station {
    /// Whether `QueueAllMessages` keeps this on disk until it is answered. Not what is about this moment or this
    /// connection only.
    func isQueued(_ request: CSMSRequest) -> Bool {
        guard variables.flag(ProvisioningVariables.queueAllMessages) else { return false }
        switch request.action {
        case .bootNotification, .heartbeat, .notifyPeriodicEventStream, .openPeriodicEventStream,
            .closePeriodicEventStream, .authorize, .pullDynamicScheduleUpdate, .getCertificateStatus,
            .getCertificateChainStatus, .get15118EVCertificate, .signCertificate:
            return false
        case .batterySwap, .clearedChargingLimit, .dataTransfer, .firmwareStatusNotification, .logStatusNotification,
            .meterValues, .notifyChargingLimit, .notifyCustomerInformation, .notifyDERAlarm, .notifyDERStartStop,
            .notifyDisplayMessages, .notifyEVChargingNeeds, .notifyEVChargingSchedule, .notifyEvent,
            .notifyMonitoringReport, .notifyPriorityCharging, .notifyReport, .notifySettlement,
            .notifyWebPaymentStarted, .publishFirmwareStatusNotification, .reportChargingProfiles, .reportDERControl,
            .reservationStatusUpdate, .securityEventNotification, .statusNotification, .transactionEvent,
            .vatNumberValidation:
            return true
        }
    }
}
