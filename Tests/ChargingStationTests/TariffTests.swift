// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct TariffTests {
    typealias Bench = StationBench

    private static func tariff(_ id: String, _ price: String = "0.5", from: Int64? = nil, currency: String = "EUR")
        -> TariffType
    {
        TariffType(
            tariffId: id, currency: currency,
            energy: TariffEnergyType(prices: [TariffEnergyPriceType(priceKwh: DecimalNumber(text: price) ?? 0)]),
            validFrom: from.map { DateTime(WallTime(milliseconds: $0 * 1_000)) })
    }

    private func set(_ bench: inout StationBench, _ tariff: TariffType, evse: Int = 0) -> TariffSetStatusEnumType? {
        let (answer, _) = bench.ask(.setDefaultTariff(SetDefaultTariffRequest(evseId: evse, tariff: tariff)))
        guard case .setDefaultTariff(let response)? = answer else { return nil }
        return response.status
    }

    private func assignments(_ bench: inout StationBench, _ evse: Int = 0) -> [String] {
        guard case .getTariffs(let response)? = bench.ask(.getTariffs(GetTariffsRequest(evseId: evse))).answer else {
            return ["?"]
        }
        return (response.tariffAssignments ?? []).map {
            "\($0.tariffId) \($0.tariffKind.word) \($0.evseIds ?? []) \(($0.idTokens ?? []).joined())"
        }
    }

    private func clear(_ bench: inout StationBench, _ ids: [String]? = nil, _ evse: Int? = nil) -> [String] {
        guard
            case .clearTariffs(let response)? = bench.ask(
                .clearTariffs(ClearTariffsRequest(tariffIds: ids, evseId: evse))
            ).answer
        else { return [] }
        return response.clearTariffsResult.map { "\($0.tariffId ?? "") \($0.status.word)" }
    }

    struct Fault: Sendable {
        var tariff: TariffType
        var evse = 0
        var status: TariffSetStatusEnumType
    }

    static let faults = [
        Fault(tariff: tariff("A"), status: .accepted),
        Fault(tariff: tariff("A"), evse: 2, status: .accepted),
        Fault(tariff: tariff("A"), evse: 9, status: .rejected),
        Fault(tariff: tariff("KNOWN"), status: .duplicateTariffId),
        Fault(tariff: tariff("A", currency: "EURO"), status: .rejected),
        Fault(
            tariff: TariffType(
                tariffId: "A", currency: "EUR",
                energy: TariffEnergyType(
                    prices: Array(repeating: TariffEnergyPriceType(priceKwh: 1), count: TariffType.mostElements + 1))),
            status: .tooManyElements),
        Fault(
            tariff: TariffType(
                tariffId: "A", currency: "EUR",
                idleTime: TariffTimeType(prices: [
                    TariffTimePriceType(priceMinute: 1, conditions: TariffConditionsType(startTimeOfDay: "8 o'clock"))
                ])), status: .rejected),
        Fault(tariff: tariff("A", "99999999999"), status: .rejected),
    ]

    @Test(arguments: faults)
    func `a default tariff is taken if it can be used`(fault: Fault) {
        // I07.FR.02, I07.FR.04 to .06, I07.FR.10.
        var bench = Bench.with([:])
        _ = set(&bench, Self.tariff("KNOWN", from: bench.time.seconds + 1_000))
        #expect(set(&bench, fault.tariff, evse: fault.evse) == fault.status)
    }

    @Test func `their number is bounded`() {
        var bench = Bench.with([:])
        for number in 0..<Tariffs.mostPerEVSE {
            #expect(
                set(&bench, Self.tariff("\(number)", from: bench.time.seconds + 1_000 + Int64(number))) == .accepted)
        }
        #expect(set(&bench, Self.tariff("more", from: bench.time.seconds + 1)) == .rejected)
    }

    @Test func `where costs are not calculated the messages are refused`() {
        // I07.FR.01, I11.FR.01.
        var bench = Bench.with([TariffVariables.tariffs: "false"])
        for request: StationRequest in [
            .setDefaultTariff(SetDefaultTariffRequest(evseId: 0, tariff: Self.tariff("A"))),
            .changeTransactionTariff(ChangeTransactionTariffRequest(tariff: Self.tariff("A"), transactionId: "T")),
            .getTariffs(GetTariffsRequest(evseId: 0)), .clearTariffs(ClearTariffsRequest()),
        ] {
            let outputs = bench.handle(.asked(MessageID("x"), request))
            #expect(
                outputs.contains {
                    if case .refuse(_, let refusal) = $0 { refusal.code == .notSupported } else { false }
                })
        }
    }

    @Test func `the tariff that came last is in force, one to come waits`() {
        // I07.FR.11, I07.FR.12, I07.FR.19 to .23, I09.FR.01 to .04, I09.FR.07.
        var bench = Bench.with([:])
        #expect(assignments(&bench).isEmpty)
        _ = set(&bench, Self.tariff("A"))
        _ = set(&bench, Self.tariff("B"), evse: 2)
        #expect(assignments(&bench) == ["A DefaultTariff [1] ", "B DefaultTariff [2] "])
        _ = set(&bench, Self.tariff("C", from: bench.time.seconds + 600))
        _ = set(&bench, Self.tariff("D", from: bench.time.seconds + 300), evse: 1)
        #expect(bench.station.tariffs.current(1, at: bench.time.seconds)?.tariffId == "A")
        _ = bench.wait(.seconds(300))
        #expect(assignments(&bench, 1) == ["C DefaultTariff [1] ", "D DefaultTariff [1] "])
        _ = bench.wait(.seconds(300))
        #expect(assignments(&bench) == ["C DefaultTariff [1, 2] "])
        bench.reopen()
        bench.boot()
        #expect(assignments(&bench) == ["C DefaultTariff [1, 2] "])
    }

    @Test func `default tariffs are cleared by id and by EVSE`() {
        // I10.FR.01 to .06.
        func filled() -> StationBench {
            var bench = Bench.with([:])
            _ = set(&bench, Self.tariff("A"))
            _ = set(&bench, Self.tariff("B"), evse: 2)
            return bench
        }
        var bench = filled()
        #expect(clear(&bench) == ["A Accepted", "B Accepted"])
        #expect(clear(&bench) == [" NoTariff"])
        bench = filled()
        #expect(clear(&bench, ["A", "X"]) == ["A Accepted"])
        bench = filled()
        #expect(clear(&bench, nil, 2) == ["B Accepted"])
        bench = filled()
        #expect(clear(&bench, ["A"], 2) == [" NoTariff"])
        #expect(assignments(&bench) == ["A DefaultTariff [1] ", "B DefaultTariff [2] "])
        #expect(bench.kept.keys.count { $0.hasPrefix("tariff/") } == 2)
    }

    private func charge(_ bench: inout StationBench, _ response: AuthorizeResponse? = nil) -> [StationOutput] {
        _ = bench.report { $0.imported = .wattHours(0) }
        _ = bench.plugIn()
        let shown = bench.handle(.presented(Bench.card, evse: 1))
        var outputs = shown
        for case .authorize(let request) in bench.calls(in: shown) {
            let answer = response ?? AuthorizeResponse(idTokenInfo: IdTokenInfoType(status: .accepted))
            outputs += bench.handle(.answered(.authorize(request), .authorize(answer)))
        }
        return outputs + bench.flow(.charging)
    }

    @Test func `a transaction tells its tariff once and its cost at the end`() throws {
        // I07.FR.14, I07.FR.32, I08.FR.13, I12.FR.01, I12.FR.42, I03.FR.01.
        var bench = Bench.with([:])
        _ = set(&bench, Self.tariff("A"))
        let start = charge(&bench)
        #expect(bench.events(in: start).map(\.transactionInfo.tariffId) == ["A", nil])
        #expect(bench.events(in: start).allSatisfy { $0.costDetails == nil })
        _ = bench.report { $0.imported = .wattHours(3_000) }
        // I10.FR.07, I07.FR.24.
        _ = clear(&bench)
        let end = try #require(bench.events(in: bench.present()).last)
        #expect(end.costDetails?.totalCost.total.exclTax == DecimalNumber(text: "1.5"))
        #expect(end.costDetails?.chargingPeriods?.count == 1)
        #expect(bench.kept.keys.allSatisfy { !$0.hasPrefix("transaction-cost") })
    }

    @Test func `running costs are told in their interval, without periods`() throws {
        // I12.FR.02, I12.FR.03.
        var bench = Bench.with([
            TariffVariables.runningCosts: "true", TariffVariables.costInterval: "60",
            VariableKey("SampledDataCtrlr", "TxUpdatedInterval"): "0", VariableKey("AlignedDataCtrlr", "Interval"): "0",
        ])
        _ = set(&bench, Self.tariff("A"))
        let start = charge(&bench)
        #expect(bench.events(in: start).first?.costDetails?.totalCost.total.exclTax == 0)
        _ = bench.report { $0.imported = .wattHours(2_000) }
        let outputs = bench.wait(.seconds(125))
        #expect(bench.told(outputs) == ["Updated RunningCost", "Updated RunningCost"])
        let details = try #require(bench.events(in: outputs).first?.costDetails)
        #expect(details.totalCost.total.exclTax == 1 && details.chargingPeriods == nil)
    }

    @Test func `the driver's own tariff comes first, and goes with the transaction`() {
        // I08.FR.04 to .07, I08.FR.10, I08.FR.22, I09.FR.05, I09.FR.06.
        var bench = Bench.with([:])
        _ = set(&bench, Self.tariff("A"))
        let own = Self.tariff("OWN", "1", from: bench.time.seconds + 99_999)
        let start = charge(&bench, AuthorizeResponse(idTokenInfo: IdTokenInfoType(status: .accepted), tariff: own))
        #expect(bench.events(in: start).first?.transactionInfo.tariffId == "OWN")
        #expect(assignments(&bench) == ["A DefaultTariff [1, 2] ", "OWN DriverTariff [1] CARD-1"])
        _ = bench.unplug()
        #expect(assignments(&bench) == ["A DefaultTariff [1, 2] "])
        // From the cache the next time.
        _ = bench.plugIn()
        let again = bench.handle(.presented(Bench.card, evse: 1))
        #expect(bench.events(in: again).first?.transactionInfo.tariffId == "OWN")
    }

    @Test func `whoever waits for a car has a tariff too`() {
        // I09.FR.05.
        var bench = Bench.with([:])
        for case .authorize(let request) in bench.calls(in: bench.handle(.presented(Bench.card, evse: nil))) {
            _ = bench.handle(
                .answered(
                    .authorize(request),
                    .authorize(
                        AuthorizeResponse(idTokenInfo: IdTokenInfoType(status: .accepted), tariff: Self.tariff("OWN"))))
            )
        }
        #expect(assignments(&bench) == ["OWN DriverTariff [] CARD-1"])
        _ = bench.wait(.seconds(121))
        #expect(assignments(&bench).isEmpty)
    }

    @Test(arguments: [
        ("Deauthorize", false, nil), ("UseDefaultTariff", true, "A"), ("CentralCost", true, nil as String?),
    ])
    func `a tariff of the driver that cannot be used is dealt with as configured`(
        mode: String, starts: Bool, tariff: String?
    ) {
        // I08.FR.30 to .37.
        var bench = Bench.with([TariffVariables.failedTariff: mode])
        _ = set(&bench, Self.tariff("A"))
        let bad = Self.tariff("BAD", currency: "X")
        let start = charge(&bench, AuthorizeResponse(idTokenInfo: IdTokenInfoType(status: .accepted), tariff: bad))
        #expect(bench.station.mayTransfer(0) == starts)
        #expect(bench.events(in: start).first?.transactionInfo.tariffId == tariff)
        #expect(bench.station.variables.flag(TariffVariables.problem))
        let alerts = bench.calls(in: start).compactMap {
            if case .notifyEvent(let it) = $0 { it.eventData[0] } else { nil }
        }
        #expect(alerts.map(\.actualValue) == ["true"] && alerts.first?.component.name == "TariffCostCtrlr")
        // I12.FR.43: a transaction by the default tariff solves it as well.
        let end = bench.unplug()
        _ = bench.station.authorization.cache.clear()
        let good = charge(
            &bench, AuthorizeResponse(idTokenInfo: IdTokenInfoType(status: .accepted), tariff: Self.tariff("GOOD")))
        #expect(!bench.station.variables.flag(TariffVariables.problem))
        #expect(
            bench.calls(in: end + good).contains {
                if case .notifyEvent(let it) = $0 { it.eventData[0].actualValue == "false" } else { false }
            })
    }

    @Test func `the tariff of a transaction can be changed`() throws {
        // I11.FR.02, I11.FR.04 to .08.
        var bench = Bench.with([:])
        func change(_ id: String, _ tariff: TariffType) -> (TariffChangeStatusEnumType?, [StationOutput]) {
            let (answer, rest) = bench.ask(
                .changeTransactionTariff(ChangeTransactionTariffRequest(tariff: tariff, transactionId: id)))
            guard case .changeTransactionTariff(let response)? = answer else { return (nil, rest) }
            return (response.status, rest)
        }
        _ = set(&bench, Self.tariff("A"))
        #expect(change("none", Self.tariff("B")).0 == .txNotFound)
        let id = bench.events(in: charge(&bench)).first?.transactionInfo.transactionId ?? ""
        _ = bench.report { $0.imported = .wattHours(1_000) }
        #expect(change(id, Self.tariff("B", currency: "USD")).0 == .noCurrencyChange)
        let many = TariffType(
            tariffId: "M", currency: "EUR",
            fixedFee: TariffFixedType(
                prices: Array(repeating: TariffFixedPriceType(priceFixed: 1), count: TariffType.mostElements + 1)))
        #expect(change(id, many).0 == .tooManyElements)
        let (status, rest) = change(id, Self.tariff("B", "2"))
        #expect(status == .accepted)
        #expect(bench.told(rest) == ["Updated TariffChanged"])
        #expect(bench.events(in: rest).first?.transactionInfo.tariffId == "B")
        _ = bench.report { $0.imported = .wattHours(2_000) }
        let end = try #require(bench.events(in: bench.present()).last)
        #expect(end.costDetails?.totalCost.total.exclTax == DecimalNumber(text: "2.5"))
    }

    @Test func `a transaction without a tariff gets one the same way`() throws {
        // I11.FR.07.
        var bench = Bench.with([:])
        let id = bench.events(in: charge(&bench)).first?.transactionInfo.transactionId ?? ""
        _ = bench.report { $0.imported = .wattHours(5_000) }
        _ = bench.ask(
            .changeTransactionTariff(ChangeTransactionTariffRequest(tariff: Self.tariff("B", "2"), transactionId: id)))
        _ = bench.report { $0.imported = .wattHours(6_000) }
        let end = try #require(bench.events(in: bench.present()).last)
        #expect(end.costDetails?.totalCost.total.exclTax == 2)
    }

    @Test func `a limit of cost goes by the station's own account, where it has one`() {
        // E16.FR.15, E16.FR.16.
        var bench = Bench.with([:])
        _ = set(&bench, Self.tariff("A", "1"))
        let start = charge(&bench)
        let id = bench.events(in: start).first?.transactionInfo.transactionId ?? ""
        _ = bench.answerEvent(in: start, TransactionEventResponse(transactionLimit: TransactionLimitType(maxCost: 5)))
        _ = bench.ask(.costUpdated(CostUpdatedRequest(totalCost: 99, transactionId: id)))
        #expect(bench.station.mayTransfer(0))
        let outputs = bench.report { $0.imported = .wattHours(5_000) }
        #expect(bench.told(outputs).contains("Updated CostLimitReached SuspendedEVSE"))
        #expect(!bench.station.mayTransfer(0))
    }

    @Test func `the backend's cost is answered and counts without a tariff`() {
        // I02.FR.02.
        var bench = Bench.with([:])
        let id = bench.events(in: charge(&bench)).first?.transactionInfo.transactionId ?? ""
        let (answer, _) = bench.ask(.costUpdated(CostUpdatedRequest(totalCost: 7, transactionId: id)))
        #expect(answer == .costUpdated(CostUpdatedResponse()))
        #expect(bench.station.evses[0].transaction?.totalCost == 7)
        #expect(
            bench.ask(.costUpdated(CostUpdatedRequest(totalCost: 7, transactionId: "other"))).answer
                == .costUpdated(CostUpdatedResponse()))
    }

    @Test func `an account goes on after a restart`() throws {
        var bench = Bench.with([:])
        _ = set(&bench, Self.tariff("A", "1"))
        _ = charge(&bench)
        _ = bench.report { $0.imported = .wattHours(1_000) }
        _ = bench.flow(.suspendedByVehicle)
        bench.reopen([TransactionVariables.resumptionRange: "0"])
        _ = bench.report {
            $0.connector = .occupied
            $0.imported = .wattHours(3_000)
        }
        let end = try #require(bench.events(in: bench.handle(.presented(Bench.card, evse: 1))).last)
        #expect(end.costDetails?.totalCost.total.exclTax == 3)
    }
}
