// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

struct ReceiptTests {
    static func pair(_ paid: PaidCourse, fault: VehicleContracts.Fault? = nil) -> Pair {
        var station = ContractWorld.station(paid.profile)
        station.receiptInterval = .seconds(1)
        var car = ContractWorld.car("contract", paid.profile)
        car.fault = fault
        var plan = paid.course.plan
        plan.turns = nil
        var pair = Pair(.bench, plan, contracts: station, carContracts: car)
        pair.tell(.target(.watts(5_000)))
        pair.tell(
            .meter(
                MeterReading(
                    meterID: "M1", charged: .wattHours(7_000), discharged: .wattHours(300),
                    time: WallTime(milliseconds: 1_900_000_000_000), signature: [1, 2, 3])))
        return pair
    }

    @Test(arguments: PaidCourse.few) func `a car with a contract signs for the meter now and then`(paid: PaidCourse) {
        var pair = Self.pair(paid)
        pair.runIntoTheLoop()
        pair.run(for: .seconds(5))
        #expect(pair.carEnd == nil && pair.stationEnd == nil)
        let receipts = pair.effects.filter { if case .receipt = $0 { true } else { false } }
        #expect((3...5).contains(receipts.count))
        #expect(!pair.effects.contains(.contactors(.open)))
    }

    @Test(arguments: PaidCourse.few) func `a receipt for another reading ends the session`(paid: PaidCourse) {
        var pair = Self.pair(paid, fault: .wrongReceipt)
        pair.runIntoTheLoop()
        pair.run(for: .seconds(5))
        #expect(pair.stationEnd == .refused(.meterSignatureInvalid, .meterConfirmation))
        #expect(pair.carEnd == .refused(.meterConfirmation, "FAILED_MeteringSignatureNotValid"))
        #expect(pair.effects.contains(.contactors(.open)))
    }

    @Test(arguments: PaidCourse.few) func `who pays at the station signs nothing`(paid: PaidCourse) {
        var station = ContractWorld.station(paid.profile)
        station.receiptInterval = .seconds(1)
        var pair = Pair(.bench, paid.course.plan, contracts: station)
        pair.tell(.meter(MeterReading(meterID: "M1", charged: .wattHours(7_000), discharged: .zero)))
        pair.runIntoTheLoop()
        pair.run(for: .seconds(5))
        #expect(pair.carEnd == nil)
        #expect(!pair.words.contains("meterConfirmation"))
    }

    @Test func `a car of ISO 15118-2 that goes on without signing is out of order, but may stop`() throws {
        var pair = Self.pair(PaidCourse.older[0])
        pair.runIntoTheLoop()
        pair.run(for: .milliseconds(500))
        var machine = try #require(pair.station.machine)
        let loop = Request.chargeLoop(ChargeLoop(service: .dc, mode: .scheduled, needs: EVNeeds()))
        let later = pair.now + .seconds(2)
        _ = machine.handle(loop, sessionID: machine.sessionID, at: later)
        #expect(machine.phase == .meteringReceipt)
        var going = machine
        _ = going.handle(loop, sessionID: machine.sessionID, at: later)
        #expect(going.phase == .ended)
        _ = machine.handle(.powerDelivery(PowerDelivery(.stop)), sessionID: machine.sessionID, at: later)
        #expect(machine.phase == .stopped)
    }
}
