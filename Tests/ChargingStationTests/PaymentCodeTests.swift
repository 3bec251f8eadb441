// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct PaymentCodeTests {
    typealias Bench = StationBench

    private static let settings: [VariableKey: String] = [
        WebPaymentVariables.enabled: "true", WebPaymentVariables.secret: "averysecret",
        WebPaymentVariables.template: "https://qr.example.com/{chargingstationid}/{evse}/{totp}/{version}",
        NetworkVariables.stationIdentity: "CS|1",
    ]

    private func payment(_ bench: Bench, _ evse: Int = 1) -> WebPayment? {
        bench.station.driverView(evse: evse)?.payment
    }

    /// C25.FR.01, C25.FR.51, C25.FR.52.
    @Test func `a free EVSE shows an address with station, number and version filled in`() {
        let bench = Bench.with(Self.settings)
        let first = payment(bench)
        #expect(first?.template == "https://qr.example.com/CS%7C1/1/{totp}/v1")
        #expect(first?.url("aHicux89") == "https://qr.example.com/CS%7C1/1/aHicux89/v1")
        #expect(first?.secret == "averysecret")
        #expect(first?.validity == 60 && first?.length == 8)
        #expect(payment(bench, 2)?.template.contains("/2/") == true)
    }

    /// C25.FR.53.
    @Test func `an address for others names the EVSE as they know it`() {
        var settings = Self.settings
        settings[WebPaymentVariables.template] = "https://qr.example.com/{roamingevseid}/{totp}/{version}"
        settings[WebPaymentVariables.roamingID(2)] = "DE*ABC*E1"
        #expect(payment(Bench.with(settings), 2)?.template == "https://qr.example.com/DE%2AABC%2AE1/{totp}/v1")
    }

    @Test func `nothing to scan is shown while it would lead to nothing`() {
        for missing in [WebPaymentVariables.secret, WebPaymentVariables.template, WebPaymentVariables.enabled] {
            var settings = Self.settings
            settings[missing] = nil
            #expect(payment(Bench.with(settings)) == nil)
        }
        #expect(payment(Bench.with(Self.settings, isOnline: false)) == nil)
        var bench = Bench.with(Self.settings)
        _ = bench.plugIn()
        #expect(payment(bench) != nil)
        _ = bench.present()
        #expect(payment(bench) == nil)
    }

    /// C25.FR.22.
    @Test func `who pays is told that it is under way, and until then nobody else is`() {
        var bench = Bench.with(Self.settings)
        _ = bench.ask(.notifyWebPaymentStarted(NotifyWebPaymentStartedRequest(evseId: 1, timeout: 30)))
        #expect(bench.station.driverView(evse: 1)?.state == .beingPaid)
        #expect(payment(bench) == nil)
        #expect(bench.station.driverView(evse: 2)?.state == .available)
        _ = bench.wait(.seconds(30))
        #expect(bench.station.driverView(evse: 1)?.state == .available)
    }

    /// C25.FR.50.
    @Test(arguments: [
        ("https://qr.example.com/{chargingstationid}/{totp}/{version}", true),
        ("https://qr.example.com/{roamingevseid}/{evse}/{totp}/{version}?a=1", true), ("", true),
        ("https://qr.example.com/{chargingstationid}/{version}", false),
        ("https://qr.example.com/{totp}/{version}", false), ("https://qr.example.com/{evse}/{totp}", false),
        ("javascript:{chargingstationid}{totp}{version}", false),
    ])
    func `a template has what an address needs`(template: String, isTaken: Bool) {
        var bench = Bench.with([:])
        let status = bench.set(WebPaymentVariables.template, to: template)?.attributeStatus
        #expect(status == (isTaken ? .accepted : .rejected))
    }

    @Test func `a secret is long enough and never read`() {
        var bench = Bench.with([:])
        #expect(bench.set(WebPaymentVariables.secret, to: "short")?.attributeStatus == .rejected)
        #expect(bench.set(WebPaymentVariables.secret, to: "longenough")?.attributeStatus == .accepted)
        #expect(bench.get(WebPaymentVariables.secret)?.attributeValue == nil)
    }

    @Test func `without a display there are no such variables`() {
        var setup = Bench.setup
        setup.displayLanguages = []
        let bench = Bench(setup)
        #expect(bench.station.variables.definition(WebPaymentVariables.enabled) == nil)
    }
}
