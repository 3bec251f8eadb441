// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct LocalAuthorizationListTests {
    private func entry(_ name: String, _ status: AuthorizationStatusEnumType? = .accepted) -> AuthorizationDataType {
        AuthorizationDataType(
            idToken: IdTokenType(idToken: name, type: "ISO14443"),
            idTokenInfo: status.map { IdTokenInfoType(status: $0) })
    }

    private func send(
        _ list: inout LocalAuthorizationList, _ type: UpdateEnumType, _ version: Int,
        _ entries: [AuthorizationDataType]?
    ) -> SendLocalListStatusEnumType {
        list.take(SendLocalListRequest(versionNumber: version, updateType: type, localAuthorizationList: entries))
            .status
    }

    private func names(_ list: LocalAuthorizationList) -> [String] { list.entries.keys.map(\.text).sorted() }

    @Test func `a full list replaces, an empty one empties`() {
        // D01.FR.04, D01.FR.15.
        var list = LocalAuthorizationList()
        #expect(send(&list, .full, 1, [entry("A"), entry("B")]) == .accepted)
        #expect(send(&list, .full, 7, [entry("C")]) == .accepted)
        #expect(names(list) == ["c"] && list.version == 7)
        #expect(send(&list, .full, 3, nil) == .accepted)
        #expect(names(list).isEmpty && list.version == 3)
    }

    @Test func `a differential list adds, changes and removes`() {
        // D01.FR.05, D01.FR.16, D01.FR.17.
        var list = LocalAuthorizationList()
        _ = send(&list, .full, 1, [entry("A"), entry("B")])
        #expect(send(&list, .differential, 2, [entry("A", .blocked), entry("B", nil), entry("C")]) == .accepted)
        #expect(names(list) == ["a", "c"])
        #expect(list.find(IdTokenType(idToken: "a", type: "ISO14443"), at: 0)?.status == .blocked)
        #expect(send(&list, .differential, 3, nil) == .accepted)
        #expect(names(list) == ["a", "c"] && list.version == 3)
    }

    struct Fault: Sendable {
        var type: UpdateEnumType
        var version: Int
        var names: [String]
        var hasInfo = true
        var status: SendLocalListStatusEnumType
    }

    @Test(arguments: [
        Fault(type: .differential, version: 5, names: ["X"], status: .versionMismatch),
        Fault(type: .differential, version: 4, names: ["X"], status: .versionMismatch),
        Fault(type: .full, version: 0, names: ["X"], status: .failed),
        Fault(type: .full, version: -1, names: ["X"], status: .failed),
        Fault(type: .full, version: 6, names: ["X", "x"], status: .failed),
        Fault(type: .differential, version: 6, names: ["X", "X"], status: .failed),
        Fault(type: .full, version: 6, names: ["X"], hasInfo: false, status: .failed),
        Fault(
            type: .full, version: 6, names: (0...LocalAuthorizationList.mostPerMessage).map(String.init),
            status: .failed),
    ])
    func `what cannot be done changes nothing`(fault: Fault) {
        // D01.FR.02, D01.FR.06, D01.FR.11, D01.FR.18, D01.FR.19.
        var list = LocalAuthorizationList()
        _ = send(&list, .full, 5, [entry("A")])
        let entries = fault.names.map { entry($0, fault.hasInfo ? .accepted : nil) }
        #expect(send(&list, fault.type, fault.version, entries) == fault.status)
        #expect(names(list) == ["a"] && list.version == 5)
    }

    @Test func `it is bounded`() {
        // D01.FR.12.
        var list = LocalAuthorizationList()
        let step = LocalAuthorizationList.mostPerMessage
        for part in 0..<LocalAuthorizationList.mostEntries / step {
            let entries = (0..<step).map { entry("\(part * step + $0)") }
            #expect(send(&list, .differential, part + 1, entries) == .accepted)
        }
        #expect(send(&list, .differential, 100, [entry("more")]) == .failed)
        #expect(send(&list, .differential, 100, [entry("0", nil), entry("more")]) == .accepted)
        #expect(list.entries.count == LocalAuthorizationList.mostEntries)
    }

    @Test func `the station keeps it, counts it and tells its version`() {
        // D01.FR.10, D01.FR.12, D02.FR.01 to .03.
        var bench = StationBench.with([:])
        func version(_ bench: inout StationBench) -> Int? {
            guard
                case .getLocalListVersion(let response)? = bench.ask(
                    .getLocalListVersion(GetLocalListVersionRequest())
                ).answer
            else { return nil }
            return response.versionNumber
        }
        #expect(version(&bench) == 0)
        let request = SendLocalListRequest(
            versionNumber: 12, updateType: .full, localAuthorizationList: [entry("A"), entry("B")])
        #expect(bench.ask(.sendLocalList(request)).answer == .sendLocalList(SendLocalListResponse(status: .accepted)))
        #expect(bench.station.variables.integer(AuthorizationVariables.listEntries) == 2)
        bench.reopen()
        bench.boot()
        #expect(version(&bench) == 12)
        #expect(bench.station.authorization.list.entries.count == 2)
        bench.station.variables.report("false", as: AuthorizationVariables.listEnabled)
        #expect(version(&bench) == 0)
        guard case .sendLocalList(let refused)? = bench.ask(.sendLocalList(request)).answer else {
            Issue.record("no answer")
            return
        }
        #expect(refused.status == .failed)
    }

    @Test func `an emptied list has a version`() {
        var bench = StationBench.with([:])
        _ = bench.ask(.sendLocalList(SendLocalListRequest(versionNumber: 4, updateType: .full)))
        #expect(
            bench.ask(.getLocalListVersion(GetLocalListVersionRequest())).answer
                == .getLocalListVersion(GetLocalListVersionResponse(versionNumber: 4)))
    }
}
