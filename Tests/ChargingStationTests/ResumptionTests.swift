// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct ResumptionTests {
    typealias Bench = StationBench

    private func charging(_ values: [VariableKey: String] = [:]) -> StationBench {
        var bench = Bench.with(values)
        _ = bench.report { $0.imported = .wattHours(1_000) }
        _ = bench.plugIn()
        _ = bench.present()
        _ = bench.flow(.charging)
        return bench
    }

    private static let values = [TransactionVariables.resumptionRange: "0"]

    @Test func `a short interruption goes on in the same transaction with the next number`() throws {
        // E17.FR.01, E17.FR.10, E17.FR.11, E17.FR.14.
        var bench = charging()
        let before = try #require(bench.station.evses[0].transaction)
        bench.sleep(.seconds(300))
        bench.reopen(Self.values)
        #expect(bench.station.hasTransaction(evse: 1))
        let outputs = bench.report {
            $0.connector = .occupied
            $0.flow = .charging
            $0.imported = .wattHours(1_500)
        }
        let event = try #require(bench.events(in: outputs).first)
        #expect(bench.told(outputs) == ["Updated TxResumed Charging"])
        #expect(event.transactionInfo.transactionId == before.id)
        #expect(event.seqNo == before.nextNumber)
        #expect(event.offline == true)
        #expect(bench.station.mayTransfer(0))
        // Whoever started may still stop.
        #expect(bench.told(bench.handle(.presented(Bench.card, evse: 1))) == ["Ended StopAuthorized Charging"])
    }

    @Test(arguments: [
        (BootReasonEnumType.powerUp, ReasonEnumType.powerLoss), (.watchdog, .reboot), (.localReset, .reboot),
    ])
    func `a long one ends it, with the value the meter shows now`(boot: BootReasonEnumType, reason: ReasonEnumType)
        throws
    {
        // E17.FR.20, E17.FR.21, E17.FR.22.
        var bench = charging()
        bench.sleep(.seconds(601))
        bench.reopen(Self.values)
        bench.station.boot.reason = boot
        let outputs = bench.report {
            $0.connector = .occupied
            $0.imported = .wattHours(4_000)
        }
        let event = try #require(bench.events(in: outputs).first)
        #expect(bench.told(outputs).count == 1)
        #expect(event.eventType == .ended && event.triggerReason == .abnormalCondition)
        #expect(event.transactionInfo.stoppedReason == reason)
        let last = event.meterValue?.last?.sampledValue.first { $0.measurand == .energyActiveImportRegister }
        #expect(last?.value == 4_000)
        #expect(event.meterValue?.first?.sampledValue.first?.context == .transactionBegin)
        #expect(bench.kept.keys.filter { $0.hasPrefix("transaction") }.isEmpty)
    }

    @Test func `without a time for resumption every restart ends it`() {
        var bench = charging([TransactionVariables.resumptionTimeout: "0"])
        bench.reopen([TransactionVariables.resumptionTimeout: "0"])
        #expect(bench.told(bench.plugIn()) == ["Ended AbnormalCondition EVConnected"])
    }

    @Test func `energy waits a random time, the same for nobody`() throws {
        // E17.FR.18.
        var delays: Set<Int64> = []
        for seed in 1...8 as ClosedRange<UInt64> {
            var bench = charging()
            bench.sleep(.seconds(10))
            var setup = Bench.setup
            setup.seed = seed
            bench.station = Station(setup, kept: bench.kept, at: bench.time)
            let outputs = bench.report {
                $0.connector = .occupied
                $0.flow = .none
            }
            #expect(bench.told(outputs).first?.hasPrefix("Updated TxResumed") == true)
            if let until = bench.station.evses[0].transaction?.heldUntil {
                #expect(!bench.station.mayTransfer(0))
                delays.insert(until - bench.time.seconds)
            }
            _ = bench.wait(.seconds(61))
            #expect(bench.station.mayTransfer(0))
        }
        #expect(delays.count > 3)
        #expect(delays.allSatisfy { (0...60).contains($0) })
    }

    @Test func `energy may be forbidden to return, and somebody may allow it anew`() {
        // E17.FR.12.
        var bench = charging()
        bench.reopen([TransactionVariables.resumesTransfer: "false"])
        let outputs = bench.report {
            $0.connector = .occupied
            $0.flow = .none
        }
        #expect(bench.told(outputs) == ["Updated TxResumed SuspendedEVSE"])
        _ = bench.wait(.minutes(5))
        #expect(!bench.station.mayTransfer(0))
    }

    @Test func `what was not charging resumes as it was`() {
        // E17.FR.13.
        var bench = charging()
        _ = bench.flow(.suspendedByVehicle)
        bench.reopen([TransactionVariables.resumesTransfer: "false"])
        let outputs = bench.report {
            $0.connector = .occupied
            $0.flow = .suspendedByVehicle
        }
        #expect(bench.told(outputs) == ["Updated TxResumed SuspendedEV"])
    }

    @Test(arguments: [
        ("EVConnected", ["Ended EVCommunicationLost Idle"]),
        ("ParkingBayOccupancy", ["Updated EVCommunicationLost Idle", "Updated TxResumed Idle"]),
    ])
    func `a car that has left meanwhile ends it as usual, or lets it wait`(stop: String, told: [String]) {
        // E17.FR.16, E17.FR.17.
        var bench = charging(Bench.points(start: "PowerPathClosed", stop: stop))
        bench.reopen(Bench.points(start: "PowerPathClosed", stop: stop))
        #expect(bench.told(bench.report { $0.connector = .available }) == told)
    }

    @Test func `a restart at every event loses no number and doubles none`() throws {
        var bench = Bench.with(Bench.points(start: "EVConnected", stop: "EVConnected"))
        var numbers: [Int] = []
        var ids: Set<String> = []
        func note(_ outputs: [StationOutput]) {
            for event in bench.events(in: outputs) {
                numbers.append(event.seqNo)
                ids.insert(event.transactionInfo.transactionId)
            }
        }
        note(bench.plugIn())
        note(bench.handle(.presented(.nobody, evse: 1)))
        for round in 0..<40 {
            var report = bench.station.evses[0].report
            report.flow = round % 2 == 0 ? .charging : .suspendedByVehicle
            report.connector = .occupied
            bench.reopen(Bench.points(start: "EVConnected", stop: "EVConnected").merging(Self.values) { $1 })
            note(bench.handle(.evse(1, report)))
        }
        note(bench.unplug())
        #expect(ids.count == 1)
        #expect(numbers == Array(0..<numbers.count))
        #expect(numbers.count >= 42)
    }

    @Test func `an EVSE that stays silent after a restart ends its transaction`() {
        var bench = charging()
        bench.reopen(Self.values)
        let outputs = bench.wait(.seconds(121))
        #expect(bench.told(outputs).first?.hasPrefix("Ended AbnormalCondition") == true)
    }

    @Test func `the station notes that it is alive, but not often`() {
        // E17.FR.02.
        var bench = charging([
            VariableKey("SampledDataCtrlr", "TxUpdatedInterval"): "0", VariableKey("AlignedDataCtrlr", "Interval"): "0",
        ])
        let outputs = bench.wait(.minutes(20))
        let writes = outputs.count { if case .keep("transaction/1", _) = $0 { true } else { false } }
        #expect((8...12).contains(writes))
    }

    @Test func `a car that stayed plugged in begins no transaction after a restart`() {
        var bench = Bench.with(Bench.points(start: "EVConnected", stop: "Authorized"))
        _ = bench.plugIn()
        _ = bench.present()
        _ = bench.present()
        bench.reopen(Bench.points(start: "EVConnected", stop: "Authorized"))
        #expect(bench.told(bench.plugIn()).isEmpty)
        _ = bench.unplug()
        #expect(bench.told(bench.plugIn()) == ["Started CablePluggedIn EVConnected"])
    }

    @Test func `everything of a transaction survives being kept`() throws {
        var bench = charging()
        let limit = TransactionEventResponse(
            totalCost: DecimalNumber(text: "1.25"),
            transactionLimit: TransactionLimitType(maxEnergy: 2_000, maxTime: 3_600))
        _ = bench.answerEvent(in: bench.flow(.suspendedByVehicle), limit)
        var transaction = try #require(bench.station.evses[0].transaction)
        let record = try #require(TransactionRecord(keptBytes: TransactionRecord(transaction).keptBytes))
        transaction.isInterrupted = true
        transaction.isAuthorized = record.transaction.isAuthorized
        transaction.flowingSince = nil
        var restored = record.transaction
        restored.sampling = transaction.sampling
        #expect(restored == transaction)
        #expect(record.transaction.sampling.before == transaction.sampling.before)
        #expect(TransactionRecord(keptBytes: Array("{\"id\":1}".utf8)) == nil)
    }
}
