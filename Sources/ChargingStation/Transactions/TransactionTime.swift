// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// Everything of blocks C to J that is due by now.
    mutating func advanceTransactions() {
        advanceConnection()
        advanceWaiting()
        advanceResumption()
        advanceTariffs()
        advanceLimits()
        advanceSampling()
        advanceAlignedValues()
        advanceReservations()
        advanceAvailability()
    }

    var transactionDeadline: Instant? {
        [
            evses.compactMap(\.connectBy).min(), authorization.waiting?.until, resumptionDeadline, limitDeadline,
            samplingDeadline, alignedDeadline, reservationDeadline, tariffDeadline,
        ].compactMap(\.self).min()
    }
}
