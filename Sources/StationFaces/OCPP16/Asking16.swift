// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP16
import OCPP21

extension Face16 {
    /// What the station is asked for a message of the backend. Connector n is EVSE n, connector 0 the station.
    mutating func asking(_ request: OCPP16.StationRequest) -> Asking {
        switch request {
        case .cancelReservation(let request):
            return .steps([.cancelReservation(.init(reservationId: request.reservationId))])
        case .certificateSigned(let request): return asking(request)
        case .changeAvailability(let request): return asking(request)
        case .changeConfiguration(let request): return asking(request)
        case .clearCache: return .steps([.clearCache(.init())])
        case .clearChargingProfile(let request): return asking(request)
        case .dataTransfer(let request):
            let data = request.data.map { JSON.string($0) }
            return .steps([
                .dataTransfer(.init(vendorId: request.vendorId, messageId: request.messageId, data: data))
            ])
        case .deleteCertificate(let request):
            return .steps([
                .deleteCertificate(.init(certificateHashData: .init(request.certificateHashData)))
            ])
        case .extendedTriggerMessage(let request): return asking(request)
        case .getCompositeSchedule(let request):
            return .steps([
                .getCompositeSchedule(
                    .init(
                        duration: request.duration, evseId: request.connectorId,
                        chargingRateUnit: request.chargingRateUnit.flatMap { .init(like: $0) }))
            ])
        case .getConfiguration(let request): return asking(request)
        case .getDiagnostics(let request): return asking(request)
        case .getInstalledCertificateIds(let request):
            return .steps([
                .getInstalledCertificateIds(.init(certificateType: [Self.use(request.certificateType)]))
            ])
        case .getLocalListVersion: return .steps([.getLocalListVersion(.init())])
        case .getLog(let request): return asking(request)
        case .installCertificate(let request): return asking(request)
        case .remoteStartTransaction(let request): return asking(request)
        case .remoteStopTransaction(let request):
            // A number nobody has given is no transaction of this station (5.12).
            guard let id = transactions.id(of: request.transactionId) else {
                return .known(.remoteStopTransaction(.init(status: .rejected)))
            }
            return .steps([.requestStopTransaction(.init(transactionId: id))])
        case .reserveNow(let request): return asking(request)
        case .reset(let request):
            lastReset = request.type
            // Soft ends transactions in good order first, as the immediate reset of 2.1 does (5.14).
            return .steps([.reset(.init(type: .immediate))])
        case .sendLocalList(let request): return asking(request)
        case .setChargingProfile(let request): return asking(request)
        case .signedUpdateFirmware(let request): return asking(request)
        case .triggerMessage(let request): return asking(request)
        case .unlockConnector(let request): return asking(request)
        case .updateFirmware(let request): return asking(request)
        }
    }

    private mutating func ownID() -> Int {
        lastOwnID = lastOwnID <= -1_000_000 ? -1 : lastOwnID - 1
        return lastOwnID
    }

    private static func evse(_ connector: Int) -> OCPP21.EVSEType? { connector == 0 ? nil : .init(id: connector) }

    private func asking(_ request: OCPP16.ChangeAvailabilityRequest) -> Asking {
        .steps([
            .changeAvailability(
                .init(
                    operationalStatus: .init(like: request.type, or: .operative), evse: Self.evse(request.connectorId)))
        ])
    }

    private mutating func asking(_ request: OCPP16.RemoteStartTransactionRequest) -> Asking {
        remoteStarts = remoteStarts == .max ? 1 : remoteStarts + 1
        // Without transaction id: it becomes the profile of the one that begins (5.16).
        let profile = request.chargingProfile.map { old in
            var profile = raised(old)
            profile.transactionId = nil
            return profile
        }
        let connector = request.connectorId.flatMap { $0 > 0 ? $0 : nil }
        return .steps([
            .requestStartTransaction(
                .init(
                    idToken: Token16.raised(request.idTag), remoteStartId: remoteStarts, evseId: connector,
                    chargingProfile: profile))
        ])
    }

    private func asking(_ request: OCPP16.ReserveNowRequest) -> Asking {
        .steps([
            .reserveNow(
                .init(
                    id: request.reservationId, expiryDateTime: request.expiryDate,
                    idToken: Token16.raised(request.idTag),
                    evseId: request.connectorId == 0 ? nil : request.connectorId,
                    groupIdToken: request.parentIdTag.map(Token16.raised)))
        ])
    }

    private func asking(_ request: OCPP16.SendLocalListRequest) -> Asking {
        let entries = request.localAuthorizationList?.map { entry in
            OCPP21.AuthorizationDataType(
                idToken: Token16.raised(entry.idTag), idTokenInfo: entry.idTagInfo.map { .init($0) })
        }
        // An empty list is none to 2.1, which forbids empty arrays.
        return .steps([
            .sendLocalList(
                .init(
                    versionNumber: request.listVersion, updateType: .init(like: request.updateType, or: .full),
                    localAuthorizationList: entries?.isEmpty == true ? nil : entries))
        ])
    }

