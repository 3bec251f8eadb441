// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct CableLockTests {
    typealias Bench = StationBench

    private func charging(_ values: [VariableKey: String] = [:]) -> (StationBench, [StationOutput]) {
        var setup = Bench.setup
        setup.evses[0].hasFixedCable = false
        var bench = Bench.with(values, setup: setup)
        _ = bench.plugIn()
        let start = bench.present()
        return (bench, start)
    }

    private func isReleased(_ outputs: [StationOutput]) -> Bool { outputs.contains(.host(.release(evse: 1))) }

    private static let refused = TransactionEventResponse(idTokenInfo: IdTokenInfoType(status: .blocked))

    @Test func `a driver who is done gets the cable back`() {
        // E06.FR.10, E07.FR.07, E08.FR.03.
        var (bench, _) = charging()
        #expect(isReleased(bench.present()))
        var (remote, start) = charging(Bench.points(start: "PowerPathClosed", stop: "EVConnected"))
        let id = remote.events(in: start).first?.transactionInfo.transactionId ?? ""
        // F04.FR.02.
        #expect(isReleased(remote.remoteStop(id).rest))
    }

    @Test func `one whose token was refused has to show it again`() {
        // E05.FR.11, C15.FR.05.
        var (bench, start) = charging()
        #expect(!isReleased(bench.answerEvent(in: start, Self.refused)))
        #expect(!isReleased(bench.handle(.presented(Bench.otherCard, evse: 1))))
        let outputs = bench.handle(.presented(Bench.card, evse: 1))
        #expect(isReleased(outputs))
        #expect(bench.events(in: outputs).isEmpty)
        #expect(bench.station.evses[0].lockedFor == nil)
    }

    @Test(arguments: [("true", true), ("false", false)])
    func `a car that was pulled off releases the cable, if so configured`(unlocks: String, isFree: Bool) {
        // E09.FR.02, E09.FR.03.
        var (bench, _) = charging([TransactionVariables.unlocksOnDisconnect: unlocks])
        let outputs = bench.unplug()
        #expect(bench.told(outputs) == ["Ended EVCommunicationLost Idle"])
        #expect(isReleased(outputs) == isFree)
        #expect(isReleased(bench.handle(.presented(Bench.card, evse: 1))) == !isFree)
    }

    @Test func `while the car may come back the cable stays`() {
        // E10.FR.01.
        var values = Bench.points(start: "PowerPathClosed", stop: "Authorized")
        values[TransactionVariables.stopsOnDisconnect] = "false"
        var (bench, _) = charging(values)
        #expect(!isReleased(bench.unplug()))
        #expect(isReleased(bench.handle(.presented(Bench.card, evse: 1))))
    }

    @Test func `a held cable is held after a restart too`() {
        var (bench, start) = charging()
        _ = bench.answerEvent(in: start, Self.refused)
        bench.reopen()
        #expect(bench.station.evses[0].lockedFor == Bench.card)
        #expect(isReleased(bench.handle(.presented(Bench.card, evse: 1))))
    }
}

@Suite struct VehicleStopTests {
    typealias Bench = StationBench

    @Test(arguments: [
        ("Authorized", "Ended StopAuthorized Charging"), ("PowerPathClosed", "Ended StopAuthorized Charging"),
        ("EVConnected", "Updated StopAuthorized"), ("ParkingBayOccupancy", "Updated StopAuthorized"),
    ])
    func `a car that ends its session ends the authorisation`(stop: String, told: String) {
        // E15.FR.04, E15.FR.05.
        var bench = Bench.with(Bench.points(start: "PowerPathClosed", stop: stop))
        _ = bench.plugIn()
        _ = bench.present()
        _ = bench.flow(.charging)
        let outputs = bench.handle(.sessionStopped(evse: 1))
        #expect(bench.told(outputs) == [told])
        #expect(!bench.station.mayTransfer(0))
        let end = bench.events(in: outputs + bench.unplug()).first { $0.eventType == .ended }
        if stop != "ParkingBayOccupancy" { #expect(end?.transactionInfo.stoppedReason == .stoppedByEV) }
        // Said already: nothing more to say.
        #expect(bench.told(bench.handle(.sessionStopped(evse: 1))).isEmpty)
    }
}

@Suite struct WebPaymentTests {
    typealias Bench = StationBench

    @Test func `an EVSE that is being paid for is started by the backend only, for a while`() {
        // C25.FR.22, C25.FR.27.
        var bench = Bench.with([:])
        _ = bench.plugIn()
        let request = NotifyWebPaymentStartedRequest(evseId: 1, timeout: 60)
        #expect(
            bench.ask(.notifyWebPaymentStarted(request)).answer
                == .notifyWebPaymentStarted(NotifyWebPaymentStartedResponse()))
        #expect(bench.events(in: bench.present()).isEmpty)
        #expect(bench.remoteStart(IdTokenType(idToken: "PSP", type: "DirectPayment")).answer?.status == .accepted)
        #expect(bench.station.mayTransfer(0))
        var other = Bench.with([:])
        _ = other.plugIn()
        _ = other.ask(.notifyWebPaymentStarted(request))
        _ = other.wait(.seconds(61))
        #expect(other.told(other.present()) == ["Started Authorized EVConnected"])
    }
}
