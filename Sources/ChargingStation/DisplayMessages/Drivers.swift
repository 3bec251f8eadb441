// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What is remembered for the display of those who come, charge and leave.
extension Station {
    func driverKey(_ index: Int) -> String { "driver/\(evses[index].id)" }

    /// The next one is here: nothing of the one before is shown any more.
    mutating func welcome(_ index: Int) {
        evses[index].farewell = nil
        evses[index].refusal = nil
    }

    /// I01.FR.03: what came with the authorisation goes with the transaction.
    mutating func adoptDriver(_ driver: Driver, _ index: Int) {
        guard !driver.isNothing, evses[index].transaction != nil else { return }
        evses[index].transaction?.driver = driver
        emit(.keep(key: driverKey(index), driver.keptBytes))
    }

    /// I06.FR.03.
    mutating func updateDriver(_ index: Int, _ response: TransactionEventResponse) {
        guard var driver = evses[index].transaction?.driver else { return }
        driver.take(response)
        guard driver != evses[index].transaction?.driver else { return }
        adoptDriver(driver, index)
    }

    // MARK: The end

    /// I03.FR.03, I05.FR.02: what the station counted itself is known now; the rest the backend may still say.
    mutating func bidFarewell(_ index: Int, _ occurrence: Occurrence) {
        guard let transaction = evses[index].transaction else { return }
        var session = session(of: transaction, index)
        session.isOver = true
        var farewell = Farewell(transactionID: transaction.id, session: session, driver: transaction.driver)
        farewell.cost = accountCost(transaction, isFinal: true)
        farewell.isCountedHere = farewell.cost != nil
        farewell.awaitsCost = farewell.cost == nil && offlineSince == nil
        let stops = variables.list(TransactionVariables.stopPoint)
        let endsByLeaving = stops == [TransactionPoint.parkingBayOccupancy.rawValue]
        farewell.isSilent = endsByLeaving || occurrence.trigger == .evDeparted  // I03.FR.05
        if !evses[index].conditions.isConnected { farewell.until = stay }
        evses[index].farewell = farewell
    }

    /// The cable is out.
    mutating func seeOff(_ index: Int) {
        guard var farewell = evses[index].farewell else { return }
        farewell.until = stay
        evses[index].farewell = farewell
    }

    private var stay: Instant { now.monotonic + .seconds(Farewell.stay) }

    /// I03.FR.03: the sum that came with the answer to the last event. What comes for a transaction that ended offline is
    /// not shown: its driver was told that it is not known.
    mutating func takeFinalCost(_ response: TransactionEventResponse, of request: TransactionEventRequest) {
        guard request.eventType == .ended,
            let index = evses.firstIndex(where: {
                $0.farewell?.transactionID == request.transactionInfo.transactionId
            }), var farewell = evses[index].farewell, farewell.awaitsCost
        else { return }
        farewell.awaitsCost = false
        farewell.driver.take(response)
        farewell.cost = response.totalCost.map { DriverView.Cost(total: $0, currency: currency, isFinal: true) }
        evses[index].farewell = farewell
    }

    /// A cost that comes when the transaction is over is its last one.
    mutating func correctFinalCost(_ request: CostUpdatedRequest) {
        guard let index = evses.firstIndex(where: { $0.farewell?.transactionID == request.transactionId }),
            var farewell = evses[index].farewell, farewell.cost == nil || !farewell.isCountedHere
        else { return }
        farewell.awaitsCost = false
        farewell.cost = DriverView.Cost(total: request.totalCost, currency: currency, isFinal: true)
        evses[index].farewell = farewell
    }

    // MARK: Refusals

    /// For so long the display says that a token was not accepted, in seconds.
    private static let refusalStay = 15

    mutating func noteRefusal(_ info: IdTokenInfoType, at evse: Int?) {
        guard let index = evse.flatMap({ index(ofEVSE: $0) }) else { return }
        let refusal = DriverView.Refusal(status: info.status, message: Driver(info).message)
        evses[index].refusal = (refusal, now.monotonic + .seconds(Self.refusalStay))
    }

    /// Removes what has been shown long enough.
    mutating func tidyDriverViews() {
        for index in evses.indices {
            if let until = evses[index].farewell?.until, now.monotonic >= until { evses[index].farewell = nil }
            if let until = evses[index].refusal?.until, now.monotonic >= until { evses[index].refusal = nil }
        }
    }
}
