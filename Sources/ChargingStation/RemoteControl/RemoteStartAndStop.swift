// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// F01, F02. The answer goes first, then whatever is asked or told.
    mutating func take(_ request: RequestStartTransactionRequest, _ id: MessageID) {
        if let info = refusal(of: request) {
            let refused = RequestStartTransactionResponse(status: .rejected, statusInfo: info)
            return emit(.answer(id, .requestStartTransaction(refused)))
        }
        // F01.FR.13.
        let running = request.evseId.flatMap { index(ofEVSE: $0) }.flatMap { evses[$0].transaction?.id }
        let accepted = RequestStartTransactionResponse(status: .accepted, transactionId: running)
        emit(.answer(id, .requestStartTransaction(accepted)))
        start(request)
    }

    /// F01.FR.06, F02.FR.09, F02.FR.10, F02.FR.14, F02.FR.22.
    private mutating func start(_ request: RequestStartTransactionRequest) {
        // F01.FR.01, F01.FR.02, C05.FR.01.
        if variables.flag(AuthorizationVariables.authorizesRemoteStart), !request.idToken.isCentral,
            !request.idToken.isNobody
        {
            return resolve(
                Authorization.Asking(
                    idToken: request.idToken, evse: request.evseId, remoteStartId: request.remoteStartId,
                    groupIdToken: request.groupIdToken, profile: request.chargingProfile))
        }
        give(
            Grant(
                idToken: request.idToken, groupIdToken: request.groupIdToken, remoteStartId: request.remoteStartId,
                profile: request.chargingProfile), at: request.evseId)
    }

    /// F02.FR.23, F02.FR.24, F02.FR.25, F02.FR.26.
    private func refusal(of request: RequestStartTransactionRequest) -> StatusInfoType? {
        guard setup.role == .inCharge else { return StatusInfoType(reasonCode: "ReadOnly") }
        // B02.FR.05.
        guard boot.phase == .accepted else { return StatusInfoType(reasonCode: "NotAccepted") }
        let grant = Grant(
            idToken: request.idToken, groupIdToken: request.groupIdToken, remoteStartId: request.remoteStartId)
        guard let evse = request.evseId else {
            // F01.FR.07: nowhere to start.
            let isPlace = evses.indices.contains { maySettle(grant, $0) }
            return isPlace ? profileRefusal(request.chargingProfile, evse: nil) : StatusInfoType(reasonCode: "NoEVSE")
        }
        guard let index = index(ofEVSE: evse) else { return StatusInfoType(reasonCode: "UnknownEvse") }
        // F01.FR.21, F01.FR.22, F01.FR.23, F01.FR.24.
        guard maySettle(grant, index) else {
            return StatusInfoType(
                reasonCode: evses[index].conditions.isAuthorized ? "TxInProgress" : "NotAvailable")
        }
        return profileRefusal(request.chargingProfile, evse: evse)
    }

    /// F01.FR.26: the profile with a remote start is one for its transaction, which has no id yet.
    /// F01.FR.09, F01.FR.11, F02.FR.17, F02.FR.19, F02.FR.27.
    private func profileRefusal(_ profile: ChargingProfileType?, evse: Int?) -> StatusInfoType? {
        guard let profile else { return nil }
        guard profile.chargingProfilePurpose == .txProfile, profile.transactionId == nil else {
            return StatusInfoType(reasonCode: "InvalidProfile")
        }
        return refusal(ofRemote: profile, evse: evse)
    }

    /// F03, F04.
    /// F03.FR.07, F03.FR.08, F04.FR.02.
    mutating func take(_ request: RequestStopTransactionRequest, _ id: MessageID) {
        guard setup.role == .inCharge, boot.phase == .accepted, let index = index(ofTransaction: request.transactionId)
        else {
            return emit(
                .answer(id, .requestStopTransaction(RequestStopTransactionResponse(status: .rejected))))
        }
        emit(.answer(id, .requestStopTransaction(RequestStopTransactionResponse(status: .accepted))))
        let occurrence = Occurrence(.remoteStop, stopped: .remote)
        guard evses[index].conditions.isAuthorized else {
            // Nobody is authorised: the end, whenever it comes, is the backend's wish (F04.FR.03).
            evses[index].transaction?.stoppedReason = .remote
            return sendEvent(.updated, index, because: .remoteStop)
        }
        deauthorize(index, occurrence)
    }
}
