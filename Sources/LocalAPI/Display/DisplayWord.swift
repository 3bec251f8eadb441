// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What the driver's display itself has to say. Each language is a switch over all of it, so none lacks a word.
package enum DisplayWord: String, CaseIterable, Sendable {
    // States.
    case available, reserved, unavailable, faulted, beingPaid, awaitingVehicle, awaitingAuthorization, preparing,
        charging
    case discharging, suspendedByVehicle, suspendedByStation, finished
    // What limits the power.
    case byVehicle, byCharger, bySite, byGrid, byService, bySharing, byPlan, byFault
    // What a price is for.
    case perKilowattHour, perMinuteCharging, perMinuteIdle, fixedFee
    // Why a token was not accepted.
    case refused, noCredit, notHere, notNow, inUse
    // Labels of the page.
    case chargingPoint, charged, delivered, duration, battery, cost, totalCost, tariff, payment, silence

    static let labels: [DisplayWord] = [
        .chargingPoint, .charged, .delivered, .duration, .battery, .cost, .totalCost, .tariff, .payment,
        .silence,
    ]
}

/// The words of the display in one language.
package struct DisplayWords: Sendable {
    /// As RFC 5646 has it.
    package let language: String
    private let words: @Sendable (DisplayWord) -> String

    private init(_ language: String, _ words: @escaping @Sendable (DisplayWord) -> String) {
        self.language = language
        self.words = words
    }

    package subscript(word: DisplayWord) -> String { words(word) }

    /// For the page, by the words' own names.
    package var labels: [String: String] {
        Dictionary(uniqueKeysWithValues: DisplayWord.labels.map { ($0.rawValue, self[$0]) })
    }

    package static let english = DisplayWords("en", DisplayWord.inEnglish)

    /// English is what all others fall back to.
    package static let all = [
        english, DisplayWords("de", DisplayWord.inGerman), DisplayWords("fr", DisplayWord.inFrench),
        DisplayWords("nl", DisplayWord.inDutch), DisplayWords("es", DisplayWord.inSpanish),
        DisplayWords("it", DisplayWord.inItalian),
    ]

    /// - Returns: Those of this language whatever its region; nil if there are none.
    package static func of(_ tag: String) -> DisplayWords? {
        let language = tag.lowercased().prefix { $0 != "-" }
        return all.first { $0.language == language }
    }
}

extension DriverDisplay.State {
    package var word: DisplayWord {
        switch self {
        case .available: .available
        case .reserved: .reserved
        case .unavailable: .unavailable
        case .faulted: .faulted
        case .beingPaid: .beingPaid
        case .awaitingVehicle: .awaitingVehicle
        case .awaitingAuthorization: .awaitingAuthorization
        case .preparing: .preparing
        case .charging: .charging
        case .discharging: .discharging
        case .suspendedByVehicle: .suspendedByVehicle
        case .suspendedByStation: .suspendedByStation
        case .finished: .finished
        }
    }
}

extension DriverDisplay.Limit.Cause {
    package var word: DisplayWord {
        switch self {
        case .vehicle: .byVehicle
        case .charger: .byCharger
        case .site: .bySite
        case .grid: .byGrid
        case .service: .byService
        case .sharing: .bySharing
        case .plan: .byPlan
        case .fault: .byFault
        }
    }
}
