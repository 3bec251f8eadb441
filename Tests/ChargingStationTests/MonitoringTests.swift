// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

extension StationBench {
    static let power = VariableKey("EVSE", "Power", evse: 1)

    mutating func setMonitor(
        _ key: VariableKey, _ type: MonitorEnumType, _ value: DecimalNumber, severity: Int = 5,
        id: Int? = nil, transaction: Bool? = nil, stream: PeriodicEventStreamParamsType? = nil
    ) -> (SetMonitoringResultType?, [StationOutput]) {
        let data = SetMonitoringDataType(
            value: value, type: type, severity: severity, component: key.componentType, variable: key.variableType,
            id: id, periodicEventStream: stream, transaction: transaction)
        let (answer, rest) = ask(.setVariableMonitoring(.init(setMonitoringData: [data])))
        guard case .setVariableMonitoring(let response)? = answer else { return (nil, rest) }
        return (response.setMonitoringResult.first, rest)
    }

    /// Of the power of EVSE 1.
    mutating func setMonitor(
        _ type: MonitorEnumType, _ value: DecimalNumber, severity: Int = 5, id: Int? = nil, transaction: Bool? = nil,
        stream: PeriodicEventStreamParamsType? = nil
    ) -> (SetMonitoringResultType?, [StationOutput]) {
        setMonitor(
            StationBench.power, type, value, severity: severity, id: id, transaction: transaction, stream: stream)
    }

    mutating func power(_ watts: Int, evse: Int = 1) -> [StationOutput] {
        sees(evse: evse) { $0.power = .watts(watts) }
    }

    mutating func clearMonitor(_ ids: [Int]) -> ([ClearMonitoringStatusEnumType], [StationOutput]) {
        let (answer, rest) = ask(.clearVariableMonitoring(.init(id: ids)))
        guard case .clearVariableMonitoring(let response)? = answer else { return ([], rest) }
        return (response.clearMonitoringResult.map(\.status), rest)
    }

    mutating func monitors(
        _ criteria: [MonitoringCriterionEnumType]? = nil, _ wanted: [ComponentVariableType]? = nil
    ) -> [MonitoringDataType] {
        let (_, rest) = ask(
            .getMonitoringReport(.init(requestId: 3, componentVariable: wanted, monitoringCriteria: criteria)))
        return answerReports(rest).flatMap { request -> [MonitoringDataType] in
            if case .notifyMonitoringReport(let request) = request { request.monitor ?? [] } else { [] }
        }
    }
}

@Suite struct MonitoringTests {
    private func bench() -> StationBench {
        var bench = StationBench()
        bench.boot()
        return bench
    }

    private typealias Row = (VariableKey, MonitorEnumType, DecimalNumber, Int, SetMonitoringStatusEnumType)

    @Test(
        arguments: [
            (VariableKey("Nowhere", "X"), .delta, 1, 5, .unknownComponent),  // N04.FR.03
            (VariableKey("EVSE", "X", evse: 1), .delta, 1, 5, .unknownVariable),  // N04.FR.04
            (VariableKey("EVSE", "Problem", evse: 1), .upperThreshold, 1, 5, .unsupportedMonitorType),  // N04.FR.05
            (VariableKey("EVSE", "DischargePower", evse: 1), .targetDelta, 1, 5, .unsupportedMonitorType),
            (VariableKey("ClockCtrlr", "DateTime"), .delta, 1, 5, .unsupportedMonitorType),
            (StationBench.power, .upperThreshold, 11_001, 5, .rejected),  // N04.FR.06
            (StationBench.power, .lowerThreshold, -1, 5, .rejected),
            (StationBench.power, .delta, -1, 5, .rejected),  // N04.FR.14
            (StationBench.power, .delta, 0, 5, .rejected),  // N04.FR.20
            (StationBench.power, .targetDelta, 0, 5, .rejected),
            (StationBench.power, .periodic, 0, 5, .rejected),
            (StationBench.power, .periodic, DecimalNumber(Int.max / 10), 5, .rejected),
            (StationBench.power, .delta, 1, 10, .rejected),
            (StationBench.power, .upperThreshold, 11_000, 9, .accepted),  // N04.FR.08
            (StationBench.power, .targetDelta, 100, 0, .accepted),
            (VariableKey("evse", "POWER", evse: 1), .periodicClockAligned, 900, 5, .accepted),
        ] as [(VariableKey, MonitorEnumType, DecimalNumber, Int, SetMonitoringStatusEnumType)])
    func `a monitor is set where it makes sense`(
        _ key: VariableKey, _ type: MonitorEnumType, _ value: DecimalNumber, _ severity: Int,
        _ status: SetMonitoringStatusEnumType
    ) throws {
        var bench = bench()
        let (answer, _) = bench.setMonitor(key, type, value, severity: severity)
        let result = try #require(answer)
        #expect(result.status == status)
        #expect(result.component == key.componentType && result.variable == key.variableType)  // N04.FR.02
        #expect((result.id != nil) == (status == .accepted))  // N04.FR.11
    }

