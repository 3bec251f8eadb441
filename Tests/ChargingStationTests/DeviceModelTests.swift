// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct DeviceModelTests {
    /// B05.FR.07, B05.FR.08.
    @Test(
        arguments: [
            (.boolean, "true", nil), (.boolean, "True", .wrongFormat(expected: "true or false")),
            (.integer(1...10), "10", nil), (.integer(1...10), "0", .belowLimit("1")),
            (.integer(1...10), "11", .aboveLimit("10")),
            (.integer(1...10), "+1", .wrongFormat(expected: "an integer")),
            (.integer(1...10), "01", .wrongFormat(expected: "an integer")),
            (.integer(1...10), "1.0", .wrongFormat(expected: "an integer")),
            (.integer(-5...10), "-5", nil),
            (.integer(1...10), "99999999999999999999", .wrongFormat(expected: "an integer")),
            (.decimal(0...1), "0.5", nil), (.decimal(0...1), "1.5", .aboveLimit("1.0")),
            (.decimal(0...1), "-0.1", .belowLimit("0.0")),
            (.decimal(0...1), "nan", .wrongFormat(expected: "a decimal number")),
            (.decimal(0...1), "", .wrongFormat(expected: "a decimal number")),
            (.string(longest: 3), "äöü", nil), (.string(longest: 3), "abcd", .aboveLimit("3 characters")),
            (.dateTime, "2026-03-01T12:00:00Z", nil),
            (.dateTime, "12 o'clock", .wrongFormat(expected: "a time as RFC 3339 has it")),
            (.option(["A", "B"]), "B", nil), (.option(["A", "B"]), "C", .notListed("C")),
            (.option(["A", "B"]), "", .notListed("")),
            (.members(["A", "B"]), "", nil), (.members(["A", "B"]), "B,A", nil),
            (.members(["A", "B"]), "A,C", .notListed("C")), (.members(["A", "B"]), "A,", .notListed("")),
            (.sequence(["A", "B"]), "A,A", .repeated("A")), (.sequence(["A", "B"]), "A, B", .notListed(" B")),
        ] as [(VariableDefinition.Kind, String, ValueFault?)])
    func `a value has to be of its type and within its limits`(
        _ kind: VariableDefinition.Kind, _ value: String, _ fault: ValueFault?
    ) {
        #expect(kind.fault(in: value) == fault)
        if let fault { #expect(fault.statusInfo.reasonCode.count <= 20) }
    }

    @Test(
        arguments: [
            (VariableKey("Nowhere", "Interval"), nil, .unknownComponent),  // B06.FR.06
            (VariableKey("OCPPCommCtrlr", "Nothing"), nil, .unknownVariable),  // B06.FR.07
            (VariableKey("OCPPCommCtrlr", "HeartbeatInterval"), .target, .notSupportedAttributeType),  // B06.FR.08
            // B06.FR.09
            (VariableKey("NetworkConfiguration", "BasicAuthPassword", componentInstance: "1"), nil, .rejected),
            (VariableKey("OCPPCommCtrlr", "HeartbeatInterval"), .actual, .accepted),  // B06.FR.10
            (VariableKey("occpcommctrlr", "heartbeatinterval"), nil, .unknownComponent),
            (VariableKey("OCPPCOMMCTRLR", "heartbeatinterval"), nil, .accepted),
            // Without its instance there is no such variable (B06.FR.15).
            (VariableKey("DeviceDataCtrlr", "ItemsPerMessage"), nil, .unknownVariable),
            (VariableKey("DeviceDataCtrlr", "ItemsPerMessage", instance: "GetReport"), nil, .accepted),  // B06.FR.14
            (VariableKey("NetworkConfiguration", "OcppCsmsUrl"), nil, .unknownComponent),  // B06.FR.15
            (VariableKey("EVSE", "Available", evse: 9), nil, .unknownComponent),
            (VariableKey("EVSE", "Available", evse: 2), nil, .accepted),
            (VariableKey("Connector", "Available", evse: 2, connector: 2), nil, .unknownComponent),
            (VariableKey("OCPPCommCtrlr", "HeartbeatInterval", instance: ""), nil, .accepted),
        ] as [(VariableKey, AttributeEnumType?, GetVariableStatusEnumType)])
    func `what is asked for is told or said to be unknown`(
        _ key: VariableKey, _ type: AttributeEnumType?, _ status: GetVariableStatusEnumType
    ) throws {
        var bench = StationBench()
        bench.boot()
        let found = bench.get(key, type)
        let result = try #require(found)
        #expect(result.attributeStatus == status)
        #expect((result.attributeValue != nil) == (status == .accepted))
        #expect(result.attributeType == type ?? .actual)  // B06.FR.03, B06.FR.11
        #expect(result.component.name == key.component)  // B06.FR.02
        #expect(result.variable == key.variableType)
    }

    /// B06.FR.01, B06.FR.04, B06.FR.13.
    @Test
    func `every question gets its answer in its place, and a value that is not there is empty`() {
        var bench = StationBench()
        bench.boot()
        let keys = [
            VariableKey("ClockCtrlr", "DateTime"), NetworkVariables.key(1, NetworkVariables.url),
            VariableKey("ClockCtrlr", "DateTime"),
        ]
        let data = keys.map { GetVariableDataType(component: $0.componentType, variable: $0.variableType) }
        guard case .getVariables(let response)? = bench.ask(.getVariables(.init(getVariableData: data))).answer else {
            Issue.record("no answer")
            return
        }
        #expect(
            response.getVariableResult.map(\.attributeValue) == [
                "2026-03-01T12:00:00Z", "", "2026-03-01T12:00:00Z",
            ])
        #expect(response.getVariableResult.map(\.attributeStatus) == [.accepted, .accepted, .accepted])
    }

    @Test(
        arguments: [
            (VariableKey("Nowhere", "X"), nil, "1", .unknownComponent),  // B05.FR.04
            (VariableKey("OCPPCommCtrlr", "X"), nil, "1", .unknownVariable),  // B05.FR.05
            (VariableKey("OCPPCommCtrlr", "HeartbeatInterval"), .maxSet, "1", .notSupportedAttributeType),  // B05.FR.06
            (VariableKey("OCPPCommCtrlr", "HeartbeatInterval"), nil, "soon", .rejected),  // B05.FR.07
            (VariableKey("OCPPCommCtrlr", "HeartbeatInterval"), nil, "0", .rejected),  // B05.FR.08
            (VariableKey("ClockCtrlr", "DateTime"), nil, "2026-03-01T12:00:00Z", .rejected),  // B05.FR.09
            (VariableKey("EVSE", "Power", evse: 1), .target, "1", .rejected),  // B05.FR.09
            (VariableKey("OCPPCommCtrlr", "HeartbeatInterval"), .actual, "7", .accepted),  // B05.FR.10
            (VariableKey("OCPPCommCtrlr", "WebSocketPingInterval"), nil, "-1", .rejected),
        ] as [(VariableKey, AttributeEnumType?, String, SetVariableStatusEnumType)])
    func `what may be set is set, anything else says why not`(
        _ key: VariableKey, _ type: AttributeEnumType?, _ value: String, _ status: SetVariableStatusEnumType
    ) throws {
        var bench = StationBench()
        bench.boot()
        let before = bench.get(key, type)?.attributeValue
        let answer = bench.set(key, type, to: value)
        let result = try #require(answer)
        #expect(result.attributeStatus == status)
        #expect(result.attributeType == type ?? .actual)  // B05.FR.03, B05.FR.12
        #expect(result.component == key.componentType && result.variable == key.variableType)  // B05.FR.02
        #expect((result.attributeStatusInfo != nil) == (status == .rejected))
        #expect(bench.get(key, type)?.attributeValue == (status == .accepted ? value : before))
    }

    @Test func `one request sets several, in their order, also one of them twice (B05.FR.01)`() {
        var bench = StationBench()
        bench.boot()
        let key = ProvisioningVariables.heartbeatInterval
        let data = ["5", "no", "6"].map {
            SetVariableDataType(attributeValue: $0, component: key.componentType, variable: key.variableType)
        }
        guard case .setVariables(let response)? = bench.ask(.setVariables(.init(setVariableData: data))).answer else {
            Issue.record("no answer")
            return
        }
        #expect(response.setVariableResult.map(\.attributeStatus) == [.accepted, .rejected, .accepted])
        #expect(bench.get(key)?.attributeValue == "6")
    }

    @Test func `what was set survives a restart, unless it no longer fits`() {
        var bench = StationBench()
        bench.boot()
        bench.set(ProvisioningVariables.offlineThreshold, to: "77")
        var again = bench.begunAgain()
        again.boot()
        #expect(again.get(ProvisioningVariables.offlineThreshold)?.attributeValue == "77")
        var broken = bench
        broken.kept[VariableAttribute(ProvisioningVariables.offlineThreshold).keptKey] = Array("often".utf8)
        broken = broken.begunAgain()
        broken.boot()
        #expect(broken.get(ProvisioningVariables.offlineThreshold)?.attributeValue == "300")
    }

    @Test func `a second name leads to the same value`() {
        var model = StationBench().station.variables
        let key = VariableKey("V2XChargingCtrlr", "One", evse: 1)
        let definition = VariableDefinition(key, .integer(0...9), .readWrite, standard: "3")
        model.define(definition)
        model.define(definition.named(VariableKey("V2XChargingCtrlr", "Other", evse: 1)))
        var bench = StationBench()
        bench.station.variables = model
        bench.boot()
        let other = VariableKey("V2XChargingCtrlr", "Other", evse: 1)
        #expect(bench.get(other)?.attributeValue == "3")
        #expect(bench.set(other, to: "4")?.attributeStatus == .accepted)
        #expect(bench.get(key)?.attributeValue == "4")
        #expect(bench.station.variables.integer(other) == 4)
        #expect(bench.kept.keys.contains("variable/V2XChargingCtrlr.One@1"))
    }

    @Test func `a variable that needs a restart says so`() {
        var bench = StationBench()
        let key = VariableKey("ClockCtrlr", "Later")
        var definition = VariableDefinition(key, .boolean, .readWrite, standard: "false")
        definition.needsReboot = true
        bench.station.variables.define(definition)
        bench.boot()
        #expect(bench.set(key, to: "true")?.attributeStatus == .rebootRequired)
    }

    @Test func `a request of too many items or bytes is refused (B06.FR.16, B06.FR.17)`() {
        var bench = StationBench()
        bench.boot()
        let component = ComponentType(name: "ClockCtrlr")
        let many = (0..<101).map { _ in
            GetVariableDataType(component: component, variable: VariableType(name: "DateTime"))
        }
        #expect(
            bench.ask(.getVariables(.init(getVariableData: many))).rest.refusals == [.occurrenceConstraintViolation])
        let large = (0..<30).map { _ in
            SetVariableDataType(
                attributeValue: String(repeating: "x", count: 2_500), component: component,
                variable: VariableType(name: "DateTime"))
        }
        #expect(bench.ask(.setVariables(.init(setVariableData: large))).rest.refusals == [.formatViolation])
    }

    @Test func `what the station finds out is found when it is asked for`() {
        var bench = StationBench()
        bench.boot()
        _ = bench.sees { report in
            report.connector = .occupied
            report.flow = .discharging
            report.power = .watts(-1_500)
            report.target = .watts(-2_000)
            report.faults = 4
        }
        bench.begin("tx-1")
        let expected: [(String, String)] = [
            ("AvailabilityState", "Occupied"), ("Power", "0"), ("DischargePower", "1500"), ("Problem", "true"),
            ("ActiveTransactionId", "tx-1"), ("SupplyPhases", "0"), ("AllowReset", "false"),
        ]
        for (name, value) in expected {
            #expect(bench.get(VariableKey("EVSE", name, evse: 1))?.attributeValue == value, "\(name)")
        }
        #expect(bench.get(VariableKey("EVSE", "DischargePower", evse: 1), .maxSet)?.attributeValue == "10000")
        #expect(bench.get(VariableKey("EVSE", "Power", evse: 2))?.attributeValue == "")
        #expect(bench.get(VariableKey("ChargingStation", "AvailabilityState"))?.attributeValue == "Available")
        #expect(bench.get(VariableKey("ChargingStation", "ActiveTransactionId"))?.attributeValue == "tx-1")
        #expect(bench.get(VariableKey("Connector", "ConnectorType", evse: 2, connector: 1))?.attributeValue == "cCCS2")
    }

    @Test func `with all messages queued only those of the moment are forgotten`() {
        var bench = StationBench()
        bench.boot()
        bench.set(ProvisioningVariables.queueAllMessages, to: "true")
        let transfer = bench.handle(.done(.sendDataTransfer(DataTransferRequest(vendorId: "org.example"))))
        #expect(transfer.classes(of: .dataTransfer) == [.durable])
        #expect(bench.wait(.minutes(6)).classes(of: .heartbeat) == [.volatile])
    }
}
