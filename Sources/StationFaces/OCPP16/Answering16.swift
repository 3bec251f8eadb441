// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP16
import OCPP21

extension Face16.Asking {
    /// The station answered something else; that is a fault of ours, and the backend must not wait for it.
    static var unexpected: Self { .refused(Refusal(.internalError, "the station answered another question")) }
}

extension Face16 {
    /// What the backend is answered, from what the station has.
    mutating func concluded(_ pending: PendingAnswer) -> Asking {
        switch pending.request {
        case .changeConfiguration(let request): return concluded(request, pending.answers)
        case .getConfiguration(let request): return concluded(request, pending.answers)
        case .setChargingProfile(let request): return concluded(request, pending.answers)
        case .changeAvailability(let request): noticeAvailability(request, pending.answers)
        case .triggerMessage, .extendedTriggerMessage: return concludedTrigger(pending)
        case .cancelReservation, .certificateSigned, .clearCache, .clearChargingProfile, .dataTransfer,
            .deleteCertificate, .getCompositeSchedule, .getDiagnostics, .getInstalledCertificateIds,
            .getLocalListVersion, .getLog, .installCertificate, .remoteStartTransaction, .remoteStopTransaction,
            .reserveNow, .reset, .sendLocalList, .signedUpdateFirmware, .unlockConnector, .updateFirmware:
            break
        }
        guard let answer = pending.answers.last, let response = Self.response(to: pending.request, answer) else {
            return .unexpected
        }
        return response
    }

    /// Messages whose answer is one answer of the station; nil if it belongs to another.
    private static func response(
        to request: OCPP16.StationRequest, _ answer: OCPP21.StationResponse
    ) -> Asking? {
        switch request {
        case .cancelReservation:
            if case .cancelReservation(let answer) = answer {
                return .known(.cancelReservation(.init(status: .init(like: answer.status, or: .rejected))))
            }
        case .certificateSigned:
            if case .certificateSigned(let answer) = answer {
                return .known(.certificateSigned(.init(status: .init(like: answer.status, or: .rejected))))
            }
        case .changeAvailability:
            if case .changeAvailability(let answer) = answer {
                return .known(.changeAvailability(.init(status: .init(like: answer.status, or: .rejected))))
            }
        case .clearCache:
            if case .clearCache(let answer) = answer {
                return .known(.clearCache(.init(status: .init(like: answer.status, or: .rejected))))
            }
        case .clearChargingProfile:
            if case .clearChargingProfile(let answer) = answer {
                return .known(.clearChargingProfile(.init(status: .init(like: answer.status, or: .unknown))))
            }
        case .dataTransfer:
            if case .dataTransfer(let answer) = answer {
                return .known(
                    .dataTransfer(.init(status: .init(like: answer.status, or: .rejected), data: answer.data?.dataText))
                )
            }
        case .deleteCertificate:
            if case .deleteCertificate(let answer) = answer {
                return .known(.deleteCertificate(.init(status: .init(like: answer.status, or: .failed))))
            }
        case .getCompositeSchedule:
            if case .getCompositeSchedule(let answer) = answer {
                return .known(.getCompositeSchedule(composite(answer)))
            }
        case .getDiagnostics:
            if case .getLog(let answer) = answer {
                // No name means there is nothing to send (5.9).
                return .known(.getDiagnostics(.init(fileName: answer.status == .rejected ? nil : answer.filename)))
            }
        case .getInstalledCertificateIds:
            if case .getInstalledCertificateIds(let answer) = answer {
                return .known(.getInstalledCertificateIds(installed(answer)))
            }
        case .getLocalListVersion:
            if case .getLocalListVersion(let answer) = answer {
                return .known(.getLocalListVersion(.init(listVersion: answer.versionNumber)))
            }
        case .getLog:
            if case .getLog(let answer) = answer {
                return .known(
                    .getLog(.init(status: .init(like: answer.status, or: .rejected), filename: answer.filename)))
            }
        case .installCertificate:
            if case .installCertificate(let answer) = answer {
                return .known(.installCertificate(.init(status: .init(like: answer.status, or: .failed))))
            }
        case .remoteStartTransaction:
            if case .requestStartTransaction(let answer) = answer {
                return .known(.remoteStartTransaction(.init(status: .init(like: answer.status, or: .rejected))))
            }
        case .remoteStopTransaction:
            if case .requestStopTransaction(let answer) = answer {
                return .known(.remoteStopTransaction(.init(status: .init(like: answer.status, or: .rejected))))
            }
        case .reserveNow:
            if case .reserveNow(let answer) = answer {
                return .known(.reserveNow(.init(status: .init(like: answer.status, or: .rejected))))
            }
        case .reset:
            if case .reset(let answer) = answer {
                // A reset that waits for something was accepted.
                return .known(.reset(.init(status: answer.status == .rejected ? .rejected : .accepted)))
            }
        case .sendLocalList:
            if case .sendLocalList(let answer) = answer {
                return .known(.sendLocalList(.init(status: .init(like: answer.status, or: .failed))))
            }
        case .signedUpdateFirmware:
            if case .updateFirmware(let answer) = answer {
                return .known(.signedUpdateFirmware(.init(status: .init(like: answer.status, or: .rejected))))
            }
        case .unlockConnector:
            if case .unlockConnector(let answer) = answer {
                return .known(.unlockConnector(unlocked(answer)))
            }
        case .updateFirmware:
            if case .updateFirmware(let answer) = answer {
                return updated(answer)
            }
        case .changeConfiguration, .extendedTriggerMessage, .getConfiguration, .setChargingProfile, .triggerMessage:
            break
        }
        return nil
    }