    @Test func `every monitor asked for gets its result (N04.FR.01)`() {
        var bench = bench()
        let data = (0..<5).map {
            SetMonitoringDataType(
                value: 1, type: .delta, severity: $0, component: StationBench.power.componentType,
                variable: StationBench.power.variableType)
        }
        guard
            case .setVariableMonitoring(let response)? = bench.ask(
                .setVariableMonitoring(.init(setMonitoringData: data))
            )
            .answer
        else {
            Issue.record("no answer")
            return
        }
        #expect(response.setMonitoringResult.map(\.severity) == [0, 1, 2, 3, 4])
        #expect(Set(response.setMonitoringResult.compactMap(\.id)).count == 5)
    }

    @Test func `two of a type and severity do not watch one variable (N04.FR.10)`() throws {
        var bench = bench()
        let first = bench.setMonitor(.upperThreshold, 67, severity: 4).0
        let id = try #require(first?.id)
        #expect(bench.setMonitor(.upperThreshold, 78, severity: 4).0?.status == .duplicate)
        #expect(bench.setMonitor(.upperThreshold, 78, severity: 5).0?.status == .accepted)
        #expect(bench.setMonitor(.upperThreshold, 78, severity: 4, id: id).0?.status == .accepted)  // N04.FR.12
    }

    /// N04.FR.13, N04.FR.16, N04.FR.18.
    @Test func `an id has to be that of a monitor of the same variable that may change`() throws {
        var bench = bench()
        let first = bench.setMonitor(.delta, 5).0
        let id = try #require(first?.id)
        #expect(bench.setMonitor(.delta, 5, id: id + 1).0?.status == .rejected)
        let other = VariableKey("EVSE", "Power", evse: 2)
        #expect(bench.setMonitor(other, .delta, 5, id: id).0?.status == .rejected)
        let hardWired = VariableKey("EVSE", "Problem", evse: 1)
        #expect(bench.setMonitor(hardWired, .delta, 1, severity: 9, id: 2).0?.status == .rejected)
        #expect(bench.station.monitoring.monitors[id]?.key == StationBench.power)
    }

