// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

/// Boot, outage and reset as the blocks do them together.
@Suite struct StationLifeTests {
    private func statuses(_ outputs: [StationOutput]) -> [Int: ConnectorStatusEnumType] {
        outputs.reduce(into: [:]) { found, output in
            if case .call(.statusNotification(let request), _) = output {
                found[request.evseId] = request.connectorStatus
            }
        }
    }

    private func charging(_ setup: StationSetup = StationBench.setup) -> StationBench {
        var bench = StationBench.with(
            StationBench.points(start: "PowerPathClosed", stop: "EVConnected,Authorized"), setup: setup)
        _ = bench.plugIn()
        _ = bench.present()
        _ = bench.flow(.charging)
        return bench
    }

    private static var resettable: StationSetup {
        var setup = StationBench.setup
        for index in setup.evses.indices { setup.evses[index].canReset = true }
        return setup
    }

    @Test func `accepted, the station tells the state of every connector (B01.FR.05)`() {
        var bench = StationBench()
        #expect(statuses(bench.boot()) == [1: .available, 2: .available])
    }

    @Test func `after a long outage it tells every state, after a short one those that changed (B04.FR.01, B04.FR.02)`()
    {
        var bench = StationBench()
        bench.set(ProvisioningVariables.offlineThreshold, to: "60")
        bench.boot()
        _ = bench.handle(.disconnected)
        _ = bench.wait(.seconds(59))
        _ = bench.plugIn(2)
        #expect(statuses(bench.handle(.connected(.v21))) == [2: .occupied])
        bench.set(ProvisioningVariables.offlineThreshold, to: "60")
        _ = bench.handle(.disconnected)
        _ = bench.wait(.seconds(61))
        #expect(statuses(bench.handle(.connected(.v21))) == [1: .available, 2: .occupied])
    }

    /// B01.FR.07, B11.FR.02, B12.FR.06 for what is inoperative; B01.FR.13, B11.FR.05 for what is reserved.
    @Test func `what is unavailable or reserved is so after a reset, too`() {
        var bench = StationBench()
        bench.boot()
        _ = bench.ask(.changeAvailability(.init(operationalStatus: .inoperative, evse: EVSEType(id: 1))))
        let until = DateTime(bench.time.wall + .minutes(60))
        _ = bench.ask(
            .reserveNow(.init(id: 5, expiryDateTime: until, idToken: StationBench.card, evseId: 2)))
        _ = bench.ask(.reset(.init(type: .immediate)))
        _ = bench.wait(.seconds(3))
        var again = bench.begunAgain()
        #expect(statuses(again.boot()) == [1: .unavailable, 2: .reserved])
    }

    @Test(arguments: [nil, 1] as [Int?])
    func `an immediate reset ends the transaction and says why (B12.FR.04, B12.FR.08)`(_ evse: Int?) throws {
        var bench = charging(Self.resettable)
        let (_, rest) = bench.ask(.reset(.init(type: .immediate, evseId: evse)))
        let ended = try #require(bench.events(in: rest).last)
        #expect(ended.eventType == .ended)
        #expect(ended.triggerReason == .resetCommand)
        #expect(ended.transactionInfo.stoppedReason == .immediateReset)
        #expect(rest.classes(of: .transactionEvent).last == .durable)  // B12.FR.05
        #expect(!bench.station.hasTransaction())
        #expect(bench.wait(.seconds(2)).hostTasks.contains(.reset(evse: evse)))
    }

    @Test func `while a reset waits nothing new begins (B12.FR.03)`() {
        var bench = charging()
        let (_, rest) = bench.ask(.reset(.init(type: .onIdle)))
        #expect(statuses(rest) == [2: .unavailable])
        _ = bench.plugIn(2)
        _ = bench.present(evse: 2)
        #expect(!bench.station.hasTransaction(evse: 2))
        _ = bench.unplug()
        #expect(!bench.station.hasTransaction())
        #expect(bench.wait(.seconds(3)).hostTasks.contains(.reset(evse: nil)))
    }

