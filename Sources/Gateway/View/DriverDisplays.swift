// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Chargers
import Electricity
import Foundation
import LinuxIO
import LocalAPI
import OCPP
import OCPP21
import StationKeys
import Synchronization

/// In which language a display speaks.
struct DisplayLanguage: Sendable {
    /// That the site is configured to have.
    let configured: [String]
    /// Of those, what the reader asked for.
    private let asked: String?

    /// - Parameter asked: By the reader; what the site does not have is left to driver and station.
    init(_ configured: [String], asked: String?) {
        self.configured = configured
        self.asked = asked.flatMap { LanguageTag.index(of: $0, in: configured) }.map { configured[$0] }
    }

    /// What is preferred first, the reader's own choice before what the backend knows of the driver.
    func wanted(_ view: DriverView?) -> [String] {
        [asked].compactMap(\.self) + (view?.languages ?? [configured.first].compactMap(\.self) + ["en"])
    }
}

/// Codes that were drawn lately, since every reader asks every second and a large one takes a while.
final class DrawnCodes: Sendable {
    /// More different ones than all messages of a display; then it begins anew.
    private static let most = 64
    private let drawn = Mutex<[String: DriverDisplay.Code?]>([:])

    func code(of text: String) -> DriverDisplay.Code? {
        if let known = drawn.withLock({ $0[text] }) { return known }
        let code = DriverDisplay.Code(text)
        drawn.withLock {
            if $0.count >= Self.most { $0.removeAll() }
            $0.updateValue(code, forKey: text)
        }
        return code
    }
}

extension DriverDisplay {
    /// - Parameters:
    ///   - view: What a backend has to say; nil without one in charge.
    ///   - limit: What limits the power now.
    init(
        _ status: EVSEStatus, _ connector: ConnectorState, _ view: DriverView?, limit: Limit.Cause?,
        _ language: DisplayLanguage, _ codes: DrawnCodes
    ) {
        let wanted = language.wanted(view)
        let words = wanted.lazy.compactMap(DisplayWords.of).first ?? .english
        let isHeard = status.link.state == .ok
        let state = isHeard ? view.map { State($0.state) } ?? State(connector) : .unavailable
        self.init(
            evse: status.id, time: Date(), language: wanted.first ?? words.language, languages: language.configured,
            state: state, stateText: words[state.word], power: isHeard ? status.power : nil,
            direction: isHeard ? Direction(status.power) : .none,
            stateOfCharge: state.hasVehicle ? status.stateOfCharge : nil, labels: words.labels)
        if state.isUnderWay, let limit { self.limit = Limit(by: limit, text: words[limit.word]) }
        if let view { add(view, wanted, words, codes) }
    }

    private mutating func add(
        _ view: DriverView, _ wanted: [String], _ words: DisplayWords, _ codes: DrawnCodes
    ) {
        session = view.session.map {
            Session(
                charged: $0.charged, delivered: $0.delivered, duration: .seconds(Int(clamping: $0.seconds)),
                isOver: $0.isOver)
        }
        cost = view.cost.map { Cost(Money("\($0.total)", $0.currency), isFinal: $0.isFinal) }
        costMessage = Text(view.costMessage, wanted, codes)
        // What is said of the token that was just refused goes before what its owner's predecessor was told.
        let refused = view.refusal?.message ?? []
        personal = Text(refused.isEmpty ? view.personal : refused, wanted, codes)
        tariff = Text(view.tariff, wanted, codes)
        prices = view.prices.map { Price(Money("\($0.amount)", $0.currency), for: words[$0.kind.word]) }
        refusal = view.refusal.map { words[$0.word] }
        payment = view.payment.flatMap { payment in
            OneTimePassword.v1(
                secret: payment.secret, at: WallClock.now().seconds, validity: payment.validity, length: payment.length
            ).map {
                let url = payment.url($0)
                return Text(format: "QRCODE", content: url, language: nil, code: codes.code(of: url))
            }
        }
        messages = view.messages.compactMap { message in
            Text([message.message] + (message.messageExtra ?? []), wanted, codes)
                .map { Message(priority: message.priority.word, text: $0) }
        }
    }
}

extension DriverDisplay.Text {
    fileprivate init?(_ contents: [MessageContentType], _ wanted: [String], _ codes: DrawnCodes) {
        guard let best = contents.inLanguage(wanted) else { return nil }
        let code = best.format == .qrcode ? codes.code(of: best.content) : nil
        self.init(format: best.format.word, content: best.content, language: best.language, code: code)
    }
}

extension DriverDisplay.Direction {
    /// Less than this is what a charger takes for itself.
    private static let least = Power.watts(50)

    fileprivate init(_ power: Power?) {
        let power = power ?? .zero
        self = power > Self.least ? .charging : power < .zero - Self.least ? .discharging : .none
    }
}

extension DriverDisplay.State {
    fileprivate init(_ state: DriverView.State) {
        self =
            switch state {
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

    /// As far as the charger alone tells.
    fileprivate init(_ state: ConnectorState) {
        self =
            switch state {
            case .available: .available
            case .preparing, .ready: .preparing
            case .charging: .charging
            case .discharging: .discharging
            case .suspended: .suspendedByVehicle
            case .finished: .finished
            case .unknown, .unavailable: .unavailable
            case .faulted: .faulted
            }
    }

    fileprivate var hasVehicle: Bool {
        switch self {
        case .available, .reserved, .unavailable, .faulted, .beingPaid, .awaitingVehicle: false
        case .awaitingAuthorization, .preparing, .charging, .discharging, .suspendedByVehicle, .suspendedByStation,
            .finished:
            true
        }
    }

    /// Whether it is worth a word what limits the power.
    fileprivate var isUnderWay: Bool {
        switch self {
        case .preparing, .charging, .discharging, .suspendedByVehicle, .suspendedByStation: true
        case .available, .reserved, .unavailable, .faulted, .beingPaid, .awaitingVehicle, .awaitingAuthorization,
            .finished:
            false
        }
    }
}

extension DriverView.Price.Kind {
    fileprivate var word: DisplayWord {
        switch self {
        case .energy: .perKilowattHour
        case .chargingTime: .perMinuteCharging
        case .idleTime: .perMinuteIdle
        case .fixedFee: .fixedFee
        }
    }
}

extension DriverView.Refusal {
    fileprivate var word: DisplayWord {
        switch status {
        case .noCredit: .noCredit
        case .notAllowedTypeEVSE, .notAtThisLocation: .notHere
        case .notAtThisTime: .notNow
        case .concurrentTx: .inUse
        case .accepted, .blocked, .expired, .invalid, .unknown: .refused
        }
    }
}