    @Test func `there is a most of monitors, and requests have their limits (N04.FR.09, N06.FR.06)`() {
        var bench = bench()
        let types: [MonitorEnumType] = [.upperThreshold, .lowerThreshold, .delta, .periodic]
        var statuses: [SetMonitoringStatusEnumType?] = []
        for evse in 1...2 {
            for name in ["Power", "DischargePower", "SupplyPhases"] {
                for type in types {
                    for severity in 0...9 {
                        let key = VariableKey("EVSE", name, evse: evse)
                        statuses.append(bench.setMonitor(key, type, 2, severity: severity).0?.status)
                    }
                }
            }
        }
        #expect(bench.station.monitoring.monitors.count == Monitoring.most)
        #expect(statuses.filter { $0 == .rejected }.count == 240 - (Monitoring.most - 3))
        #expect(
            bench.ask(.clearVariableMonitoring(.init(id: Array(0...100)))).rest.refusals == [
                .occurrenceConstraintViolation
            ])
    }

    // MARK: Events

    @Test func `an event tells which monitor found what (N07.FR.06, N07.FR.07, N07.FR.20)`() throws {
        var bench = bench()
        bench.begin("tx-1")
        let id = bench.setMonitor(.upperThreshold, 5_000, severity: 6).0?.id
        #expect(bench.power(5_000).monitorEvents.isEmpty)
        let outputs = bench.power(5_001)
        let event = try #require(outputs.monitorEvents.first)
        #expect(outputs.monitorEvents.count == 1)
        #expect(event.variableMonitoringId == id)
        #expect(event.trigger == .alerting)
        #expect(event.actualValue == "5001")
        #expect(event.severity == 6)
        #expect(event.eventNotificationType == .customMonitor)
        #expect(event.transactionId == "tx-1")
        #expect(event.cleared == nil)
        #expect(event.component == StationBench.power.componentType)
        #expect(outputs.notifyEvents.first?.seqNo == 0)
        let cleared = bench.power(4_000).monitorEvents
        #expect(cleared.map(\.cleared) == [true])  // N07.FR.02
        #expect(cleared.first.map { $0.eventId != event.eventId } == true)
    }

    @Test func `events of one moment come in one message, many in numbered parts`() {
        var bench = bench()
        for severity in 0...9 {
            for type in [MonitorEnumType.upperThreshold, .targetDelta, .targetDeltaRelative] {
                _ = bench.setMonitor(type, type == .upperThreshold ? 10 : 1, severity: severity)
            }
        }
        bench.set(MonitoringVariables.queuingSeverity, to: "0")
        let outputs = bench.sees {
            $0.power = .watts(1_000)
            $0.target = .watts(100)
        }
        let volatile = outputs.notifyEvents.filter { $0.eventData.first?.severity != 0 }
        #expect(volatile.map(\.eventData.count) == [20, 7])
        #expect(volatile.map(\.seqNo) == [0, 1])
        #expect(volatile.map(\.tbc) == [true, false])
        #expect(Set(outputs.monitorEvents.map(\.eventId)).count == 30)
    }

    @Test func `a changed threshold tells how things stand (N07.FR.11)`() throws {
        var bench = bench()
        let first = bench.setMonitor(.upperThreshold, 5_000).0
        let id = try #require(first?.id)
        _ = bench.power(6_000)
        #expect(bench.setMonitor(.upperThreshold, 5_500, id: id).1.monitorEvents.map(\.cleared) == [nil])
        #expect(bench.setMonitor(.upperThreshold, 7_000, id: id).1.monitorEvents.map(\.cleared) == [true])
        #expect(bench.setMonitor(.upperThreshold, 8_000, id: id).1.monitorEvents.isEmpty)
        #expect(bench.setMonitor(.upperThreshold, 1_000, id: id).1.monitorEvents.map(\.trigger) == [.alerting])
    }

    @Test func `a monitor that is removed says nothing more (N07.FR.12)`() throws {
        var bench = bench()
        let first = bench.setMonitor(.upperThreshold, 5_000).0
        let id = try #require(first?.id)
        _ = bench.power(6_000)
        let (statuses, rest) = bench.clearMonitor([id])
        #expect(statuses == [.accepted])
        #expect(rest.monitorEvents.isEmpty)
        #expect(bench.power(1_000).monitorEvents.isEmpty)
    }

    @Test func `monitors survive a restart, and what returned meanwhile is told (N07.FR.13, N07.FR.14)`() {
        var bench = bench()
        let id = bench.setMonitor(.upperThreshold, 5_000).0?.id
        _ = bench.power(6_000)
        var again = bench.begunAgain()
        again.boot()
        let events = again.power(1_000).monitorEvents
        #expect(events.map(\.variableMonitoringId) == [id])
        #expect(events.map(\.cleared) == [true])
        #expect(again.begunAgain().station.monitoring.monitors.values.contains { $0.id == id && !$0.isExceeded })
    }

    @Test func `a monitor of a variable that is gone goes too`() {
        var bench = bench()
        let second = VariableKey("EVSE", "Power", evse: 2)
        let id = bench.setMonitor(second, .delta, 5).0?.id
        var setup = StationBench.setup
        setup.evses.removeLast()
        var smaller = bench.begunAgain(setup)
        #expect(!smaller.station.monitoring.monitors.values.contains { $0.id == id })
        smaller.boot()
        #expect(!smaller.kept.keys.contains("monitor/\(id ?? 0)") || smaller.kept["monitor/\(id ?? 0)"] == nil)
    }

    @Test func `events above the level are not sent (N05.FR.01, N05.FR.03, N07.FR.15)`() {
        var bench = bench()
        _ = bench.setMonitor(.delta, 5, severity: 7)
        _ = bench.setMonitor(.delta, 5, severity: 3)
        _ = bench.power(100)
        #expect(
            bench.ask(.setMonitoringLevel(.init(severity: 3))).answer == .setMonitoringLevel(.init(status: .accepted)))
        #expect(bench.power(200).monitorEvents.map(\.severity) == [3])
        #expect(bench.get(MonitoringVariables.level)?.attributeValue == "3")
        var again = bench.begunAgain()
        again.boot()
        _ = again.power(100)
        #expect(again.power(200).monitorEvents.map(\.severity) == [3])
        #expect(  // N05.FR.02
            bench.ask(.setMonitoringLevel(.init(severity: 10))).answer == .setMonitoringLevel(.init(status: .rejected)))
    }

    @Test func `monitoring that is off is silent`() {
        var bench = bench()
        _ = bench.setMonitor(.upperThreshold, 5)
        bench.set(MonitoringVariables.enabled, to: "false")
        #expect(bench.power(200).monitorEvents.isEmpty)
        bench.set(MonitoringVariables.enabled, to: "true")
        #expect(bench.handle(.tick).monitorEvents.count + bench.power(200).monitorEvents.count <= 1)
    }

    @Test func `a transaction's monitor watches only during one`() {
        var bench = bench()
        _ = bench.setMonitor(.upperThreshold, 100, transaction: true)
        #expect(bench.power(200).monitorEvents.isEmpty)
        bench.begin("tx", evse: 2)
        #expect(bench.power(200).monitorEvents.isEmpty)
        bench.begin("tx", evse: 1)
        #expect(bench.power(200).monitorEvents.count == 1)
    }

    // MARK: Offline

    @Test func `offline, grave events queue and slight ones wait for what is true then (N07.FR.04, N08.FR.03)`() {
        var bench = bench()
        _ = bench.setMonitor(.upperThreshold, 100, severity: 4)
        _ = bench.setMonitor(.upperThreshold, 100, severity: 5)
        _ = bench.handle(.disconnected)
        let offline = bench.power(200)
        #expect(offline.classes(of: .notifyEvent) == [.durable])
        #expect(offline.monitorEvents.map(\.severity) == [4])
        let back = bench.handle(.connected(.v21))
        #expect(back.classes(of: .notifyEvent) == [.volatile])
        #expect(back.monitorEvents.map(\.severity) == [5])
    }

    /// N08.FR.03, N08.FR.04, N08.FR.05, N08.FR.06.
    @Test func `a periodic monitor goes on offline if its events queue`() {
        var bench = bench()
        _ = bench.setMonitor(.periodic, 60, severity: 0)
        _ = bench.setMonitor(.periodic, 60, severity: 9)
        _ = bench.handle(.disconnected)
        let offline = bench.wait(.minutes(5))
        #expect(offline.monitorEvents.map(\.severity) == [0, 0, 0, 0, 0])
        #expect(offline.monitorEvents.allSatisfy { $0.trigger == .periodic })
        #expect(offline.notifyEvents.allSatisfy { $0.seqNo == 0 })
        #expect(bench.handle(.connected(.v21)).monitorEvents.map(\.severity) == [9])
        #expect(bench.wait(.minutes(2)).monitorEvents.count == 4)
    }

    @Test func `the queue of events is bounded`() {
        var bench = bench()
        _ = bench.setMonitor(.periodic, 1, severity: 0)
        _ = bench.handle(.disconnected)
        let offline = bench.wait(.minutes(20))
        #expect(offline.monitorEvents.count == Monitoring.mostQueued)
        #expect(offline.contains { if case .notice = $0 { true } else { false } })
        for case .call(let request, _) in offline.prefix(10) {
            _ = bench.handle(.answered(request, .notifyEvent(NotifyEventResponse())))
        }
        #expect(bench.station.monitoring.queued < Monitoring.mostQueued)
    }

    @Test func `aligned to the clock an event comes at its multiples (N08.FR.07)`() {
        var bench = bench()
        _ = bench.wait(.seconds(100))
        _ = bench.setMonitor(.periodicClockAligned, 900)
        let events = bench.wait(.minutes(60)).monitorEvents
        #expect(events.map { $0.timestamp.time.seconds % 900 } == [0, 0, 0, 0])
    }

    @Test func `another block tells a state without a monitor (N07.FR.21)`() {
        var bench = bench()
        bench.station.notifyEvent(
            about: VariableKey("Connector", "AvailabilityState", evse: 1, connector: 1), severity: 8)
        let events = bench.handle(.tick).monitorEvents
        #expect(events.map(\.eventNotificationType) == [.hardWiredNotification])
        #expect(events.map(\.actualValue) == ["Available"])
        #expect(events.map(\.severity) == [8])
    }

    // MARK: Base

    @Test func `what breaks is told without anybody asking`() {
        var bench = bench()
        let events = bench.sees { $0.faults = 1 }.monitorEvents
        #expect(events.map(\.eventNotificationType) == [.hardWiredMonitor])
        #expect(events.map(\.actualValue) == ["true"])
    }

    /// The built-in ones are 1 (preconfigured) and 2, 3 (hard-wired).
    @Test(
        arguments: [
            (MonitoringBaseEnumType.all, [1, 2, 3, 1_000]),  // N03.FR.03
            (.factoryDefault, [1, 2, 3]),  // N03.FR.04
            (.hardWiredOnly, [2, 3]),  // N03.FR.05
        ])
    func `a base keeps and brings back what it says (N03.FR.01)`(_ base: MonitoringBaseEnumType, _ ids: [Int]) {
        var bench = bench()
        _ = bench.setMonitor(.delta, 5)
        let changed = bench.setMonitor(
            VariableKey("OCPPCommCtrlr", "ActiveNetworkProfile"), .delta, 1, severity: 3, id: 1)
        #expect(changed.0?.status == .accepted)
        #expect(bench.station.monitoring.monitors[1]?.kind == .customMonitor)  // N04.FR.15
        #expect(
            bench.ask(.setMonitoringBase(.init(monitoringBase: base))).answer
                == .setMonitoringBase(.init(status: .accepted)))
        for bench in [bench, bench.begunAgain()] {
            #expect(bench.station.monitoring.sorted.map(\.id) == ids)
            if base == .factoryDefault { #expect(bench.station.monitoring.monitors[1]?.kind == .preconfiguredMonitor) }
        }
        #expect(bench.get(MonitoringVariables.base)?.attributeValue == base.word)
    }

    @Test func `hard-wired only, and back`() {
        var bench = bench()
        _ = bench.ask(.setMonitoringBase(.init(monitoringBase: .hardWiredOnly)))
        _ = bench.ask(.setMonitoringBase(.init(monitoringBase: .all)))
        #expect(bench.station.monitoring.sorted.map(\.id) == [1, 2, 3])
    }

    // MARK: Clearing and reports

    @Test func `custom monitors can be cleared, others not (N06.FR.01, N06.FR.02, N06.FR.03, N06.FR.05)`() throws {
        var bench = bench()
        let first = bench.setMonitor(.delta, 5).0
        let id = try #require(first?.id)
        #expect(bench.clearMonitor([id, 1, 2, 77]).0 == [.accepted, .rejected, .rejected, .notFound])
        #expect(bench.begunAgain().station.monitoring.sorted.map(\.id) == [1, 2, 3])
    }

    @Test func `a preconfigured monitor that was changed and cleared comes back with the base`() {
        var bench = bench()
        let key = VariableKey("OCPPCommCtrlr", "ActiveNetworkProfile")
        _ = bench.setMonitor(key, .delta, 1, severity: 3, id: 1)
        #expect(bench.clearMonitor([1]).0 == [.accepted])
        #expect(bench.begunAgain().station.monitoring.sorted.map(\.id) == [2, 3])
        _ = bench.ask(.setMonitoringBase(.init(monitoringBase: .all)))
        #expect(bench.begunAgain().station.monitoring.sorted.map(\.id) == [1, 2, 3])
    }

    /// N02.FR.01, N02.FR.03, N02.FR.04, N02.FR.05, N02.FR.06, N02.FR.08, N02.FR.11, N02.FR.12, N02.FR.13, N02.FR.14,
    /// N02.FR.22.
    @Test func `the report tells the monitors that are asked for`() {
        var bench = bench()
        let types: [MonitorEnumType] = [
            .upperThreshold, .lowerThreshold, .delta, .targetDelta, .targetDeltaRelative, .periodic,
            .periodicClockAligned,
        ]
        for type in types { _ = bench.setMonitor(type, 60) }
        func reported(_ criteria: [MonitoringCriterionEnumType]?, _ component: ComponentType? = nil)
            -> [MonitorEnumType]
        {
            bench.monitors(criteria, component.map { [ComponentVariableType(component: $0)] }).flatMap {
                $0.variableMonitoring.map(\.type)
            }
        }
        #expect(reported(nil).count == 10)
        #expect(reported([.thresholdMonitoring]) == [.upperThreshold, .lowerThreshold])
        #expect(reported([.periodicMonitoring]) == [.periodic, .periodicClockAligned])
        #expect(reported([.deltaMonitoring]).count == 6)
        let evse = ComponentType(name: "EVSE", evse: EVSEType(id: 1))
        #expect(reported([.deltaMonitoring], evse) == [.delta, .delta, .targetDelta, .targetDeltaRelative])
        #expect(reported(nil, ComponentType(name: "EVSE")).count == 9)  // N02.FR.19
        let kinds = bench.monitors().flatMap { $0.variableMonitoring.map(\.eventNotificationType) }
        #expect(kinds.filter { $0 == .hardWiredMonitor }.count == 2)
        let answer = bench.ask(
            .getMonitoringReport(
                .init(requestId: 1, componentVariable: [.init(component: ComponentType(name: "Nowhere"))]))
        ).answer
        #expect(answer == .getMonitoringReport(.init(status: .emptyResultSet)))  // N02.FR.10
    }

    /// Names, and how many monitors they stand for when every power, availability and slot is watched once.
    @Test(
        arguments: [
            ("EVSE", nil, 1, nil, nil, 3),  // N02.FR.16
            ("DeviceDataCtrlr", nil, nil, "ItemsPerMessage", nil, 3),  // N02.FR.17
            ("DeviceDataCtrlr", nil, nil, "ItemsPerMessage", "GetReport", 1),
            ("Connector", nil, 2, "AvailabilityState", nil, 1),  // N02.FR.18
            ("Connector", nil, nil, "AvailabilityState", nil, 2),  // N02.FR.19
            ("NetworkConfiguration", "1", nil, "OcppCsmsUrl", nil, 1),  // N02.FR.20
            ("NetworkConfiguration", nil, nil, "OcppCsmsUrl", nil, 3),  // N02.FR.21
        ] as [(String, String?, Int?, String?, String?, Int)])
    func `what is not named stands for all there are`(
        _ component: String, _ instance: String?, _ evse: Int?, _ variable: String?, _ variableInstance: String?,
        _ count: Int
    ) {
        var bench = bench()
        let watched = ["Power", "AvailabilityState", "ItemsPerMessage", "OcppCsmsUrl"]
        for key in bench.station.variables.order where watched.contains(key.name) {
            _ = bench.setMonitor(key, .delta, 1, severity: 9)
        }
        let wanted = ComponentVariableType(
            component: ComponentType(name: component, evse: evse.map { EVSEType(id: $0) }, instance: instance),
            variable: variable.map { VariableType(name: $0, instance: variableInstance) })
        #expect(bench.monitors(nil, [wanted]).reduce(0) { $0 + $1.variableMonitoring.count } == count)
    }

    @Test func `an event about a secret does not tell it (N07.FR.10)`() {
        var bench = bench()
        let password = NetworkVariables.key(1, NetworkVariables.password)
        bench.station.variables.report("0123456789abcdef", as: password)
        bench.station.notifyEvent(about: password, severity: 5)
        #expect(bench.handle(.tick).monitorEvents.map(\.actualValue) == [""])
        #expect(bench.setMonitor(password, .delta, 1).0?.status == .unsupportedMonitorType)
    }

    @Test func `a long report comes in parts of one request (N02.FR.04, N02.FR.09)`() {
        var bench = bench()
        for definition in bench.station.variables.definitions.values where definition.supports(.delta) {
            _ = bench.setMonitor(definition.key, .delta, 1, severity: 9)
        }
        let (_, rest) = bench.ask(.getMonitoringReport(.init(requestId: 8)))
        let parts = bench.answerReports(rest).compactMap { request in
            if case .notifyMonitoringReport(let request) = request { request } else { nil }
        }
        #expect(parts.count > 1)
        #expect(parts.map(\.seqNo) == Array(0..<parts.count))
        #expect(parts.allSatisfy { $0.requestId == 8 })
        #expect(parts.map { $0.tbc ?? false } == parts.dropLast().map { _ in true } + [false])
    }
}
