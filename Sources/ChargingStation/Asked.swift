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
        case .afrrSignal(let request): emit(.answer(id, .afrrSignal(answer(request))))
        case .adjustPeriodicEventStream: leaveOut(id)
        case .cancelReservation: leaveOut(id)
        case .certificateSigned: leaveOut(id)
        case .changeAvailability: leaveOut(id)
        case .changeTransactionTariff: leaveOut(id)
        case .clearCache: leaveOut(id)
        case .clearChargingProfile(let request): answer(request, id)
        case .clearDERControl(let request): emit(.answer(id, .clearDERControl(answer(request))))
        case .clearDisplayMessage: leaveOut(id)
        case .clearTariffs: leaveOut(id)
        case .clearVariableMonitoring: leaveOut(id)
        case .costUpdated: leaveOut(id)
        case .customerInformation: leaveOut(id)
        case .dataTransfer: leaveOut(id)
        case .deleteCertificate: leaveOut(id)
        case .getBaseReport: leaveOut(id)
        case .getChargingProfiles(let request): answer(request, id)
        case .getCompositeSchedule(let request): answer(request, id)
        case .getDERControl(let request): answer(request, id)
        case .getDisplayMessages: leaveOut(id)
        case .getInstalledCertificateIds: leaveOut(id)
        case .getLocalListVersion: leaveOut(id)
        case .getLog: leaveOut(id)
        case .getMonitoringReport: leaveOut(id)
        case .getPeriodicEventStream: leaveOut(id)
        case .getReport: leaveOut(id)
        case .getTariffs: leaveOut(id)
        case .getTransactionStatus: leaveOut(id)
        case .installCertificate: leaveOut(id)
        case .notifyAllowedEnergyTransfer(let request):
            emit(.answer(id, .notifyAllowedEnergyTransfer(answer(request))))
        case .notifyWebPaymentStarted: leaveOut(id)
        case .publishFirmware: leaveOut(id)
        case .requestBatterySwap: leaveOut(id)
        case .requestStartTransaction: leaveOut(id)
        case .requestStopTransaction: leaveOut(id)
        case .reserveNow: leaveOut(id)
        case .reset: leaveOut(id)
        case .sendLocalList: leaveOut(id)
        case .setChargingProfile(let request): answer(request, id)
        case .setDERControl(let request): emit(.answer(id, .setDERControl(answer(request))))
        case .setDefaultTariff: leaveOut(id)
        case .setDisplayMessage: leaveOut(id)
        case .setMonitoringBase: leaveOut(id)
        case .setMonitoringLevel: leaveOut(id)
        case .setNetworkProfile: leaveOut(id)
        case .setVariableMonitoring: leaveOut(id)
        case .triggerMessage: leaveOut(id)
        case .unlockConnector: leaveOut(id)
        case .unpublishFirmware: leaveOut(id)
        case .updateDynamicSchedule(let request): answer(request, id)
        case .updateFirmware: leaveOut(id)
        case .usePriorityCharging(let request): answer(request, id)
        }
    }

    private mutating func leaveOut(_ id: MessageID) {
        emit(.refuse(id, Refusal(.notSupported, "This station does not do that.")))
    }
}
