// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// Every message a backend may send, and who answers it.
    mutating func take(_ request: StationRequest, _ id: MessageID) {
        guard mayBeAsked(request, id) else { return }
        switch request {
        case .getVariables(let request): emit(.answer(id, .getVariables(answer(request))))
        case .setVariables(let request): emit(.answer(id, .setVariables(answer(request))))
        case .afrrSignal: leaveOut(id)
        case .adjustPeriodicEventStream: leaveOut(id)
        case .cancelReservation(let request): emit(.answer(id, .cancelReservation(answer(request))))
        case .certificateSigned: leaveOut(id)
        case .changeAvailability(let request): take(request, id)
        case .changeTransactionTariff(let request): take(request, id)
        case .clearCache(let request): emit(.answer(id, .clearCache(answer(request))))
        case .clearChargingProfile: leaveOut(id)
        case .clearDERControl: leaveOut(id)
        case .clearDisplayMessage: leaveOut(id)
        case .clearTariffs(let request): take(request, id)
        case .clearVariableMonitoring: leaveOut(id)
        case .costUpdated(let request): emit(.answer(id, .costUpdated(answer(request))))
        case .customerInformation: leaveOut(id)
        case .dataTransfer: leaveOut(id)
        case .deleteCertificate: leaveOut(id)
        case .getBaseReport: leaveOut(id)
        case .getChargingProfiles: leaveOut(id)
        case .getCompositeSchedule: leaveOut(id)
        case .getDERControl: leaveOut(id)
        case .getDisplayMessages: leaveOut(id)
        case .getInstalledCertificateIds: leaveOut(id)
        case .getLocalListVersion(let request): emit(.answer(id, .getLocalListVersion(answer(request))))
        case .getLog: leaveOut(id)
        case .getMonitoringReport: leaveOut(id)
        case .getPeriodicEventStream: leaveOut(id)
        case .getReport: leaveOut(id)
        case .getTariffs(let request): take(request, id)
        case .getTransactionStatus(let request): emit(.answer(id, .getTransactionStatus(answer(request))))
        case .installCertificate: leaveOut(id)
        case .notifyAllowedEnergyTransfer: leaveOut(id)
        case .notifyWebPaymentStarted(let request): take(request, id)
        case .publishFirmware: leaveOut(id)
        case .requestBatterySwap: leaveOut(id)
        case .requestStartTransaction(let request): take(request, id)
        case .requestStopTransaction(let request): take(request, id)
        case .reserveNow(let request): emit(.answer(id, .reserveNow(answer(request))))
        case .reset: leaveOut(id)
        case .sendLocalList(let request): emit(.answer(id, .sendLocalList(answer(request))))
        case .setChargingProfile: leaveOut(id)
        case .setDERControl: leaveOut(id)
        case .setDefaultTariff(let request): take(request, id)
        case .setDisplayMessage: leaveOut(id)
        case .setMonitoringBase: leaveOut(id)
        case .setMonitoringLevel: leaveOut(id)
        case .setNetworkProfile: leaveOut(id)
        case .setVariableMonitoring: leaveOut(id)
        case .triggerMessage(let request): take(request, id)
        case .unlockConnector(let request): take(request, id)
        case .unpublishFirmware: leaveOut(id)
        case .updateDynamicSchedule: leaveOut(id)
        case .updateFirmware: leaveOut(id)
        case .usePriorityCharging: leaveOut(id)
        }
    }

    private mutating func leaveOut(_ id: MessageID) {
        emit(.refuse(id, Refusal(.notSupported, "This station does not do that.")))
    }
}
