// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP
import OCPP16
import OCPP21

extension Face16 {
    /// One message of 1.6, made when its turn comes: only then is the number of its transaction known.
    enum Part: Sendable {
        case plain(OCPP16.CSMSRequest)
        case status(OCPP16.StatusNotificationRequest)
        case start(transaction: String)
        case meterValues(transaction: String, [OCPP16.MeterValueType])
        case stop(transaction: String, OCPP16.StopTransactionRequest)

        /// Whether nothing is lost without it: the next status says as much.
        var isStatus: Bool {
            switch self {
            case .status: true
            case .plain, .start, .meterValues, .stop: false
            }
        }
    }

    /// What is said for a message of 2.1.
    struct Saying {
        var parts: [Part]
        /// What the station hears if no part has an answer of its own.
        var response: OCPP21.CSMSResponse
        var kept: [Event] = []
    }

    /// - Returns: Nil if 1.6 has no such message.
    mutating func saying(_ request: OCPP21.CSMSRequest) -> Saying? {
        switch request {
        case .authorize(let request): return saying(request)
        case .bootNotification(let request): return saying(request)
        case .dataTransfer(let request): return saying(request)
        case .firmwareStatusNotification(let request): return saying(request)
        case .heartbeat:
            return Saying(parts: [.plain(.heartbeat(.init()))], response: .heartbeat(.init(currentTime: .epoch)))
        case .logStatusNotification(let request): return saying(request)
        case .meterValues(let request): return saying(request)
        case .notifyEvent(let request): return saying(request)
        case .securityEventNotification(let request): return saying(request)
        case .signCertificate(let request): return saying(request)
        case .statusNotification(let request):
            return Saying(
                parts: report(request.connectorStatus, at: request.evseId, request.timestamp),
                response: .statusNotification(.init()))
        case .transactionEvent(let request): return saying(request)
        case .batterySwap, .clearedChargingLimit, .closePeriodicEventStream, .get15118EVCertificate,
            .getCertificateChainStatus, .getCertificateStatus, .notifyChargingLimit, .notifyCustomerInformation,
            .notifyDERAlarm, .notifyDERStartStop, .notifyDisplayMessages, .notifyEVChargingNeeds,
            .notifyEVChargingSchedule, .notifyMonitoringReport, .notifyPeriodicEventStream, .notifyPriorityCharging,
            .notifyReport, .notifySettlement, .notifyWebPaymentStarted, .openPeriodicEventStream,
            .publishFirmwareStatusNotification, .pullDynamicScheduleUpdate, .reportChargingProfiles, .reportDERControl,
            .reservationStatusUpdate, .vatNumberValidation:
            return nil
        }
    }

    /// A connector's state, after that of the whole station where that is due: 2.1 does not report it, 1.6 does (4.9).
    private mutating func report(
        _ status: OCPP21.ConnectorStatusEnumType, at evse: Int, _ time: DateTime
    ) -> [Part] {
        let state = connectors.report(status, at: evse)
        var parts: [Part] = []
        if let whole = wholeStation.take() { parts.append(.status(self.status(whole, at: 0, time))) }
        return parts + [.plain(.statusNotification(self.status(state, at: evse, time)))]
    }

    func status(
        _ state: OCPP16.ChargePointStatusEnumType, at connector: Int, _ time: DateTime
    ) -> OCPP16.StatusNotificationRequest {
        // What is wrong is in the vendor's words only; 1.6 wants an error for Faulted (4.9).
        .init(
            connectorId: connector, errorCode: state == .faulted ? .otherError : .noError, status: state,
            timestamp: time)
    }

    private func saying(_ request: OCPP21.AuthorizeRequest) -> Saying? {
        guard let idTag = Token16.lowered(request.idToken) else { return nil }
        return Saying(
            parts: [.plain(.authorize(.init(idTag: idTag)))],
            response: .authorize(.init(idTokenInfo: .init(status: .unknown))))
    }

    private func saying(_ request: OCPP21.BootNotificationRequest) -> Saying {
        let station = request.chargingStation
        let boot = OCPP16.BootNotificationRequest(
            chargePointVendor: station.vendorName.cut(20), chargePointModel: station.model.cut(20),
            chargePointSerialNumber: station.serialNumber?.cut(25), firmwareVersion: station.firmwareVersion?.cut(50),
            iccid: station.modem?.iccid?.cut(20), imsi: station.modem?.imsi?.cut(20))
        let none = OCPP21.BootNotificationResponse(currentTime: .epoch, interval: 0, status: .rejected)
        return Saying(parts: [.plain(.bootNotification(boot))], response: .bootNotification(none))
    }

    private func saying(_ request: OCPP21.DataTransferRequest) -> Saying {
        let transfer = OCPP16.DataTransferRequest(
            vendorId: request.vendorId, messageId: request.messageId, data: request.data?.dataText)
        return Saying(
            parts: [.plain(.dataTransfer(transfer))], response: .dataTransfer(.init(status: .rejected)))
    }

