// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// What the backend answered, and who wants to know. An answer that belongs to another request changes nothing.
    mutating func take(_ response: CSMSResponse, to request: CSMSRequest) {
        switch (request, response) {
        case (.bootNotification, .bootNotification(let response)): take(response)
        case (.heartbeat, .heartbeat(let response)): take(response)
        case (.authorize, _): break
        case (.batterySwap, _): break
        case (.bootNotification, _): break
        case (.clearedChargingLimit, _): break
        case (.closePeriodicEventStream, _): break
        case (.dataTransfer, _): break
        case (.firmwareStatusNotification, _): break
        case (.get15118EVCertificate(let request), .get15118EVCertificate(let response)): take(response, to: request)
        case (.get15118EVCertificate, _): break
        case (.getCertificateChainStatus(let request), .getCertificateChainStatus(let response)):
            take(response, to: request)
        case (.getCertificateChainStatus, _): break
        case (.getCertificateStatus(let request), .getCertificateStatus(let response)): take(response, to: request)
        case (.getCertificateStatus, _): break
        case (.heartbeat, _): break
        case (.logStatusNotification, _): break
        case (.meterValues, _): break
        case (.notifyChargingLimit, _): break
        case (.notifyCustomerInformation, _): break
        case (.notifyDERAlarm, _): break
        case (.notifyDERStartStop, _): break
        case (.notifyDisplayMessages, _): break
        case (.notifyEVChargingNeeds, _): break
        case (.notifyEVChargingSchedule, _): break
        case (.notifyEvent, _): break
        case (.notifyMonitoringReport, _): break
        case (.notifyPeriodicEventStream, _): break
        case (.notifyPriorityCharging, _): break
        case (.notifyReport, _): break
        case (.notifySettlement, _): break
        case (.notifyWebPaymentStarted, _): break
        case (.openPeriodicEventStream, _): break
        case (.publishFirmwareStatusNotification, _): break
        case (.pullDynamicScheduleUpdate, _): break
        case (.reportChargingProfiles, _): break
        case (.reportDERControl, _): break
        case (.reservationStatusUpdate, _): break
        case (.securityEventNotification, _): break
        case (.signCertificate(let request), .signCertificate(let response)): take(response, to: request)
        case (.signCertificate, _): break
        case (.statusNotification, _): break
        case (.transactionEvent, _): break
        case (.vatNumberValidation, _): break
        }
    }

    /// A call came to nothing, and who has to do without.
    mutating func take(_ failure: CallFailure, of request: CSMSRequest) {
        switch request {
        case .bootNotification: retryBoot()
        case .authorize: break
        case .batterySwap: break
        case .clearedChargingLimit: break
        case .closePeriodicEventStream: break
        case .dataTransfer: break
        case .firmwareStatusNotification: break
        case .get15118EVCertificate(let request): contractFailed(request)
        case .getCertificateChainStatus(let request): chainStatusEnded(request)
        case .getCertificateStatus: break
        case .heartbeat: break
        case .logStatusNotification: break
        case .meterValues: break
        case .notifyChargingLimit: break
        case .notifyCustomerInformation: break
        case .notifyDERAlarm: break
        case .notifyDERStartStop: break
        case .notifyDisplayMessages: break
        case .notifyEVChargingNeeds: break
        case .notifyEVChargingSchedule: break
        case .notifyEvent: break
        case .notifyMonitoringReport: break
        case .notifyPeriodicEventStream: break
        case .notifyPriorityCharging: break
        case .notifyReport: break
        case .notifySettlement: break
        case .notifyWebPaymentStarted: break
        case .openPeriodicEventStream: break
        case .publishFirmwareStatusNotification: break
        case .pullDynamicScheduleUpdate: break
        case .reportChargingProfiles: break
        case .reportDERControl: break
        case .reservationStatusUpdate: break
        case .securityEventNotification: break
        case .signCertificate(let request): signCertificateFailed(failure, request)
        case .statusNotification: break
        case .transactionEvent: break
        case .vatNumberValidation: break
        }
    }
}
