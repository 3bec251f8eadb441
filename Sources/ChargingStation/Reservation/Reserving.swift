// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// H01.
    /// H01.FR.18.
    mutating func answer(_ request: ReserveNowRequest) -> ReserveNowResponse {
        let wanted = Reservation(request, at: now.seconds)
        guard setup.role == .inCharge, variables.flag(ReservationVariables.enabled), wanted.expiresAt > now.seconds
        else {
            return ReserveNowResponse(status: .rejected)  // H01.FR.01.
        }
        let targets = evses.indices.filter { wanted.fits(evses[$0].setup) }
        guard !targets.isEmpty, wanted.evse != nil || variables.flag(ReservationVariables.unspecific) else {
            return ReserveNowResponse(status: .rejected)  // H01.FR.19.
        }
        // H01.FR.02: the one with the same id makes room for the new one.
        let replaced = reservations.remove(wanted.id)
        let status = self.status(of: targets)
        guard status == .accepted else {
            if let replaced { reservations.put(replaced) }
            return ReserveNowResponse(status: status)
        }
        reservations.put(wanted)
        emit(.keep(key: "reservation/\(wanted.id)", wanted.keptBytes))
        return ReserveNowResponse(status: .accepted)
    }

    /// H01.FR.03, H01.FR.04, H01.FR.05, H01.FR.06, H01.FR.11, H01.FR.12, H01.FR.14, H01.FR.23.
    private func status(of targets: [Int]) -> ReserveNowStatusEnumType {
        let states = targets.map { connectorStatus($0) }
        if states.contains(.available) { return .accepted }
        if states.allSatisfy({ $0 == .faulted }) { return .faulted }
        if states.allSatisfy({ $0 == .unavailable }) { return .unavailable }
        return .occupied
    }

    /// H02.
    /// H02.FR.01, H02.FR.02, H02.FR.03, H02.FR.04, H02.FR.05, H02.FR.06.
    mutating func answer(_ request: CancelReservationRequest) -> CancelReservationResponse {
        guard setup.role == .inCharge, reservations.remove(request.reservationId) != nil else {
            return CancelReservationResponse(status: .rejected)
        }
        emit(.keep(key: "reservation/\(request.reservationId)", nil))
        return CancelReservationResponse(status: .accepted)
    }

    // MARK: What is reserved

    /// Reserved for somebody: an EVSE by name, or one of the last ones that reservations without a name need
    /// (H01.FR.20, H01.FR.24). While reservations are switched off they are kept, and not used.
    /// H03.FR.10.
    func isReserved(_ index: Int) -> Bool {
        guard variables.flag(ReservationVariables.enabled), !evses[index].conditions.isAuthorized else { return false }
        if reservations.ofEVSE(evses[index].id) != nil { return true }
        guard isFree(index) else { return false }
        return isNeeded(index, by: reservations.unspecific)
    }

    /// Free to be taken by whoever has reserved without naming an EVSE.
    private func isFree(_ index: Int) -> Bool {
        evses[index].report.connector == .available && !evses[index].conditions.isAuthorized
            && evses[index].transaction == nil && !isOutOfService(index) && reservations.ofEVSE(evses[index].id) == nil
    }

    /// Whether those reservations could not all be served without this EVSE (H01.FR.07, H01.FR.09).
    private func isNeeded(_ index: Int, by waiting: [Reservation]) -> Bool {
        let fitting = waiting.filter { $0.fits(evses[index].setup) }
        guard !fitting.isEmpty else { return false }
        let free = evses.indices.filter { other in isFree(other) && fitting.contains { $0.fits(evses[other].setup) } }
        return free.count <= fitting.count
    }

    /// H03: whether a token may be used at an EVSE although there are reservations.
    func mayUseReserved(_ token: IdTokenType?, _ group: IdTokenType?, _ index: Int) -> Bool {
        guard variables.flag(ReservationVariables.enabled) else { return true }
        if let reservation = reservations.ofEVSE(evses[index].id) { return reservation.isFor(token, group) }
        let others = reservations.unspecific.filter { !$0.isFor(token, group) }
        // A car that is plugged in takes none of the free ones away.
        return !isFree(index) || !isNeeded(index, by: others)
    }

    /// H03.FR.09: the reservation this token uses, if it has one. It is gone then.
    mutating func useReservation(_ grant: inout Grant, _ index: Int) {
        guard variables.flag(ReservationVariables.enabled) else { return }
        let own = reservations.all.first {
            $0.fits(evses[index].setup) && $0.isFor(grant.idToken, grant.groupIdToken)
        }
        guard let own, reservations.remove(own.id) != nil else { return }
        emit(.keep(key: "reservation/\(own.id)", nil))
        grant.reservationId = own.id
        grant.reservedAt = own.madeAt
    }

    // MARK: The end of reservations

    /// H04.
    /// H04.FR.01, H04.FR.02, H04.FR.03.
    mutating func advanceReservations() {
        for reservation in reservations.all where now.seconds >= reservation.expiresAt {
            drop(reservation, .expired)
        }
    }

    /// H01.FR.16, H01.FR.17; without a named EVSE once none that fits is left.
    mutating func cancelImpossibleReservations() {
        for reservation in reservations.all {
            let isPossible = evses.indices.contains {
                reservation.fits(evses[$0].setup)
                    && (isHeldBack($0) || ![.faulted, .unavailable].contains(connectorStatus($0)))
            }
            if !isPossible { drop(reservation, .removed) }
        }
    }

    mutating func drop(_ reservation: Reservation, _ status: ReservationUpdateStatusEnumType) {
        guard reservations.remove(reservation.id) != nil else { return }
        emit(.keep(key: "reservation/\(reservation.id)", nil))
        tell(reservation.id, status)
    }

    /// H03.FR.11.
    mutating func reportUnusedReservation(_ id: Int) { tell(id, .noTransaction) }

    private mutating func tell(_ id: Int, _ status: ReservationUpdateStatusEnumType) {
        call(
            .reservationStatusUpdate(
                ReservationStatusUpdateRequest(reservationId: id, reservationUpdateStatus: status)))
    }

    var reservationDeadline: Instant? {
        reservations.all.map(\.expiresAt).min().map {
            now.monotonic + .seconds(Int(min(max(0, $0 - now.seconds), 1 << 30)))
        }
    }
}
