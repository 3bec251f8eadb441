// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// F05. The host tries, whether or not a cable is seen (F05.FR.06), and its result is the answer.
    mutating func take(_ request: UnlockConnectorRequest, _ id: MessageID) {
        guard setup.role == .inCharge else {
            return emit(.refuse(id, Refusal(.notSupported, "This backend reads only.")))
        }
        guard let index = index(ofEVSE: request.evseId), request.connectorId == 1 else {
            return answerUnlock(id, .unknownConnector)  // F05.FR.03.
        }
        // F05.FR.07.
        guard !evses[index].setup.hasFixedCable else {
            return emit(.refuse(id, Refusal(.notSupported, "The cable is fixed: this connector has no lock.")))
        }
        // F05.FR.02.
        guard !(evses[index].transaction != nil && evses[index].conditions.isAuthorized) else {
            return answerUnlock(id, .ongoingAuthorizedTransaction)
        }
        emit(.host(.unlock(reply: id, evse: request.evseId, connector: request.connectorId)))
    }

    /// F05.FR.04, F05.FR.05.
    mutating func answerUnlock(_ id: MessageID, _ status: UnlockStatusEnumType) {
        emit(.answer(id, .unlockConnector(UnlockConnectorResponse(status: status))))
    }
}
