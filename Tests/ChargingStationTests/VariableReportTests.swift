// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct VariableReportTests {
    private func bench() -> StationBench {
        var bench = StationBench()
        bench.boot()
        return bench
    }

    private func reportParts(_ calls: [CSMSRequest]) -> [NotifyReportRequest] {
        calls.compactMap { if case .notifyReport(let request) = $0 { request } else { nil } }
    }

    private func base(_ base: ReportBaseEnumType, _ bench: inout StationBench) -> [NotifyReportRequest] {
        let (answer, rest) = bench.ask(.getBaseReport(.init(requestId: 5, reportBase: base)))
        #expect(answer == .getBaseReport(.init(status: .accepted)))  // B07.FR.01
        return reportParts(bench.answerReports(rest))
    }

    private func report(
        _ criteria: [ComponentCriterionEnumType]?, _ wanted: [ComponentVariableType]?, _ bench: inout StationBench
    ) -> (GenericDeviceModelStatusEnumType?, [ReportDataType]) {
        let (answer, rest) = bench.ask(
            .getReport(.init(requestId: 6, componentVariable: wanted, componentCriteria: criteria)))
        guard case .getReport(let response)? = answer else { return (nil, []) }
        return (response.status, reportParts(bench.answerReports(rest)).flatMap { $0.reportData ?? [] })
    }

    private func name(_ data: ReportDataType) -> String {
        data.component.name + (data.component.instance.map { "[\($0)]" } ?? "") + "." + data.variable.name
            + (data.variable.instance.map { "[\($0)]" } ?? "")
    }

    /// B07.FR.03, B07.FR.04, B07.FR.10.
    @Test func `a report comes in numbered parts, each after the answer to the one before`() {
        var bench = bench()
        let (_, rest) = bench.ask(.getBaseReport(.init(requestId: 5, reportBase: .fullInventory)))
        #expect(bench.calls(in: rest).count == 1)
        let parts = reportParts(bench.answerReports(rest))
        #expect(parts.count > 1)
        #expect(parts.map(\.seqNo) == Array(0..<parts.count))
        #expect(parts.map { $0.tbc ?? false } == parts.dropLast().map { _ in true } + [false])
        #expect(parts.allSatisfy { $0.requestId == 5 && byteCount(of: $0) < 20_000 })
        let count = parts.reduce(0) { $0 + ($1.reportData?.count ?? 0) }
        #expect(count == bench.station.variables.definitions.count)  // B07.FR.08
    }

    @Test func `a part that is lost does not hold up the others`() {
        var bench = bench()
        let (_, rest) = bench.ask(.getBaseReport(.init(requestId: 5, reportBase: .fullInventory)))
        let first = bench.calls(in: rest)[0]
        #expect(bench.handle(.failed(first, .timedOut)).classes(of: .notifyReport) == [.triggered])
    }

    @Test
    func `more than four reports at a time are rejected (B07.FR.13, B08.FR.16), none after the connection is lost`() {
        var bench = bench()
        for _ in 0..<4 { _ = bench.ask(.getBaseReport(.init(requestId: 1, reportBase: .fullInventory))) }
        let fifth = bench.ask(.getBaseReport(.init(requestId: 1, reportBase: .fullInventory)))
        #expect(fifth.answer == .getBaseReport(.init(status: .rejected)))
        #expect(fifth.rest.isEmpty)
        #expect(bench.ask(.getReport(.init(requestId: 1))).answer == .getReport(.init(status: .rejected)))
        _ = bench.handle(.disconnected)
        _ = bench.handle(.connected(.v21))
        #expect(
            bench.ask(.getBaseReport(.init(requestId: 1, reportBase: .summaryInventory))).answer
                == .getBaseReport(.init(status: .accepted)))
    }

    /// B07.FR.03, B07.FR.11.
    @Test func `the inventory tells every attribute type, without a value too, and no secret`() throws {
        var bench = bench()
        bench.station.variables.store("secret-secret-secret", .init(NetworkVariables.key(1, NetworkVariables.password)))
        let data = base(.fullInventory, &bench).flatMap { $0.reportData ?? [] }
        let power = try #require(data.first { $0.component.evse?.id == 1 && $0.variable.name == "Power" })
        #expect(power.variableAttribute.map(\.type) == [.actual, .target])
        #expect(power.variableAttribute.allSatisfy { $0.value == nil })
        #expect(power.variableCharacteristics?.maxLimit == 11_000)
        #expect(power.variableCharacteristics?.unit == "W")
        let password = try #require(
            data.first { $0.component.instance == "1" && $0.variable.name == "BasicAuthPassword" })
        #expect(password.variableAttribute.map(\.value) == [nil])
        #expect(password.variableAttribute.map(\.mutability) == [.writeOnly])
        let source = try #require(data.first { $0.variable.name == "TimeSource" })
        #expect(source.variableCharacteristics?.dataType == .sequenceList)
        #expect(source.variableCharacteristics?.valuesList == "NTP,Heartbeat")
        #expect(source.variableAttribute.first?.persistent == true)
    }

    @Test func `the configuration inventory holds what an operator can set, and nothing else (B07.FR.07)`() {
        var bench = bench()
        let names = base(.configurationInventory, &bench).flatMap { $0.reportData ?? [] }.map(name)
        #expect(names.contains("OCPPCommCtrlr.HeartbeatInterval"))
        #expect(names.contains("NetworkConfiguration[2].BasicAuthPassword"))
        #expect(!names.contains("ClockCtrlr.DateTime"))
        #expect(!names.contains("EVSE.Power"))
    }

    @Test func `the summary tells availability and what has a problem (B07.FR.09)`() {
        var bench = bench()
        _ = bench.sees(evse: 2) { $0.faults = 1 }
        let names = base(.summaryInventory, &bench).flatMap { $0.reportData ?? [] }.map {
            name($0) + ($0.component.evse.map { "@\($0.id)" } ?? "")
        }
        #expect(
            Set(names) == [
                "ChargingStation.AvailabilityState", "ChargingStation.Problem", "EVSE.AvailabilityState@1",
                "EVSE.AvailabilityState@2", "EVSE.Problem@2",
            ])
    }

    /// Names as `component[instance].variable[instance]`; the number of variables they stand for.
    @Test(
        arguments: [
            ("EVSE", nil, nil, nil, nil, "AvailabilityState", nil, 2),  // B08.FR.23
            ("EVSE", nil, 1, nil, nil, "AvailabilityState", nil, 1),
            ("Connector", nil, 2, nil, nil, "ConnectorType", nil, 1),  // B08.FR.22
            ("Connector", nil, 2, 2, nil, "ConnectorType", nil, 0),
            ("Connector", nil, nil, nil, nil, nil, nil, 8),  // B08.FR.20
            ("DeviceDataCtrlr", nil, nil, nil, nil, "ItemsPerMessage", nil, 3),  // B08.FR.21
            ("DeviceDataCtrlr", nil, nil, nil, nil, "ItemsPerMessage", "GetReport", 1),
            ("NetworkConfiguration", nil, nil, nil, nil, "OcppCsmsUrl", nil, 3),  // B08.FR.25
            ("NetworkConfiguration", "1", nil, nil, nil, "OcppCsmsUrl", nil, 1),  // B08.FR.24
            ("networkconfiguration", "1", nil, nil, nil, "ocppcsmsurl", nil, 1),
            ("Nowhere", nil, nil, nil, nil, nil, nil, 0),
        ] as [(String, String?, Int?, Int?, Int?, String?, String?, Int)])
    func `a custom report holds what the criteria name (B08.FR.05, B08.FR.11)`(
        _ component: String, _ instance: String?, _ evse: Int?, _ connector: Int?, _: Int?, _ variable: String?,
        _ variableInstance: String?, _ count: Int
    ) {
        var bench = bench()
        let wanted = ComponentVariableType(
            component: ComponentType(
                name: component, evse: evse.map { EVSEType(id: $0, connectorId: connector) }, instance: instance),
            variable: variable.map { VariableType(name: $0, instance: variableInstance) })
        let (status, data) = report(nil, [wanted], &bench)
        #expect(status == (count == 0 ? .emptyResultSet : .accepted))  // B08.FR.01, B08.FR.15
        #expect(data.count == count)
        #expect(data.allSatisfy { $0.variableCharacteristics != nil })  // B08.FR.12
    }

    /// B08.FR.13.
    @Test func `criteria look at the component (B08.FR.07, B08.FR.08, B08.FR.09, B08.FR.10), any of them is enough`() {
        var bench = bench()
        _ = bench.sees(evse: 2) { $0.faults = 1 }
        func components(_ criteria: [ComponentCriterionEnumType]) -> Set<String> {
            Set(
                report(criteria, nil, &bench).1.map { $0.component.name + ($0.component.evse.map { "\($0.id)" } ?? "") }
            )
        }
        #expect(components([.problem]) == ["ChargingStation", "EVSE2"])  // B08.FR.10
        #expect(components([.available]).isSuperset(of: ["ClockCtrlr", "EVSE1", "EVSE2"]))  // B08.FR.08
        #expect(components([.active]).contains("EVSE1"))  // B08.FR.07
        bench.set(MonitoringVariables.enabled, to: "false")
        #expect(!components([.enabled]).contains("MonitoringCtrlr"))  // B08.FR.09
        #expect(components([.enabled]).contains("ClockCtrlr"))
        #expect(components([.enabled, .active]).contains("MonitoringCtrlr"))
        let only = ComponentVariableType(
            component: ComponentType(name: "EVSE"), variable: VariableType(name: "Problem"))
        #expect(report([.problem], [only], &bench).1.map { $0.component.evse?.id } == [2])
    }

    @Test func `a report on too many variables is refused (B08.FR.17)`() {
        var bench = bench()
        let many = (0..<101).map { _ in ComponentVariableType(component: ComponentType(name: "EVSE")) }
        let rest = bench.ask(.getReport(.init(requestId: 1, componentVariable: many))).rest
        #expect(rest.refusals == [.occurrenceConstraintViolation])
    }

    @Test func `requests of too many bytes are refused (B08.FR.18, N02.FR.07, N06.FR.07)`() {
        var bench = bench()
        bench.station.variables.report(
            "200", as: VariableKey("DeviceDataCtrlr", "BytesPerMessage", instance: "GetReport"))
        bench.station.variables.report(
            "200", as: VariableKey("MonitoringCtrlr", "BytesPerMessage", instance: "ClearVariableMonitoring"))
        let many = (0..<20).map { _ in ComponentVariableType(component: ComponentType(name: "EVSE")) }
        #expect(bench.ask(.getReport(.init(requestId: 1, componentVariable: many))).rest.refusals == [.formatViolation])
        #expect(
            bench.ask(.getMonitoringReport(.init(requestId: 1, componentVariable: many))).rest.refusals
                == [.formatViolation])
        #expect(
            bench.ask(.clearVariableMonitoring(.init(id: Array(1_000...1_090)))).rest.refusals == [.formatViolation])
        let most = (0..<101).map { _ in ComponentVariableType(component: ComponentType(name: "EVSE")) }
        #expect(
            bench.ask(.getMonitoringReport(.init(requestId: 1, componentVariable: most))).rest.refusals
                == [.occurrenceConstraintViolation])
    }

    @Test func `all three base reports are there (B07.FR.12), with every slot of the network (B09.FR.08)`() {
        for kind in ReportBaseEnumType.allCases {
            var bench = bench()
            let names = base(kind, &bench).flatMap { $0.reportData ?? [] }.map(name)
            #expect(!names.isEmpty)
            guard kind == .fullInventory else { continue }
            for slot in NetworkVariables.slots { #expect(names.contains("NetworkConfiguration[\(slot)].OcppCsmsUrl")) }
        }
    }

    @Test func `the parts of a custom report bear its number and follow from 0 (B08.FR.03, B08.FR.04, B08.FR.14)`() {
        var bench = bench()
        let (_, rest) = bench.ask(.getReport(.init(requestId: 77)))
        let parts = reportParts(bench.answerReports(rest))
        #expect(parts.count > 1)
        #expect(parts.map(\.seqNo) == Array(0..<parts.count))
        #expect(parts.allSatisfy { $0.requestId == 77 })
    }

    @Test func `a list is cut into parts by number and by size`() {
        let small = (0..<7).map { VariableType(name: "\($0)") }
        #expect(parts(small, mostItems: 3, mostBytes: 10_000).map(\.count) == [3, 3, 1])
        #expect(parts(small, mostItems: 100, mostBytes: 30).map(\.count) == [2, 2, 2, 1])
        #expect(parts(small, mostItems: 100, mostBytes: 1).map(\.count) == [1, 1, 1, 1, 1, 1, 1])
        #expect(parts([VariableType](), mostItems: 3, mostBytes: 10).map(\.count) == [0])
    }
}
