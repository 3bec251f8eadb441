// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// What the flow is called: of the connection first, then of what withholds energy, then of the energy itself.
    func chargingState(_ index: Int) -> ChargingStateEnumType {
        let conditions = evses[index].conditions
        guard conditions.isConnected else { return .idle }
        if conditions.isAuthorized, let holds = evses[index].transaction?.holds, !holds.isEmpty {
            return .suspendedEVSE
        }
        switch evses[index].report.flow {
        case .charging, .discharging: return .charging
        case .suspendedByVehicle: return conditions.isAuthorized ? .suspendedEV : .evConnected
        case .suspendedByStation: return conditions.isAuthorized ? .suspendedEVSE : .evConnected
        case .none: return .evConnected
        }
    }

    /// Writes an event of the transaction at an EVSE. Everything that is to be said once is said with the first event after it
    /// became known; the state is kept in the same outputs, so that number and event are on disk together (E01.FR.07).
    mutating func sendEvent(
        _ kind: TransactionEventEnumType, _ index: Int, because trigger: TriggerReasonEnumType,
        _ change: (inout TransactionEventRequest) -> Void = { _ in }
    ) {
        guard let transaction = evses[index].transaction else { return }
        var request = TransactionEventRequest(
            eventType: kind, timestamp: now.dateTime, triggerReason: trigger, seqNo: transaction.nextNumber,
            transactionInfo: TransactionType(transactionId: transaction.id))
        if offlineSince != nil { request.offline = true }
        report(kind, index, in: &request)
        reportOnce(index, in: &request)
        reportCost(kind, index, in: &request)
        change(&request)
        reportVehicle(index, in: &request)
        evses[index].transaction?.nextNumber += 1
        call(.transactionEvent(request), .durable)
        if kind != .ended { keepTransaction(index) }
    }

    /// The state of charging whenever it has changed, and where somebody asked for it (E02.FR.13, F06.FR.07, E17.FR.14).
    private mutating func report(
        _ kind: TransactionEventEnumType, _ index: Int, in request: inout TransactionEventRequest
    ) {
        let state = chargingState(index)
        if state != evses[index].transaction?.chargingState || needsState(request.triggerReason) || kind == .ended {
            request.transactionInfo.chargingState = state
            evses[index].transaction?.chargingState = state
        }
        reportPhases(index, in: &request)
        // Q10.FR.04, Q10.FR.05.
        if isAsleep(evse: evses[index].id) { request.evseSleep = true }
        switch kind {
        case .started:
            request.meterValue = meterValue(index, for: .started, .transactionBegin).map { [$0] }
        case .updated: break
        case .ended:
            request.transactionInfo.timeSpentCharging = Int(clamping: evses[index].transaction?.secondsCharging ?? 0)
        }
    }

    private func needsState(_ trigger: TriggerReasonEnumType) -> Bool {
        [.chargingStateChanged, .trigger, .txResumed].contains(trigger)
    }

    /// E02.FR.18, E02.FR.19: as far as the currents tell.
    private mutating func reportPhases(_ index: Int, in request: inout TransactionEventRequest) {
        guard case .alternating = evses[index].setup.supply, evses[index].conditions.isTransferring,
            let current = evses[index].report.current
        else { return }
        let phases = Phase.allCases.count { current[$0].magnitude > .amperes(1) }
        guard phases > 0, phases != evses[index].transaction?.phases else { return }
        evses[index].transaction?.phases = phases
        request.numberOfPhasesUsed = phases
    }

    /// Block E, 1.5: connector, token, reservation, remote start, limit and tariff go once.
    private mutating func reportOnce(_ index: Int, in request: inout TransactionEventRequest) {
        guard let transaction = evses[index].transaction else { return }
        let isConnected = evses[index].conditions.isConnected
        if isConnected, !transaction.hasNamedConnector {
            // E01.FR.16.
            request.evse = EVSEType(id: evses[index].id, connectorId: 1)
            evses[index].transaction?.hasNamedConnector = true
        } else if transaction.nextNumber == 0 {
            request.evse = EVSEType(id: evses[index].id)
        }
        let unreported = transaction.unreported
        request.idToken = unreported.idToken
        request.reservationId = unreported.reservationId
        request.transactionInfo.remoteStartId = unreported.remoteStartId
        request.transactionInfo.transactionLimit = unreported.limit
        request.transactionInfo.tariffId = unreported.tariffId
        if unreported.isRemoteStart { request.triggerReason = .remoteStart }
        evses[index].transaction?.unreported = Transaction.Unreported()
    }

    /// Adds the time since the flow last changed, while energy flowed.
    mutating func countCharging(_ index: Int) {
        guard var transaction = evses[index].transaction else { return }
        if let since = transaction.flowingSince { transaction.secondsCharging += max(0, now.seconds - since) }
        transaction.flowingSince = Self.transfers(evses[index].report.flow) ? now.seconds : nil
        evses[index].transaction = transaction
    }
}