    private static func installed(
        _ answer: OCPP21.GetInstalledCertificateIdsResponse
    ) -> OCPP16.GetInstalledCertificateIdsResponse {
        let hashes = answer.certificateHashDataChain?.map { OCPP16.CertificateHashDataType($0.certificateHashData) }
        return .init(
            status: .init(like: answer.status, or: .notFound),
            certificateHashData: hashes?.isEmpty == true ? nil : hashes)
    }

    /// A connector that does not exist is not supported (5.18).
    private static func unlocked(_ answer: OCPP21.UnlockConnectorResponse) -> OCPP16.UnlockConnectorResponse {
        switch answer.status {
        case .unlocked: .init(status: .unlocked)
        case .unlockFailed, .ongoingAuthorizedTransaction: .init(status: .unlockFailed)
        case .unknownConnector: .init(status: .notSupported)
        }
    }

    /// The answer of 1.6 is empty; a refusal can only be an error.
    private static func updated(_ answer: OCPP21.UpdateFirmwareResponse) -> Asking {
        switch answer.status {
        case .accepted, .acceptedCanceled: .known(.updateFirmware(.init()))
        case .rejected, .invalidCertificate, .revokedCertificate:
            .refused(Refusal(.genericError, answer.statusInfo?.additionalInfo ?? answer.status.word))
        }
    }

    /// Accepted if any connector has something to say.
    private func concludedTrigger(_ pending: PendingAnswer) -> Asking {
        let statuses = pending.answers.compactMap { answer -> OCPP21.TriggerMessageStatusEnumType? in
            guard case .triggerMessage(let answer) = answer else { return nil }
            return answer.status
        }
        guard let first = statuses.first else { return .unexpected }
        let status = statuses.contains(.accepted) ? .accepted : first
        guard case .extendedTriggerMessage = pending.request else {
            return .known(.triggerMessage(.init(status: .init(like: status, or: .rejected))))
        }
        return .known(.extendedTriggerMessage(.init(status: .init(like: status, or: .rejected))))
    }

    private mutating func noticeAvailability(
        _ request: OCPP16.ChangeAvailabilityRequest, _ answers: [OCPP21.StationResponse]
    ) {
        guard request.connectorId == 0, case .changeAvailability(let answer) = answers.last, answer.status != .rejected
        else { return }
        connectors.whole = request.type == .operative ? .available : .unavailable
        wholeStation = connectors.whole
    }
}
