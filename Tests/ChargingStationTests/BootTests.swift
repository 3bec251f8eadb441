// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct BootTests {
    @Test func `a station that connects says so first, and why it started (B01.FR.01, B01.FR.09)`() {
        var bench = StationBench()
        let outputs = bench.handle(.connected(.v21))
        guard case .bootNotification(let request)? = bench.calls(in: outputs).first else {
            Issue.record("no BootNotification")
            return
        }
        #expect(bench.calls(in: outputs).count == 1)
        #expect(request.reason == .powerUp)
        #expect(request.chargingStation.model == "Gateway")
        #expect(request.chargingStation.firmwareVersion == "1.0")
    }

    @Test func `the reason of a restart that the station caused is said after it, and only once (B01.FR.03)`() {
        var bench = StationBench()
        bench.boot()
        _ = bench.ask(.reset(ResetRequest(type: .immediate)))
        _ = bench.wait(.seconds(3))
        var again = bench.begunAgain()
        #expect(again.station.boot.reason == .remoteReset)
        again.boot()
        #expect(again.begunAgain().station.boot.reason == .powerUp)
    }

    /// What may leave in which state (B01.FR.08, B02.FR.02, B03.FR.02).
    @Test(
        arguments: [
            (nil, [CallClass.boot]),
            (.pending, [.boot, .triggered]),
            (.rejected, [.boot]),
            (.accepted, [.boot, .triggered, .volatile, .durable]),
        ] as [(RegistrationStatusEnumType?, [CallClass])])
    func `only what the backend has agreed to may leave`(_ status: RegistrationStatusEnumType?, _ allowed: [CallClass])
    {
        var bench = StationBench()
        for kind in [CallClass.boot, .triggered, .volatile, .durable] { #expect(!bench.station.mayCall(kind)) }
        _ = bench.handle(.connected(.v21))
        if let status { _ = bench.answerBoot(status) }
        for kind in [CallClass.boot, .triggered, .volatile, .durable] {
            #expect(bench.station.mayCall(kind) == allowed.contains(kind))
        }
    }

    /// B02.FR.04, B02.FR.08, B03.FR.02, B03.FR.06.
    @Test(arguments: [RegistrationStatusEnumType.pending, .rejected])
    func `a station that is not let in asks again after the interval, not earlier`(
        _ status: RegistrationStatusEnumType
    ) {
        var bench = StationBench()
        _ = bench.handle(.connected(.v21))
        _ = bench.answerBoot(status, interval: 20)
        #expect(bench.wait(.milliseconds(19_999)).isEmpty)
        let outputs = bench.wait(.milliseconds(1))
        #expect(bench.calls(in: outputs).map(\.action) == [.bootNotification])
        #expect(bench.wait(.minutes(10)).isEmpty)
    }

    @Test func `while pending the connection stays open (B02.FR.06)`() {
        var bench = StationBench()
        _ = bench.handle(.connected(.v21))
        #expect(!bench.answerBoot(.pending, interval: 10).contains(.reconnect))
        #expect(!bench.wait(.minutes(5)).contains(.reconnect))
    }

    @Test func `an interval of 0 leaves the pause to the station, which does not flood (B02.FR.07, B03.FR.05)`() {
        var bench = StationBench()
        _ = bench.handle(.connected(.v21))
        _ = bench.answerBoot(.rejected, interval: 0)
        #expect(bench.wait(.seconds(59)).isEmpty)
        #expect(bench.calls(in: bench.wait(.seconds(31))).map(\.action) == [.bootNotification])
    }

    @Test(arguments: [Int.max, -1]) func `an interval beyond measure does no harm`(_ interval: Int) {
        var bench = StationBench()
        _ = bench.handle(.connected(.v21))
        _ = bench.answerBoot(.pending, interval: interval)
        #expect(bench.station.deadline != nil)
        _ = bench.answerBoot(.accepted, interval: interval)
        #expect(bench.station.mayCall(.volatile))
    }

    @Test func `a BootNotification without answer is repeated after a while`() {
        var bench = StationBench()
        let first = bench.calls(in: bench.handle(.connected(.v21)))
        _ = bench.handle(.failed(first[0], .timedOut))
        #expect(bench.wait(.seconds(59)).isEmpty)
        #expect(bench.calls(in: bench.wait(.seconds(31))).map(\.action) == [.bootNotification])
    }

    @Test func `a new connection does not hasten a station that was told to wait (B02.FR.04, B03.FR.02)`() {
        var bench = StationBench()
        _ = bench.handle(.connected(.v21))
        _ = bench.answerBoot(.rejected, interval: 100)
        _ = bench.wait(.seconds(30))
        _ = bench.handle(.disconnected)
        let reconnected = bench.handle(.connected(.v21))
        #expect(bench.calls(in: reconnected).isEmpty)
        #expect(bench.ask(.getVariables(.init(getVariableData: []))).rest.refusals == [.securityError])
        #expect(bench.wait(.seconds(69)).isEmpty)
        #expect(bench.calls(in: bench.wait(.seconds(1))).map(\.action) == [.bootNotification])
    }

    @Test func `while rejected every request is a security error (B03.FR.08)`() {
        var bench = StationBench()
        _ = bench.handle(.connected(.v21))
        _ = bench.answerBoot(.rejected)
        let (answer, rest) = bench.ask(.reset(ResetRequest(type: .onIdle)))
        #expect(answer == nil)
        #expect(rest.refusals == [.securityError])
    }

    @Test func `while pending the backend configures and reads, but starts and stops nothing (B02.FR.01, B02.FR.05)`() {
        var bench = StationBench()
        _ = bench.handle(.connected(.v21))
        _ = bench.answerBoot(.pending)
        #expect(bench.set(ProvisioningVariables.offlineThreshold, to: "10")?.attributeStatus == .accepted)
        #expect(bench.get(ProvisioningVariables.offlineThreshold)?.attributeValue == "10")
        let start = RequestStartTransactionRequest(
            idToken: IdTokenType(idToken: "1", type: "Central"), remoteStartId: 1, evseId: 1)
        guard case .requestStartTransaction(let started)? = bench.ask(.requestStartTransaction(start)).answer,
            case .requestStopTransaction(let stopped)? = bench.ask(.requestStopTransaction(.init(transactionId: "1")))
                .answer
        else {
            Issue.record("no answers")
            return
        }
        #expect(started.status == .rejected)
        #expect(stopped.status == .rejected)
        let report = bench.ask(.getBaseReport(.init(requestId: 1, reportBase: .summaryInventory))).rest
        #expect(report.classes(of: .notifyReport) == [.triggered])
    }

    @Test func `a trigger makes a waiting station ask at once, and an accepted one not (B02.FR.04)`() {
        var bench = StationBench()
        _ = bench.handle(.connected(.v21))
        _ = bench.answerBoot(.pending, interval: 1_000)
        #expect(bench.station.mayTriggerBoot())
        bench.station.triggerBoot()
        guard case .bootNotification(let request)? = bench.calls(in: bench.handle(.tick)).first else {
            Issue.record("no BootNotification")
            return
        }
        #expect(request.reason == .triggered)
        _ = bench.answerBoot(.accepted)
        #expect(!bench.station.mayTriggerBoot())
    }

    @Test func `a mere reconnection needs no boot, another network profile does (B10.FR.10)`() {
        var bench = StationBench()
        bench.boot()
        _ = bench.handle(.disconnected)
        #expect(bench.calls(in: bench.handle(.connected(.v21))).isEmpty)
        #expect(bench.station.mayCall(.volatile))
        _ = bench.handle(.disconnected)
        _ = bench.handle(.done(.usesNetworkProfile(slot: 1)))
        let outputs = bench.handle(.connected(.v21))
        #expect(bench.calls(in: outputs).map(\.action) == [.bootNotification])
        #expect(!bench.station.mayCall(.volatile))
    }
}

