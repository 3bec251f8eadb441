// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// Looks at every monitored variable and tells what is worth it (N07, N08). One that is removed says nothing more
    /// (N07.FR.12).
    mutating func advanceMonitoring() {
        guard variables.flag(MonitoringVariables.enabled) else { return }
        var events: [EventDataType] = []
        for monitor in monitoring.sorted where isWatched(monitor) {
            guard let finding = look(at: monitor) else { continue }
            // N05.FR.03, N07.FR.15.
            guard monitor.severity <= (variables.integer(MonitoringVariables.level) ?? 9) else { continue }
            let event = self.event(of: monitor, finding)
            if finding == .periodic, putInStream(event, of: monitor) { continue }
            events.append(event)
        }
        send(events)
        flushStreams()
    }

    /// While there is no backend, monitors whose events would not be queued wait: what they find then is what is true
    /// when it is back (remark to N07). The others go on, and their events are delivered later (N07.FR.04, N08.FR.03).
    private func isWatched(_ monitor: Monitor) -> Bool {
        if monitor.transaction, !hasTransaction(evse: monitor.key.evse) { return false }
        return boot.phase == .accepted || isQueued(severity: monitor.severity)
    }

    private func isQueued(severity: Int) -> Bool {
        severity <= (variables.integer(MonitoringVariables.queuingSeverity) ?? -1)
    }

    private mutating func look(at monitor: Monitor) -> Monitor.Finding? {
        guard let definition = variables.definition(monitor.key) else { return nil }
        let needsTarget = monitor.type == .targetDelta || monitor.type == .targetDeltaRelative
        let needsActual = monitor.type != .periodic && monitor.type != .periodicClockAligned
        let reading = Monitor.Reading(
            actual: needsActual ? value(definition, .actual) : nil,
            target: needsTarget ? value(definition, .target) : nil, isNumeric: definition.kind.isNumeric)
        let finding = monitoring.look(monitor.id, at: reading, now)
        switch finding {  // N07.FR.14
        case .alert: emit(.keep(key: Monitoring.exceededKey(monitor.id), [UInt8(ascii: "1")]))
        case .cleared: emit(.keep(key: Monitoring.exceededKey(monitor.id), nil))
        case .delta, .periodic, nil: break
        }
        return finding
    }

    // MARK: NotifyEvent

    /// N07.FR.06, N07.FR.20.
    mutating func event(of monitor: Monitor, _ finding: Monitor.Finding) -> EventDataType {
        var event = self.event(about: monitor.key, finding.trigger, monitor.kind, severity: monitor.severity)
        event.variableMonitoringId = monitor.id
        if finding == .cleared { event.cleared = true }  // N07.FR.02
        return event
    }

    private mutating func event(
        about key: VariableKey, _ trigger: EventTriggerEnumType, _ kind: EventNotificationEnumType, severity: Int
    ) -> EventDataType {
        defer { monitoring.nextEvent = (monitoring.nextEvent + 1) & 0x3fff_ffff }
        let isSecret = variables.definition(key)?.mutability == .writeOnly  // N07.FR.10
        let value = String(
            (isSecret ? nil : self.value(of: key))?.unicodeScalars.prefix(2_500) ?? "".unicodeScalars[...])
        let transaction = key.evse.flatMap { index(ofEVSE: $0) }.flatMap { evses[$0].transaction?.id }
        return EventDataType(
            eventId: monitoring.nextEvent, timestamp: now.dateTime, trigger: trigger, actualValue: value,
            component: key.componentType, eventNotificationType: kind, variable: key.variableType,
            transactionId: transaction, severity: severity)
    }

    /// Tells the state of a variable without a monitor asking for it (N07.FR.21).
    mutating func notifyEvent(about key: VariableKey, trigger: EventTriggerEnumType = .delta, severity: Int) {
        send([event(about: key, trigger, .hardWiredNotification, severity: severity)])
    }

    func send(_ events: [EventDataType], as kind: CallClass) -> [StationOutput] {
        let parts = parts(events, mostItems: 20, mostBytes: VariableReport.mostBytes)
        return parts.indices.map { index in  // The first has number 0 (N07.FR.07, N08.FR.04).
            .call(
                .notifyEvent(
                    NotifyEventRequest(
                        generatedAt: now.dateTime, seqNo: index, eventData: parts[index], tbc: index + 1 < parts.count)),
                kind)
        }
    }

    /// Those that must not be lost are on disk until they are answered; beyond `Monitoring.mostQueued` there is no more
    /// room for them.
    mutating func send(_ events: [EventDataType]) {
        let queued = events.filter { isQueued(severity: $0.severity ?? 9) }
        let others = events.filter { !isQueued(severity: $0.severity ?? 9) }
        if !others.isEmpty { for output in send(others, as: .volatile) { emit(output) } }
        guard !queued.isEmpty else { return }
        guard monitoring.queued < Monitoring.mostQueued else {
            return emit(.notice("\(queued.count) events are lost: \(monitoring.queued) messages wait for the backend."))
        }
        let outputs = send(queued, as: .durable)
        monitoring.queued += outputs.count
        for output in outputs { emit(output) }
    }

    mutating func eventIsDone(_ request: CSMSRequest) {
        guard case .notifyEvent(let request) = request,
            request.eventData.contains(where: { isQueued(severity: $0.severity ?? 9) })
        else { return }
        monitoring.queued = max(0, monitoring.queued - 1)
    }

    /// When the next periodic monitor is due or a stream is to be flushed.
    var monitoringAt: Instant? {
        let monitors = monitoring.monitors.values.filter { isWatched($0) }.compactMap(\.next).map {
            now.instant(of: $0)
        }
        let streams = boot.phase == .accepted ? monitoring.streams.values.compactMap(\.flushAt) : []
        return (monitors + streams).min()
    }
}
