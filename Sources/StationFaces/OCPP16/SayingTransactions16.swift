// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP16
import OCPP21

extension Face16 {
    /// StartTransaction when token and car are there, MeterValues while it runs, StopTransaction with what the end measured, and the
    /// connector's state whenever it changes. What the backend learns too late is no state any more, so nothing of the past is a status.
    mutating func saying(_ event: OCPP21.TransactionEventRequest) -> Saying {
        let id = event.transactionInfo.transactionId
        var record = transactions[id] ?? .init()
        let begins = note(event, in: &record)
        var saying = Saying(parts: [], response: .transactionEvent(response(event, record)))
        saying.kept = transactions.set(id, record)
        // Begun and without a number: this event begins it, or the backend has never answered.
        if record.hasBegun, record.number == nil { saying.parts.append(.start(transaction: id)) }
        let hasEnded = event.eventType == .ended
        if record.hasBegun {
            saying.parts += hasEnded ? [stop(event, id, record)] : meterValues(event, id, isBegin: begins)
        } else if hasEnded {
            // Nobody was authorised or no car came: for 1.6 there was none.
            saying.kept += transactions.forget(id)
        }
        if let status = status(event, record) { saying.parts.append(.status(status)) }
        return saying
    }

    /// Takes what the event says; true if the transaction begins with it.
    private func note(_ event: OCPP21.TransactionEventRequest, in record: inout TransactionNumbers.Record) -> Bool {
        if let evse = event.evse?.id { record.evse = evse }
        if let reservation = event.reservationId { record.reservation = reservation }
        if let state = event.transactionInfo.chargingState { record.chargingState = state }
        if let wh = event.meterValue?.importedWh { record.wh = wh }
        if let token = event.idToken {
            // A longer token cannot be said as a whole; the transaction must be.
            let idTag = Token16.lowered(token) ?? token.idToken.cut(Token16.longest)
            if record.hasBegun, idTag != record.idTag || event.eventType == .ended {
                record.stopTag = idTag
            } else {
                record.idTag = idTag
            }
        }
        // Without an EVSE it is an event that comes once more after its transaction was told to the end.
        guard !record.hasBegun, record.evse > 0, record.idTag != nil, Self.isConnected(record.chargingState) else {
            return false
        }
        record.begin = event.timestamp
        record.meterStart = record.wh ?? 0
        return true
    }

    private static func isConnected(_ state: OCPP21.ChargingStateEnumType?) -> Bool {
        switch state {
        case .evConnected, .charging, .suspendedEV, .suspendedEVSE: true
        case .idle, nil: false
        }
    }

    /// What the backend said at the start, in case its answer to this event is that one.
    private func response(
        _ event: OCPP21.TransactionEventRequest, _ record: TransactionNumbers.Record
    ) -> OCPP21.TransactionEventResponse {
        guard event.idToken != nil, event.eventType != .ended, let status = record.status else { return .init() }
        return .init(idTokenInfo: .init(status: .init(like: status, or: .invalid)))
    }

    private func meterValues(_ event: OCPP21.TransactionEventRequest, _ id: String, isBegin: Bool) -> [Part] {
        guard let values = event.meterValue, !isBegin || values.saysMore,
            let lowered = values.lowered({ OCPP16.MeterValueType($0) })
        else { return [] }
        return [.meterValues(transaction: id, lowered)]
    }

    private func stop(
        _ event: OCPP21.TransactionEventRequest, _ id: String, _ record: TransactionNumbers.Record
    ) -> Part {
        .stop(
            transaction: id,
            .init(
                meterStop: record.wh ?? record.meterStart, timestamp: event.timestamp, transactionId: 0,
                idTag: record.stopTag, reason: reason(event),
                transactionData: event.meterValue.flatMap { $0.lowered { OCPP16.MeterValueType($0) } }))
    }

