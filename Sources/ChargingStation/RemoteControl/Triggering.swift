// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// F06. The answer first, the message after it (F06.FR.04); messages go although the station may still be waiting
    /// to be accepted. F06.FR.02, F06.FR.03, F06.FR.05, F06.FR.09, F06.FR.10, F06.FR.13.
    mutating func take(_ request: TriggerMessageRequest, _ id: MessageID) {
        let status = triggerStatus(request)
        emit(.answer(id, .triggerMessage(TriggerMessageResponse(status: status))))
        guard status == .accepted else { return }
        trigger(request)
    }

    private func triggerStatus(_ request: TriggerMessageRequest) -> TriggerMessageStatusEnumType {
        if let evse = request.evse?.id, evse != 0, index(ofEVSE: evse) == nil { return .rejected }
        switch request.requestedMessage {
        // F06.FR.17.
        case .bootNotification: return mayTriggerBoot() ? .accepted : .rejected
        case .heartbeat, .meterValues: return .accepted
        // F06.FR.12: only of one connector.
        case .statusNotification:
            return request.evse?.connectorId == 1 && request.evse?.id != 0 ? .accepted : .rejected
        case .transactionEvent: return triggeredIndices(request).isEmpty ? .rejected : .accepted
        case .logStatusNotification, .firmwareStatusNotification, .signChargingStationCertificate,
            .signV2GCertificate, .signV2G20Certificate, .signCombinedCertificate:
            return securityTriggerStatus(request.requestedMessage)
        // F06.FR.08, F06.FR.19.
        case .publishFirmwareStatusNotification, .customTrigger: return .notImplemented
        }
    }

    /// What uploads, updates and certificates say of themselves is theirs.
    private mutating func trigger(_ request: TriggerMessageRequest) {
        switch request.requestedMessage {
        case .bootNotification: triggerBoot()
        case .heartbeat: triggerHeartbeat()
        case .meterValues: triggerMeterValues(request)
        case .statusNotification: triggerStatusNotification(request)
        case .transactionEvent: triggerTransactionEvents(request)
        case .logStatusNotification, .firmwareStatusNotification, .signChargingStationCertificate,
            .signV2GCertificate, .signV2G20Certificate, .signCombinedCertificate:
            triggerSecurity(request.requestedMessage)
        case .publishFirmwareStatusNotification, .customTrigger: break
        }
    }

    /// F06.FR.06; without an EVSE of all of them (F06.FR.11).
    private mutating func triggerMeterValues(_ request: TriggerMessageRequest) {
        for index in evses.indices where (request.evse?.id ?? evses[index].id) == evses[index].id {
            guard let value = meterValue(index, for: .aligned, .trigger) else { continue }
            call(.meterValues(MeterValuesRequest(evseId: evses[index].id, meterValue: [value])), .triggered)
        }
        guard (request.evse?.id ?? 0) == 0, let value = stationValue(.trigger, at: now.dateTime) else { return }
        call(.meterValues(MeterValuesRequest(evseId: 0, meterValue: [value])), .triggered)
    }

    private mutating func triggerStatusNotification(_ request: TriggerMessageRequest) {
        guard let index = request.evse.flatMap({ index(ofEVSE: $0.id) }) else { return }
        reportConnector(index, .triggered)
    }

    private func triggeredIndices(_ request: TriggerMessageRequest) -> [Int] {
        evses.indices.filter {
            evses[$0].transaction?.isInterrupted == false
                && ((request.evse?.id ?? 0) == 0 || request.evse?.id == evses[$0].id)
        }
    }

    /// F06.FR.07.
    private mutating func triggerTransactionEvents(_ request: TriggerMessageRequest) {
        for index in triggeredIndices(request) {
            let value = meterValue(index, for: .updated, .trigger)
            sendEvent(.updated, index, because: .trigger) { $0.meterValue = value.map { [$0] } }
        }
    }
}