    private func saying(_ request: OCPP21.SecurityEventNotificationRequest) -> Saying {
        let event = OCPP16.SecurityEventNotificationRequest(
            type: request.type, timestamp: request.timestamp, techInfo: request.techInfo)
        return Saying(
            parts: [.plain(.securityEventNotification(event))], response: .securityEventNotification(.init()))
    }

    /// The whitepaper knows the station's certificate only.
    private mutating func saying(_ request: OCPP21.SignCertificateRequest) -> Saying? {
        switch request.certificateType {
        case .v2GCertificate, .v2G20Certificate: return nil
        case .chargingStationCertificate, nil: break
        }
        var kept: [Event] = []
        if certificateRequest != request.requestId {
            let bytes = request.requestId.map { Array(String($0).utf8) }
            kept = [.keep(key: Self.certificateRequestKey, bytes)]
        }
        certificateRequest = request.requestId
        return Saying(
            parts: [.plain(.signCertificate(.init(csr: request.csr)))],
            response: .signCertificate(.init(status: .rejected)), kept: kept)
    }

    /// Outside of transactions, and on demand also within one.
    private func saying(_ request: OCPP21.MeterValuesRequest) -> Saying {
        let values = request.meterValue.lowered { OCPP16.MeterValueType($0) }
        let parts = values.map { values in
            Part.plain(
                .meterValues(
                    .init(
                        connectorId: request.evseId, meterValue: values,
                        transactionId: transactions.running(at: request.evseId)?.record.number)))
        }
        return Saying(parts: parts.map { [$0] } ?? [], response: .meterValues(.init()))
    }

    // MARK: Progress

    private func saying(_ request: OCPP21.FirmwareStatusNotificationRequest) -> Saying {
        let isUnsigned = request.requestId.map { $0 < 0 } ?? triggeredUnsigned.firmware
        let message: OCPP16.CSMSRequest =
            isUnsigned
            ? .firmwareStatusNotification(.init(status: Self.unsigned(request.status)))
            : .signedFirmwareStatusNotification(
                .init(status: .init(like: request.status, or: .idle), requestId: request.requestId))
        return Saying(parts: [.plain(message)], response: .firmwareStatusNotification(.init()))
    }

    /// The seven states of an update without signature.
    private static func unsigned(_ status: OCPP21.FirmwareStatusEnumType) -> OCPP16.UnsignedFirmwareStatusEnumType {
        switch status {
        case .downloaded, .signatureVerified, .installScheduled: .downloaded
        case .downloadFailed: .downloadFailed
        case .downloading, .downloadScheduled, .downloadPaused: .downloading
        case .idle: .idle
        case .installationFailed, .installVerificationFailed, .invalidSignature: .installationFailed
        case .installing, .installRebooting: .installing
        case .installed: .installed
        }
    }

    private func saying(_ request: OCPP21.LogStatusNotificationRequest) -> Saying {
        let isUnsigned = request.requestId.map { $0 < 0 } ?? triggeredUnsigned.log
        let message: OCPP16.CSMSRequest =
            isUnsigned
            ? .diagnosticsStatusNotification(.init(status: Self.diagnostics(request.status)))
            : .logStatusNotification(
                .init(status: .init(like: request.status, or: .uploadFailure), requestId: request.requestId))
        return Saying(parts: [.plain(message)], response: .logStatusNotification(.init()))
    }

    private static func diagnostics(_ status: OCPP21.UploadLogStatusEnumType) -> OCPP16.DiagnosticsStatusEnumType {
        switch status {
        case .idle: .idle
        case .uploaded: .uploaded
        case .uploading: .uploading
        case .badMessage, .notSupportedOperation, .permissionDenied, .uploadFailure, .acceptedCanceled: .uploadFailed
        }
    }

    // MARK: Events

    /// Of all events only the availability has a counterpart; without it there is nothing to say.
    private mutating func saying(_ request: OCPP21.NotifyEventRequest) -> Saying {
        var parts: [Part] = []
        for event in request.eventData where event.variable.name == "AvailabilityState" {
            guard let status = OCPP21.ConnectorStatusEnumType(word: event.actualValue) else { continue }
            switch event.component.name {
            case "Connector":
                guard let evse = event.component.evse?.id else { continue }
                parts += report(status, at: evse, event.timestamp)
            case "ChargingStation":
                let state = Self.whole(status)
                parts.append(.plain(.statusNotification(self.status(state, at: 0, event.timestamp))))
            case _: continue
            }
        }
        return Saying(parts: parts, response: .notifyEvent(.init()))
    }

    /// Connector 0 has three states (4.9).
    private static func whole(_ status: OCPP21.ConnectorStatusEnumType) -> OCPP16.ChargePointStatusEnumType {
        switch status {
        case .available, .occupied, .reserved: .available
        case .unavailable: .unavailable
        case .faulted: .faulted
        }
    }
}

extension DateTime {
    /// Stands where an answer is not there yet.
    static var epoch: DateTime { DateTime(WallTime(milliseconds: 0)) }
}
