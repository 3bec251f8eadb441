// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct AvailabilityTests {
    typealias Bench = StationBench

    private func change(
        _ bench: inout StationBench, _ status: OperationalStatusEnumType, _ evse: EVSEType? = nil
    ) -> (status: ChangeAvailabilityStatusEnumType?, rest: [StationOutput]) {
        let (answer, rest) = bench.ask(
            .changeAvailability(ChangeAvailabilityRequest(operationalStatus: status, evse: evse)))
        guard case .changeAvailability(let response)? = answer else { return (nil, rest) }
        return (response.status, rest)
    }

    @Test func `every connector is told once the station is accepted, then what changes`() {
        // G01.FR.01, G01.FR.03, G01.FR.04, B01.FR.05, E02.FR.05.
        var bench = StationBench()
        #expect(bench.statuses(in: bench.boot()) == ["1 Available", "2 Available"])
        #expect(bench.statuses(in: bench.plugIn()) == ["1 Occupied"])
        #expect(bench.statuses(in: bench.plugIn()).isEmpty)
        #expect(bench.statuses(in: bench.unplug()) == ["1 Available"])
        #expect(bench.statuses(in: bench.report(2) { $0.connector = .faulted }) == ["2 Faulted"])
        #expect(bench.statuses(in: bench.report(2) { $0.connector = .unavailable }) == ["2 Unavailable"])
    }

    @Test func `what changes offline is told afterwards, and only that`() {
        // B04.FR.02.
        var bench = Bench.with([:])
        _ = bench.handle(.disconnected)
        #expect(bench.statuses(in: bench.plugIn()).isEmpty)
        #expect(bench.statuses(in: bench.handle(.connected(.v21))) == ["1 Occupied"])
    }

    @Test func `a status nobody heard is told again`() {
        var bench = Bench.with([:])
        for case .statusNotification(let request) in bench.calls(in: bench.plugIn()) {
            #expect(
                bench.statuses(in: bench.handle(.failed(.statusNotification(request), .timedOut))) == ["1 Occupied"])
            // A backend that does not want to know is not asked again.
            let refusal = Refusal(.notSupported, "")
            #expect(bench.statuses(in: bench.handle(.failed(.statusNotification(request), .refused(refusal)))).isEmpty)
        }
    }

    struct Row: Sendable {
        var evse: EVSEType?
        var told: [String]
    }

    @Test(arguments: [
        Row(evse: nil, told: ["1 Unavailable", "2 Unavailable"]),
        Row(evse: EVSEType(id: 2), told: ["2 Unavailable"]),
        Row(evse: EVSEType(id: 1, connectorId: 1), told: ["1 Unavailable"]),
    ])
    func `station, EVSE and connector go out of service and return`(row: Row) {
        // G01.FR.02, G01.FR.07, G03.FR.01 to .04, .06, .07, G04.FR.01 to .05, .07, .08.
        var bench = Bench.with([:])
        let (status, rest) = change(&bench, .inoperative, row.evse)
        #expect(status == .accepted)
        #expect(bench.statuses(in: rest) == row.told)
        #expect(change(&bench, .inoperative, row.evse).status == .accepted)
        let back = change(&bench, .operative, row.evse)
        #expect(back.status == .accepted)
        #expect(bench.statuses(in: back.rest) == row.told.map { $0.replacingLast("Unavailable", "Available") })
        #expect(bench.statuses(in: change(&bench, .operative, row.evse).rest).isEmpty)
    }

    @Test func `each has a state of its own`() {
        // G03, note 1.
        var bench = Bench.with([:])
        _ = change(&bench, .inoperative, EVSEType(id: 1, connectorId: 1))
        _ = change(&bench, .inoperative, EVSEType(id: 1))
        _ = change(&bench, .operative, EVSEType(id: 1))
        #expect(bench.station.connectorStatus(0) == .unavailable)
        _ = change(&bench, .operative, EVSEType(id: 1, connectorId: 1))
        #expect(bench.station.connectorStatus(0) == .available)
    }

    @Test(arguments: [EVSEType(id: 3), EVSEType(id: 1, connectorId: 2)])
    func `what there is not is refused`(evse: EVSEType) {
        var bench = Bench.with([:])
        #expect(change(&bench, .inoperative, evse).status == .rejected)
    }

    @Test func `a transaction is waited for`() {
        // G01.FR.05, G03.FR.05, G04.FR.06.
        var bench = Bench.with([:])
        _ = bench.plugIn()
        _ = bench.present()
        #expect(change(&bench, .inoperative, EVSEType(id: 1)).status == .scheduled)
        #expect(bench.station.mayTransfer(0))
        #expect(bench.statuses(in: bench.unplug()) == ["1 Unavailable"])
        _ = bench.plugIn()
        #expect(bench.events(in: bench.present()).isEmpty)
    }

    @Test func `of the station, idle EVSEs take nobody in meanwhile, and a change of mind is possible`() {
        var bench = Bench.with([:])
        _ = bench.plugIn()
        _ = bench.present()
        let (status, rest) = change(&bench, .inoperative)
        #expect(status == .scheduled)
        #expect(bench.statuses(in: rest) == ["2 Unavailable"])
        #expect(bench.statuses(in: change(&bench, .operative).rest) == ["2 Available"])
        #expect(bench.statuses(in: bench.unplug()) == ["1 Available"])
    }

    @Test func `it survives a restart, also what is scheduled`() {
        // G01.FR.02, G03.FR.08, G04.FR.09.
        var bench = Bench.with([:])
        _ = change(&bench, .inoperative, EVSEType(id: 2))
        _ = bench.plugIn()
        _ = bench.present()
        _ = change(&bench, .inoperative, EVSEType(id: 1))
        bench.reopen([TransactionVariables.resumptionRange: "0"])
        #expect(bench.station.connectorStatus(1) == .unavailable)
        _ = bench.plugIn()
        _ = bench.handle(.presented(Bench.card, evse: 1))
        #expect(bench.station.connectorStatus(0) == .unavailable)
    }

    @Test func `a car that stands there when the EVSE returns is taken as if it had just come`() {
        var bench = Bench.with(Bench.points(start: "EVConnected", stop: "EVConnected"))
        _ = change(&bench, .inoperative)
        #expect(bench.told(bench.plugIn()).isEmpty)
        #expect(bench.told(change(&bench, .operative).rest) == ["Started CablePluggedIn EVConnected"])
    }

    @Test func `whoever was let in waits in vain when the EVSE goes`() {
        var bench = Bench.with([:])
        _ = bench.present()
        _ = change(&bench, .inoperative, EVSEType(id: 1))
        _ = change(&bench, .operative, EVSEType(id: 1))
        #expect(bench.told(bench.plugIn()).isEmpty)
    }

    @Test func `the device model shows it`() {
        var bench = Bench.with([:])
        _ = bench.plugIn()
        #expect(bench.station.variables.text(AvailabilityVariables.connector(1)) == "Occupied")
        #expect(bench.station.variables.text(AvailabilityVariables.evse(2)) == "Available")
        #expect(bench.station.variables.text(AvailabilityVariables.station) == "Available")
        _ = change(&bench, .inoperative)
        #expect(bench.station.variables.text(AvailabilityVariables.station) == "Unavailable")
    }
}

extension String {
    fileprivate func replacingLast(_ old: String, _ new: String) -> String {
        hasSuffix(old) ? dropLast(old.count) + new : self
    }
}