    /// 1.6 ends a running transaction first (5.18), 2.1 refuses to.
    private func asking(_ request: OCPP16.UnlockConnectorRequest) -> Asking {
        let unlock = OCPP21.StationRequest.unlockConnector(.init(evseId: request.connectorId, connectorId: 1))
        guard let running = transactions.running(at: request.connectorId) else { return .steps([unlock]) }
        return .steps([.requestStopTransaction(.init(transactionId: running.id)), unlock])
    }

    // MARK: Certificates

    private func asking(_ request: OCPP16.CertificateSignedRequest) -> Asking {
        .steps([
            .certificateSigned(
                .init(
                    certificateChain: request.certificateChain, certificateType: .chargingStationCertificate,
                    requestId: certificateRequest))
        ])
    }

    private func asking(_ request: OCPP16.InstallCertificateRequest) -> Asking {
        let use: OCPP21.InstallCertificateUseEnumType =
            switch request.certificateType {
            case .centralSystemRootCertificate: .csmsRootCertificate
            case .manufacturerRootCertificate: .manufacturerRootCertificate
            }
        return .steps([.installCertificate(.init(certificateType: use, certificate: request.certificate))])
    }

    private static func use(_ use: OCPP16.CertificateUseEnumType) -> OCPP21.GetCertificateIdUseEnumType {
        switch use {
        case .centralSystemRootCertificate: .csmsRootCertificate
        case .manufacturerRootCertificate: .manufacturerRootCertificate
        }
    }

    // MARK: Files

    private mutating func asking(_ request: OCPP16.GetDiagnosticsRequest) -> Asking {
        .steps([
            .getLog(
                .init(
                    log: .init(
                        remoteLocation: request.location, oldestTimestamp: request.startTime,
                        latestTimestamp: request.stopTime), logType: .diagnosticsLog, requestId: ownID(),
                    retries: request.retries, retryInterval: request.retryInterval))
        ])
    }

    private func asking(_ request: OCPP16.GetLogRequest) -> Asking {
        .steps([
            .getLog(
                .init(
                    log: .init(
                        remoteLocation: request.log.remoteLocation, oldestTimestamp: request.log.oldestTimestamp,
                        latestTimestamp: request.log.latestTimestamp),
                    logType: .init(like: request.logType, or: .diagnosticsLog), requestId: request.requestId,
                    retries: request.retries, retryInterval: request.retryInterval))
        ])
    }

    private mutating func asking(_ request: OCPP16.UpdateFirmwareRequest) -> Asking {
        .steps([
            .updateFirmware(
                .init(
                    requestId: ownID(),
                    firmware: .init(location: request.location, retrieveDateTime: request.retrieveDate),
                    retries: request.retries, retryInterval: request.retryInterval))
        ])
    }

    private func asking(_ request: OCPP16.SignedUpdateFirmwareRequest) -> Asking {
        let firmware = request.firmware
        return .steps([
            .updateFirmware(
                .init(
                    requestId: request.requestId,
                    firmware: .init(
                        location: firmware.location, retrieveDateTime: firmware.retrieveDateTime,
                        installDateTime: firmware.installDateTime, signingCertificate: firmware.signingCertificate,
                        signature: firmware.signature), retries: request.retries,
                    retryInterval: request.retryInterval))
        ])
    }

    // MARK: Triggers

    private mutating func asking(_ request: OCPP16.TriggerMessageRequest) -> Asking {
        switch request.requestedMessage {
        case .bootNotification: return trigger(.bootNotification, nil)
        case .diagnosticsStatusNotification:
            triggeredUnsigned.log = true
            return trigger(.logStatusNotification, nil)
        case .firmwareStatusNotification:
            triggeredUnsigned.firmware = true
            return trigger(.firmwareStatusNotification, nil)
        case .heartbeat: return trigger(.heartbeat, nil)
        case .meterValues: return trigger(.meterValues, request.connectorId)
        case .statusNotification: return trigger(.statusNotification, request.connectorId)
        }
    }

    private mutating func asking(_ request: OCPP16.ExtendedTriggerMessageRequest) -> Asking {
        switch request.requestedMessage {
        case .bootNotification: return trigger(.bootNotification, nil)
        case .logStatusNotification:
            triggeredUnsigned.log = false
            return trigger(.logStatusNotification, nil)
        case .firmwareStatusNotification:
            triggeredUnsigned.firmware = false
            return trigger(.firmwareStatusNotification, nil)
        case .heartbeat: return trigger(.heartbeat, nil)
        case .meterValues: return trigger(.meterValues, request.connectorId)
        case .signChargePointCertificate: return trigger(.signChargingStationCertificate, nil)
        case .statusNotification: return trigger(.statusNotification, request.connectorId)
        }
    }

    private mutating func trigger(_ message: OCPP21.MessageTriggerEnumType, _ connector: Int?) -> Asking {
        let evse = connector.flatMap { $0 > 0 ? $0 : nil }
        guard message == .statusNotification else {
            return .steps([.triggerMessage(.init(requestedMessage: message, evse: evse.map { .init(id: $0) }))])
        }
        // 2.1 wants one connector; 1.6 means all of them without (5.17), the station among them.
        if evse == nil { wholeStation = wholeStation ?? connectors.whole }
        let evses = evse.map { [$0] } ?? settings.evses
        return .steps(
            evses.map { evse in
                .triggerMessage(.init(requestedMessage: message, evse: .init(id: evse, connectorId: 1)))
            })
    }
}