    @Test
    func `to resume tells of the reset, stops the energy and goes on afterwards (B13.FR.04, B13.FR.10, B13.FR.30)`() {
        var bench = charging(Self.resettable)
        #expect(bench.station.mayTransfer(0))
        let (_, rest) = bench.ask(.reset(.init(type: .immediateAndResume, evseId: 1)))
        let told = bench.events(in: rest)
        #expect(told.map(\.eventType) == [.updated])
        #expect(told.map(\.triggerReason) == [.resetCommand])
        #expect(!bench.station.mayTransfer(0))
        _ = bench.wait(.seconds(2))
        let outputs = bench.handle(.done(.reset(evse: 1, succeeded: true)))
        #expect(bench.events(in: outputs).first?.triggerReason == .txResumed)
        #expect(bench.station.hasTransaction(evse: 1))
    }

    /// Of an EVSE (B13.FR.13, B13.FR.14), and of the station (B13.FR.24, B13.FR.25).
    @Test(arguments: [(1, true), (1, false), (nil, true), (nil, false)] as [(Int?, Bool)])
    func `energy flows again after the reset only if that is allowed`(_ evse: Int?, _ isAllowed: Bool) {
        var bench = charging(Self.resettable)
        bench.set(TransactionVariables.resumesTransfer, to: String(isAllowed))
        bench.set(TransactionVariables.resumptionRange, to: "0")
        _ = bench.ask(.reset(.init(type: .immediateAndResume, evseId: evse)))
        #expect(!bench.station.mayTransfer(0))
        // What the EVSE reports in the meantime does not make it forget that it was charging.
        _ = bench.flow(.suspendedByStation)
        _ = bench.wait(.seconds(2))
        if evse == nil {
            bench = bench.begunAgain(Self.resettable)
            bench.boot()
        } else {
            _ = bench.handle(.done(.reset(evse: 1, succeeded: true)))
        }
        _ = bench.report {
            $0.connector = .occupied
            $0.flow = .suspendedByStation
        }
        #expect(bench.station.hasTransaction(evse: 1))
        #expect(bench.station.mayTransfer(0) == isAllowed)
        #expect(bench.station.evses[0].transaction?.chargingState == .suspendedEVSE)
    }

    @Test func `after a reset of the station the transaction goes on, however long it took (B13.FR.20, B13.FR.23)`() {
        var bench = charging()
        _ = bench.ask(.reset(.init(type: .immediateAndResume)))
        _ = bench.wait(.seconds(3))
        bench.time = StationTime(bench.time.monotonic + .minutes(300), bench.time.wall + .minutes(300))
        var again = bench.begunAgain()
        again.boot()
        let outputs = again.report {
            $0.connector = .occupied
            $0.flow = .charging
        }
        #expect(again.events(in: outputs).map(\.triggerReason).contains(.txResumed))
        #expect(again.station.hasTransaction(evse: 1))
    }

    @Test func `without having asked for it the same outage ends the transaction`() {
        var bench = charging()
        bench.time = StationTime(bench.time.monotonic + .minutes(300), bench.time.wall + .minutes(300))
        var again = bench.begunAgain()
        again.boot()
        _ = again.report { $0.connector = .occupied }
        #expect(!again.station.hasTransaction(evse: 1))
    }

    @Test func `start and reset are security events`() {
        var bench = StationBench()
        #expect(bench.boot().classes(of: .securityEventNotification) == [.durable])
        _ = bench.ask(.reset(.init(type: .immediate)))
        #expect(bench.wait(.seconds(3)).classes(of: .securityEventNotification) == [.durable])
    }

