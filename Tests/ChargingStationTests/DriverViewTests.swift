// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct DriverViewTests {
    typealias Bench = StationBench

    private func bench(
        _ values: [VariableKey: String] = [:], languages: [String] = ["en", "de", "fr"], isOnline: Bool = true
    ) -> Bench {
        var setup = Bench.setup
        setup.displayLanguages = languages
        return Bench.with(values, setup: setup, isOnline: isOnline)
    }

    private func view(_ bench: Bench, _ evse: Int = 1) -> DriverView {
        bench.station.driverView(evse: evse) ?? DriverView(state: .faulted, languages: [])
    }

    private func text(_ content: String, _ language: String? = nil) -> MessageContentType {
        MessageContentType(format: .utf8, content: content, language: language)
    }

    private func accepted(_ message: MessageContentType? = nil, _ languages: String...) -> IdTokenInfoType {
        IdTokenInfoType(
            status: .accepted, language1: languages.first, language2: languages.dropFirst().first,
            personalMessage: message)
    }

    /// A car that charges after a card was shown.
    private func charge(_ bench: inout Bench, _ info: IdTokenInfoType? = nil) -> [StationOutput] {
        _ = bench.report { ($0.imported, $0.exported) = (.wattHours(1_000), .wattHours(200)) }
        return bench.plugIn() + bench.present(evse: 1, info ?? accepted()) + bench.flow(.charging)
    }

    @Test func `a station without a display has nothing to show`() {
        #expect(bench(languages: []).station.driverView(evse: 1) == nil)
        #expect(bench().station.driverView(evse: 9) == nil)
    }

    @Test func `the state follows car, card and flow`() {
        var bench = bench()
        _ = bench.report { _ in }
        #expect(view(bench).state == .available)
        _ = bench.plugIn()
        #expect(view(bench).state == .awaitingAuthorization)
        _ = bench.present(evse: 1, accepted())
        #expect(view(bench).state == .preparing)
        let flows: [(EVSEReport.Flow, DriverView.State)] = [
            (.charging, .charging), (.discharging, .discharging), (.suspendedByVehicle, .suspendedByVehicle),
            (.suspendedByStation, .suspendedByStation),
        ]
        for (flow, state) in flows {
            _ = bench.flow(flow)
            #expect(view(bench).state == state)
        }
        // The same card ends it, and the car stays.
        _ = bench.handle(.presented(Bench.card, evse: 1))
        _ = bench.flow(.none)
        #expect(view(bench).state == .finished)
        _ = bench.unplug()
        #expect(view(bench).state == .available)
        _ = bench.report { $0.connector = .faulted }
        #expect(view(bench).state == .faulted)
        #expect(view(bench, 2).state == .available)
    }

    @Test func `a card before the car waits for it`() {
        var bench = bench()
        _ = bench.report { _ in }
        _ = bench.present(evse: 1, accepted(text("0.30 per kWh")))
        #expect(view(bench).state == .awaitingVehicle)
        #expect(view(bench).personal == [text("0.30 per kWh")])
    }

    @Test func `a session counts energy in both directions, and time`() {
        var bench = bench()
        _ = charge(&bench)
        _ = bench.wait(.seconds(60))
        _ = bench.report { ($0.imported, $0.exported) = (.wattHours(1_500), .wattHours(250)) }
        let session = view(bench).session
        #expect(session?.charged == .wattHours(500))
        #expect(session?.delivered == .wattHours(50))
        #expect(session?.seconds == 60)
        #expect(session?.isOver == false)
    }

    // MARK: Languages

    struct Spoken: Sendable {
        var languages: [String]
        var first: String
        var station = "de"
    }

    /// C01.FR.08, C01.FR.09, C01.FR.13; without a language of the driver's the station's own.
    @Test(arguments: [
        Spoken(languages: ["fr"], first: "fr"), Spoken(languages: ["pl", "fr"], first: "fr"),
        Spoken(languages: ["fr-CA"], first: "fr"), Spoken(languages: ["pl", "fi"], first: "en"),
        Spoken(languages: [], first: "de"), Spoken(languages: ["EN"], first: "en"),
    ])
    func `the driver is spoken to in a language of theirs that the display has, else in English`(row: Spoken) {
        var bench = bench()
        bench.set(DisplayVariables.language, to: row.station)
        var info = IdTokenInfoType(status: .accepted, language1: row.languages.first)
        info.language2 = row.languages.dropFirst().first
        _ = charge(&bench, info)
        #expect(view(bench).languages.first == row.first)
        #expect(view(bench).languages.contains("en"))  // C01.FR.12
    }

    @Test func `tags are matched as readers would`() {
        let offered = ["en", "de-CH", "pt-BR", ""]
        #expect(LanguageTag.index(of: "DE", in: offered) == 1)
        #expect(LanguageTag.index(of: "pt-BR", in: offered) == 2)
        #expect(LanguageTag.index(of: "en-GB-oed", in: offered) == 0)
        #expect(LanguageTag.index(of: "fi", in: offered) == nil)
        #expect(LanguageTag.index(of: "", in: offered) == nil)
        let contents = [text("hello", "en"), text("hallo", "de"), text("*")]
        #expect(contents.inLanguage(["fi", "de-AT"])?.content == "hallo")
        #expect(contents.inLanguage(["fi"])?.content == "*")
        #expect([MessageContentType]().inLanguage(["en"]) == nil)
    }

    // MARK: Tariffs

    @Test func `the driver's tariff is shown, updated and survives a restart (I01.FR.03, I06.FR.03)`() {
        var bench = bench()
        let outputs = charge(&bench, accepted(text("0.30"), "fr"))
        #expect(view(bench).personal == [text("0.30")])
        let update = TransactionEventResponse(
            updatedPersonalMessage: text("0.40"), updatedPersonalMessageExtra: [text("0,40", "fr")])
        _ = bench.answerEvent(in: outputs, update)
        #expect(view(bench).personal == [text("0.40"), text("0,40", "fr")])
        bench.reopen()
        #expect(view(bench).personal == [text("0.40"), text("0,40", "fr")])
        #expect(view(bench).languages.first == "fr")
    }

    @Test func `nothing of a driver is left for the next one`() {
        var bench = bench()
        _ = charge(&bench, accepted(text("0.30"), "fr"))
        _ = bench.flow(.none) + bench.unplug() + bench.plugIn()
        #expect(view(bench).personal == [])
        #expect(view(bench).session == nil)
        #expect(bench.kept["driver/1"] == nil)
    }

    private static let tariff = TariffType(
        tariffId: "T", currency: "EUR",
        description: [MessageContentType(format: .utf8, content: "Day tariff", language: "en")],
        energy: TariffEnergyType(
            prices: [TariffEnergyPriceType(priceKwh: DecimalNumber(text: "0.5") ?? 0)],
            taxRates: [TaxRateType(type: "vat", tax: 20)]))

    @Test func `a default tariff is shown before anybody comes, with its price after tax (I07.FR.14)`() {
        var bench = bench()
        _ = bench.ask(.setDefaultTariff(SetDefaultTariffRequest(evseId: 1, tariff: Self.tariff)))
        #expect(view(bench).tariff.map(\.content) == ["Day tariff"])
        #expect(view(bench).prices.map(\.amount.description) == ["0.6"])
        #expect(view(bench).prices.first?.currency == "EUR")
        #expect(view(bench, 2).prices.isEmpty)
    }

    @Test func `without a tariff the fallback is shown, and offline its own (I04.FR.01)`() {
        var bench = bench()
        bench.set(Fallback.tariff.key(nil), to: "See our site")
        bench.set(Fallback.tariff.key("de"), to: "Siehe Aushang")
        #expect(view(bench).tariff == [text("Siehe Aushang", "de"), text("See our site")])
        bench.set(Fallback.offlineTariff.key("en"), to: "Offline: 0.50")
        #expect(view(bench).tariff.count == 2)
        _ = bench.handle(.disconnected)
        #expect(view(bench).tariff == [text("Offline: 0.50", "en")])
        // Who has a tariff of their own needs no other.
        var other = self.bench([Fallback.tariff.key(nil): "See our site"])
        _ = charge(&other, accepted(text("0.30")))
        #expect(view(other).tariff == [])
    }

    // MARK: Costs

    @Test func `the backend's running cost is shown, however it comes (I02.FR.03, I02.FR.04)`() {
        var bench = bench([TariffVariables.currency: "GBP"])
        let outputs = charge(&bench)
        #expect(view(bench).cost == nil)
        _ = bench.answerEvent(in: outputs, TransactionEventResponse(totalCost: 1))
        #expect(view(bench).cost == DriverView.Cost(total: 1, currency: "GBP", isFinal: false))
        let id = bench.station.evses[0].transaction?.id ?? ""
        _ = bench.ask(.costUpdated(CostUpdatedRequest(totalCost: 2, transactionId: id)))
        #expect(view(bench).cost?.total == 2)
    }

    @Test func `what the station counts itself goes before what the backend says, unless that is switched off`() {
        for counts in [true, false] {
            var bench = bench([TariffVariables.costs: "\(counts)"])
            _ = bench.ask(.setDefaultTariff(SetDefaultTariffRequest(evseId: 0, tariff: Self.tariff)))
            let outputs = charge(&bench)
            _ = bench.report { $0.imported = .wattHours(3_000) }
            _ = bench.answerEvent(in: outputs, TransactionEventResponse(totalCost: 9))
            #expect(view(bench).cost?.total.description == (counts ? "1.2" : "9"))
            #expect(view(bench).cost?.currency == (counts ? "EUR" : nil))
        }
    }

    @Test func `the total comes with the answer to the last event, and goes when the driver has left (I03.FR.03)`() {
        var bench = bench()
        _ = charge(&bench)
        let outputs = bench.handle(.presented(Bench.card, evse: 1)) + bench.flow(.none) + bench.unplug()
        #expect(view(bench).cost == nil)
        #expect(view(bench).costMessage == [])
        _ = bench.answerEvent(in: outputs, TransactionEventResponse(totalCost: 7))
        #expect(view(bench).cost == DriverView.Cost(total: 7, currency: nil, isFinal: true))
        #expect(view(bench).session?.isOver == true)
        _ = bench.wait(.seconds(Farewell.stay - 1))
        #expect(view(bench).cost?.total == 7)
        _ = bench.wait(.seconds(1))
        #expect(view(bench).cost == nil)
        #expect(view(bench).session == nil)
    }

    @Test func `a cost that comes after the end is the last one, unless the station counts itself`() {
        for counts in [true, false] {
            var bench = bench([TariffVariables.costs: "\(counts)"])
            _ = bench.ask(.setDefaultTariff(SetDefaultTariffRequest(evseId: 0, tariff: Self.tariff)))
            _ = charge(&bench)
            let id = bench.station.evses[0].transaction?.id ?? ""
            _ = bench.report { $0.imported = .wattHours(2_000) }
            _ = bench.flow(.none) + bench.unplug()
            _ = bench.ask(.costUpdated(CostUpdatedRequest(totalCost: 9, transactionId: id)))
            #expect(view(bench).cost?.total.description == (counts ? "0.6" : "9"))
            #expect(view(bench).cost?.isFinal == true)
        }
    }

    @Test func `who is offline at the end is told so, and the late total is not shown (I05.FR.02, I03.FR.03)`() {
        var bench = bench([Fallback.totalCost.key(nil): "The bill follows"])
        _ = charge(&bench)
        _ = bench.handle(.disconnected)
        let outputs = bench.flow(.none) + bench.unplug()
        #expect(view(bench).costMessage == [text("The bill follows")])
        _ = bench.answerEvent(in: outputs, TransactionEventResponse(totalCost: 7))
        #expect(view(bench).cost == nil)
    }

    @Test func `an answer without a sum does not mean that it was free (I03.FR.04, I05.FR.02)`() {
        var bench = bench([Fallback.totalCost.key("en"): "The bill follows"])
        _ = charge(&bench)
        let outputs = bench.flow(.none) + bench.unplug()
        _ = bench.answerEvent(in: outputs)
        #expect(view(bench).cost == nil)
        #expect(view(bench).costMessage == [text("The bill follows", "en")])
    }

    @Test func `a driver who has left the bay is told nothing (I03.FR.05)`() {
        var bench = bench(
            Bench.points(start: "EVConnected", stop: "ParkingBayOccupancy").merging(
                [Fallback.totalCost.key(nil): "?"], uniquingKeysWith: { first, _ in first }))
        _ = bench.report { $0.isBayOccupied = true }
        _ = charge(&bench)
        let outputs = bench.flow(.none) + bench.unplug() + bench.report { $0.isBayOccupied = false }
        #expect(bench.events(in: outputs).last?.eventType == .ended)
        _ = bench.answerEvent(in: outputs, TransactionEventResponse(totalCost: 7))
        #expect(view(bench).cost == nil)
        #expect(view(bench).costMessage == [])
    }

    // MARK: Refusals and messages

    @Test func `a card that is not accepted is told so for a while, at its EVSE alone`() {
        var bench = bench()
        _ = bench.plugIn()
        let info = IdTokenInfoType(status: .noCredit, personalMessage: text("Top up"))
        _ = bench.present(evse: 1, info)
        #expect(view(bench).refusal == DriverView.Refusal(status: .noCredit, message: [text("Top up")]))
        #expect(view(bench, 2).refusal == nil)
        _ = bench.wait(.seconds(15))
        #expect(view(bench).refusal == nil)
    }

    @Test func `messages for a transaction or a state are shown at its EVSE alone (O01.FR.03, O02.FR.02)`() {
        var bench = bench()
        _ = charge(&bench)
        let id = bench.station.evses[0].transaction?.id
        func set(_ number: Int, _ transaction: String?, _ state: MessageStateEnumType?) {
            let message = MessageInfoType(
                id: number, priority: .normalCycle, message: text("\(number)"), state: state, transactionId: transaction
            )
            _ = bench.ask(.setDisplayMessage(.init(message: message)))
        }
        set(1, nil, nil)
        set(2, id, nil)
        set(3, nil, .charging)
        set(4, nil, .idle)
        #expect(view(bench).messages.map(\.id) == [1, 2, 3])
        #expect(view(bench, 2).messages.map(\.id) == [1, 4])
        _ = bench.flow(.none) + bench.unplug()
        #expect(view(bench).messages.map(\.id) == [1, 4])
    }
}
