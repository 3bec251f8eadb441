// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct RemoteControlTests {
    typealias Bench = StationBench

    // MARK: Start

    @Test func `a remote start with a car there starts at once`() throws {
        // F02.FR.12.
        // F01.FR.02, F01.FR.04, F01.FR.05, F01.FR.19, F01.FR.25.
        var bench = Bench.with(Bench.points(start: "EVConnected", stop: "EVConnected"))
        let plugged = bench.plugIn()
        let id = try #require(bench.events(in: plugged).first?.transactionInfo.transactionId)
        let (answer, rest) = bench.remoteStart()
        // F01.FR.13.
        #expect(answer == RequestStartTransactionResponse(status: .accepted, transactionId: id))
        #expect(bench.told(rest) == ["Updated RemoteStart"])
        let event = try #require(bench.events(in: rest).first)
        #expect(event.idToken == Bench.card && event.transactionInfo.remoteStartId == 42)
        #expect(bench.station.mayTransfer(0))
    }

    @Test func `the answer goes before everything else`() {
        // F06.FR.04 and the same for a remote start.
        var bench = Bench.with([:])
        _ = bench.plugIn()
        let outputs = bench.handle(
            .asked(
                MessageID("1"),
                .requestStartTransaction(
                    RequestStartTransactionRequest(idToken: Bench.card, remoteStartId: 1, evseId: 1))))
        guard case .answer? = outputs.first else {
            Issue.record("the answer is not first")
            return
        }
        #expect(!bench.events(in: outputs).isEmpty)
    }

    @Test func `it may have to be authorised first`() {
        // F01.FR.01, F02.FR.09.
        var bench = Bench.with([AuthorizationVariables.authorizesRemoteStart: "true"])
        _ = bench.plugIn()
        let (answer, rest) = bench.remoteStart()
        #expect(answer?.status == .accepted)
        #expect(bench.calls(in: rest).map(\.action) == [.authorize])
        #expect(!bench.station.mayTransfer(0))
        let answered = bench.answerAuthorize(in: rest)
        #expect(bench.told(answered) == ["Started RemoteStart EVConnected"])
        #expect(bench.events(in: answered).first?.transactionInfo.remoteStartId == 42)
        let refused = bench.remoteStart(Bench.otherCard, evse: 2).rest
        #expect(bench.events(in: bench.answerAuthorize(in: refused, IdTokenInfoType(status: .expired))).isEmpty)
    }

    @Test(arguments: ["Central", "NoAuthorization"])
    func `but not a token the backend has made for it`(type: String) {
        // F01.FR.02, F02.FR.10, C05.FR.01.
        var bench = Bench.with([AuthorizationVariables.authorizesRemoteStart: "true"])
        _ = bench.plugIn()
        let token = IdTokenType(idToken: type == "Central" ? "APP" : "", type: type)
        #expect(bench.told(bench.remoteStart(token).rest) == ["Started RemoteStart EVConnected"])
    }

    @Test func `without an EVSE it takes the one with a car, or the first that gets one`() {
        // F02.FR.14.
        // F01.FR.06, F01.FR.20, F02.FR.22.
        var bench = Bench.with([:])
        #expect(bench.remoteStart(evse: nil).answer?.status == .accepted)
        let outputs = bench.plugIn(2)
        #expect(bench.told(outputs) == ["Started RemoteStart EVConnected"])
        #expect(bench.events(in: outputs).first?.evse?.id == 2)
        #expect(bench.events(in: outputs).first?.transactionInfo.remoteStartId == 42)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var evse: Int? = 1
        var prepare: @Sendable (inout StationBench) -> Void
    }

    static let refusals = [
        Refusal(testDescription: "an EVSE there is not", evse: 9) { _ in },
        Refusal(testDescription: "authorised already") {
            _ = $0.plugIn()
            _ = $0.present(StationBench.otherCard)
        },
        Refusal(testDescription: "faulted") { _ = $0.report { $0.connector = .faulted } },
        Refusal(testDescription: "unavailable") { _ = $0.report { $0.connector = .unavailable } },
        Refusal(testDescription: "out of service") {
            _ = $0.ask(
                .changeAvailability(ChangeAvailabilityRequest(operationalStatus: .inoperative, evse: EVSEType(id: 1))))
        },
        Refusal(testDescription: "reserved for another") {
            _ = $0.reserve(1, StationBench.otherCard)
        },
        Refusal(testDescription: "reserved for another group") {
            _ = $0.reserve(1, StationBench.otherCard, group: StationBench.family)
        },
        Refusal(testDescription: "no EVSE free at all", evse: nil) {
            _ = $0.report(1) { $0.connector = .faulted }
            _ = $0.report(2) { $0.connector = .faulted }
        },
    ]

    @Test(arguments: refusals)
    func `a remote start is refused where it cannot be`(row: Refusal) {
        // F01.FR.07, F01.FR.21, F01.FR.22, F01.FR.23, F01.FR.24, F02.FR.23, F02.FR.24, F02.FR.25, F02.FR.26.
        var bench = Bench.with([:])
        row.prepare(&bench)
        let (answer, rest) = bench.remoteStart(evse: row.evse)
        #expect(answer?.status == .rejected)
        #expect(bench.events(in: rest).isEmpty)
    }

    @Test func `a profile with it must be one of its transaction`() {
        // F01.FR.09, F01.FR.11, F01.FR.26, F02.FR.17, F02.FR.19, F02.FR.27.
        func answer(_ purpose: ChargingProfilePurposeEnumType, _ id: String?) -> RequestStartStopStatusEnumType? {
            var bench = Bench.with([:])
            let profile = ChargingProfileType(
                id: 1, stackLevel: 0, chargingProfilePurpose: purpose, chargingProfileKind: .relative,
                chargingSchedule: [
                    ChargingScheduleType(
                        id: 1, chargingRateUnit: .w,
                        chargingSchedulePeriod: [ChargingSchedulePeriodType(startPeriod: 0, limit: 5_000)])
                ], transactionId: id)
            let (answer, _) = bench.ask(
                .requestStartTransaction(
                    RequestStartTransactionRequest(
                        idToken: Bench.card, remoteStartId: 1, evseId: 1, chargingProfile: profile)))
            guard case .requestStartTransaction(let response)? = answer else { return nil }
            return response.status
        }
        #expect(answer(.txProfile, nil) == .accepted)
        #expect(answer(.txProfile, "T") == .rejected)
        #expect(answer(.txDefaultProfile, nil) == .rejected)
        #expect(answer(.chargingStationMaxProfile, nil) == .rejected)
    }

    // MARK: Stop

    @Test(arguments: [
        ("Authorized", "Ended RemoteStop Charging"), ("PowerPathClosed", "Ended RemoteStop Charging"),
        ("EVConnected", "Updated RemoteStop"), ("EnergyTransfer", "Updated RemoteStop"),
        ("ParkingBayOccupancy", "Updated RemoteStop"),
    ])
    func `a remote stop ends the authorisation`(stop: String, told: String) {
        // F03.FR.02, F03.FR.03, F03.FR.07, F03.FR.09, F04.FR.02.
        var bench = Bench.with(Bench.points(start: "PowerPathClosed", stop: stop))
        _ = bench.plugIn()
        let id = bench.events(in: bench.present()).first?.transactionInfo.transactionId ?? ""
        _ = bench.flow(.charging)
        let (answer, rest) = bench.remoteStop(id)
        #expect(answer?.status == .accepted)
        #expect(bench.told(rest) == [told])
        #expect(!bench.station.mayTransfer(0))
        let end = bench.events(in: rest + bench.flow(.none) + bench.unplug()).first { $0.eventType == .ended }
        if stop != "ParkingBayOccupancy" { #expect(end?.transactionInfo.stoppedReason == .remote) }
    }

    @Test func `a transaction that does not run cannot be stopped`() {
        // F03.FR.08.
        var bench = Bench.with([:])
        #expect(bench.remoteStop("other").answer?.status == .rejected)
    }

    @Test func `while the backend has the station waiting nothing is started or stopped`() {
        // B02.FR.05.
        var bench = Bench.with([:], isOnline: false)
        for case .bootNotification(let request) in bench.calls(in: bench.handle(.connected(.v21))) {
            let response = BootNotificationResponse(
                currentTime: DateTime(bench.time.wall), interval: 60, status: .pending)
            _ = bench.handle(.answered(.bootNotification(request), .bootNotification(response)))
        }
        #expect(bench.remoteStart().answer?.status == .rejected)
    }

    // MARK: Unlock

    private static var detachable: StationSetup {
        var setup = Bench.setup
        setup.evses[0].hasFixedCable = false
        return setup
    }

    private func unlock(_ bench: inout StationBench, _ evse: Int, _ connector: Int) -> [StationOutput] {
        bench.handle(
            .asked(MessageID("u"), .unlockConnector(UnlockConnectorRequest(evseId: evse, connectorId: connector))))
    }

    private func status(_ outputs: [StationOutput]) -> UnlockStatusEnumType? {
        for case .answer(_, .unlockConnector(let response)) in outputs { return response.status }
        return nil
    }

    @Test(arguments: [UnlockStatusEnumType.unlocked, .unlockFailed])
    func `the host tries to unlock, cable or not, and its result is the answer`(result: UnlockStatusEnumType) {
        // F05.FR.01, F05.FR.04, F05.FR.05, F05.FR.06.
        var bench = Bench.with([:], setup: Self.detachable)
        let outputs = unlock(&bench, 1, 1)
        #expect(outputs.contains(.host(.unlock(reply: MessageID("u"), evse: 1, connector: 1))))
        #expect(status(outputs) == nil)
        #expect(status(bench.handle(.done(.unlocked(reply: MessageID("u"), result)))) == result)
    }

    @Test func `not during an authorised transaction, not what there is not, not a fixed cable`() {
        // F05.FR.02, F05.FR.03, F05.FR.07.
        var bench = Bench.with([:], setup: Self.detachable)
        #expect(status(unlock(&bench, 1, 2)) == .unknownConnector)
        #expect(status(unlock(&bench, 7, 1)) == .unknownConnector)
        _ = bench.plugIn()
        _ = bench.present()
        #expect(status(unlock(&bench, 1, 1)) == .ongoingAuthorizedTransaction)
        #expect(bench.station.hasTransaction(evse: 1))
        let fixed = unlock(&bench, 2, 1)
        #expect(
            fixed.contains { if case .refuse(_, let refusal) = $0 { refusal.code == .notSupported } else { false } })
    }

    // MARK: Trigger

    private func trigger(
        _ bench: inout StationBench, _ message: MessageTriggerEnumType, _ evse: EVSEType? = nil
    ) -> (status: TriggerMessageStatusEnumType?, outputs: [StationOutput]) {
        let outputs = bench.handle(
            .asked(MessageID("t"), .triggerMessage(TriggerMessageRequest(requestedMessage: message, evse: evse))))
        for case .answer(_, .triggerMessage(let response)) in outputs { return (response.status, outputs) }
        return (nil, outputs)
    }

    @Test func `a transaction event shows the state and what is measured`() throws {
        // F06.FR.05.
        // F06.FR.07, F06.FR.11.
        var bench = Bench.with([:])
        #expect(trigger(&bench, .transactionEvent).status == .rejected)
        for evse in 1...2 {
            _ = bench.report(evse) { $0.imported = .wattHours(7) }
            _ = bench.plugIn(evse)
            _ = bench.handle(.presented(.nobody, evse: evse))
        }
        let (status, outputs) = trigger(&bench, .transactionEvent)
        #expect(status == .accepted)
        #expect(bench.told(outputs) == ["Updated Trigger EVConnected", "Updated Trigger EVConnected"])
        let value = try #require(bench.events(in: outputs).first?.meterValue?.first?.sampledValue.first)
        #expect(value.context == .trigger && value.value == 7)
        #expect(bench.events(in: trigger(&bench, .transactionEvent, EVSEType(id: 2)).outputs).count == 1)
    }

    @Test func `meter values are those of clock-aligned data, now`() throws {
        // F06.FR.06, F06.FR.09, F06.FR.10, F06.FR.11.
        var bench = Bench.with([:])
        for evse in 1...2 { _ = bench.report(evse) { $0.imported = .wattHours(7) } }
        func evses(_ outputs: [StationOutput]) -> [Int] {
            bench.calls(in: outputs).compactMap {
                if case .meterValues(let request) = $0 { request.evseId } else { nil }
            }
        }
        #expect(evses(trigger(&bench, .meterValues).outputs) == [1, 2])
        #expect(evses(trigger(&bench, .meterValues, EVSEType(id: 2)).outputs) == [2])
        #expect(trigger(&bench, .meterValues, EVSEType(id: 3)).status == .rejected)
    }

    @Test func `a status is asked of one connector`() {
        // F06.FR.12, F06.FR.13, F06.FR.02.
        var bench = Bench.with([:])
        #expect(trigger(&bench, .statusNotification).status == .rejected)
        #expect(trigger(&bench, .statusNotification, EVSEType(id: 1)).status == .rejected)
        let (status, outputs) = trigger(&bench, .statusNotification, EVSEType(id: 2, connectorId: 1))
        #expect(status == .accepted)
        #expect(bench.statuses(in: outputs) == ["2 Available"])
    }

    @Test func `a heartbeat always, a boot only before the backend has accepted`() {
        // F06.FR.03, F06.FR.17.
        var bench = Bench.with([:])
        #expect(trigger(&bench, .bootNotification).status == .rejected)
        let (status, outputs) = trigger(&bench, .heartbeat, EVSEType(id: 1))
        #expect(status == .accepted)
        #expect(bench.calls(in: outputs).map(\.action) == [.heartbeat])
    }

    @Test func `the profile of a remote start is that of its transaction`() throws {
        // F01.FR.10, F02.FR.18.
        var bench = Bench.with([:])
        let profile = ChargingProfileType(
            id: 17, stackLevel: 0, chargingProfilePurpose: .txProfile, chargingProfileKind: .relative,
            chargingSchedule: [
                ChargingScheduleType(
                    id: 1, chargingRateUnit: .w,
                    chargingSchedulePeriod: [ChargingSchedulePeriodType(startPeriod: 0, limit: 5_000)])
            ])
        _ = bench.ask(
            .requestStartTransaction(
                RequestStartTransactionRequest(
                    idToken: Bench.card, remoteStartId: 1, evseId: 1, chargingProfile: profile)))
        let outputs = bench.plugIn()
        let commands = outputs.compactMap { if case .command(evse: 1, let command) = $0 { command } else { nil } }
        #expect(commands.last?.mayTransfer == true)
        #expect(commands.last?.limits.upper == .watts(5_000))
    }

    @Test func `what is not there is not implemented`() {
        // F06.FR.08, F06.FR.19.
        var bench = Bench.with([:])
        #expect(trigger(&bench, .publishFirmwareStatusNotification).status == .notImplemented)
        #expect(trigger(&bench, .customTrigger).status == .notImplemented)
    }

    @Test func `while waiting to be accepted, triggered messages go all the same`() {
        // B02: class triggered.
        var bench = Bench.with([:], isOnline: false)
        for case .bootNotification(let request) in bench.calls(in: bench.handle(.connected(.v21))) {
            let response = BootNotificationResponse(
                currentTime: DateTime(bench.time.wall), interval: 60, status: .pending)
            _ = bench.handle(.answered(.bootNotification(request), .bootNotification(response)))
        }
        let (_, outputs) = trigger(&bench, .statusNotification, EVSEType(id: 1, connectorId: 1))
        #expect(outputs.contains { if case .call(.statusNotification, .triggered) = $0 { true } else { false } })
    }
}
