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
        case (.authorize(let request), .authorize(let response)): take(response, to: request)
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
        case (.notifyDisplayMessages, _): partIsDone(request)
        case (.notifyEVChargingNeeds(let request), .notifyEVChargingNeeds(let response)): take(response, to: request)
        case (.notifyEVChargingNeeds, _): break
        case (.notifyEVChargingSchedule(let request), .notifyEVChargingSchedule(let response)):
            take(response, to: request)
        case (.notifyEVChargingSchedule, _): break
        case (.notifyEvent, _): eventIsDone(request)
        case (.notifyMonitoringReport, _): partIsDone(request)
        case (.notifyPeriodicEventStream, _): break
        case (.notifyPriorityCharging, _): break
        case (.notifyReport, _): partIsDone(request)
        case (.notifySettlement, _): break
        case (.notifyWebPaymentStarted, _): break
        case (.openPeriodicEventStream(let request), .openPeriodicEventStream(let response)):
            streamIsAnswered(request.constantStreamData.id, isAccepted: response.status == .accepted)
        case (.openPeriodicEventStream, _): break
        case (.publishFirmwareStatusNotification, _): break
        case (.pullDynamicScheduleUpdate(let request), .pullDynamicScheduleUpdate(let response)):
            take(response, to: request)
        case (.pullDynamicScheduleUpdate, _): break
        case (.reportChargingProfiles, _): break
        case (.reportDERControl, _): break
        case (.reservationStatusUpdate, _): break
        case (.securityEventNotification, _): break
        case (.signCertificate(let request), .signCertificate(let response)): take(response, to: request)
        case (.signCertificate, _): break
        case (.statusNotification, _): break
        case (.transactionEvent(let request), .transactionEvent(let response)): take(response, to: request)
        case (.transactionEvent, _): break
        case (.vatNumberValidation, _): break
        }
    }

    /// A call came to nothing, and who has to do without.
    mutating func take(_ failure: CallFailure, of request: CSMSRequest) {
        switch request {
        case .bootNotification: retryBoot()
        case .authorize(let request): takeFailure(of: request)
        case .batterySwap: break
        case .clearedChargingLimit(let request): doWithout(request, failure)
        case .closePeriodicEventStream: break
        case .dataTransfer: break
        case .firmwareStatusNotification: break
        case .get15118EVCertificate(let request): contractFailed(request)
        case .getCertificateChainStatus(let request): chainStatusEnded(request)
        case .getCertificateStatus: break
        case .heartbeat: break
        case .logStatusNotification: break
        case .meterValues: break
        case .notifyChargingLimit(let request): doWithout(request, failure)
        case .notifyCustomerInformation: break
        case .notifyDERAlarm: break
        case .notifyDERStartStop: break
        case .notifyDisplayMessages: partIsDone(request)
        case .notifyEVChargingNeeds(let request): doWithout(request)
        case .notifyEVChargingSchedule: break
        case .notifyEvent: eventIsDone(request)
        case .notifyMonitoringReport: partIsDone(request)
        case .notifyPeriodicEventStream: break
        case .notifyPriorityCharging: break
        case .notifyReport: partIsDone(request)
        case .notifySettlement: break
        case .notifyWebPaymentStarted: break
        case .openPeriodicEventStream(let request): streamIsAnswered(request.constantStreamData.id, isAccepted: false)
        case .publishFirmwareStatusNotification: break
        case .pullDynamicScheduleUpdate: break
        case .reportChargingProfiles: break
        case .reportDERControl: break
        case .reservationStatusUpdate: break
        case .securityEventNotification: break
        case .statusNotification(let request): takeFailure(failure, of: request)
        case .signCertificate(let request): signCertificateFailed(failure, request)
        case .transactionEvent: break
        case .vatNumberValidation: break
        }
    }
}