@Suite struct HeartbeatTests {
    private func heartbeats(_ outputs: [StationOutput]) -> Int {
        outputs.classes(of: .heartbeat).count
    }

    @Test func `the interval of the acceptance is that of the heartbeat (B01.FR.04)`() {
        var bench = StationBench()
        bench.boot(interval: 120)
        #expect(bench.get(ProvisioningVariables.heartbeatInterval)?.attributeValue == "120")
        #expect(heartbeats(bench.wait(.seconds(119))) == 0)
        #expect(heartbeats(bench.wait(.seconds(1))) == 1)
        #expect(heartbeats(bench.wait(.seconds(240))) == 2)
    }

    @Test func `an interval of 0 leaves it as it was`() {
        var bench = StationBench()
        bench.boot(interval: 0)
        #expect(bench.get(ProvisioningVariables.heartbeatInterval)?.attributeValue == "900")
    }

    @Test func `messages spare heartbeats, but for one a day`() {
        var bench = StationBench()
        bench.boot(interval: 300)
        var count = 0
        for _ in 0..<(24 * 60) {
            count += heartbeats(bench.wait(.minutes(1)))
            _ = bench.get(ProvisioningVariables.heartbeatInterval)
        }
        #expect(count == 1)
    }

    @Test func `a new interval counts at once`() {
        var bench = StationBench()
        bench.boot(interval: 3_600)
        bench.set(ProvisioningVariables.heartbeatInterval, to: "10")
        #expect(heartbeats(bench.wait(.seconds(10))) == 1)
    }

    @Test func `the backend's time is used only if it is a source of time (B01.FR.06)`() {
        var bench = StationBench()
        let outputs = bench.boot()
        #expect(outputs.hostTasks.contains(.setClock(to: DateTime(bench.time.wall))))
        bench.set(ProvisioningVariables.timeSource, to: "NTP")
        let time = DateTime(bench.time.wall)
        let answer = bench.handle(.answered(.heartbeat(.init()), .heartbeat(.init(currentTime: time))))
        #expect(answer.hostTasks.isEmpty)
    }

    @Test func `times are written and read as RFC 3339 has them`() {
        #expect(StationBench.start.text == "2026-03-01T12:00:00Z")
        #expect(StationTime.read("2026-03-01T12:00:00.250+01:00")?.time.milliseconds == 1_772_362_800_250)
        for bad in ["", "yesterday", "2026-03-01", "2026-03-01T12:00:00", "\"", "2026-03-01T12:00:00Z\""] {
            #expect(StationTime.read(bad) == nil, "\(bad)")
        }
    }

    @Test func `the offset of the clock on the wall is told`() {
        let clock = LocalClock(initialOffset: 3_600, changes: [.init(at: 100, offset: -5_400)])
        #expect(clock.offsetText(at: 99) == "+01:00")
        #expect(clock.offsetText(at: 100) == "-01:30")
    }
}
