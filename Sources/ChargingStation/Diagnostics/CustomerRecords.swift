// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// Everything the station remembers of a customer, a line each, in words for people. Of certificates of contracts nothing is kept,
    /// and other identifiers are unknown here.
    func customerRecords(of customer: CustomerReference) -> [String] {
        guard case .token(let token) = customer else { return [] }
        var records: [String] = []
        if let entry = authorization.cache.entries[TokenKey(token)] {
            records.append("Authorization cache: \(entry.info.status.word)")
        }
        if authorization.list.knows(token) { records.append("Local authorization list") }
        for reservation in reservations.all where reservation.idToken.matches(token) {
            records.append("Reservation \(reservation.id)")
        }
        for evse in evses where evse.transaction?.idToken?.matches(token) == true {
            records.append("Transaction \(evse.transaction?.id ?? "") at EVSE \(evse.id)")
        }
        return records
    }

    /// Forgets what can be forgotten: not what the local list says, which only the backend changes (N10.FR.03, N10.FR.06), and not a
    /// transaction that runs.
    mutating func forgetCustomer(_ customer: CustomerReference) {
        guard case .token(let token) = customer else { return }
        keepCache(authorization.cache.remove(token))
        for reservation in reservations.all where reservation.idToken.matches(token) { drop(reservation, .removed) }
    }
}
