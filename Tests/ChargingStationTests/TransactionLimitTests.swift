// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct TransactionLimitTests {
    typealias Bench = StationBench

    private static func limit(_ limit: TransactionLimitType) -> TransactionEventResponse {
        TransactionEventResponse(transactionLimit: limit)
    }

    private func charging(_ values: [VariableKey: String] = [:]) -> (StationBench, [StationOutput]) {
        var bench = Bench.with(values)
        _ = bench.report {
            $0.imported = .wattHours(5_000)
            $0.soc = 40
        }
        _ = bench.plugIn()
        let start = bench.present()
        _ = bench.flow(.charging)
        return (bench, start)
    }

    @Test func `a limit of the backend is told back once`() throws {
        // E16.FR.03, F07.FR.03, C24.FR.03, C25.FR.25.
        var (bench, start) = charging()
        let wanted = TransactionLimitType(maxEnergy: 2_000, maxSoC: 80)
        let outputs = bench.answerEvent(in: start, Self.limit(wanted))
        #expect(bench.told(outputs) == ["Updated LimitSet"])
        #expect(bench.events(in: outputs).last?.transactionInfo.transactionLimit == wanted)
        #expect(bench.told(bench.answerEvent(in: outputs, Self.limit(wanted))).isEmpty)
        #expect(bench.events(in: bench.flow(.none)).last?.transactionInfo.transactionLimit == nil)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var limit: TransactionLimitType
        var trigger: String
        var reason: ReasonEnumType
        var testDescription: String { trigger }
    }

    static let rows = [
        Row(limit: TransactionLimitType(maxEnergy: 2_000), trigger: "EnergyLimitReached", reason: .energyLimitReached),
        Row(limit: TransactionLimitType(maxTime: 600), trigger: "TimeLimitReached", reason: .timeLimitReached),
        Row(limit: TransactionLimitType(maxSoC: 80), trigger: "SoCLimitReached", reason: .socLimitReached),
        Row(limit: TransactionLimitType(maxCost: 10), trigger: "CostLimitReached", reason: .localOutOfCredit),
    ]

    /// Comes just to the limit, then to it.
    private func approach(_ bench: inout StationBench, _ row: Row) -> (before: [String], at: [StationOutput]) {
        var before: [StationOutput] = []
        var at: [StationOutput] = []
        if row.limit.maxEnergy != nil {
            before = bench.report { $0.imported = .wattHours(6_999) }
            at = bench.report { $0.imported = .wattHours(7_000) }
        } else if row.limit.maxTime != nil {
            before = bench.wait(.seconds(599))
            at = bench.wait(.seconds(1))
        } else if row.limit.maxSoC != nil {
            before = bench.report { $0.soc = 79 }
            at = bench.report { $0.soc = 80 }
        } else {
            before = cost(&bench, "9.99")
            at = cost(&bench, "10.00")
        }
        return (bench.told(before).filter { $0.contains("Limit") || $0.contains("Ended") }, at)
    }

    private func cost(_ bench: inout StationBench, _ cost: String) -> [StationOutput] {
        let id = bench.station.evses[0].transaction?.id ?? ""
        return bench.ask(
            .costUpdated(CostUpdatedRequest(totalCost: DecimalNumber(text: cost) ?? 0, transactionId: id))
        ).rest
    }

    @Test(arguments: rows)
    func `a limit that is reached withholds energy, and says which`(row: Row) {
        // E16.FR.05, E16.FR.09, E16.FR.15.
        var (bench, start) = charging()
        _ = bench.answerEvent(in: start, Self.limit(row.limit))
        let (before, at) = approach(&bench, row)
        #expect(before.isEmpty)
        #expect(bench.told(at).contains("Updated \(row.trigger) SuspendedEVSE"))
        #expect(!bench.station.mayTransfer(0))
        #expect(bench.station.hasTransaction(evse: 1))
    }

    @Test(arguments: rows)
    func `it ends the transaction where the end of the transfer does`(row: Row) {
        // E16.FR.06, E07.FR.06.
        var (bench, start) = charging(Bench.points(start: "PowerPathClosed", stop: "EnergyTransfer"))
        _ = bench.answerEvent(in: start, Self.limit(row.limit))
        let (_, at) = approach(&bench, row)
        let end = bench.events(in: at).last { $0.eventType == .ended }
        #expect(end?.triggerReason.word == row.trigger)
        #expect(end?.transactionInfo.stoppedReason == row.reason)
    }

    @Test func `a limit already exceeded acts at once, and a higher one lets energy flow again`() {
        // E16.FR.10, E16.FR.14, E16.FR.17.
        var (bench, start) = charging()
        let outputs = bench.answerEvent(in: start, Self.limit(TransactionLimitType(maxEnergy: -1)))
        #expect(bench.told(outputs) == ["Updated LimitSet", "Updated EnergyLimitReached SuspendedEVSE"])
        let more = bench.answerEvent(in: outputs, Self.limit(TransactionLimitType(maxEnergy: 50_000)))
        #expect(bench.told(more) == ["Updated LimitSet", "Updated ChargingStateChanged Charging"])
        #expect(bench.station.mayTransfer(0))
    }

    @Test func `the driver cannot go beyond the backend`() {
        // E16.FR.01, E16.FR.04.
        var (bench, start) = charging()
        let own = bench.handle(.limited(evse: 1, TransactionLimitType(maxEnergy: 30_000)))
        #expect(bench.told(own) == ["Updated LimitSet"])
        _ = bench.answerEvent(in: start, Self.limit(TransactionLimitType(maxEnergy: 20_000)))
        let more = bench.handle(.limited(evse: 1, TransactionLimitType(maxEnergy: 90_000)))
        #expect(bench.events(in: more).isEmpty)
        let less = bench.handle(.limited(evse: 1, TransactionLimitType(maxEnergy: 10_000)))
        #expect(bench.events(in: less).last?.transactionInfo.transactionLimit?.maxEnergy == 10_000)
    }

    @Test func `energy stops before the next second would exceed the limit`() {
        // E16.FR.19.
        let use = TransactionUse(imported: 999_000, seconds: 0, nextSecond: 3_000)
        #expect(use.reached(TransactionLimitType(maxEnergy: 1_000))?.trigger == .energyLimitReached)
        #expect(
            TransactionUse(imported: 990_000, seconds: 0, nextSecond: 3_000).reached(
                TransactionLimitType(maxEnergy: 1_000)) == nil)
    }
}
