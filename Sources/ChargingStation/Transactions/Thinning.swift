// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Which events of transactions a queue may give up when it runs out of room in a long time offline. Nothing else is ever given up.
package enum Thinning {
    /// Whether an event is no more than a sample: nothing would be missing from the story without it. What was told once, a
    /// change of state and the limits are never given up (E12.FR.04, J02.FR.12).
    package static func mayDrop(_ event: TransactionEventRequest) -> Bool {
        guard event.eventType == .updated, isSample(event.triggerReason) else { return false }
        let info = event.transactionInfo
        return event.idToken == nil && event.evse == nil && event.reservationId == nil
            && event.numberOfPhasesUsed == nil && info.chargingState == nil && info.remoteStartId == nil
            && info.transactionLimit == nil && info.tariffId == nil && info.operationMode == nil
            && event.preconditioningStatus == nil && event.evseSleep == nil
    }

    private static func isSample(_ trigger: TriggerReasonEnumType) -> Bool {
        switch trigger {
        case .meterValueClock, .meterValuePeriodic, .runningCost: true
        case .abnormalCondition, .authorized, .cablePluggedIn, .chargingRateChanged, .chargingStateChanged,
            .costLimitReached, .deauthorized, .energyLimitReached, .evCommunicationLost, .evConnectTimeout,
            .evDeparted, .evDetected, .limitSet, .operationModeChanged, .remoteStart, .remoteStop, .resetCommand,
            .signedDataReceived, .soCLimitReached, .stopAuthorized, .tariffChanged, .tariffNotAccepted,
            .timeLimitReached, .trigger, .txResumed, .unlockCommand:
            false
        }
    }

    /// Of the samples of one transaction, in their order, those to give up: the second, the fourth, and so on, never the first or
    /// the last (E11.FR.05, E12.FR.05, J02.FR.13). Called again, it halves what is left.
    package static func dropped<Event>(of samples: [Event]) -> [Event] {
        samples.indices.filter { $0 % 2 == 1 && $0 != samples.count - 1 }.map { samples[$0] }
    }

    /// Puts the values of events that are given up into the end of their transaction, the only event that may carry values of
    /// many intervals (J02.FR.10), as far as there is room in it.
    package static func merge(_ dropped: [TransactionEventRequest], into end: inout TransactionEventRequest) {
        guard end.eventType == .ended else { return }
        let values = dropped.filter {
            $0.transactionInfo.transactionId == end.transactionInfo.transactionId && mayDrop($0)
        }.flatMap { $0.meterValue ?? [] }
        var all = ((end.meterValue ?? []) + values).sorted { $0.timestamp.time < $1.timestamp.time }
        while all.count > TransactionSampling.mostCollected {
            let last = all.count - 1
            all = all.indices.filter { $0 % 2 == 0 || $0 == last }.map { all[$0] }
        }
        end.meterValue = all.isEmpty ? nil : all
    }
}
