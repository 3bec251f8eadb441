// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

/// A transaction that runs at an EVSE.
struct Transaction: Equatable, Sendable {
    /// Unique for life.
    let id: String
    /// Of the next event; without gaps (E01.FR.07).
    var nextNumber = 0
    /// When it was authorised and the car connected, in seconds since 1970: what relative profiles count from (K01.FR.42).
    var since: Int64?
    /// Whether energy may flow.
    var isAuthorized = false
    /// What the last event said of the flow.
    var chargingState: ChargingStateEnumType?

    init(id: String) { self.id = id }
}

extension Station {
    /// - Parameter evse: Nil asks about the whole station.
    func hasTransaction(evse: Int? = nil) -> Bool {
        evses.contains { (evse ?? $0.id) == $0.id && $0.transaction != nil }
    }

    /// Ends what runs there, for a reason that is not the driver's.
    mutating func endTransactions(evse: Int?, stopped: ReasonEnumType, because trigger: TriggerReasonEnumType) {}

    /// Sends TransactionEvent Updated for something another block has done.
    mutating func updateTransaction(
        evse: Int, because trigger: TriggerReasonEnumType, _ change: (inout TransactionEventRequest) -> Void = { _ in }
    ) {}
}