    @Test func `a clock that was moved far is a security event`() {
        var bench = StationBench()
        bench.boot()
        #expect(bench.handle(.done(.clockSet(byMilliseconds: -20_000))).classes(of: .securityEventNotification) == [])
        #expect(
            bench.handle(.done(.clockSet(byMilliseconds: .min))).classes(of: .securityEventNotification) == [.durable])
    }

    @Test func `a password set at SecurityCtrlr takes the place of the slot's and is kept nowhere else (B09.FR.27)`() {
        var bench = StationBench(NetworkProfileTests.setup())
        bench.boot()
        #expect(bench.station.profile(0)?.basicAuthPassword == "0123456789abcdef")
        #expect(bench.set(SecurityVariables.password, to: "fedcba9876543210")?.attributeStatus == .accepted)
        #expect(bench.station.profile(0)?.basicAuthPassword == nil)
        #expect(bench.station.credentials.password == "fedcba9876543210")
        #expect(!bench.kept.keys.contains(VariableAttribute(SecurityVariables.password).keptKey))
        #expect(bench.set(SecurityVariables.password, to: "short")?.attributeStatus == .rejected)
    }

    @Test func `the identity is the one of the connection (B09.FR.16, B09.FR.26, B09.FR.28)`() {
        var setup = NetworkProfileTests.setup()
        setup.networkProfile?.identity = "CP-7"
        var bench = StationBench(setup)
        bench.boot()
        #expect(bench.get(NetworkVariables.stationIdentity)?.attributeValue == "CP-7")
        #expect(bench.set(NetworkVariables.stationIdentity, to: "CP:8")?.attributeStatus == .rejected)
        #expect(bench.set(NetworkVariables.stationIdentity, to: "CP-8")?.attributeStatus == .accepted)
        #expect(bench.get(NetworkVariables.stationIdentity)?.attributeValue == "CP-8")
        #expect(bench.station.profile(0)?.identity == "CP-8")
    }

    @Test func `a profile that needs a certificate of the station waits for it (A05.FR.02, A05.FR.03)`() {
        var bench = StationBench(NetworkProfileTests.setup())
        bench.boot()
        let profile = NetworkProfileTests.profile("wss://two.example", security: 3)
        _ = bench.ask(.setNetworkProfile(.init(configurationSlot: 1, connectionData: profile)))
        #expect(bench.set(NetworkVariables.priority, to: "1,0")?.attributeStatus == .rejected)
        bench.station.certificates.inventory = inventory(hasStationCertificate: false)
        #expect(bench.set(NetworkVariables.priority, to: "1,0")?.attributeStatus == .rejected)
        bench.station.certificates.inventory = inventory(hasStationCertificate: true)
        #expect(bench.set(NetworkVariables.priority, to: "1,0")?.attributeStatus == .accepted)
    }

    @Test func `firmware that is being installed comes first (B11.FR.06, B11.FR.07, B12.FR.10)`() {
        var bench = StationBench()
        bench.boot()
        bench.station.firmware.current = installing
        for type in [ResetEnumType.immediate, .onIdle] {
            guard case .reset(let response)? = bench.ask(.reset(.init(type: type))).answer else {
                Issue.record("no answer")
                return
            }
            #expect(response.status == (type == .onIdle ? .scheduled : .rejected))
        }
        bench.station.firmware.current = nil
        _ = bench.handle(.tick)
        #expect(bench.wait(.seconds(2)).hostTasks.contains(.reset(evse: nil)))
    }

    private func inventory(hasStationCertificate: Bool) -> KeyInventory {
        var inventory = KeyInventory()
        inventory.hasCSMSRoot = true
        inventory.hasStationCertificate = hasStationCertificate
        return inventory
    }

    private var installing: FirmwareUpdate {
        FirmwareUpdate(
            UpdateFirmwareRequest(
                requestId: 1,
                firmware: FirmwareType(
                    location: "https://example.org/f", retrieveDateTime: DateTime(StationBench.start.wall))),
            phase: .installing)
    }
}
