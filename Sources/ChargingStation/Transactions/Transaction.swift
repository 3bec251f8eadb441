// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// A transaction that runs at an EVSE.
struct Transaction: Equatable, Sendable {
    /// Why energy is withheld although somebody is authorised.
    enum Hold: String, CaseIterable, Sendable {
        /// The backend does not know the token any more (E05.FR.02).
        case invalidToken
        /// A limit of cost, energy, time or state of charge is reached (E16.FR.05).
        case limit
        /// After an interruption, until a random time or for good (E17.FR.12, E17.FR.18).
        case resumption
        /// For the moment before a reset after which the transaction goes on; over with a restart (B13.FR.10, B13.FR.20).
        case reset
    }

    /// What the next event has to say once (block E, 1.5).
    /// C05.FR.03, C05.FR.05, C24.FR.03, C25.FR.25, E01.FR.10, E01.FR.13, E02.FR.01, E02.FR.03, E03.FR.03, F01.FR.04,
    /// F01.FR.25, F02.FR.05, F02.FR.06, F02.FR.12, F07.FR.03, H01.FR.15.
    struct Unreported: Equatable, Sendable {
        var idToken: IdTokenType?
        var reservationId: Int?
        var remoteStartId: Int?
        var limit: TransactionLimitType?
        var tariffId: String?
        /// The next event is about a remote start, whatever else it is about (F01.FR.19, F02.FR.21).
        var isRemoteStart = false
    }

    /// Unique for life.
    var id: String
    /// Of the next event; without gaps (E01.FR.07).
    var nextNumber = 0
    /// Of the event Started, in seconds since 1970.
    var startedAt: Int64 = 0
    /// When it was authorised and the car connected, in seconds since 1970: what relative profiles count from
    /// (K01.FR.42).
    var since: Int64?
    /// Whether energy may flow.
    var isAuthorized = false
    /// What the last event said of the flow.
    var chargingState: ChargingStateEnumType?

    /// Who was authorised first; nobody else is later (C01.FR.23).
    var idToken: IdTokenType?
    var groupIdToken: IdTokenType?
    var remoteStartId: Int?
    var unreported = Unreported()
    /// Whether the connector has been named since the car was plugged in (E01.FR.16).
    var hasNamedConnector = false
    /// Why the authorisation ended, if the transaction goes on without: the reason of its end too (F04.FR.03).
    var stoppedReason: ReasonEnumType?
    var holds: Set<Hold> = []
    /// When resuming may end, in seconds since 1970.
    var heldUntil: Int64?

    /// What backend and driver allow in all; set, it is only ever changed (E16.FR.17).
    var limit: TransactionLimitType?
    /// What the backend itself has set, which the driver cannot exceed (E16.FR.04).
    var backendLimit: TransactionLimitType?
    /// As the backend or the tariff on this station counts it.
    var totalCost: DecimalNumber?
    var startImported: Energy?
    var startExported: Energy?
    /// The import register when the backend refused the token.
    var invalidSince: Energy?
    /// Seconds in which energy flowed.
    var secondsCharging: Int64 = 0
    /// Since when energy flows, in seconds since 1970; nil while none does.
    var flowingSince: Int64?
    var phases: Int?

    /// What the display tells whoever charges.
    var driver = Driver()
    /// What it costs, if this station calculates it.
    var account: CostAccount?
    /// When the running costs are told next.
    var costDue: Instant?
    var sampling = TransactionSampling()
    var conditions = TransactionConditions()
    /// When this was last kept, in seconds since 1970: the last moment the station is known to have been alive.
    var keptAt: Int64 = 0
    /// Read back after a restart; what becomes of it is decided with the first report of its EVSE (E17).
    var isInterrupted = false

    init(id: String) { self.id = id }
}

extension Station {
    /// - Parameter evse: Nil asks about the whole station.
    func hasTransaction(evse: Int? = nil) -> Bool {
        evses.contains { (evse ?? $0.id) == $0.id && $0.transaction != nil }
    }

    /// Whether energy may flow at an EVSE: somebody is authorised, and nothing holds it back. With a late start point
    /// there need not be a transaction yet. C01.FR.01, C06.FR.01, C17.FR.04, C17.FR.05, C12.FR.04.
    func mayTransfer(_ index: Int) -> Bool {
        guard setup.role == .inCharge, evses[index].conditions.isAuthorized else { return false }
        return evses[index].transaction?.isAuthorized ?? true
    }

    /// Ends what runs there, for a reason that is not the driver's.
    mutating func endTransactions(evse: Int?, stopped: ReasonEnumType, because trigger: TriggerReasonEnumType) {
        for index in evses.indices where (evse ?? evses[index].id) == evses[index].id {
            endTransaction(index, stopped: stopped, because: trigger)
        }
    }

    /// Sends TransactionEvent Updated for something another block has done.
    mutating func updateTransaction(
        evse: Int, because trigger: TriggerReasonEnumType, _ change: (inout TransactionEventRequest) -> Void = { _ in }
    ) {
        guard let index = index(ofEVSE: evse), evses[index].transaction?.isInterrupted == false else { return }
        sendEvent(.updated, index, because: trigger, change)
    }

    func index(ofTransaction id: String) -> Int? { evses.firstIndex { $0.transaction?.id == id } }
}
