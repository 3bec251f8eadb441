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
        case .cancelReservation: leaveOut(id)
        case .certificateSigned(let request): answer(request, id)
        case .changeAvailability: leaveOut(id)
        case .changeTransactionTariff: leaveOut(id)
        case .clearCache: leaveOut(id)
        case .clearChargingProfile: leaveOut(id)
        case .clearDERControl: leaveOut(id)
        case .clearDisplayMessage: leaveOut(id)
        case .clearTariffs: leaveOut(id)
        case .clearVariableMonitoring: leaveOut(id)
        case .costUpdated: leaveOut(id)
        case .customerInformation(let request): answer(request, id)
        case .dataTransfer: leaveOut(id)
        case .deleteCertificate(let request): answer(request, id)
        case .getBaseReport: leaveOut(id)
        case .getChargingProfiles: leaveOut(id)
        case .getCompositeSchedule: leaveOut(id)
        case .getDERControl: leaveOut(id)
        case .getDisplayMessages: leaveOut(id)
        case .getInstalledCertificateIds(let request): answer(request, id)
        case .getLocalListVersion: leaveOut(id)
        case .getLog(let request): answer(request, id)
        case .getMonitoringReport: leaveOut(id)
        case .getPeriodicEventStream: leaveOut(id)
        case .getReport: leaveOut(id)
        case .getTariffs: leaveOut(id)
        case .getTransactionStatus: leaveOut(id)
        case .installCertificate(let request): answer(request, id)
        case .notifyAllowedEnergyTransfer: leaveOut(id)
        case .notifyWebPaymentStarted: leaveOut(id)
        case .publishFirmware: leaveOut(id)
        case .requestBatterySwap: leaveOut(id)
        case .requestStartTransaction: leaveOut(id)
        case .requestStopTransaction: leaveOut(id)
        case .reserveNow: leaveOut(id)
        case .reset: leaveOut(id)
        case .sendLocalList: leaveOut(id)
        case .setChargingProfile: leaveOut(id)
        case .setDERControl: leaveOut(id)
        case .setDefaultTariff: leaveOut(id)
        case .setDisplayMessage: leaveOut(id)
        case .setMonitoringBase: leaveOut(id)
        case .setMonitoringLevel: leaveOut(id)
        case .setNetworkProfile: leaveOut(id)
        case .setVariableMonitoring: leaveOut(id)
        case .triggerMessage: leaveOut(id)
        case .unlockConnector: leaveOut(id)
        case .unpublishFirmware: leaveOut(id)
        case .updateDynamicSchedule: leaveOut(id)
        case .updateFirmware(let request): answer(request, id)
        case .usePriorityCharging: leaveOut(id)
        }
    }

    private mutating func leaveOut(_ id: MessageID) {
        emit(.refuse(id, Refusal(.notSupported, "This station does not do that.")))
    }
}
