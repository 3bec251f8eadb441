// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct ResetTests {
    private func bench(canReset: Bool = true, resumption: Int = 0) -> StationBench {
        var setup = StationBench.setup
        for index in setup.evses.indices { setup.evses[index].canReset = canReset }
        var bench = StationBench(setup)
        bench.station.variables.define(
            VariableDefinition(
                TransactionVariables.resumptionTimeout, .integer(0...600), .readOnly, standard: String(resumption)))
        bench.boot()
        return bench
    }

    private func reset(
        _ type: ResetEnumType, evse: Int? = nil, _ bench: inout StationBench
    ) -> (ResetResponse?, [StationOutput]) {
        let (answer, rest) = bench.ask(.reset(ResetRequest(type: type, evseId: evse)))
        guard case .reset(let response)? = answer else { return (nil, rest) }
        return (response, rest)
    }

    @Test(arguments: [ResetEnumType.immediate, .onIdle])
    func `without transaction the station resets once the answer is gone (B11.FR.01, B11.FR.03)`(_ type: ResetEnumType)
    {
        var bench = bench()
        let (response, rest) = reset(type, &bench)
        #expect(response?.status == .accepted)
        #expect(rest.hostTasks.isEmpty)
        let outputs = bench.wait(.seconds(2))
        #expect(outputs.hostTasks == [.reset(evse: nil)])
        #expect(bench.wait(.minutes(1)).hostTasks.isEmpty)
        #expect(bench.begunAgain().station.boot.reason == .remoteReset)  // B11.FR.04
    }

    @Test func `one EVSE resets alone (B11.FR.08)`() {
        var bench = bench()
        #expect(reset(.immediate, evse: 2, &bench).0?.status == .accepted)
        #expect(bench.station.isGoingDown(evse: 2))
        #expect(!bench.station.isGoingDown(evse: 1))
        #expect(bench.wait(.seconds(2)).hostTasks == [.reset(evse: 2)])
        _ = bench.handle(.done(.reset(evse: 2, succeeded: true)))
        #expect(!bench.station.awaitsReset(evse: 2))
        #expect(bench.begunAgain().station.boot.reason == .powerUp)
    }

    @Test
    func `an EVSE that cannot reset alone says so (B11.FR.09, B11.FR.10, B12.FR.09), as does one that is unknown`() {
        var bench = bench(canReset: false)
        #expect(reset(.immediate, evse: 1, &bench).0?.status == .rejected)
        #expect(bench.get(VariableKey("EVSE", "AllowReset", evse: 1))?.attributeValue == "false")
        var other = self.bench()
        #expect(reset(.onIdle, evse: 9, &other).0?.status == .rejected)
        #expect(other.get(VariableKey("EVSE", "AllowReset", evse: 1))?.attributeValue == "true")
    }

    /// B12.FR.02, B12.FR.04, B12.FR.05.
    @Test func `with a transaction an immediate reset is accepted and comes all the same`() {
        var bench = bench()
        bench.begin("tx")
        #expect(reset(.immediate, &bench).0?.status == .accepted)
        #expect(bench.wait(.seconds(2)).hostTasks == [.reset(evse: nil)])
    }

    @Test(arguments: [nil, 1] as [Int?])
    func `on idle it waits for the transaction to end (B12.FR.01, B12.FR.03, B12.FR.07)`(_ evse: Int?) {
        var bench = bench()
        bench.begin("tx")
        #expect(reset(.onIdle, evse: evse, &bench).0?.status == .scheduled)
        #expect(bench.station.awaitsReset(evse: 1))
        #expect(!bench.station.isGoingDown(evse: 1))
        #expect(bench.wait(.minutes(30)).hostTasks.isEmpty)
        bench.end()
        #expect(bench.handle(.tick).hostTasks.isEmpty)
        #expect(bench.wait(.seconds(2)).hostTasks == [.reset(evse: evse)])
        if evse == nil { #expect(bench.begunAgain().station.boot.reason == .scheduledReset) }
    }

    @Test func `a transaction elsewhere does not delay the reset of an EVSE`() {
        var bench = bench()
        bench.begin("tx", evse: 2)
        #expect(reset(.onIdle, evse: 1, &bench).0?.status == .accepted)
    }

    @Test func `an immediate reset overtakes one that waits`() {
        var bench = bench()
        bench.begin("tx")
        _ = reset(.onIdle, &bench)
        _ = reset(.immediate, &bench)
        #expect(bench.wait(.seconds(2)).hostTasks == [.reset(evse: nil)])
        #expect(bench.begunAgain().station.boot.reason == .remoteReset)
    }

    @Test func `to resume needs a station that resumes (B13.FR.01)`() {
        var bench = bench()
        #expect(reset(.immediateAndResume, &bench).0?.status == .rejected)
    }

    @Test func `to resume is remembered through the restart (B13.FR.03, B13.FR.21, B13.FR.23)`() {
        var bench = bench(resumption: 60)
        bench.begin("tx")
        #expect(reset(.immediateAndResume, &bench).0?.status == .accepted)
        #expect(bench.station.isGoingDown(evse: 1))  // B13.FR.20
        #expect(bench.wait(.seconds(2)).hostTasks == [.reset(evse: nil)])
        var again = bench.begunAgain()
        #expect(again.station.reset.resumesAfterRestart)
        again.boot()
        #expect(!again.begunAgain().station.reset.resumesAfterRestart)
    }

    @Test func `to resume without transaction is an ordinary reset (B13.FR.02)`() {
        var bench = bench(resumption: 60)
        #expect(reset(.immediateAndResume, &bench).0?.status == .accepted)
        _ = bench.wait(.seconds(2))
        #expect(!bench.begunAgain().station.reset.resumesAfterRestart)
    }

    @Test func `one EVSE resumes when it is there again (B13.FR.10, B13.FR.11, B13.FR.12)`() {
        var bench = bench(resumption: 60)
        bench.begin("tx")
        _ = reset(.immediateAndResume, evse: 1, &bench)
        #expect(bench.station.isGoingDown(evse: 1))
        #expect(bench.wait(.seconds(2)).hostTasks == [.reset(evse: 1)])
        _ = bench.handle(.done(.reset(evse: 1, succeeded: true)))
        #expect(!bench.station.isGoingDown(evse: 1))
        #expect(bench.station.hasTransaction(evse: 1))
    }

    @Test func `a reset that fails is tried again as often as ResetRetries says`() {
        var bench = bench()
        bench.set(ProvisioningVariables.resetRetries, to: "2")
        _ = reset(.immediate, &bench)
        #expect(bench.wait(.seconds(2)).hostTasks == [.reset(evse: nil)])
        for _ in 0..<2 {
            _ = bench.handle(.done(.reset(evse: nil, succeeded: false)))
            #expect(bench.wait(.seconds(10)).hostTasks == [.reset(evse: nil)])
        }
        _ = bench.handle(.done(.reset(evse: nil, succeeded: false)))
        #expect(bench.wait(.minutes(1)).hostTasks.isEmpty)
        #expect(bench.begunAgain().station.boot.reason == .powerUp)
        #expect(!bench.station.awaitsReset(evse: 1))
    }

    @Test func `many requests make no more than one reset`() {
        var bench = bench()
        for _ in 0..<100 { _ = reset(.immediate, &bench) }
        #expect(bench.station.reset.wishes.count == 1)
        #expect(bench.wait(.seconds(3)).hostTasks == [.reset(evse: nil)])
        _ = reset(.immediate, &bench)
        #expect(bench.wait(.seconds(3)).hostTasks.isEmpty)
    }

    @Test func `a backend that only reads resets nothing`() {
        var setup = StationBench.setup
        setup.role = .reading
        var bench = StationBench(setup)
        bench.boot()
        #expect(reset(.immediate, &bench).0?.status == .rejected)
    }
}
