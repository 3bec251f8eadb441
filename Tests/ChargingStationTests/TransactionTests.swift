// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct TransactionTests {
    typealias Bench = StationBench

    // MARK: What an event says

    @Test func `connector, token and remote start go once, with the first event after they are known`() throws {
        // Block E, 1.5; E01.FR.10, E01.FR.16, E03.FR.01, F02.FR.01, F02.FR.05, F02.FR.21, C05.FR.03, C05.FR.05.
        var bench = Bench.with(Bench.points(start: "Authorized", stop: "EVConnected"))
        var outputs = bench.remoteStart().rest
        outputs += bench.plugIn()
        outputs += bench.flow(.charging)
        outputs += bench.unplug()
        let events = bench.events(in: outputs)
        #expect(
            bench.told(outputs) == [
                "Started RemoteStart Idle", "Updated CablePluggedIn EVConnected",
                "Updated ChargingStateChanged Charging", "Ended EVCommunicationLost Idle",
            ])
        try #require(events.count == 4)
        #expect(events.map { $0.idToken?.idToken } == ["CARD-1", nil, nil, nil])
        #expect(events.map { $0.transactionInfo.remoteStartId } == [42, nil, nil, nil])
        #expect(events[0].evse == EVSEType(id: 1))
        #expect(events[1].evse == EVSEType(id: 1, connectorId: 1))
        #expect(events[2].evse == nil && events[3].evse == nil)
        #expect(events[3].transactionInfo.stoppedReason == .evDisconnected)
    }

    @Test func `a remote start is told as such even where the cable begins the transaction`() throws {
        // F02.FR.21, F02.FR.13.
        var bench = Bench.with(Bench.points(start: "EVConnected", stop: "EVConnected"))
        var outputs = bench.remoteStart().rest
        #expect(bench.events(in: outputs).isEmpty)
        outputs += bench.plugIn()
        let event = try #require(bench.events(in: outputs).first)
        #expect(bench.told(outputs) == ["Started RemoteStart EVConnected"])
        #expect(event.transactionInfo.remoteStartId == 42)
        #expect(event.idToken == Bench.card)
    }

    @Test func `ids of transactions never come twice, not even after a restart`() {
        // E01.FR.08, E02.FR.08.
        var ids: Set<String> = []
        var count = 0
        var bench = Bench.with([:])
        for round in 0..<20 {
            if round == 10 {
                var setup = Bench.setup
                setup.seed = 8
                bench = StationBench.with([:], setup: setup)
            }
            var outputs = bench.plugIn()
            outputs += bench.present()
            outputs += bench.unplug()
            for event in bench.events(in: outputs) where event.eventType == .started {
                ids.insert(event.transactionInfo.transactionId)
                count += 1
            }
        }
        #expect(ids.count == 20 && count == 20)
        #expect(ids.allSatisfy { $0.count == 36 })
    }

    @Test func `phases are told when energy flows and when they change`() throws {
        // E02.FR.18, E02.FR.19, E03.FR.13, E03.FR.14.
        var setup = Bench.setup
        setup.evses[0].supply = .alternating(phases: 3)
        var bench = Bench.with([:], setup: setup)
        _ = bench.plugIn()
        _ = bench.present()
        let three = bench.report {
            $0.flow = .charging
            $0.current = PerPhase(all: .amperes(16))
            $0.imported = .wattHours(1)
        }
        #expect(bench.events(in: three).last?.numberOfPhasesUsed == 3)
        _ = bench.report { $0.current = PerPhase(.amperes(16), .zero, .zero) }
        let next = bench.wait(.seconds(61))
        #expect(bench.events(in: next).first?.numberOfPhasesUsed == 1)
    }

    @Test func `time spent charging counts only while energy flows, in both directions`() throws {
        var bench = Bench.with([:])
        _ = bench.plugIn()
        _ = bench.present()
        _ = bench.flow(.charging)
        _ = bench.wait(.seconds(100))
        _ = bench.flow(.suspendedByVehicle)
        _ = bench.wait(.seconds(500))
        _ = bench.flow(.discharging)
        _ = bench.wait(.seconds(30))
        let end = try #require(bench.events(in: bench.unplug()).last)
        #expect(end.transactionInfo.timeSpentCharging == 130)
    }

    @Test(arguments: [
        (EVSEReport.Flow.charging, "Charging"), (.discharging, "Charging"), (.suspendedByVehicle, "SuspendedEV"),
        (.suspendedByStation, "SuspendedEVSE"),
    ])
    func `a change of the flow is told with its state`(flow: EVSEReport.Flow, state: String) {
        // E01.FR.18, E01.FR.19, E02.FR.13.
        var bench = Bench.with([:])
        _ = bench.plugIn()
        _ = bench.present()
        #expect(bench.told(bench.flow(flow)) == ["Updated ChargingStateChanged \(state)"])
        #expect(bench.told(bench.flow(flow)).isEmpty)
    }

    // MARK: Offline

    @Test func `what happens offline says so, and its number follows on`() {
        // E04.FR.01 to .03, E08.FR.07, E11.FR.01, E12.FR.01.
        var bench = Bench.with([AuthorizationVariables.unknownOffline: "true"])
        _ = bench.handle(.disconnected)
        var outputs = bench.plugIn()
        outputs += bench.handle(.presented(Bench.card, evse: 1))
        bench.boot()
        outputs += bench.flow(.charging)
        let events = bench.events(in: outputs)
        #expect(events.map(\.offline) == [true, nil])
        #expect(events.map(\.seqNo) == [0, 1])
        #expect(
            outputs.allSatisfy { if case .call(.transactionEvent, let kind) = $0 { kind == .durable } else { true } })
    }

    // MARK: Cables

    @Test func `whoever does not plug in in time is no longer authorised`() {
        // E03.FR.05, F02.FR.07, C01.FR.26, C20.FR.02.
        var bench = Bench.with(Bench.points(start: "Authorized", stop: "EVConnected"))
        var outputs = bench.present()
        outputs += bench.wait(.seconds(119))
        #expect(bench.told(outputs) == ["Started Authorized Idle"])
        let late = bench.wait(.seconds(2))
        #expect(bench.told(late) == ["Ended EVConnectTimeout Idle"])
        #expect(bench.events(in: late).last?.transactionInfo.stoppedReason == .timeout)
        #expect(!bench.station.mayTransfer(0))
    }

    @Test func `in a bay the time-out only ends the authorisation`() {
        // E03.FR.15, F02.FR.08.
        var bench = Bench.with(Bench.points(start: "ParkingBayOccupancy", stop: "ParkingBayOccupancy"))
        _ = bench.report { $0.isBayOccupied = true }
        _ = bench.present()
        let late = bench.wait(.seconds(121))
        #expect(bench.told(late).contains("Updated EVConnectTimeout"))
        #expect(bench.station.hasTransaction(evse: 1))
        #expect(!bench.station.mayTransfer(0))
    }

    @Test func `no time-out is set while a car is there`() {
        var bench = Bench.with([:])
        _ = bench.plugIn()
        _ = bench.present()
        _ = bench.wait(.minutes(30))
        #expect(bench.station.mayTransfer(0))
    }

    @Test func `a cable that is pulled at the car ends the authorisation, if so configured`() {
        // E09.FR.01.
        var bench = Bench.with(Bench.points(start: "PowerPathClosed", stop: "Authorized"))
        _ = bench.plugIn()
        _ = bench.present()
        let outputs = bench.unplug()
        #expect(bench.told(outputs) == ["Ended EVCommunicationLost Idle"])
        #expect(bench.events(in: outputs).last?.transactionInfo.stoppedReason == .evDisconnected)
        #expect(bench.told(bench.plugIn()).isEmpty)
        #expect(!bench.station.mayTransfer(0))
    }

    @Test func `otherwise the car may come back, for a while`() {
        // E10.FR.02.
        var values = Bench.points(start: "PowerPathClosed", stop: "Authorized")
        values[TransactionVariables.stopsOnDisconnect] = "false"
        var bench = Bench.with(values)
        _ = bench.plugIn()
        _ = bench.present()
        #expect(bench.told(bench.unplug()) == ["Updated EVCommunicationLost Idle"])
        _ = bench.wait(.seconds(60))
        #expect(bench.told(bench.plugIn()) == ["Updated CablePluggedIn EVConnected"])
        #expect(bench.station.mayTransfer(0))
        _ = bench.unplug()
        let late = bench.wait(.seconds(121))
        #expect(bench.told(late).last == "Ended EVCommunicationLost Idle")
        #expect(bench.events(in: late).last?.transactionInfo.stoppedReason == .evDisconnected)
    }

    @Test func `a fault ends the transaction`() {
        // E06.FR.16, E06.FR.08.
        var bench = Bench.with([:])
        _ = bench.plugIn()
        _ = bench.present()
        let outputs = bench.report { $0.connector = .faulted }
        #expect(bench.told(outputs) == ["Ended AbnormalCondition EVConnected"])
        #expect(bench.told(bench.report { $0.connector = .faulted }).isEmpty)
    }

    @Test func `the cable is released at the end, where it is not fixed`() {
        // E06.FR.10, E07.FR.07, E08.FR.03, F04.FR.02.
        var setup = Bench.setup
        setup.evses[0].hasFixedCable = false
        var bench = Bench.with([:], setup: setup)
        _ = bench.plugIn()
        _ = bench.present()
        #expect(bench.present().contains(.host(.release(evse: 1))))
        var fixed = Bench.with([:])
        _ = fixed.plugIn()
        _ = fixed.present()
        #expect(!fixed.present().contains(.host(.release(evse: 1))))
    }

    // MARK: The backend's word on a token

    private static let invalid = TransactionEventResponse(idTokenInfo: IdTokenInfoType(status: .blocked))

    @Test(arguments: [
        ("PowerPathClosed", ["Ended Deauthorized Charging"]), ("EVConnected", ["Updated Deauthorized"]),
    ])
    func `a token that is no longer valid ends the authorisation`(stop: String, told: [String]) {
        // E05.FR.09, E05.FR.10, E06.FR.04, F01.FR.03, F02.FR.11, C15.FR.03, C15.FR.04.
        var bench = Bench.with(Bench.points(start: "PowerPathClosed", stop: stop))
        _ = bench.plugIn()
        let start = bench.present()
        _ = bench.flow(.charging)
        let outputs = bench.answerEvent(in: start, Self.invalid)
        #expect(bench.told(outputs) == told)
        #expect(!bench.station.mayTransfer(0))
        let end = bench.events(in: outputs).last { $0.eventType == .ended }
        #expect(end == nil || end?.transactionInfo.stoppedReason == .deAuthorized)
        guard stop == "EVConnected" else { return }
        #expect(bench.told(bench.flow(.none)) == ["Updated ChargingStateChanged EVConnected"])
    }

    @Test func `or only suspends it, after as much energy as is allowed`() {
        // E05.FR.02, E05.FR.03, C15.FR.06, C15.FR.07.
        var bench = Bench.with([
            TransactionVariables.stopsOnInvalidId: "false", TransactionVariables.energyOnInvalidId: "500",
        ])
        _ = bench.report { $0.imported = .wattHours(1_000) }
        _ = bench.plugIn()
        let start = bench.present()
        _ = bench.flow(.charging)
        #expect(bench.told(bench.answerEvent(in: start, Self.invalid)).isEmpty)
        #expect(bench.station.mayTransfer(0))
        #expect(bench.told(bench.report { $0.imported = .wattHours(1_499) }).isEmpty)
        let outputs = bench.report { $0.imported = .wattHours(1_500) }
        #expect(bench.told(outputs) == ["Updated ChargingStateChanged SuspendedEVSE"])
        #expect(!bench.station.mayTransfer(0))
        #expect(bench.station.hasTransaction(evse: 1))
    }

    @Test func `without such an allowance it suspends at once, until the token is known`() {
        var bench = Bench.with([TransactionVariables.stopsOnInvalidId: "false"])
        _ = bench.plugIn()
        let start = bench.present()
        #expect(
            bench.told(bench.answerEvent(in: start, Self.invalid)) == ["Updated ChargingStateChanged SuspendedEVSE"])
        let good = TransactionEventResponse(idTokenInfo: IdTokenInfoType(status: .accepted))
        _ = bench.answerEvent(in: start, good)
        #expect(bench.station.mayTransfer(0))
    }

    @Test func `what the backend thinks of a token that stopped changes nothing`() {
        var bench = Bench.with(Bench.points(start: "EVConnected", stop: "EVConnected"))
        _ = bench.plugIn()
        _ = bench.present()
        let stop = bench.present()
        #expect(bench.told(stop) == ["Updated StopAuthorized"])
        #expect(bench.told(bench.answerEvent(in: stop, Self.invalid)).isEmpty)
    }

    @Test func `who stopped it stays the reason when the cable goes later`() {
        // F03.FR.02, F04.FR.02, F04.FR.03, E07.FR.05.
        var bench = Bench.with(Bench.points(start: "EVConnected", stop: "EVConnected"))
        let start = bench.plugIn()
        _ = bench.present()
        let id = bench.events(in: start).first?.transactionInfo.transactionId ?? ""
        let (answer, rest) = bench.remoteStop(id)
        #expect(answer?.status == .accepted)
        #expect(bench.told(rest) == ["Updated RemoteStop"])
        #expect(bench.events(in: bench.unplug()).last?.transactionInfo.stoppedReason == .remote)
    }

    // MARK: Status

    @Test func `the status of a transaction says whether it runs and what waits`() {
        // E14.FR.01 to .08.
        var bench = Bench.with([:])
        _ = bench.plugIn()
        let id = bench.events(in: bench.present()).first?.transactionInfo.transactionId ?? ""
        func status(_ bench: inout StationBench, _ id: String?) -> GetTransactionStatusResponse? {
            guard
                case .getTransactionStatus(let response)? = bench.ask(
                    .getTransactionStatus(GetTransactionStatusRequest(transactionId: id))
                ).answer
            else { return nil }
            return response
        }
        #expect(status(&bench, id) == GetTransactionStatusResponse(messagesInQueue: false, ongoingIndicator: true))
        #expect(
            status(&bench, "other") == GetTransactionStatusResponse(messagesInQueue: false, ongoingIndicator: false))
        _ = bench.handle(.queue(QueueState(transactions: [id], hasAny: true)))
        #expect(status(&bench, id) == GetTransactionStatusResponse(messagesInQueue: true, ongoingIndicator: true))
        #expect(status(&bench, nil) == GetTransactionStatusResponse(messagesInQueue: true))
        _ = bench.present()
        #expect(status(&bench, id) == GetTransactionStatusResponse(messagesInQueue: true, ongoingIndicator: false))
        _ = bench.handle(.queue(QueueState()))
        #expect(status(&bench, nil) == GetTransactionStatusResponse(messagesInQueue: false))
    }

    // MARK: Several backends

    @Test func `a backend that only reads is told everything and decides nothing`() {
        var setup = Bench.setup
        setup.role = .reading
        var bench = Bench.with([:], setup: setup)
        var outputs = bench.plugIn()
        #expect(bench.calls(in: bench.handle(.presented(Bench.card, evse: 1))).isEmpty)
        #expect(bench.remoteStart().answer?.status == .rejected)
        outputs += bench.flow(.charging)
        outputs += bench.unplug()
        #expect(bench.told(outputs).first == "Started Authorized Charging")
        #expect(bench.told(outputs).last == "Ended EVCommunicationLost Idle")
        #expect(!bench.station.mayTransfer(0))
    }

    @Test func `before the backend has ever accepted the station, transactions may be forbidden`() {
        var bench = Bench.with([TransactionVariables.beforeAccepted: "false"], isOnline: false)
        _ = bench.handle(.connected(.v21))
        _ = bench.plugIn()
        #expect(bench.told(bench.handle(.presented(.nobody, evse: 1))).isEmpty)
        var allowed = Bench.with([:], isOnline: false)
        _ = allowed.plugIn()
        #expect(allowed.told(allowed.handle(.presented(.nobody, evse: 1))) == ["Started Authorized EVConnected"])
    }
}
