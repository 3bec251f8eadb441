// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// E01. A station that the backend has never accepted may be told not to begin (`TxBeforeAcceptedEnabled`).
    /// E01.FR.08, E02.FR.06, E02.FR.08, F01.FR.05, F02.FR.13.
    mutating func beginTransaction(_ index: Int, _ occurrence: Occurrence) {
        guard boot.wasAccepted || variables.flag(TransactionVariables.beforeAccepted), !isOutOfService(index),
            !isHeldBack(index)
        else {
            return
        }
        var transaction = Transaction(id: newID())
        transaction.startedAt = now.seconds
        transaction.startImported = evses[index].report.imported
        transaction.startExported = evses[index].report.exported
        transaction.conditions = evses[index].conditions
        evses[index].transaction = transaction
        if let grant = evses[index].grant { adopt(grant, index) }
        refreshAuthorization(index)
        beginTransactionValues(index)
        sendEvent(.started, index, because: occurrence.trigger)
        beginSampling(index)
        keepTransaction(index)
    }

    /// Who is authorised is told with the next event (E03.FR.01, F02.FR.01, H01.FR.15).
    mutating func adopt(_ grant: Grant, _ index: Int) {
        guard var transaction = evses[index].transaction else { return }
        transaction.idToken = transaction.idToken ?? grant.idToken
        transaction.groupIdToken = grant.groupIdToken ?? transaction.groupIdToken
        transaction.stoppedReason = nil
        transaction.unreported.idToken = grant.idToken
        transaction.unreported.reservationId = grant.reservationId
        if let id = grant.remoteStartId, transaction.remoteStartId != id {
            transaction.remoteStartId = id
            transaction.unreported.remoteStartId = id
        }
        transaction.unreported.isRemoteStart = grant.remoteStartId != nil
        evses[index].transaction = transaction
        adoptDriver(grant.driver, index)
        adoptTariff(index)
        installProfile(of: grant, index)
    }

    private mutating func installProfile(of grant: Grant, _ index: Int) {
        guard let profile = grant.profile, let id = evses[index].transaction?.id else { return }
        installRemoteProfile(profile, evse: evses[index].id, transaction: id)
        evses[index].grant?.profile = nil
    }

    /// The first value for the event Ended is that at the begin (2.8.8).
    private mutating func beginTransactionValues(_ index: Int) {
        for use in MeterUse.allCases { markRegisters(index, for: use) }
        if let value = meterValue(index, for: .ended, .transactionBegin) { collect(value, index) }
    }

    /// E06. With the transaction the authorisation ends.
    /// E06.FR.08, E07.FR.05, E07.FR.06, F03.FR.03.
    mutating func finishTransaction(_ index: Int, _ occurrence: Occurrence) {
        countCharging(index)
        let reason = evses[index].transaction?.stoppedReason ?? occurrence.stopped ?? .local
        let values = finalValues(index)
        finishTariff(index)
        bidFarewell(index, occurrence)
        sendEvent(.ended, index, because: occurrence.trigger) {
            $0.transactionInfo.stoppedReason = reason
            $0.meterValue = values
            if let token = occurrence.idToken { $0.idToken = token }
        }
        forgetTransaction(index, occurrence)
    }

    private mutating func forgetTransaction(_ index: Int, _ occurrence: Occurrence) {
        let id = evses[index].transaction?.id
        let owner = evses[index].transaction?.idToken
        evses[index].transaction = nil
        evses[index].grant = nil
        evses[index].connectBy = nil
        evses[index].conditions.isAuthorized = false
        emit(.keep(key: transactionKey(index), nil))
        emit(.keep(key: driverKey(index), nil))
        keepPlugged(index)
        if let id { profilesEnd(transaction: id) }
        settleLock(index, after: occurrence.trigger, owner: owner)
    }

    /// Ends a transaction whatever its stop points say.
    mutating func endTransaction(_ index: Int, stopped: ReasonEnumType, because trigger: TriggerReasonEnumType) {
        guard evses[index].transaction != nil else {
            evses[index].grant = nil
            evses[index].connectBy = nil
            evses[index].conditions.isAuthorized = false
            return
        }
        evses[index].transaction?.stoppedReason = stopped
        evses[index].conditions.isAuthorized = false
        refreshAuthorization(index)
        finishTransaction(index, Occurrence(trigger, stopped: stopped))
    }

    /// E15.FR.04, E15.FR.05.
    mutating func stopByVehicle(_ index: Int) {
        deauthorize(index, Occurrence(.stopAuthorized, stopped: .stoppedByEV))
    }

    // MARK: Authorisation

    /// Somebody may charge at this EVSE from now on.
    /// E02.FR.20.
    mutating func authorize(_ index: Int, _ grant: Grant) {
        evses[index].grant = grant
        evses[index].paidUntil = nil
        welcome(index)
        if evses[index].transaction != nil { adopt(grant, index) }
        evses[index].transaction?.holds.remove(.invalidToken)
        evses[index].transaction?.holds.remove(.resumption)
        evses[index].transaction?.invalidSince = nil
        apply(Occurrence(grant.trigger), index) { $0.isAuthorized = true }
        evses[index].connectBy = evses[index].conditions.isConnected ? nil : connectionDeadline
        beginProfiles(index)
    }

    /// Nobody may any more. What becomes of the transaction is for its stop points.
    /// F03.FR.02.
    mutating func deauthorize(_ index: Int, _ occurrence: Occurrence) {
        evses[index].grant = nil
        evses[index].connectBy = nil
        guard evses[index].conditions.isAuthorized else { return }
        let owner = evses[index].transaction?.idToken
        apply(occurrence, index) { $0.isAuthorized = false }
        // The end of the transaction has settled it already.
        guard evses[index].transaction != nil else { return }
        settleLock(index, after: occurrence.trigger, owner: owner)
    }

    /// E03.FR.05, E03.FR.15, F02.FR.07, F02.FR.08, C01.FR.26: nobody has plugged in in time.
    /// C19.FR.01, C20.FR.02.
    mutating func advanceConnection() {
        for index in evses.indices {
            guard let at = evses[index].connectBy, now.monotonic >= at else { continue }
            evses[index].connectBy = nil
            giveUpWaiting(index)
        }
    }

    private mutating func giveUpWaiting(_ index: Int) {
        guard evses[index].transaction != nil else { return abandonGrant(index) }
        // The car had been there and does not come back (E10.FR.02).
        let hasLeft = evses[index].transaction?.hasNamedConnector == true
        let occurrence =
            hasLeft
            ? Occurrence(.evCommunicationLost, stopped: .evDisconnected)
            : Occurrence(.evConnectTimeout, stopped: .timeout)
        let stops = variables.list(TransactionVariables.stopPoint)
        if stops.contains(TransactionPoint.parkingBayOccupancy.rawValue) || hasLeft {
            return deauthorize(index, occurrence)
        }
        endTransaction(index, stopped: .timeout, because: .evConnectTimeout)
    }

    private mutating func abandonGrant(_ index: Int) {
        let reservation = evses[index].grant?.reservationId
        evses[index].grant = nil
        evses[index].conditions.isAuthorized = false
        if let reservation { reportUnusedReservation(reservation) }
    }
}
