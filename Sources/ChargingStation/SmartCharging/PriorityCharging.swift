// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    // MARK: UsePriorityCharging (K21)

    mutating func answer(_ request: UsePriorityChargingRequest, _ id: MessageID) {
        guard isSmartChargingEnabled(id) else { return }
        emit(.answer(id, .usePriorityCharging(priorityResponse(request))))
        guard setup.role == .inCharge,
            let evse = evses.first(where: { $0.transaction?.id == request.transactionId })?.id
        else { return }
        if request.activate { beginPriority(evse) } else { endPriority(evse, tells: true) }
    }

    private func priorityResponse(_ request: UsePriorityChargingRequest) -> UsePriorityChargingResponse {
        guard setup.role == .inCharge else {
            return UsePriorityChargingResponse(
                status: .rejected, statusInfo: StatusInfoType(reasonCode: "NotEnabled"))
        }
        guard let evse = evses.first(where: { $0.transaction?.id == request.transactionId }) else {
            // K21.FR.02.
            return UsePriorityChargingResponse(
                status: .rejected, statusInfo: StatusInfoType(reasonCode: "TxNotFound"))
        }
        // Ending what was not begun has no effect, and is accepted (K21.FR.06).
        // With a profile it begins (K21.FR.03).
        guard request.activate, !hasPriorityProfile(evse.id) else {
            return UsePriorityChargingResponse(status: .accepted)
        }
        // K21.FR.01.
        return UsePriorityChargingResponse(status: .noProfile, statusInfo: StatusInfoType(reasonCode: "NotFound"))
    }

    // MARK: At the station (K22)

    mutating func takePriority(_ isWanted: Bool, at evse: Int) {
        guard let index = index(ofEVSE: evse), evses[index].transaction != nil, setup.role == .inCharge,
            variables.flag(SmartChargingVariables.enabled)
        else { return }
        guard isWanted else { return endPriority(evse, tells: true) }
        // K22.FR.01.
        guard hasPriorityProfile(evse) else { return emit(.host(.noPriorityCharging(evse: evse))) }
        beginPriority(evse)
    }

    private func hasPriorityProfile(_ evse: Int) -> Bool {
        smart.store.profiles.installed.contains {
            $0.profile.purpose == .priorityCharging && ($0.evse == 0 || $0.evse == evse)
        }
    }

    /// Instead of the transaction's profiles the PriorityCharging profile counts (K21.FR.04, K22.FR.02).
    private mutating func beginPriority(_ evse: Int) {
        guard hasPriorityProfile(evse), let index = index(ofEVSE: evse), let id = evses[index].transaction?.id,
            smart.priority[evse] != id
        else { return }
        smart.priority[evse] = id
        emit(.keep(key: "priority/\(evse)", Array(id.utf8)))
        notifyPriority(id, true)
    }

    /// K21.FR.07, K22.FR.04.
    mutating func endPriority(_ evse: Int, tells: Bool) {
        guard let id = smart.priority.removeValue(forKey: evse) else { return }
        emit(.keep(key: "priority/\(evse)", nil))
        if tells { notifyPriority(id, false) }
    }

    /// Without a profile nothing has priority.
    mutating func endUnfoundedPriority() {
        for evse in smart.priority.keys.sorted() where !hasPriorityProfile(evse) { endPriority(evse, tells: true) }
    }

    /// K21.FR.05, K21.FR.08, K22.FR.03, K22.FR.05: waits for the connection if there is none.
    private mutating func notifyPriority(_ id: String, _ isActive: Bool) {
        call(
            .notifyPriorityCharging(NotifyPriorityChargingRequest(transactionId: id, activated: isActive)), .durable)
    }
}
