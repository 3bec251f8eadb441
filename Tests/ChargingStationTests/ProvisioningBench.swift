// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

@testable import ChargingStation

extension StationBench {
    init(kept: [String: [UInt8]], at time: StationTime = StationBench.start, _ setup: StationSetup = StationBench.setup)
    {
        self.init(setup)
        self.time = time
        self.kept = kept
        station = Station(setup, kept: kept, at: time)
    }

    /// The same station after its process has ended and begun again.
    func begunAgain(_ setup: StationSetup = StationBench.setup) -> StationBench {
        StationBench(kept: kept, at: time, setup)
    }

    mutating func answerBoot(_ status: RegistrationStatusEnumType, interval: Int = 300) -> [StationOutput] {
        let request = BootNotificationRequest(
            chargingStation: ChargingStationType(model: "", vendorName: ""), reason: .powerUp)
        let response = BootNotificationResponse(
            currentTime: DateTime(time.wall), interval: interval, status: status)
        return handle(.answered(.bootNotification(request), .bootNotification(response)))
    }

    mutating func get(_ key: VariableKey, _ type: AttributeEnumType? = nil) -> GetVariableResultType? {
        let data = GetVariableDataType(
            component: key.componentType, variable: key.variableType, attributeType: type)
        guard case .getVariables(let response)? = ask(.getVariables(.init(getVariableData: [data]))).answer else {
            return nil
        }
        return response.getVariableResult.first
    }

    @discardableResult
    mutating func set(
        _ key: VariableKey, _ type: AttributeEnumType? = nil, to value: String
    ) -> SetVariableResultType? {
        let data = SetVariableDataType(
            attributeValue: value, component: key.componentType, variable: key.variableType, attributeType: type)
        guard case .setVariables(let response)? = ask(.setVariables(.init(setVariableData: [data]))).answer else {
            return nil
        }
        return response.setVariableResult.first
    }

    /// Answers every report of the outputs until none follows.
    mutating func answerReports(_ outputs: [StationOutput]) -> [CSMSRequest] {
        var calls = self.calls(in: outputs)
        var index = 0
        while index < calls.count {
            if let response = Self.response(to: calls[index]) {
                calls += self.calls(in: handle(.answered(calls[index], response)))
            }
            index += 1
        }
        return calls
    }

    private static func response(to request: CSMSRequest) -> CSMSResponse? {
        switch request.action {
        case .notifyReport: .notifyReport(NotifyReportResponse())
        case .notifyMonitoringReport: .notifyMonitoringReport(NotifyMonitoringReportResponse())
        case .notifyDisplayMessages: .notifyDisplayMessages(NotifyDisplayMessagesResponse())
        case _: nil
        }
    }

    mutating func sees(evse: Int = 1, _ change: (inout EVSEReport) -> Void) -> [StationOutput] {
        var report = EVSEReport()
        change(&report)
        return handle(.evse(evse, report))
    }

    mutating func begin(_ transaction: String, evse: Int = 1) {
        if let index = station.index(ofEVSE: evse) { station.evses[index].transaction = Transaction(id: transaction) }
    }

    mutating func end(evse: Int = 1) {
        if let index = station.index(ofEVSE: evse) { station.evses[index].transaction = nil }
    }
}

extension [StationOutput] {
    var hostTasks: [HostTask] { compactMap { if case .host(let task) = $0 { task } else { nil } } }
    var monitorEvents: [EventDataType] { notifyEvents.flatMap(\.eventData) }
    var notifyEvents: [NotifyEventRequest] {
        compactMap { if case .call(.notifyEvent(let request), _) = $0 { request } else { nil } }
    }
    var streams: [NotifyPeriodicEventStream] {
        compactMap { if case .call(.notifyPeriodicEventStream(let request), _) = $0 { request } else { nil } }
    }
    /// The classes of the calls of one kind.
    func classes(of action: CSMSRequest.Action) -> [CallClass] {
        compactMap { if case .call(let request, let kind) = $0, request.action == action { kind } else { nil } }
    }
    var refusals: [ErrorCode] { compactMap { if case .refuse(_, let refusal) = $0 { refusal.code } else { nil } } }
}
