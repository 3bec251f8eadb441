// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LocalAPI
import OCPP
import OCPP21
import Testing

@testable import ChargingStation
@testable import Gateway

struct DriverDisplayTests {
    private func status(_ link: LinkStatus.State = .ok, power: Power? = .watts(-7_000)) -> EVSEStatus {
        EVSEStatus(
            id: 3, name: "Left", profile: "p", link: LinkStatus(link), state: "discharging", power: power,
            target: .watts(-7_000), boundBy: "x", stateOfCharge: StateOfCharge(milli: 40_000),
            fallback: FallbackStatus(isArmed: true))
    }

    private func text(_ content: String, _ language: String?) -> MessageContentType {
        MessageContentType(format: .utf8, content: content, language: language)
    }

    private func display(
        _ status: EVSEStatus, _ view: DriverView?, asked: String? = nil, languages: [String] = ["en", "de", "pl"],
        connector: ConnectorState = .discharging
    ) -> DriverDisplay {
        DriverDisplay(
            status, connector, view, limit: .grid, DisplayLanguage(languages, asked: asked), DrawnCodes())
    }

    private func view(_ state: DriverView.State = .discharging, _ languages: String...) -> DriverView {
        DriverView(state: state, languages: languages.isEmpty ? ["en"] : languages)
    }

    @Test func `what flows, how full, and what limits it are shown`() {
        let shown = display(status(), view())
        #expect(shown.evse == 3)
        #expect((shown.state, shown.direction) == (.discharging, .discharging))
        #expect(shown.power == .watts(-7_000))
        #expect(shown.stateOfCharge == StateOfCharge(milli: 40_000))
        #expect(shown.limit?.by == .grid)
        #expect(shown.limit?.text == DisplayWords.english[.byGrid])
    }

    @Test func `a charger that is silent is out of service, and its last power is not shown`() {
        let shown = display(status(.silent), view())
        #expect((shown.state, shown.direction, shown.power) == (.unavailable, .none, nil))
        #expect(shown.limit == nil)
        #expect(shown.stateOfCharge == nil)
    }

    @Test func `without a backend the charger alone tells the state`() {
        let rows: [(ConnectorState, DriverDisplay.State)] = [
            (.available, .available), (.ready, .preparing), (.charging, .charging), (.finished, .finished),
            (.unknown, .unavailable), (.faulted, .faulted),
        ]
        for (connector, state) in rows { #expect(display(status(), nil, connector: connector).state == state) }
        #expect(display(status(), nil).session == nil)
    }

    @Test func `nobody is told of limits while nothing is to flow`() {
        for state in [DriverView.State.available, .awaitingAuthorization, .finished, .reserved, .beingPaid] {
            #expect(display(status(power: .zero), view(state)).limit == nil)
        }
    }

    @Test func `the reader's language goes before the driver's, and one the site does not have counts for nothing`() {
        var view = view(.charging, "de", "en")
        view.tariff = [text("day", "en"), text("Tag", "de"), text("dzień", "pl")]
        #expect(display(status(), view).tariff?.content == "Tag")
        #expect(display(status(), view).stateText == "Lädt")
        #expect(display(status(), view, asked: "en-GB").tariff?.content == "day")
        #expect(display(status(), view, asked: "fi").language == "de")
        // The page has no Polish words of its own, but the backend has.
        let polish = display(status(), view, asked: "pl")
        #expect((polish.language, polish.tariff?.content) == ("pl", "dzień"))
        #expect(polish.stateText == "Lädt")
        #expect(display(status(), nil, languages: ["de"]).language == "de")
    }

    @Test func `a refusal is said in words, with what the backend adds`() {
        var view = view(.available)
        view.personal = [text("for the one before", nil)]
        view.refusal = DriverView.Refusal(status: .blocked, message: [])
        #expect(display(status(), view).refusal == "Not accepted")
        #expect(display(status(), view).personal?.content == "for the one before")
        view.refusal?.message = [text("Call us", nil)]
        #expect(display(status(), view).personal?.content == "Call us")
    }

    @Test func `payment and codes are drawn, and no secret leaves`() throws {
        var view = view(.available)
        view.payment = WebPayment(template: "https://p.example/{totp}", secret: "averysecret", validity: 60, length: 8)
        view.messages = [
            MessageInfoType(
                id: 1, priority: .inFront, message: MessageContentType(format: .qrcode, content: "Sluice"))
        ]
        let shown = display(status(), view)
        #expect(shown.payment?.content.count == "https://p.example/".count + 8)
        #expect(shown.payment?.code != nil)
        #expect(shown.messages.first?.text.code?.size == 21)
        #expect(shown.messages.first?.priority == "InFront")
        let sent = String(decoding: try WireJSON.encode(shown), as: UTF8.self)
        #expect(!sent.contains("averysecret"))
    }
}
