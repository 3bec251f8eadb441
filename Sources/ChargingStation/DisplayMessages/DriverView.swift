// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What the driver at one EVSE is to be shown (blocks C, I and O), in every language there is. Nothing in it says who the
/// driver is, but for what the backend itself wrote to be shown.
package struct DriverView: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case available, reserved, unavailable, faulted
        /// Somebody pays for it on the web, and nobody else begins here meanwhile (C25.FR.22).
        case beingPaid
        /// Somebody may charge, and the car is not there yet.
        case awaitingVehicle
        /// A car is there, and nobody may charge.
        case awaitingAuthorization
        /// A car is there and may charge, and nothing has flowed yet.
        case preparing
        case charging, discharging
        /// The car takes nothing, or the station gives nothing.
        case suspendedByVehicle, suspendedByStation
        /// The transaction is over, and the car still there.
        case finished
    }

    /// What has happened since the transaction began.
    package struct Session: Equatable, Sendable {
        /// Nil while the meter is silent.
        package var charged: Energy?
        package var delivered: Energy?
        package var seconds: Int64
        package var isOver = false
    }

    package struct Cost: Equatable, Sendable {
        /// With taxes, if they are known.
        package var total: DecimalNumber
        /// ISO 4217; nil if nobody has said in which.
        package var currency: String?
        package var isFinal: Bool
    }

    /// A price of the tariff that holds now, with taxes.
    package struct Price: Equatable, Sendable {
        package enum Kind: Equatable, Sendable { case energy, chargingTime, idleTime, fixedFee }
        package var kind: Kind
        /// Per kilowatt-hour, per minute, or once.
        package var amount: DecimalNumber
        package var currency: String
    }

    /// A token that was not accepted.
    package struct Refusal: Equatable, Sendable {
        package var status: AuthorizationStatusEnumType
        /// What the backend has to say about it.
        package var message: [MessageContentType]
    }

    package var state: State
    package var session: Session?
    package var cost: Cost?
    /// Where the total cost cannot be had (I05); the same text in several languages.
    package var costMessage: [MessageContentType] = []
    /// What the backend says to this driver alone, their tariff as a rule; the same text in several languages.
    package var personal: [MessageContentType] = []
    /// What the tariff, or the backend in place of one, says to anybody; the same text in several languages.
    package var tariff: [MessageContentType] = []
    package var prices: [Price] = []
    package var refusal: Refusal?
    /// A code for whoever wants to pay on the web (C25).
    package var payment: WebPayment?
    /// Those of the highest priority there is, in turn.
    package var messages: [MessageInfoType] = []
    /// In which the driver is spoken to, the preferred one first; English is always among them.
    package var languages: [String]
}

/// What the backend said of whoever charges, for their eyes (C01, I01, I06).
struct Driver: Equatable, Sendable {
    /// `language1` and `language2`.
    var languages: [String] = []
    /// The same text in several languages: their tariff, or a greeting.
    var message: [MessageContentType] = []

    init() {}

    init(_ info: IdTokenInfoType) {
        languages = [info.language1, info.language2].compactMap(\.self)
        message = [info.personalMessage].compactMap(\.self)
    }

    var isNothing: Bool { languages.isEmpty && message.isEmpty }

    /// Takes what comes with the answer to an event (I06.FR.03).
    mutating func take(_ response: TransactionEventResponse) {
        if let info = response.idTokenInfo {
            let told = Driver(info)
            if !told.languages.isEmpty { languages = told.languages }
            if !told.message.isEmpty { message = told.message }
        }
        if let updated = response.updatedPersonalMessage {
            message = [updated] + (response.updatedPersonalMessageExtra ?? [])
        }
    }

    // MARK: Keeping

    /// As the answer that would say all of it.
    var keptBytes: [UInt8] {
        TransactionEventResponse(
            idTokenInfo: IdTokenInfoType(
                status: .accepted, language1: languages.first, language2: languages.dropFirst().first),
            updatedPersonalMessage: message.first,
            updatedPersonalMessageExtra: message.count > 1 ? Array(message.dropFirst().prefix(4)) : nil
        ).keptBytes
    }

    init(keptBytes bytes: [UInt8]?) {
        self.init()
        if let response = TransactionEventResponse(keptBytes: bytes) { take(response) }
    }
}

/// What is still shown of a transaction that is over, until its driver has left or the next one comes.
struct Farewell: Equatable, Sendable {
    var transactionID: String
    var session: DriverView.Session
    var driver: Driver
    var cost: DriverView.Cost?
    var isCountedHere = false
    /// The backend counts and has not answered yet; it may only where the station was online at the end (I03.FR.03).
    var awaitsCost = false
    /// The driver left before the transaction ended, or would not understand the sum of it (I03.FR.05).
    var isSilent = false
    /// Nil while the car is there.
    var until: Instant?

    /// After the cable is out, in seconds.
    static let stay = 120
}
