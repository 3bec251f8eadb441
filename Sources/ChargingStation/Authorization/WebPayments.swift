// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// C25.FR.22, C25.FR.27: somebody pays for an EVSE on the web; until the backend starts it, or the time is over, nobody starts it
    /// here.
    mutating func take(_ request: NotifyWebPaymentStartedRequest, _ id: MessageID) {
        emit(.answer(id, .notifyWebPaymentStarted(NotifyWebPaymentStartedResponse())))
        guard setup.role == .inCharge, let index = index(ofEVSE: request.evseId) else { return }
        evses[index].paidUntil = now.monotonic + .seconds(min(max(0, request.timeout), 3_600))
    }

    func isBeingPaid(_ index: Int) -> Bool { evses[index].paidUntil.map { now.monotonic < $0 } ?? false }
}
