// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// What the backend says of a transaction with its answer to an event: the token, limits, the cost.
    mutating func take(_ response: TransactionEventResponse, to request: TransactionEventRequest) {
        if let token = request.idToken, let info = response.idTokenInfo { cacheToken(token, info) }
        guard let index = index(ofTransaction: request.transactionInfo.transactionId) else {
            return takeFinalCost(response, of: request)
        }
        // I02.FR.04.
        if let cost = response.totalCost { takeCost(index, cost) }
        updateDriver(index, response)
        if let token = request.idToken, let info = response.idTokenInfo { judge(token, info, index) }
        guard evses[index].transaction != nil else { return }
        if let limit = response.transactionLimit { setBackendLimit(index, limit) }
    }

    /// E05: whether who was authorised may still charge. What the backend thinks of a token that ended an authorisation
    /// changes nothing.
    /// C15.FR.03, C15.FR.04, C15.FR.06, C15.FR.07, F01.FR.03, F02.FR.11.
    private mutating func judge(_ token: IdTokenType, _ info: IdTokenInfoType, _ index: Int) {
        guard setup.role == .inCharge, let transaction = evses[index].transaction, let own = transaction.idToken,
            own.matches(token), evses[index].conditions.isAuthorized
        else { return }
        guard info.status != .accepted else { return confirm(info, index) }
        guard variables.flag(TransactionVariables.stopsOnInvalidId) else {
            // E05.FR.02, E05.FR.03.
            let imported = transaction.invalidSince ?? evses[index].report.imported ?? transaction.startImported
            evses[index].transaction?.invalidSince = imported ?? .zero
            return meetInvalidToken(index)
        }
        // E05.FR.09, E05.FR.10.
        deauthorize(index, Occurrence(.deauthorized, stopped: .deAuthorized))
    }

    /// A token that was refused before may be known by now.
    private mutating func confirm(_ info: IdTokenInfoType, _ index: Int) {
        if let group = info.groupIdToken { evses[index].transaction?.groupIdToken = group }
        evses[index].transaction?.invalidSince = nil
        guard evses[index].transaction?.holds.remove(.invalidToken) != nil else { return }
        tellHold(index, because: .chargingStateChanged)
    }

    /// Energy goes on until `MaxEnergyOnInvalidId` more has been charged (E05.FR.03).
    mutating func meetInvalidToken(_ index: Int) {
        guard let transaction = evses[index].transaction, let since = transaction.invalidSince,
            !transaction.holds.contains(.invalidToken)
        else { return }
        let allowed = Energy.wattHours(variables.integer(TransactionVariables.energyOnInvalidId) ?? 0)
        if let imported = evses[index].report.imported, imported - since < allowed { return }
        evses[index].transaction?.holds.insert(.invalidToken)
        if variables.list(TransactionVariables.stopPoint).contains(TransactionPoint.energyTransfer.rawValue) {
            return endTransaction(index, stopped: .deAuthorized, because: .deauthorized)
        }
        tellHold(index, because: .chargingStateChanged)
    }

    /// E14.
    /// E14.FR.01, E14.FR.02, E14.FR.03, E14.FR.04, E14.FR.05, E14.FR.06, E14.FR.07, E14.FR.08.
    func answer(_ request: GetTransactionStatusRequest) -> GetTransactionStatusResponse {
        guard let id = request.transactionId else {
            return GetTransactionStatusResponse(messagesInQueue: queue.hasAny)
        }
        return GetTransactionStatusResponse(
            messagesInQueue: queue.transactions.contains(id), ongoingIndicator: index(ofTransaction: id) != nil)
    }
}

/// What waits for delivery, as the host says.
package struct QueueState: Equatable, Sendable {
    /// Of which there are events to be delivered.
    package var transactions: Set<String> = []
    /// Whether there are events of any transaction.
    package var hasAny = false

    package init(transactions: Set<String> = [], hasAny: Bool = false) {
        self.transactions = transactions
        self.hasAny = hasAny
    }
}
