// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// Every message a backend may send, and who answers it.
    mutating func take(_ request: StationRequest, _ id: MessageID) {
        guard mayBeAsked(request, id) else { return }
        switch request {
        case .getVariables(let request): answer(request, id)
        case .setVariables(let request): answer(request, id)
        case .afrrSignal(let request): emit(.answer(id, .afrrSignal(answer(request))))
        case .adjustPeriodicEventStream(let request): emit(.answer(id, .adjustPeriodicEventStream(answer(request))))
        case .cancelReservation(let request): emit(.answer(id, .cancelReservation(answer(request))))
        case .certificateSigned(let request): answer(request, id)
        case .changeAvailability(let request): take(request, id)
        case .changeTransactionTariff(let request): take(request, id)
        case .clearCache(let request): emit(.answer(id, .clearCache(answer(request))))
        case .clearChargingProfile(let request): answer(request, id)
        case .clearDERControl(let request): emit(.answer(id, .clearDERControl(answer(request))))
        case .clearDisplayMessage(let request): emit(.answer(id, .clearDisplayMessage(answer(request))))
        case .clearTariffs(let request): take(request, id)
        case .clearVariableMonitoring(let request): answer(request, id)
        case .costUpdated(let request): emit(.answer(id, .costUpdated(answer(request))))
        case .customerInformation(let request): answer(request, id)
        case .dataTransfer(let request): answer(request, id)
        case .deleteCertificate(let request): answer(request, id)
        case .getBaseReport(let request): answer(request, id)
        case .getChargingProfiles(let request): answer(request, id)
        case .getCompositeSchedule(let request): answer(request, id)
        case .getDERControl(let request): answer(request, id)
        case .getDisplayMessages(let request): answer(request, id)
        case .getInstalledCertificateIds(let request): answer(request, id)
        case .getLocalListVersion(let request): emit(.answer(id, .getLocalListVersion(answer(request))))
        case .getLog(let request): answer(request, id)
        case .getMonitoringReport(let request): answer(request, id)
        case .getPeriodicEventStream: emit(.answer(id, .getPeriodicEventStream(openStreamList)))
        case .getReport(let request): answer(request, id)
        case .getTariffs(let request): take(request, id)
        case .getTransactionStatus(let request): emit(.answer(id, .getTransactionStatus(answer(request))))
        case .installCertificate(let request): answer(request, id)
        case .notifyAllowedEnergyTransfer(let request):
            emit(.answer(id, .notifyAllowedEnergyTransfer(answer(request))))
        case .notifyWebPaymentStarted(let request): take(request, id)
        case .publishFirmware: leaveOut(id)
        case .requestBatterySwap: leaveOut(id)
        case .requestStartTransaction(let request): take(request, id)
        case .requestStopTransaction(let request): take(request, id)
        case .reserveNow(let request): emit(.answer(id, .reserveNow(answer(request))))
        case .reset(let request): emit(.answer(id, .reset(answer(request))))
        case .sendLocalList(let request): emit(.answer(id, .sendLocalList(answer(request))))
        case .setChargingProfile(let request): answer(request, id)
        case .setDERControl(let request): emit(.answer(id, .setDERControl(answer(request))))
        case .setDefaultTariff(let request): take(request, id)
        case .setDisplayMessage(let request): emit(.answer(id, .setDisplayMessage(answer(request))))
        case .setMonitoringBase(let request): emit(.answer(id, .setMonitoringBase(answer(request))))
        case .setMonitoringLevel(let request): emit(.answer(id, .setMonitoringLevel(answer(request))))
        case .setNetworkProfile(let request): emit(.answer(id, .setNetworkProfile(answer(request))))
        case .setVariableMonitoring(let request): answer(request, id)
        case .triggerMessage(let request): take(request, id)
        case .unlockConnector(let request): take(request, id)
        case .unpublishFirmware: leaveOut(id)
        case .updateDynamicSchedule(let request): answer(request, id)
        case .updateFirmware(let request): answer(request, id)
        case .usePriorityCharging(let request): answer(request, id)
        }
    }

    private mutating func leaveOut(_ id: MessageID) {
        emit(.refuse(id, Refusal(.notSupported, "This station does not do that.")))
    }
}
