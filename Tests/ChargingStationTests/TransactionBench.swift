// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

@testable import ChargingStation

extension StationBench {
    static let card = IdTokenType(idToken: "CARD-1", type: "ISO14443")
    static let otherCard = IdTokenType(idToken: "CARD-2", type: "ISO14443")
    static let family = IdTokenType(idToken: "FAMILY", type: "Central")

    /// A station with these variables, booted.
    static func with(
        _ values: [VariableKey: String], setup: StationSetup = StationBench.setup, isOnline: Bool = true
    ) -> StationBench {
        var bench = StationBench(setup)
        for (key, value) in values { bench.station.variables.report(value, as: key) }
        if isOnline { bench.boot() }
        return bench
    }

    static func points(start: String, stop: String) -> [VariableKey: String] {
        [TransactionVariables.startPoint: start, TransactionVariables.stopPoint: stop]
    }

    /// What the EVSE reports is what it reported before, with this changed.
    mutating func report(_ evse: Int = 1, _ change: (inout EVSEReport) -> Void) -> [StationOutput] {
        var report = station.evses[evse - 1].report
        change(&report)
        return handle(.evse(evse, report))
    }

    mutating func plugIn(_ evse: Int = 1) -> [StationOutput] { report(evse) { $0.connector = .occupied } }

    mutating func unplug(_ evse: Int = 1) -> [StationOutput] {
        report(evse) {
            $0.connector = .available
            $0.flow = .none
        }
    }

    mutating func flow(_ flow: EVSEReport.Flow, _ evse: Int = 1) -> [StationOutput] { report(evse) { $0.flow = flow } }

    /// Shows a token that the backend accepts when it is asked.
    mutating func present(
        _ token: IdTokenType = StationBench.card, evse: Int? = 1,
        _ info: IdTokenInfoType = IdTokenInfoType(status: .accepted)
    ) -> [StationOutput] {
        let outputs = handle(.presented(token, evse: evse))
        return outputs + answerAuthorize(in: outputs, info)
    }

    mutating func answerAuthorize(
        in outputs: [StationOutput], _ info: IdTokenInfoType = IdTokenInfoType(status: .accepted)
    ) -> [StationOutput] {
        var rest: [StationOutput] = []
        for case .authorize(let request) in calls(in: outputs) {
            rest += handle(.answered(.authorize(request), .authorize(AuthorizeResponse(idTokenInfo: info))))
        }
        return rest
    }

    /// The backend's answer to the last event among `outputs`.
    mutating func answerEvent(
        in outputs: [StationOutput], _ response: TransactionEventResponse = TransactionEventResponse()
    ) -> [StationOutput] {
        guard let event = events(in: outputs).last else { return [] }
        return handle(.answered(.transactionEvent(event), .transactionEvent(response)))
    }

    mutating func remoteStart(
        _ token: IdTokenType = StationBench.card, evse: Int? = 1, id: Int = 42
    ) -> (answer: RequestStartTransactionResponse?, rest: [StationOutput]) {
        let (answer, rest) = ask(
            .requestStartTransaction(
                RequestStartTransactionRequest(idToken: token, remoteStartId: id, evseId: evse)))
        guard case .requestStartTransaction(let response)? = answer else { return (nil, rest) }
        return (response, rest)
    }

    mutating func remoteStop(_ id: String) -> (answer: RequestStopTransactionResponse?, rest: [StationOutput]) {
        let (answer, rest) = ask(.requestStopTransaction(RequestStopTransactionRequest(transactionId: id)))
        guard case .requestStopTransaction(let response)? = answer else { return (nil, rest) }
        return (response, rest)
    }

    func events(in outputs: [StationOutput]) -> [TransactionEventRequest] {
        calls(in: outputs).compactMap { if case .transactionEvent(let request) = $0 { request } else { nil } }
    }

    /// “Started CablePluggedIn EVConnected”.
    func told(_ outputs: [StationOutput]) -> [String] {
        events(in: outputs).map {
            [$0.eventType.word, $0.triggerReason.word, $0.transactionInfo.chargingState?.word].compactMap(\.self)
                .joined(separator: " ")
        }
    }

    func statuses(in outputs: [StationOutput]) -> [String] {
        calls(in: outputs).compactMap {
            guard case .statusNotification(let request) = $0 else { return nil }
            return "\(request.evseId) \(request.connectorStatus.word)"
        }
    }

    /// The same station after a restart, from what it has kept, and not connected yet.
    mutating func restart(after pause: Interval = .seconds(10), _ values: [VariableKey: String] = [:]) {
        _ = wait(pause)
        reopen(values)
    }

    /// As `restart`, without letting the time pass that the station is off.
    mutating func reopen(_ values: [VariableKey: String] = [:]) {
        let setup = station.setup
        station = Station(setup, kept: kept, at: time)
        for (key, value) in values { station.variables.report(value, as: key) }
    }

    /// Lets the clocks run on while the station is off.
    mutating func sleep(_ interval: Interval) {
        time = StationTime(time.monotonic + interval, time.wall + interval)
    }
}
