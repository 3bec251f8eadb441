// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What happens to the conditions of an EVSE, in the words of the event that tells of it.
struct Occurrence {
    var trigger: TriggerReasonEnumType
    /// Why the transaction ends, if it ends by this.
    var stopped: ReasonEnumType?
    /// The token that ended the authorisation, for its event (E07.FR.02).
    var idToken: IdTokenType?

    init(_ trigger: TriggerReasonEnumType, stopped: ReasonEnumType? = nil, idToken: IdTokenType? = nil) {
        self.trigger = trigger
        self.stopped = stopped
        self.idToken = idToken
    }
}

extension Station {
    /// Takes a report of an EVSE: what has changed about bay, cable, signature and flow becomes one event each, in this
    /// order, so that each is told by its most specific reason (E02.FR.17). E01.FR.15, E01.FR.18, E01.FR.19, E02.FR.15,
    /// E03.FR.12, E06.FR.15, F01.FR.17, F03.FR.09.
    mutating func observe(_ index: Int, before: EVSEReport) {
        let report = evses[index].report
        guard evses[index].transaction?.isInterrupted != true else { return resumeOrEnd(index) }
        meetLimits(index)
        if let isOccupied = report.isBayOccupied, isOccupied != evses[index].conditions.isBayOccupied {
            let trigger = isOccupied ? TriggerReasonEnumType.evDetected : .evDeparted
            apply(Occurrence(trigger, stopped: .local), index) { $0.isBayOccupied = isOccupied }
        }
        observeConnector(index)
        observeSignature(index)
        observeFlow(index)
    }

    /// A fault of the connector says nothing of the cable.
    private mutating func observeConnector(_ index: Int) {
        switch evses[index].report.connector {
        case .occupied: if !evses[index].conditions.isConnected { plugIn(index) }
        case .available: if evses[index].conditions.isConnected { unplug(index) }
        case .unavailable: break
        case .faulted: breakDown(index)
        }
    }

    private mutating func plugIn(_ index: Int) {
        evses[index].connectBy = nil
        welcome(index)
        let waiting = takeWaitingGrant(index)
        if let waiting {
            evses[index].grant = waiting
            if evses[index].transaction != nil { adopt(waiting, index) }
        }
        apply(Occurrence(.cablePluggedIn), index) {
            $0.isConnected = true
            if waiting != nil { $0.isAuthorized = true }
        }
        beginProfiles(index)
        authorizeByPlug(index)
    }

    /// E09: with `StopTxOnEVSideDisconnect` the authorisation ends with the connection; otherwise the car has some time
    /// to come back (E10). E09.FR.01.
    private mutating func unplug(_ index: Int) {
        let deauthorizes = variables.flag(TransactionVariables.stopsOnDisconnect) || evses[index].transaction == nil
        apply(Occurrence(.evCommunicationLost, stopped: .evDisconnected), index) {
            $0.isConnected = false
            if deauthorizes { $0.isAuthorized = false }
        }
        if deauthorizes, evses[index].transaction != nil {
            settleLock(index, after: .evCommunicationLost, owner: evses[index].transaction?.idToken)
        }
        if deauthorizes { evses[index].grant = nil }
        if evses[index].conditions.isAuthorized { evses[index].connectBy = connectionDeadline }
        seeOff(index)
        keepPlugged(index)
    }

    /// E06.FR.16. Once per fault: the authorisation goes with the transaction.
    private mutating func breakDown(_ index: Int) {
        guard evses[index].transaction != nil else { return }
        endTransaction(index, stopped: .other, because: .abnormalCondition)
    }

    private mutating func observeSignature(_ index: Int) {
        let isSigned = evses[index].report.signature != nil && variables.flag(MeteringVariables.signsSampled)
        guard isSigned != evses[index].conditions.isSigned else { return }
        guard isSigned else {
            evses[index].conditions.isSigned = false
            return
        }
        apply(Occurrence(.signedDataReceived), index) { $0.isSigned = true }
    }

