// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials

/// What `GET /api/display/{evse}` says: what a driver sees at one EVSE, in one language. Nobody needs to prove anything to
/// read it, so it names no token and no person.
package struct DriverDisplay: Codable, Hashable, Sendable {
    package enum State: String, Codable, CaseIterable, Sendable {
        case available, reserved, unavailable, faulted, preparing, charging, discharging, finished
        case beingPaid = "being-paid"
        case awaitingVehicle = "awaiting-vehicle"
        case awaitingAuthorization = "awaiting-authorization"
        case suspendedByVehicle = "suspended-by-vehicle"
        case suspendedByStation = "suspended-by-station"
    }

    /// Which way energy flows: into the car, or out of it.
    package enum Direction: String, Codable, CaseIterable, Sendable { case none, charging, discharging }

    /// Something in words, and in the enumeration's own for programs.
    package struct Limit: Codable, Hashable, Sendable {
        package enum Cause: String, Codable, CaseIterable, Sendable {
            case vehicle, charger, site, grid, service, sharing, plan, fault
        }
        package var by: Cause
        package var text: String

        package init(by cause: Cause, text: String) {
            by = cause
            self.text = text
        }
    }

    /// Since the session began.
    package struct Session: Codable, Hashable, Sendable {
        package var charged: Energy?
        package var delivered: Energy?
        package var duration: Seconds
        package var isOver: Bool

        package init(charged: Energy?, delivered: Energy?, duration: Interval, isOver: Bool) {
            self.charged = charged
            self.delivered = delivered
            self.duration = Seconds(duration)
            self.isOver = isOver
        }

        enum CodingKeys: String, CodingKey {
            case charged = "charged_Wh"
            case delivered = "delivered_Wh"
            case duration = "duration_s"
            case isOver = "over"
        }
    }

    /// A decimal number as text, so that it stays exact, and a currency of ISO 4217.
    package struct Money: Codable, Hashable, Sendable {
        package var amount: String
        package var currency: String?

        package init(_ amount: String, _ currency: String?) {
            self.amount = amount
            self.currency = currency
        }
    }

    package struct Cost: Codable, Hashable, Sendable {
        package var total: Money
        package var isFinal: Bool

        package init(_ total: Money, isFinal: Bool) {
            self.total = total
            self.isFinal = isFinal
        }

        enum CodingKeys: String, CodingKey {
            case total
            case isFinal = "final"
        }
    }

    package struct Price: Codable, Hashable, Sendable {
        package var price: Money
        /// For what, in words.
        package var text: String

        package init(_ price: Money, for text: String) {
            self.price = price
            self.text = text
        }
    }

    /// What a backend wrote. `format` is OCPP's word: `ASCII`, `UTF8`, `HTML`, `URI`, `QRCODE`.
    package struct Text: Codable, Hashable, Sendable {
        package var format: String
        package var content: String
        package var language: String?
        /// Of a code to be scanned: an SVG path over modules of the size one, and how many there are in a row.
        package var code: Code?

        package init(format: String, content: String, language: String?, code: Code? = nil) {
            self.format = format
            self.content = content
            self.language = language
            self.code = code
        }
    }

    package struct Code: Codable, Hashable, Sendable {
        package var size: Int
        package var path: String

        package init(size: Int, path: String) {
            self.size = size
            self.path = path
        }
    }

    package struct Message: Codable, Hashable, Sendable {
        /// OCPP's word: `AlwaysFront`, `InFront`, `NormalCycle`.
        package var priority: String
        package var text: Text

        package init(priority: String, text: Text) {
            self.priority = priority
            self.text = text
        }
    }

    package var evse: Int
    package var time: Date
    /// That all words here are in, as far as there are any in it.
    package var language: String
    /// That the display is configured to have.
    package var languages: [String]
    package var state: State
    package var stateText: String
    /// Positive into the car; absent while it is not known.
    package var power: Power?
    package var direction: Direction
    package var stateOfCharge: StateOfCharge?
    package var limit: Limit?
    package var session: Session?
    package var cost: Cost?
    /// Where the cost cannot be had.
    package var costMessage: Text?
    /// To this driver alone.
    package var personal: Text?
    package var tariff: Text?
    package var prices: [Price]
    /// Why the token shown last was not accepted.
    package var refusal: String?
    /// The address of a page where a driver can pay, as a code to be scanned.
    package var payment: Text?
    package var messages: [Message]
    /// What the page calls things.
    package var labels: [String: String]

    package init(
        evse: Int, time: Date, language: String, languages: [String], state: State, stateText: String, power: Power?,
        direction: Direction, stateOfCharge: StateOfCharge? = nil, labels: [String: String] = [:]
    ) {
        self.evse = evse
        self.time = time
        self.language = language
        self.languages = languages
        self.state = state
        self.stateText = stateText
        self.power = power
        self.direction = direction
        self.stateOfCharge = stateOfCharge
        self.labels = labels
        prices = []
        messages = []
    }

    enum CodingKeys: String, CodingKey {
        case evse, time, language, languages, state, direction, limit, session, cost, personal, tariff, prices, refusal
        case payment, messages, labels
        case stateText = "state_text"
        case power = "power_W"
        case stateOfCharge = "soc_percent"
        case costMessage = "cost_message"
    }
}
