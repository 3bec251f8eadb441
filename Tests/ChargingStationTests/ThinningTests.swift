// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct ThinningTests {
    private func event(
        _ kind: TransactionEventEnumType, _ trigger: TriggerReasonEnumType, _ number: Int = 0, transaction: String = "T"
    ) -> TransactionEventRequest {
        let time = DateTime(WallTime(milliseconds: Int64(number) * 60_000))
        return TransactionEventRequest(
            eventType: kind, timestamp: time, triggerReason: trigger, seqNo: number,
            transactionInfo: TransactionType(transactionId: transaction),
            meterValue: [
                MeterValueType(sampledValue: [SampledValueType(value: DecimalNumber(number))], timestamp: time)
            ])
    }

    @Test(arguments: TriggerReasonEnumType.allCases)
    func `only samples may be given up`(trigger: TriggerReasonEnumType) {
        // E12.FR.04, J02.FR.12, E11.FR.04.
        let isSample = [.meterValuePeriodic, .meterValueClock, .runningCost].contains(trigger)
        #expect(Thinning.mayDrop(event(.updated, trigger)) == isSample)
        #expect(!Thinning.mayDrop(event(.started, trigger)))
        #expect(!Thinning.mayDrop(event(.ended, trigger)))
    }

    @Test func `and only those that say nothing else`() {
        var told = event(.updated, .meterValuePeriodic)
        told.idToken = .nobody
        #expect(!Thinning.mayDrop(told))
        told = event(.updated, .meterValuePeriodic)
        told.transactionInfo.chargingState = .charging
        #expect(!Thinning.mayDrop(told))
        told = event(.updated, .meterValueClock)
        told.numberOfPhasesUsed = 1
        #expect(!Thinning.mayDrop(told))
        told = event(.updated, .meterValueClock)
        told.evse = EVSEType(id: 1)
        #expect(!Thinning.mayDrop(told))
    }

    @Test(arguments: [
        (0, []), (1, []), (2, []), (3, [1]), (4, [1]), (5, [1, 3]), (6, [1, 3]), (7, [1, 3, 5]),
    ])
    func `the second, the fourth and so on go, never the first or the last`(count: Int, gone: [Int]) {
        // E11.FR.05, E12.FR.05, J02.FR.13.
        #expect(Thinning.dropped(of: Array(0..<count)) == gone)
    }

    @Test func `the values go into the end of their transaction, in their order`() {
        // J02.FR.10, J02.FR.20.
        let samples = (1...9).map { event(.updated, .meterValuePeriodic, $0) }
        let dropped = Thinning.dropped(of: samples)
        var end = event(.ended, .stopAuthorized, 10)
        Thinning.merge(dropped + [event(.updated, .meterValuePeriodic, 3, transaction: "other")], into: &end)
        #expect(end.meterValue?.map { $0.sampledValue[0].value } == [2, 4, 6, 8, 10])
        var update = event(.updated, .trigger, 11)
        Thinning.merge(dropped, into: &update)
        #expect(update.meterValue?.count == 1)
    }

    @Test func `there is a bound to what an end carries`() {
        let samples = (0..<5_000).map { event(.updated, .meterValuePeriodic, $0) }
        var end = event(.ended, .stopAuthorized, 6_000)
        Thinning.merge(samples, into: &end)
        let values = end.meterValue?.map { $0.sampledValue[0].value } ?? []
        #expect(values.count <= TransactionSampling.mostCollected)
        #expect(values.first == 0 && values.last == 6_000)
        #expect(values == values.sorted())
    }
}