    private mutating func observeFlow(_ index: Int) {
        followReading(index)
        let transfers = Self.transfers(evses[index].report.flow)
        let hasMoved = transfers != evses[index].conditions.isTransferring
        guard hasMoved || evses[index].transaction.map({ $0.chargingState != chargingState(index) }) == true else {
            return
        }
        countCharging(index)
        // What ends the transfer: a limit has said so already; otherwise the car or a profile.
        let stopped: ReasonEnumType =
            evses[index].report.flow == .suspendedByVehicle
            ? .stoppedByEV : evses[index].transaction?.stoppedReason ?? .other
        apply(Occurrence(.chargingStateChanged, stopped: stopped), index) { $0.isTransferring = transfers }
    }

    static func transfers(_ flow: EVSEReport.Flow) -> Bool {
        switch flow {
        case .charging, .discharging: true
        case .none, .suspendedByVehicle, .suspendedByStation: false
        }
    }

    /// A backend that only reads learns from the flow that somebody has been let in by another.
    private mutating func followReading(_ index: Int) {
        guard setup.role == .reading else { return }
        let conditions = evses[index].conditions
        if !conditions.isAuthorized, conditions.isConnected, evses[index].report.flow != .none {
            authorize(index, Grant())
        }
    }

    // MARK: Conditions and their consequence

    /// Changes the conditions of an EVSE and does what follows: begins its transaction, ends it, or tells of the
    /// change.
    mutating func apply(_ occurrence: Occurrence, _ index: Int, _ change: (inout TransactionConditions) -> Void) {
        let before = evses[index].conditions
        change(&evses[index].conditions)
        let step = TransactionStep(
            from: before, to: evses[index].conditions, isRunning: evses[index].transaction != nil,
            starts: points(TransactionVariables.startPoint), stops: points(TransactionVariables.stopPoint))
        settleAuthorization(index)
        switch step {
        case .nothing: break
        case .start: beginTransaction(index, occurrence)
        case .update: tellOf(occurrence, index)
        case .end: finishTransaction(index, occurrence)
        }
    }

    private func points(_ key: VariableKey) -> [TransactionPoint] {
        variables.list(key).compactMap(TransactionPoint.init(rawValue:))
    }

    /// An authorisation that has gone takes what withheld energy with it; the transaction knows before its event is
    /// written.
    private mutating func settleAuthorization(_ index: Int) {
        if !evses[index].conditions.isAuthorized { evses[index].transaction?.holds = [] }
        refreshAuthorization(index)
    }

    /// Energy may flow while somebody is authorised and nothing withholds it.
    mutating func refreshAuthorization(_ index: Int) {
        let conditions = evses[index].conditions
        guard var transaction = evses[index].transaction else { return }
        transaction.conditions = conditions
        transaction.isAuthorized = conditions.isAuthorized && transaction.holds.isEmpty
        evses[index].transaction = transaction
    }

    private mutating func tellOf(_ occurrence: Occurrence, _ index: Int) {
        // Another event of the same moment has told of the state already.
        if occurrence.trigger == .chargingStateChanged,
            evses[index].transaction?.chargingState == chargingState(index)
        {
            return
        }
        if let reason = occurrence.stopped, !evses[index].conditions.isAuthorized,
            evses[index].transaction?.stoppedReason == nil, occurrence.trigger != .chargingStateChanged
        {
            evses[index].transaction?.stoppedReason = reason
        }
        sendEvent(.updated, index, because: occurrence.trigger) {
            if let token = occurrence.idToken { $0.idToken = token }
        }
    }

    var connectionDeadline: Instant? {
        let seconds = variables.integer(TransactionVariables.connectionTimeOut) ?? 0
        return seconds > 0 ? now.monotonic + .seconds(seconds) : nil
    }

    /// K01.FR.42: relative profiles count from the moment at which somebody is authorised and the car connected.
    mutating func beginProfiles(_ index: Int) {
        let conditions = evses[index].conditions
        guard conditions.isConnected, conditions.isAuthorized, let transaction = evses[index].transaction,
            transaction.since == nil
        else { return }
        evses[index].transaction?.since = now.seconds
        keepTransaction(index)
        profilesBegin(evse: evses[index].id)
    }
}