    /// Absent means Local (4.10).
    private func reason(_ event: OCPP21.TransactionEventRequest) -> OCPP16.ReasonEnumType? {
        if event.triggerReason == .unlockCommand { return .unlockCommand }
        return switch event.transactionInfo.stoppedReason {
        case nil, .local: nil
        case .deAuthorized: .deAuthorized
        case .emergencyStop: .emergencyStop
        case .evDisconnected: .evDisconnected
        case .immediateReset: lastReset == .hard ? .hardReset : .softReset
        case .powerLoss: .powerLoss
        case .reboot: .reboot
        case .remote: .remote
        case .energyLimitReached, .groundFault, .masterPass, .localOutOfCredit, .other, .overcurrentFault,
            .powerQuality, .socLimitReached, .stoppedByEV, .timeLimitReached, .timeout, .reqEnergyTransferRejected:
            .other
        }
    }

    private mutating func status(
        _ event: OCPP21.TransactionEventRequest, _ record: TransactionNumbers.Record
    ) -> OCPP16.StatusNotificationRequest? {
        guard event.offline != true, record.evse > 0 else { return nil }
        // Without the car the connector is not finishing; what it is it says itself.
        if event.eventType == .ended, event.transactionInfo.stoppedReason == .evDisconnected {
            connectors.unplugged(at: record.evse)
            return nil
        }
        return connectors.transaction(
            at: record.evse, record.chargingState, hasBegun: record.hasBegun, hasEnded: event.eventType == .ended
        ).map { status($0, at: record.evse, event.timestamp) }
    }

    // MARK: On the wire

    /// The message, now that its turn has come; nil if there is nothing left to say.
    func message(_ part: Part) -> OCPP16.CSMSRequest? {
        switch part {
        case .plain(let message): return message
        case .status(let status): return .statusNotification(status)
        case .start(let id):
            guard let record = transactions[id], let begin = record.begin, record.number == nil else { return nil }
            return .startTransaction(
                .init(
                    connectorId: record.evse, idTag: record.idTag ?? "", meterStart: record.meterStart,
                    timestamp: begin, reservationId: record.reservation))
        case .meterValues(let id, let values):
            guard let record = transactions[id], let number = record.number else { return nil }
            return .meterValues(.init(connectorId: record.evse, meterValue: values, transactionId: number))
        case .stop(let id, var stop):
            guard let number = transactions[id]?.number else { return nil }
            stop.transactionId = number
            return .stopTransaction(stop)
        }
    }

    /// Takes an answer: what it says for the station, and what is to be kept of it.
    mutating func hear(_ response: OCPP16.CSMSResponse, of part: Part, _ call: inout OpenCall) -> [Event] {
        switch response {
        case .startTransaction(let response):
            guard case .start(let id) = part, var record = transactions[id] else { return [] }
            record.number = response.transactionId
            record.status = response.idTagInfo.status
            call.response = .transactionEvent(.init(idTokenInfo: .init(response.idTagInfo)))
            return transactions.set(id, record)
        case .stopTransaction(let response):
            guard case .stop(let id, _) = part else { return [] }
            call.response = .transactionEvent(.init(idTokenInfo: response.idTagInfo.map { .init($0) }))
            return transactions.forget(id)
        case .authorize(let response):
            call.response = .authorize(.init(idTokenInfo: .init(response.idTagInfo)))
        case .bootNotification(let response):
            wholeStation = response.status == .accepted ? connectors.whole : nil
            call.response = .bootNotification(
                .init(
                    currentTime: response.currentTime, interval: response.interval,
                    status: .init(like: response.status, or: .rejected)))
        case .heartbeat(let response): call.response = .heartbeat(.init(currentTime: response.currentTime))
        case .signCertificate(let response):
            call.response = .signCertificate(.init(status: .init(like: response.status, or: .rejected)))
        case .dataTransfer(let response):
            call.response = .dataTransfer(
                .init(status: .init(like: response.status, or: .rejected), data: response.data.map { .string($0) }))
        case .diagnosticsStatusNotification, .firmwareStatusNotification, .logStatusNotification, .meterValues,
            .securityEventNotification, .signedFirmwareStatusNotification, .statusNotification:
            break
        }
        return []
    }
}
