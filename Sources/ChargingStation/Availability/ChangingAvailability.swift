// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    func isOutOfService(_ index: Int) -> Bool {
        availability.isOutOfService(evse: evses[index].id, isBusy: evses[index].transaction != nil)
    }

    /// Nothing new begins before a reset or an installation of firmware that waits for what runs (B12.FR.01, L01.FR.07). It passes
    /// by itself, so reservations stay.
    func isHeldBack(_ index: Int) -> Bool {
        evses[index].transaction == nil && (awaitsReset(evse: evses[index].id) || firmwareHoldsSessionsBack)
    }

    /// G03, G04.
    /// G03.FR.01, G03.FR.02, G04.FR.02, G04.FR.03.
    mutating func take(_ request: ChangeAvailabilityRequest, _ id: MessageID) {
        guard setup.role == .inCharge, let target = target(request.evse) else {
            return emit(.answer(id, .changeAvailability(ChangeAvailabilityResponse(status: .rejected))))
        }
        let status = availability.set(target, request.operationalStatus, isBusy: isBusy(target))
        emit(.keep(key: target.key, availability.word(target).map { Array($0.utf8) }))
        emit(.answer(id, .changeAvailability(ChangeAvailabilityResponse(status: status))))
        followAvailability()
    }

    /// Nil for what there is not.
    private func target(_ evse: EVSEType?) -> Availability.Target? {
        guard let evse, evse.id != 0 else { return .station }  // G04.FR.01.
        guard index(ofEVSE: evse.id) != nil else { return nil }
        switch evse.connectorId {
        case nil: return .evse(evse.id)
        case 1: return .connector(evse: evse.id)
        case _: return nil
        }
    }

    private func isBusy(_ target: Availability.Target) -> Bool {
        switch target {
        case .station: hasTransaction()
        case .evse(let id), .connector(let id): hasTransaction(evse: id)
        }
    }

    /// Whoever waits at an EVSE that may not be used any more waits in vain; a car that stands where it may be used
    /// again is taken as if it had just come.
    private mutating func followAvailability() {
        for index in evses.indices where evses[index].transaction == nil {
            if isOutOfService(index) {
                evses[index].grant = nil
                evses[index].connectBy = nil
                evses[index].conditions.isAuthorized = false
            } else if !evses[index].isSpent, evses[index].conditions.isConnected {
                evses[index].conditions.isConnected = false
                observe(index, before: evses[index].report)
            }
        }
        cancelImpossibleReservations()
    }

    mutating func advanceAvailability() {
        let idle = Availability.targets(setup).filter { !isBusy($0) }
        for target in availability.settle(idle) {
            emit(.keep(key: target.key, availability.word(target).map { Array($0.utf8) }))
        }
        cancelImpossibleReservations()
        reportChangedConnectors()
    }

    // MARK: Status

    /// G01. A fault counts before everything, then whether it may be used; a reservation hides the cable (G01.FR.09).
    /// E02.FR.05, G01.FR.01, G01.FR.03, G01.FR.04, G01.FR.05, G01.FR.06.
    func connectorStatus(_ index: Int) -> ConnectorStatusEnumType {
        let report = evses[index].report
        if report.connector == .faulted { return .faulted }
        if report.connector == .unavailable || isOutOfService(index) { return .unavailable }
        if isReserved(index) { return .reserved }
        if report.connector == .occupied { return .occupied }
        return isHeldBack(index) ? .unavailable : .available
    }

    /// The same for the variables of an EVSE and its connector.
    func availabilityState(evse: Int) -> ConnectorStatusEnumType {
        index(ofEVSE: evse).map(connectorStatus) ?? .unavailable
    }

    /// Tells of every connector (B01.FR.05, B04.FR.01).
    mutating func reportAllConnectors() {
        for index in evses.indices { reportConnector(index, .volatile) }
    }

    /// Tells of those whose status is not what the backend last heard (B04.FR.02).
    /// G01.FR.07, G03.FR.04, G04.FR.05.
    mutating func reportChangedConnectors() {
        noteStates()
        guard isOnline else { return }
        for index in evses.indices where evses[index].toldStatus != connectorStatus(index) {
            reportConnector(index, .volatile)
        }
    }

    mutating func reportConnector(_ index: Int, _ kind: CallClass) {
        let status = connectorStatus(index)
        evses[index].toldStatus = status
        call(
            .statusNotification(
                StatusNotificationRequest(
                    timestamp: now.dateTime, connectorStatus: status, evseId: evses[index].id, connectorId: 1)), kind)
    }

    /// The backend has not heard it; it is told again as soon as it may be.
    mutating func takeFailure(_ failure: CallFailure, of request: StatusNotificationRequest) {
        guard failure == .timedOut, let index = index(ofEVSE: request.evseId) else { return }
        evses[index].toldStatus = nil
    }

    /// The same in the device model.
    private mutating func noteStates() {
        for index in evses.indices {
            let word = connectorStatus(index).word
            variables.report(word, as: AvailabilityVariables.connector(evses[index].id))
            variables.report(word, as: AvailabilityVariables.evse(evses[index].id))
        }
        let isOut = availability.word(.station) == "Inoperative"
        let states = evses.indices.map { connectorStatus($0) }
        let isUsable = states.contains { $0 != .unavailable && $0 != .faulted }
        let ofStation: ConnectorStatusEnumType =
            isOut || !isUsable ? (states.contains(.unavailable) || isOut ? .unavailable : .faulted) : .available
        variables.report(ofStation.word, as: AvailabilityVariables.station)
    }
}
